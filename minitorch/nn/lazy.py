"""Lazy modules, which find the sizes of their parameters out from the first input that they see."""

from __future__ import annotations

from typing import Any, ClassVar

from minitorch.errors import ArgumentError, MinitorchError, NotSupportedError, ShapeError
from minitorch.nn.conv import (
    Conv1d,
    Conv2d,
    Conv3d,
    ConvNd,
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
)
from minitorch.nn.linear import Linear
from minitorch.nn.module import Module, locate
from minitorch.nn.parameter import UninitializedParameter, is_lazy
from minitorch.ops.common import require_tensors
from minitorch.variable import Variable


class LazyModuleMixin(Module):
    """Base of modules that find sizes out from their first input: derive from it first, then from the module itself.

    Before its first forward, such a module holds parameters without a shape (`UninitializedParameter`).  Then it calls
    `initialize_parameters` with the inputs, which gives them one, and becomes an instance of `cls_to_become`.

    Attributes:
        cls_to_become: the ordinary class of the same module; None to stay what it is.

    >>> import minitorch
    >>> net = minitorch.nn.Sequential(minitorch.nn.LazyLinear(3), minitorch.nn.ReLU())
    >>> net[0].weight
    <UninitializedParameter>
    >>> _ = net(minitorch.zeros(2, 5))
    >>> net[0]
    Linear(in_features=5, out_features=3, bias=True)
    """

    cls_to_become: ClassVar[type[Module] | None] = None
    _waiting: bool = False  # for the first input

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._waiting = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._waiting:
            try:
                self._infer_parameters(self, args, kwargs)
            except MinitorchError as error:
                locate(error, self)
                raise
        return Module.__call__(self, *args, **kwargs)

    def initialize_parameters(self, *args: Any, **kwargs: Any) -> None:
        """Gives the parameters their shapes (`materialize`) and values, for inputs of a first forward; override it."""
        raise NotSupportedError(
            f"initialize_parameters: {type(self).__name__} must define initialize_parameters(self, input), which "
            f"gives its parameters their shapes"
        )

    def has_uninitialized_params(self) -> bool:
        """Whether a parameter or buffer of this module has no shape yet."""
        return any(is_lazy(value) for value in (*self._parameters.values(), *self._buffers.values()))

    def _infer_parameters(self, module: Module, args: Any, kwargs: Any = None) -> None:
        """Initialises the module by a first input; it is no longer lazy then."""
        self.initialize_parameters(*args, **(kwargs or {}))
        if self.has_uninitialized_params():
            raise ShapeError(
                f"{type(self).__name__}: initialize_parameters left parameters without a shape; materialize all of them"
            )
        del self._waiting
        if self.cls_to_become is not None:
            self.__class__ = self.cls_to_become  # type: ignore[assignment]


class LazyLinear(LazyModuleMixin, Linear):
    """A `Linear` that takes `in_features` from its first input.

    Args:
        out_features: size of each output.
        bias: whether b is added.
        device, dtype: of the parameters.

    Shape: (…, in_features) → (…, out_features).

    >>> import minitorch
    >>> layer = minitorch.nn.LazyLinear(3)
    >>> layer(minitorch.zeros(2, 5)).shape, layer
    (minitorch.Size([2, 3]), Linear(in_features=5, out_features=3, bias=True))
    """

    cls_to_become = Linear

    def __init__(self, out_features: int, bias: bool = True, device: Any = None, dtype: Any = None) -> None:
        super().__init__(0, 0, False)
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        self.out_features = out_features
        if bias:
            self.bias = UninitializedParameter(device=device, dtype=dtype)

    def reset_parameters(self) -> None:
        """Draws the initial values anew, once there is something to draw."""
        if not self.has_uninitialized_params() and self.in_features:
            super().reset_parameters()

    def initialize_parameters(self, input: Variable) -> None:
        """Takes `in_features` from the last dim of the input."""
        require_tensors(type(self).__name__, input=input)
        lazy, self.in_features = self.has_uninitialized_params(), input.shape[-1]
        materialize(self.weight, self.out_features, self.in_features)
        materialize(self.bias, self.out_features)
        if lazy:
            self.reset_parameters()


def materialize(value: Any, *shape: int) -> None:
    """Gives a value its shape if it still lacks one; None stays None."""
    if is_lazy(value):
        value.materialize(shape)


# Convolution -----------------------------------------------------------------------------------------------


