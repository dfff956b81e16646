"""Borders around sequences, images and volumes: constant, reflected, replicated, circular."""

from __future__ import annotations

from typing import Any, ClassVar

from minitorch.errors import ArgumentError
from minitorch.nn import functional as F
from minitorch.nn.module import Module
from minitorch.variable import Variable


class Pad(Module):
    """Base of all padding layers.

    Args:
        padding: widths before and after, from the last dim to the first; or one number for all.
    """

    dims: ClassVar[int]
    mode: ClassVar[str]

    def __init__(self, padding: Any) -> None:
        super().__init__()
        self.padding = tuple(padding) if hasattr(padding, "__iter__") else (padding,) * (2 * self.dims)

    def forward(self, input: Variable) -> Variable:
        if input.ndim not in (self.dims + 1, self.dims + 2):
            raise ArgumentError(
                f"{type(self).__name__}: expected {self.dims + 1} dims (C, …) or {self.dims + 2} dims (N, C, …), "
                f"got shape {tuple(input.shape)}"
            )
        return F.pad(input, self.padding, self.mode)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ConstantPad(Pad):
    """Base of borders of one value."""

    mode = "constant"

    def __init__(self, padding: Any, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Variable) -> Variable:
        return F.pad(input, self.padding, self.mode, self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class ConstantPad1d(ConstantPad):
    """A border of one value around a sequence.

    Shape: (…, L) → (…, before + L + after).

    >>> import minitorch
    >>> minitorch.nn.ConstantPad1d((1, 2), 7.0)(minitorch.zeros(1, 2))
    tensor([[7., 0., 0., 7., 7.]])
    """

    dims = 1


class ConstantPad2d(ConstantPad):
    """A border of one value around an image.

    Shape: (…, H, W) → (…, top + H + bottom, left + W + right).

    >>> import minitorch
    >>> minitorch.nn.ConstantPad2d((1, 0, 0, 1), 7.0)(minitorch.zeros(1, 1, 2))
    tensor([[[7., 0., 0.],
             [7., 7., 7.]]])
    """

    dims = 2


class ConstantPad3d(ConstantPad):
    """A border of one value around a volume.

    Shape: (…, D, H, W) → (…, D′, H′, W′), each larger by its two widths.

    >>> import minitorch
    >>> minitorch.nn.ConstantPad3d(1, 7.0)(minitorch.zeros(1, 3, 4, 5)).shape
    minitorch.Size([1, 5, 6, 7])
    """

    dims = 3


class ZeroPad(ConstantPad):
    """Base of borders of zeros."""

    def __init__(self, padding: Any) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ZeroPad1d(ZeroPad):
    """A border of zeros around a sequence.

    Shape: (…, L) → (…, before + L + after).

    >>> import minitorch
    >>> minitorch.nn.ZeroPad1d((2, 1))(minitorch.ones(1, 2))
    tensor([[0., 0., 1., 1., 0.]])
    """

    dims = 1


class ZeroPad2d(ZeroPad):
    """A border of zeros around an image.

    Shape: (…, H, W) → (…, top + H + bottom, left + W + right).

    >>> import minitorch
    >>> minitorch.nn.ZeroPad2d((1, 0, 0, 0))(minitorch.ones(1, 1, 2, 2))
    tensor([[[[0., 1., 1.],
              [0., 1., 1.]]]])
    """

    dims = 2


class ZeroPad3d(ZeroPad):
    """A border of zeros around a volume.

    Shape: (…, D, H, W) → (…, D′, H′, W′), each larger by its two widths.

    >>> import minitorch
    >>> minitorch.nn.ZeroPad3d((0, 0, 1, 1, 2, 2))(minitorch.ones(1, 3, 4, 5)).shape
    minitorch.Size([1, 7, 6, 5])
    """

    dims = 3


class ReflectionPad1d(Pad):
    """A sequence reflected at its ends.

    Shape: (N, C, L) or (C, L) → (…, before + L + after).

    >>> import minitorch
    >>> minitorch.nn.ReflectionPad1d(2)(minitorch.tensor([[1.0, 2.0, 3.0]]))
    tensor([[3., 2., 1., 2., 3., 2., 1.]])
    """

    dims, mode = 1, "reflect"


class ReflectionPad2d(Pad):
    """An image reflected at its edges.

    Shape: (N, C, H, W) or (C, H, W) → (…, top + H + bottom, left + W + right).

    >>> import minitorch
    >>> minitorch.nn.ReflectionPad2d((1, 0, 1, 0))(minitorch.tensor([[[1.0, 2.0], [3.0, 4.0]]]))
    tensor([[[4., 3., 4.],
             [2., 1., 2.],
             [4., 3., 4.]]])
    """

    dims, mode = 2, "reflect"


class ReflectionPad3d(Pad):
    """A volume reflected at its faces.

    Shape: (N, C, D, H, W) or (C, D, H, W) → (…, D′, H′, W′), each larger by its two widths.

    >>> import minitorch
    >>> minitorch.nn.ReflectionPad3d(1)(minitorch.zeros(1, 3, 4, 5)).shape
    minitorch.Size([1, 5, 6, 7])
    """

    dims, mode = 3, "reflect"


class ReplicationPad1d(Pad):
    """A sequence with its ends repeated.

    Shape: (N, C, L) or (C, L) → (…, before + L + after).

    >>> import minitorch
    >>> minitorch.nn.ReplicationPad1d(2)(minitorch.tensor([[1.0, 2.0, 3.0]]))
    tensor([[1., 1., 1., 2., 3., 3., 3.]])
    """

    dims, mode = 1, "replicate"


class ReplicationPad2d(Pad):
    """An image with its edges repeated.

    Shape: (N, C, H, W) or (C, H, W) → (…, top + H + bottom, left + W + right).

    >>> import minitorch
    >>> minitorch.nn.ReplicationPad2d((1, 0, 1, 0))(minitorch.tensor([[[1.0, 2.0], [3.0, 4.0]]]))
    tensor([[[1., 1., 2.],
             [1., 1., 2.],
             [3., 3., 4.]]])
    """

    dims, mode = 2, "replicate"


class ReplicationPad3d(Pad):
    """A volume with its faces repeated.

    Shape: (N, C, D, H, W) or (C, D, H, W) → (…, D′, H′, W′), each larger by its two widths.

    >>> import minitorch
    >>> minitorch.nn.ReplicationPad3d(1)(minitorch.zeros(1, 3, 4, 5)).shape
    minitorch.Size([1, 5, 6, 7])
    """

    dims, mode = 3, "replicate"


class CircularPad1d(Pad):
    """A sequence continued from its other end.

    Shape: (N, C, L) or (C, L) → (…, before + L + after).

    >>> import minitorch
    >>> minitorch.nn.CircularPad1d(2)(minitorch.tensor([[1.0, 2.0, 3.0]]))
    tensor([[2., 3., 1., 2., 3., 1., 2.]])
    """

    dims, mode = 1, "circular"


class CircularPad2d(Pad):
    """An image continued from its other edge.

    Shape: (N, C, H, W) or (C, H, W) → (…, top + H + bottom, left + W + right).

    >>> import minitorch
    >>> minitorch.nn.CircularPad2d((1, 0, 1, 0))(minitorch.tensor([[[1.0, 2.0], [3.0, 4.0]]]))
    tensor([[[4., 3., 4.],
             [2., 1., 2.],
             [4., 3., 4.]]])
    """

    dims, mode = 2, "circular"


class CircularPad3d(Pad):
    """A volume continued from its other face.

    Shape: (N, C, D, H, W) or (C, D, H, W) → (…, D′, H′, W′), each larger by its two widths.

    >>> import minitorch
    >>> minitorch.nn.CircularPad3d(1)(minitorch.zeros(1, 3, 4, 5)).shape
    minitorch.Size([1, 5, 6, 7])
    """

    dims, mode = 3, "circular"
