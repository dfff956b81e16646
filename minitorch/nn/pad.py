"""Borders around sequences, images and volumes: constant, reflected, replicated, circular."""

from __future__ import annotations

from typing import Any, ClassVar

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
    """A border of one value around a sequence."""

    dims = 1


class ConstantPad2d(ConstantPad):
    """A border of one value around an image."""

    dims = 2


class ConstantPad3d(ConstantPad):
    """A border of one value around a volume."""

    dims = 3


class ZeroPad(ConstantPad):
    """Base of borders of zeros."""

    def __init__(self, padding: Any) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ZeroPad1d(ZeroPad):
    """A border of zeros around a sequence."""

    dims = 1


class ZeroPad2d(ZeroPad):
    """A border of zeros around an image.

    >>> import minitorch
    >>> minitorch.nn.ZeroPad2d((1, 0, 0, 0))(minitorch.ones(1, 1, 2, 2))
    tensor([[[[0., 1., 1.],
              [0., 1., 1.]]]])
    """

    dims = 2


class ZeroPad3d(ZeroPad):
    """A border of zeros around a volume."""

    dims = 3


class ReflectionPad1d(Pad):
    """A sequence reflected at its ends."""

    dims, mode = 1, "reflect"


class ReflectionPad2d(Pad):
    """An image reflected at its edges."""

    dims, mode = 2, "reflect"


class ReflectionPad3d(Pad):
    """A volume reflected at its faces."""

    dims, mode = 3, "reflect"


class ReplicationPad1d(Pad):
    """A sequence with its ends repeated."""

    dims, mode = 1, "replicate"


class ReplicationPad2d(Pad):
    """An image with its edges repeated."""

    dims, mode = 2, "replicate"


class ReplicationPad3d(Pad):
    """A volume with its faces repeated."""

    dims, mode = 3, "replicate"


class CircularPad1d(Pad):
    """A sequence continued from its other end."""

    dims, mode = 1, "circular"


class CircularPad2d(Pad):
    """An image continued from its other edge."""

    dims, mode = 2, "circular"


class CircularPad3d(Pad):
    """A volume continued from its other face."""

    dims, mode = 3, "circular"
