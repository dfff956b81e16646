"""Affine layers: Linear, Bilinear, and Identity, which does nothing."""

from __future__ import annotations

import math
from typing import Any

from minitorch.errors import ArgumentError
from minitorch.nn import functional as F, init
from minitorch.nn.module import Module
from minitorch.nn.parameter import Parameter, empty_parameter
from minitorch.variable import Variable


class Identity(Module):
    """y = x; takes and ignores any arguments.

    Shape: any, unchanged.

    >>> import minitorch
    >>> minitorch.nn.Identity(54, unused=True)(minitorch.ones(2))
    tensor([1., 1.])
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Any) -> Any:
        return input


class Linear(Module):
    """y = x·Wᵀ + b.

    Args:
        in_features: size of each input.
        out_features: size of each output.
        bias: whether b is added.
        device, dtype: of the parameters.

    Shape: (…, in_features) → (…, out_features).

    Attributes:
        weight: (out_features, in_features), initially uniform on ±1/√in_features.
        bias: (out_features), initially uniform on ±1/√in_features; or None.

    >>> import minitorch
    >>> minitorch.nn.Linear(20, 30)(minitorch.zeros(128, 20)).shape
    minitorch.Size([128, 30])
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.weight = empty_parameter(out_features, in_features, device=device, dtype=dtype)
        b = empty_parameter(out_features, device=device, dtype=dtype) if bias else None
        self.register_parameter("bias", b)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws the initial values anew."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(self.in_features) if self.in_features else 0.0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Variable) -> Variable:
        return F.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"
        )


class Bilinear(Module):
    """yₖ = x₁·Wₖ·x₂ᵀ + bₖ.

    Args:
        in1_features, in2_features: sizes of the two inputs.
        out_features: size of each output.
        bias: whether b is added.
        device, dtype: of the parameters.

    Shape: (…, in1_features), (…, in2_features) → (…, out_features).

    Attributes:
        weight: (out_features, in1_features, in2_features), initially uniform on ±1/√in1_features.
        bias: (out_features), likewise; or None.

    >>> import minitorch
    >>> bilinear = minitorch.nn.Bilinear(2, 3, 4)
    >>> bilinear(minitorch.zeros(8, 2), minitorch.zeros(8, 3)).shape
    minitorch.Size([8, 4])
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if in1_features <= 0:
            raise ArgumentError(f"Bilinear: in1_features must be positive, got {in1_features}")
        self.in1_features, self.in2_features = in1_features, in2_features
        self.out_features = out_features
        self.weight = empty_parameter(out_features, in1_features, in2_features, device=device, dtype=dtype)
        b = empty_parameter(out_features, device=device, dtype=dtype) if bias else None
        self.register_parameter("bias", b)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws the initial values anew."""
        bound = 1 / math.sqrt(self.in1_features)
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input1: Variable, input2: Variable) -> Variable:
        return F.bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self) -> str:
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features}, "
            f"out_features={self.out_features}, bias={self.bias is not None}"
        )