class LazyConvNd(LazyModuleMixin, ConvNd):
    """Base of lazy convolutions: `in_channels` comes from the first input."""

    def _forget_sizes(self, out_channels: int, bias: bool, device: Any, dtype: Any) -> None:
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        self.out_channels = out_channels
        if bias:
            self.bias = UninitializedParameter(device=device, dtype=dtype)

    def reset_parameters(self) -> None:
        """Draws the initial values anew, once there is something to draw."""
        if not self.has_uninitialized_params() and self.in_channels:
            super().reset_parameters()

    def initialize_parameters(self, input: Variable, *args: Any, **kwargs: Any) -> None:
        """Takes `in_channels` from the input."""
        name = type(self).__name__
        require_tensors(name, input=input)
        if input.ndim not in (self.dims + 1, self.dims + 2):
            raise ShapeError(
                f"{name}: expected {self.dims + 1} dims (C, …) or {self.dims + 2} dims (N, C, …), "
                f"got shape {tuple(input.shape)}"
            )
        channels = input.shape[-1 - self.dims]
        if channels % self.groups:
            raise ArgumentError(
                f"{name}: {channels} input channels are not divisible by groups={self.groups}"
            )
        lazy, self.in_channels = self.has_uninitialized_params(), channels
        outer, inner = self.out_channels, self.in_channels
        if self.transposed:
            outer, inner = inner, outer
        materialize(self.weight, outer, inner // self.groups, *self.kernel_size)
        materialize(self.bias, self.out_channels)
        if lazy:
            self.reset_parameters()


class LazyConv(LazyConvNd):
    """Base of LazyConv1d, 2d and 3d; see `LazyConv2d`."""

    def __init__(
        self,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(0, 0, kernel_size, stride, padding, dilation, groups, False, padding_mode)
        self._forget_sizes(out_channels, bias, device, dtype)


class LazyConv1d(LazyConv, Conv1d):
    """A `Conv1d` that takes `in_channels` from its first input; arguments as for `LazyConv2d`.

    Shape: (N, in_channels, L) or (in_channels, L) → (N, out_channels, L′) or (out_channels, L′).

    >>> import minitorch
    >>> minitorch.nn.LazyConv1d(4, 3)(minitorch.zeros(1, 2, 8)).shape
    minitorch.Size([1, 4, 6])
    """

    cls_to_become = Conv1d


class LazyConv2d(LazyConv, Conv2d):
    """A `Conv2d` that takes `in_channels` from its first input.

    Args:
        out_channels: channels of the output.
        kernel_size, stride, padding, dilation, groups, bias, padding_mode, device, dtype: as for `Conv2d`.

    Shape: (N, in_channels, H, W) or (in_channels, H, W) → (N, out_channels, H′, W′).

    >>> import minitorch
    >>> layer = minitorch.nn.LazyConv2d(16, 3, padding=1)
    >>> layer(minitorch.zeros(8, 3, 32, 32)).shape
    minitorch.Size([8, 16, 32, 32])
    >>> layer
    Conv2d(3, 16, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
    """

    cls_to_become = Conv2d


class LazyConv3d(LazyConv, Conv3d):
    """A `Conv3d` that takes `in_channels` from its first input; arguments as for `LazyConv2d`.

    Shape: (N, in_channels, D, H, W) or without N → (N, out_channels, D′, H′, W′).

    >>> import minitorch
    >>> minitorch.nn.LazyConv3d(4, 2)(minitorch.zeros(1, 2, 3, 4, 5)).shape
    minitorch.Size([1, 4, 2, 3, 4])
    """

    cls_to_become = Conv3d


class LazyConvTranspose(LazyConvNd):
    """Base of LazyConvTranspose1d, 2d and 3d; see `LazyConvTranspose2d`."""

    def __init__(
        self,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Any = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            0, 0, kernel_size, stride, padding, output_padding, groups, False, dilation, padding_mode
        )
        self._forget_sizes(out_channels, bias, device, dtype)


class LazyConvTranspose1d(LazyConvTranspose, ConvTranspose1d):
    """A `ConvTranspose1d` that takes `in_channels` from its first input; arguments as for `LazyConvTranspose2d`.

    Shape: (N, in_channels, L) or (in_channels, L) → (N, out_channels, L′) or (out_channels, L′).

    >>> import minitorch
    >>> minitorch.nn.LazyConvTranspose1d(2, 2, stride=2)(minitorch.zeros(1, 4, 10)).shape
    minitorch.Size([1, 2, 20])
    """

    cls_to_become = ConvTranspose1d


class LazyConvTranspose2d(LazyConvTranspose, ConvTranspose2d):
    """A `ConvTranspose2d` that takes `in_channels` from its first input; its other arguments are the same.

    Shape: (N, in_channels, H, W) or (in_channels, H, W) → (N, out_channels, H′, W′).

    >>> import minitorch
    >>> minitorch.nn.LazyConvTranspose2d(3, 4, stride=2, padding=1)(minitorch.zeros(8, 16, 14, 14)).shape
    minitorch.Size([8, 3, 28, 28])
    """

    cls_to_become = ConvTranspose2d


class LazyConvTranspose3d(LazyConvTranspose, ConvTranspose3d):
    """A `ConvTranspose3d` that takes `in_channels` from its first input; arguments as for `LazyConvTranspose2d`.

    Shape: (N, in_channels, D, H, W) or without N → (N, out_channels, D′, H′, W′).

    >>> import minitorch
    >>> minitorch.nn.LazyConvTranspose3d(2, 2, stride=2)(minitorch.zeros(1, 4, 3, 4, 5)).shape
    minitorch.Size([1, 2, 6, 8, 10])
    """

    cls_to_become = ConvTranspose3d
