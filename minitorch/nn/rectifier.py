"""Activations that let positive numbers through: ReLU with its bounded, leaky and smooth relatives."""

from __future__ import annotations

from typing import Any

from minitorch.nn import functional as F, init
from minitorch.nn.module import Module
from minitorch.nn.parameter import Parameter, empty_parameter
from minitorch.variable import Variable


class InPlace(Module):
    """Base of activations that can store their result in the input itself."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""

    def _with_inplace(self, text: str) -> str:
        return text + (", inplace=True" if self.inplace else "")


class ReLU(InPlace):
    """max(x, 0).

    Shape: any, unchanged.

    >>> import minitorch
    >>> minitorch.nn.ReLU()(minitorch.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """

    def forward(self, input: Variable) -> Variable:
        return F.relu(input, self.inplace)


class ReLU6(InPlace):
    """min(max(x, 0), 6).

    Shape: any, unchanged.

    >>> import minitorch
    >>> minitorch.nn.ReLU6()(minitorch.tensor([-1.0, 2.0, 8.0]))
    tensor([0., 2., 6.])
    """

    def forward(self, input: Variable) -> Variable:
        return F.relu6(input, self.inplace)


class RReLU(Module):
    """y = x where x > 0, else x times a slope: drawn uniformly in training, else (lower + upper)/2.

    Args:
        lower: least slope.
        upper: largest slope.
        inplace: store the result in the input itself.

    Shape: any, unchanged.

    Source: Xu et al., "Empirical evaluation of rectified activations in convolutional network", 2015.

    >>> import minitorch
    >>> minitorch.nn.RReLU(0.1, 0.3).eval()(minitorch.tensor([-1.0, 2.0]))
    tensor([-0.2000,  2.0000])
    """

    def __init__(self, lower: float = 1 / 8, upper: float = 1 / 3, inplace: bool = False) -> None:
        super().__init__()
        self.lower, self.upper, self.inplace = lower, upper, inplace

    def forward(self, input: Variable) -> Variable:
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self) -> str:
        return f"lower={self.lower}, upper={self.upper}" + (", inplace=True" if self.inplace else "")


class SELU(InPlace):
    """ELU with the α and scale for which activations normalise themselves.

    Shape: any, unchanged.

    >>> import minitorch
    >>> minitorch.nn.SELU()(minitorch.tensor([-1.0, 0.0, 1.0]))
    tensor([-1.1113,  0.0000,  1.0507])
    """

    def forward(self, input: Variable) -> Variable:
        return F.selu(input, self.inplace)


class SiLU(InPlace):
    """x · σ(x).

    Shape: any, unchanged.

    >>> import minitorch
    >>> minitorch.nn.SiLU()(minitorch.tensor([-1.0, 0.0, 1.0]))
    tensor([-0.2689,  0.0000,  0.7311])
    """

    def forward(self, input: Variable) -> Variable:
        return F.silu(input, self.inplace)


class Mish(InPlace):
    """x · tanh(log(1 + exp(x))).

    Shape: any, unchanged.

    >>> import minitorch
    >>> minitorch.nn.Mish()(minitorch.tensor([-1.0, 0.0, 1.0]))
    tensor([-0.3034,  0.0000,  0.8651])
    """

    def forward(self, input: Variable) -> Variable:
        return F.mish(input, self.inplace)


class Hardswish(InPlace):
    """x · min(max(x + 3, 0), 6) / 6.

    Shape: any, unchanged.

    >>> import minitorch
    >>> minitorch.nn.Hardswish()(minitorch.tensor([-4.0, 1.0, 4.0]))
    tensor([-0.0000, 0.6667, 4.0000])
    """

    def forward(self, input: Variable) -> Variable:
        return F.hardswish(input, self.inplace)

    def extra_repr(self) -> str:
        return ""


class Threshold(InPlace):
    """x where x > threshold, else value.

    Shape: any, unchanged.

    >>> import minitorch
    >>> minitorch.nn.Threshold(1.0, 9.0)(minitorch.tensor([0.0, 1.0, 2.0]))
    tensor([9., 9., 2.])
    """

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.threshold, self.value = threshold, value

    def forward(self, input: Variable) -> Variable:
        return F.threshold(input, self.threshold, self.value, self.inplace)

    def extra_repr(self) -> str:
        return self._with_inplace(f"threshold={self.threshold}, value={self.value}")


class LeakyReLU(InPlace):
    """x where x > 0, else negative_slope · x.

    Shape: any, unchanged.

    >>> import minitorch
    >>> minitorch.nn.LeakyReLU(0.5)(minitorch.tensor([-1.0, 2.0]))
    tensor([-0.5000,  2.0000])
    """

    def __init__(self, negative_slope: float = 1e-2, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.negative_slope = negative_slope

    def forward(self, input: Variable) -> Variable:
        return F.leaky_relu(input, self.negative_slope, self.inplace)

    def extra_repr(self) -> str:
        return self._with_inplace(f"negative_slope={self.negative_slope}")


class ELU(InPlace):
    """x where x > 0, else α · (exp(x) − 1).

    Shape: any, unchanged.

    >>> import minitorch
    >>> minitorch.nn.ELU()(minitorch.tensor([-1.0, 2.0]))
    tensor([-0.6321,  2.0000])
    """

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.alpha = alpha

    def forward(self, input: Variable) -> Variable:
        return F.elu(input, self.alpha, self.inplace)

    def extra_repr(self) -> str:
        return self._with_inplace(f"alpha={self.alpha}")


class CELU(ELU):
    """max(x, 0) + min(α · (exp(x/α) − 1), 0).

    Shape: any, unchanged.

    >>> import minitorch
    >>> minitorch.nn.CELU(alpha=2.0)(minitorch.tensor([-1.0, 2.0]))
    tensor([-0.7869,  2.0000])
    """

    def forward(self, input: Variable) -> Variable:
        return F.celu(input, self.alpha, self.inplace)


class GELU(Module):
    """x · Φ(x), with Φ the distribution function of the normal distribution.

    Args:
        approximate: `"none"`, or `"tanh"` for an approximation.

    Shape: any, unchanged.

    >>> import minitorch
    >>> minitorch.nn.GELU()(minitorch.tensor([-1.0, 0.0, 1.0]))
    tensor([-0.1587,  0.0000,  0.8413])
    """

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: Variable) -> Variable:
        return F.gelu(input, approximate=self.approximate)

    def extra_repr(self) -> str:
        return f"approximate={self.approximate!r}"


class Softplus(Module):
    """log(1 + exp(beta · x)) / beta; x itself where beta · x > threshold.

    Shape: any, unchanged.

    >>> import minitorch
    >>> minitorch.nn.Softplus()(minitorch.tensor([-1.0, 0.0, 100.0]))
    tensor([  0.3133,   0.6931, 100.0000])
    """

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta, self.threshold = beta, threshold

    def forward(self, input: Variable) -> Variable:
        return F.softplus(input, self.beta, self.threshold)

    def extra_repr(self) -> str:
        return f"beta={self.beta}, threshold={self.threshold}"


class PReLU(Module):
    """x where x > 0, else weight · x, with a slope that is learned: one, or one per channel.

    Args:
        num_parameters: 1, or the number of channels (dim 1 of the input).
        init: the slope to begin with.
        device, dtype: of the parameter.

    Shape: (N, C, …) or, with a single slope, any; unchanged.

    >>> import minitorch
    >>> minitorch.nn.PReLU()(minitorch.tensor([-1.0, 2.0])).detach()
    tensor([-0.2500,  2.0000])
    >>> minitorch.nn.PReLU(3).weight.shape
    minitorch.Size([3])
    """

    weight: Parameter

    def __init__(
        self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.num_parameters, self.init = num_parameters, init
        self.weight = empty_parameter(num_parameters, device=device, dtype=dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Sets the initial slope again."""
        init.constant_(self.weight, self.init)

    def forward(self, input: Variable) -> Variable:
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"
