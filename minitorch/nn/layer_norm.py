"""Normalisation of each sample by itself: LayerNorm, GroupNorm, RMSNorm."""

from __future__ import annotations

from typing import Any

from minitorch.errors import ArgumentError
from minitorch.nn import functional as F, init
from minitorch.nn.module import Module
from minitorch.nn.parameter import Parameter, empty_parameter
from minitorch.variable import Variable


class LayerNorm(Module):
    """y = (x − mean) / √(var + eps) · weight + bias, over the last dims of each sample.

    Args:
        normalized_shape: the sizes of those last dims; one number for the last.
        eps: added to the variance.
        elementwise_affine: learn weight and bias.
        bias: learn a bias, where affine.
        device, dtype: of the parameters.

    Shape: (…, *normalized_shape), unchanged.

    Source: Ba et al., "Layer normalization", 2016.

    >>> import minitorch
    >>> minitorch.nn.LayerNorm(2)(minitorch.tensor([[1.0, 3.0]]))
    tensor([[-1.0000,  1.0000]], grad_fn=<LayerNormBackward0>)
    """

    weight: Parameter | None
    bias: Parameter | None

    def __init__(
        self,
        normalized_shape: Any,
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        shape = (normalized_shape,) if isinstance(normalized_shape, int) else normalized_shape
        self.normalized_shape = tuple(shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        for name, wanted in {"weight": True, "bias": bias}.items():
            made = (
                empty_parameter(*self.normalized_shape, device=device, dtype=dtype)
                if elementwise_affine and wanted
                else None
            )
            self.register_parameter(name, made)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Sets scale 1 and shift 0."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input: Variable) -> Variable:
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, "
            f"bias={self.bias is not None}"
        )


class GroupNorm(Module):
    """As `LayerNorm`, over each group of channels of each sample; weight and bias are per channel.

    Args:
        num_groups: into how many groups the channels are split.
        num_channels: the number of channels, dim 1 of the input.
        eps: added to the variance.
        affine: learn weight and bias.
        device, dtype: of the parameters.
        bias: learn a bias, where affine.

    Shape: (N, num_channels, …), unchanged.

    Source: Wu and He, "Group normalization", 2018.

    >>> import minitorch
    >>> minitorch.nn.GroupNorm(3, 6)(minitorch.zeros(20, 6, 10, 10)).shape
    minitorch.Size([20, 6, 10, 10])
    """

    weight: Parameter | None
    bias: Parameter | None

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_channels % num_groups:
            raise ArgumentError(
                f"GroupNorm: {num_channels} channels cannot be split into {num_groups} groups of equal size"
            )
        self.num_groups, self.num_channels = num_groups, num_channels
        self.eps, self.affine = eps, affine
        for name, wanted in {"weight": True, "bias": bias}.items():
            made = empty_parameter(num_channels, device=device, dtype=dtype) if affine and wanted else None
            self.register_parameter(name, made)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Sets scale 1 and shift 0."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input: Variable) -> Variable:
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class RMSNorm(Module):
    """y = x / √(mean(x²) + eps) · weight, over the last dims of each sample.

    Args:
        normalized_shape: the sizes of those last dims; one number for the last.
        eps: added to the mean square; None for the dtype's smallest step.
        elementwise_affine: learn a weight.
        device, dtype: of the parameter.

    Shape: (…, *normalized_shape), unchanged.

    Source: Zhang and Sennrich, "Root mean square layer normalization", 2019.

    >>> import minitorch
    >>> minitorch.nn.RMSNorm(2)(minitorch.tensor([[1.0, 7.0]])).detach()
    tensor([[0.2000, 1.4000]])
    """

    weight: Parameter | None

    def __init__(
        self,
        normalized_shape: Any,
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        shape = (normalized_shape,) if isinstance(normalized_shape, int) else normalized_shape
        self.normalized_shape = tuple(shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self.register_parameter(
            "weight",
            empty_parameter(*self.normalized_shape, device=device, dtype=dtype)
            if elementwise_affine
            else None,
        )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Sets scale 1."""
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, input: Variable) -> Variable:
        return F.rms_norm(input, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class LocalResponseNorm(Module):
    """y[c] = x[c] / (k + alpha/size · Σ x[c′]²)^beta over the `size` channels c′ around c.

    Args:
        size: how many channels a mean goes over.
        alpha: weight of the mean.
        beta: exponent.
        k: added to the mean.

    Shape: (N, C, …), unchanged.

    Source: Krizhevsky et al., "ImageNet classification with deep convolutional neural networks", 2012.

    >>> import minitorch
    >>> minitorch.nn.LocalResponseNorm(3, alpha=3.0, beta=1.0)(minitorch.ones(1, 3, 1)).flatten()
    tensor([0.3333, 0.2500, 0.3333])
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, input: Variable) -> Variable:
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
