"""A border around a tensor: pad."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minitorch.autocasting import kernel
from minitorch.backend import Array
from minitorch.errors import ArgumentError, NotSupportedError, ShapeError
from minitorch.op import Op

if TYPE_CHECKING:
    from minitorch.variable import Variable


class ConstantPad(Op):
    """A constant around x (negative widths cut off);   dx = g without the border."""

    def forward(self, x: Array, *, widths: tuple[tuple[int, int], ...], value: float) -> Array:
        self.widths = widths
        return self.backend.pad(x, widths, value)

    def backward(self, g: Array) -> Array:
        return ConstantPad.apply(g, widths=tuple((-a, -b) for a, b in self.widths), value=0)


def pairs_of(input: Any, pad: Sequence[int]) -> list[tuple[int, int]]:
    """The widths before and after, of the last dim first.

    Raises:
        ArgumentError: unless they are pairs, at most one for each dim.
        ShapeError: if negative ones cut off more than there is.
    """
    widths = tuple(int(w) for w in pad)
    if len(widths) % 2 or len(widths) // 2 > input.ndim:
        raise ArgumentError(
            f"pad: needs a pair of widths for each of the last dims, got {widths} for shape {tuple(input.shape)}"
        )
    pairs = [(widths[i], widths[i + 1]) for i in range(0, len(widths), 2)]
    for i, (before, after) in enumerate(pairs):
        if input.shape[-1 - i] + before + after < 0:
            raise ShapeError(
                f"pad: widths {(before, after)} cut more than dim {-1 - i} of {tuple(input.shape)} has"
            )
    return pairs


def constant_pad_nd(input: Any, pad: Sequence[int], value: Any = 0) -> Variable:
    """A border of one value around the last dims: `nn.functional.pad` in its constant mode.

    >>> import minitorch
    >>> minitorch.constant_pad_nd(minitorch.ones(2), (1, 0))
    tensor([0., 1., 1.])
    """
    pairs = pairs_of(input, pad)
    full = [(0, 0)] * (input.ndim - len(pairs)) + pairs[::-1]
    return ConstantPad.apply(input, widths=tuple(full), value=value)


def pad(input: Any, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Variable:
    """A border around the last dims.

    Args:
        input: any shape; for the modes other than `"constant"` at least as many dims as are padded.
        pad: (before, after) of the last dim, then of the one before it, and so on; negative cuts off.
        mode: `"constant"`, `"reflect"` (without the edge), `"replicate"` (the edge) or `"circular"`.
        value: the constant, 0 by default.

    >>> import minitorch
    >>> minitorch.nn.functional.pad(minitorch.tensor([1.0, 2.0]), (1, 2))
    tensor([0., 1., 2., 0., 0.])
    """
    pairs = pairs_of(input, pad)
    if mode == "constant":
        return constant_pad_nd(input, pad, 0 if value is None else value)
    if len(pairs) not in (input.ndim - 1, input.ndim - 2) or len(pairs) > 3:
        raise NotSupportedError(
            f"pad: mode {mode!r} pads all dims after (N, C) or (C), at most three of them; got widths {tuple(pad)} for "
            f"shape {tuple(input.shape)}"
        )
    if mode not in BORDERS:
        raise ArgumentError(
            f"pad: mode must be 'constant', 'reflect', 'replicate' or 'circular', got {mode!r}"
        )
    return BORDERS[mode](input, pairs)


def bordered(input: Any, pairs: Sequence[tuple[int, int]], mode: str) -> Variable:
    """The tensor with a border of its own elements around the last dims."""
    from minitorch.ops.resampling import Resample, picked

    for i, (before, after) in enumerate(pairs):
        n = input.shape[-1 - i]
        index = tuple([source_index(k, n, mode, (before, after)) for k in range(-before, n + after)])
        if index != tuple(range(n)):
            input = Resample.apply(input, taps=picked(n, index), dim=input.ndim - 1 - i)
    return input


@kernel
def reflection_pad(input: Any, pairs: Sequence[tuple[int, int]]) -> Variable:
    """Without the edge."""
    return bordered(input, pairs, "reflect")


@kernel
def replication_pad(input: Any, pairs: Sequence[tuple[int, int]]) -> Variable:
    """The edge."""
    return bordered(input, pairs, "replicate")


@kernel
def circular_pad(input: Any, pairs: Sequence[tuple[int, int]]) -> Variable:
    """From the other side."""
    return bordered(input, pairs, "circular")


BORDERS = {"reflect": reflection_pad, "replicate": replication_pad, "circular": circular_pad}


def source_index(k: int, n: int, mode: str, widths: tuple[int, int]) -> int:
    """Which element stands at place `k` of a padded dim of size `n`."""
    limit = {"reflect": n - 1, "replicate": math.inf if n else 0, "circular": n}[mode]
    if max(widths) > limit:
        raise ShapeError(f"pad: mode {mode!r} with widths {widths} needs a larger dim than {n}")
    if mode == "circular":
        start = max(-widths[0], 0)  # what is cut off does not come round again
        return start + (k - start) % max(n - start - max(-widths[1], 0), 1)
    if mode == "replicate":
        return min(max(k, 0), n - 1)
    return -k if k < 0 else 2 * (n - 1) - k if k >= n else k
