"""Convolution: which algorithm computes it, and where the numbers stand that its kernels read.

Windows of one element are products of matrices. Large convolutions of 3 × 3 go by Winograd's algorithm (`winograd`),
all others by tiles of windows (`conv_tiles`), and small ones are NumPy's.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from math import gcd, prod
from typing import Any, NamedTuple

import numpy as np

from minitorch.backend import Array
from minitorch.backend_nn import with_bias
from minitorch.windows import Windows
from minitorch_numba import jit, threads
from minitorch_numba.buffers import empty
from minitorch_numba.conv_images import channels_last, padded, padded_channels_last
from minitorch_numba.conv_tiles import conv_forward, conv_weight, point_weight
from minitorch_numba.gemm import AVAILABLE
from minitorch_numba.layout import enough, finite, flat, in_order
from minitorch_numba.tile import ROWS, WIDTH
from minitorch_numba.winograd import shape_of_sums, winograd_forward, winograd_weight
from minitorch_numpy import NumpyBackend

SMALL = 1 << 19  # multiplications up to which NumPy's `conv` is as fast
CHANNELS, TILES = 16, 32  # from which on Winograd's algorithm is faster
MANY = 8  # strips of tiles per thread, from which on it does not matter that one has more than the others
PARTS = 4  # of the images, in which weight gradients with few columns are added up, before the parts are
FEW = 8  # strips that are few columns


class Taps(NamedTuple):
    """A weight, or one turned around: the number for an output, a channel and a place is flat[their sum].

    Attributes:
        flat: all numbers.
        outputs: (groups, O/groups).
        channels: (C/groups).
        places: (elements).
    """

    flat: Array
    outputs: Array
    channels: Array
    places: Array


class NumbaConvKernels(NumpyBackend):
    """Convolution over any number of dims."""

    def conv(self, x: Array, w: Array, b: Array | None, windows: Windows, groups: int) -> Array:
        seen = strided_points(windows)
        if seen is not None:
            return super().conv(np.ascontiguousarray(x[seen]), w, b, as_points(windows), groups)
        work = len(x) * w.size * prod(windows.counts)
        if not suits(x, w, windows) or work < SMALL * jit.threshold or windows.trivial or not in_order(b):
            return super().conv(x, w, b, windows, groups)
        outputs, channels, places = (
            grid((count, step))
            for count, step in zip(
                (len(w), w.shape[1], windows.elements), (w[0].size, windows.elements, 1), strict=True
            )
        )
        taps = Taps(flat(np.ascontiguousarray(w)), outputs.reshape(groups, -1), channels, places)
        y = np.empty((len(x), len(w), *windows.counts), x.dtype)
        self._conv(x, taps, b, windows, y)
        return y

    def conv_transpose(self, y: Array, w: Array, b: Array | None, windows: Windows, groups: int) -> Array:
        """Inputs that are a stride apart are seen by the same elements of the windows: each such phase is a `conv`.

        Its padding is zeros, which must not meet weights that are infinite.
        """
        seen = strided_points(windows)
        if seen is not None:
            spread: Array = np.zeros((len(y), w.shape[1] * groups, *windows.size), y.dtype)
            spread[seen] = super().conv_transpose(y, w, None, as_points(windows), groups)
            return with_bias(spread, b)
        if not suits(y, w, windows) or windows.trivial or not in_order(b) or not finite(w):
            return super().conv_transpose(y, w, b, windows, groups)
        o, c, size = len(w) // groups, w.shape[1], windows.elements
        outputs, channels = grid((groups, o * c * size), (c, size)), grid((o, c * size))
        numbers, places = flat(np.ascontiguousarray(w)), grid((size, 1)).reshape(windows.kernel)
        x: Array = np.empty((len(y), groups * c, *windows.size), y.dtype)
        for phase in product(*(range(s) for s in windows.stride)):
            parts = [along(windows, dim, r) for dim, r in enumerate(phase)]
            target = x[(..., *(slice(r, None, s) for r, s in zip(phase, windows.stride, strict=True)))]
            if any(elements is None for elements, _, _ in parts):
                target[...] = 0 if b is None else b.reshape(-1, *(1 for _ in phase))
            elif target.size:
                some = places[tuple(elements for elements, _, _ in parts)]  # from the last to the first
                taps = Taps(
                    numbers, outputs.reshape(groups, -1), channels, np.ascontiguousarray(some).reshape(-1)
                )
                of_phase = Windows(
                    size=y.shape[2:],
                    kernel=some.shape,
                    stride=(1,) * some.ndim,
                    before=tuple(before for _, before, _ in parts),
                    dilation=tuple(dilation for _, _, dilation in parts),
                    counts=target.shape[2:],
                )
                self._conv(y, taps, b, of_phase, target)
        return x

    def conv_weight(self, x: Array, y: Array, windows: Windows, groups: int) -> Array:
        if not suits(x, y, windows):
            return super().conv_weight(x, y, windows, groups)
        seen = strided_points(windows)
        if seen is not None:
            x, windows = x[seen], as_points(windows)
        if windows.trivial and AVAILABLE:
            return self._conv_weight_of_points(x, y, windows, groups)
        if groups == 1 and by_points(windows, x, y.shape[1]):
            w: Array = self._conv_weight_by_points(x, y, windows)
            if finite(w):
                return w
        o, c = y.shape[1], x.shape[1] // groups
        last = c * x.itemsize >= WIDTH  # then the elements of a strip stand side by side, with channels last
        x = padded_channels_last(x, windows) if last else padded(x, windows)
        strides = strides_of(x.shape[1:])
        strides = (1, *strides[:-1]) if last else strides
        elements, starts = offsets(strides, c * groups, groups, windows)
        order = grid((c * windows.elements, 1))
        if last:
            order = np.ascontiguousarray(order.reshape(c, -1).T).reshape(-1)
            elements = np.ascontiguousarray(elements[:, order])
        parts = min(PARTS, len(x)) if elements.size * x.itemsize < FEW * WIDTH else 1
        w = np.empty((parts, groups, o // groups, len(order)), x.dtype)
        y = np.ascontiguousarray(y).reshape(len(x), o, -1)
        conv_weight(
            y.size * len(order), flat(x), elements, starts, prod(x.shape[1:]), windows.counts[-1],
            windows.stride[-1] * strides[-1], y, threads.get_num_threads(), order, w,
        )  # fmt: skip
        total = w[0] if parts == 1 else np.add.reduce(w, axis=0)
        return total.reshape(o, c, *windows.kernel)

    def _conv(self, x: Array, taps: Taps, b: Array | None, windows: Windows, y: Array) -> None:
        """`conv` by the faster of two algorithms; where Winograd's meets what is not finite, by the other one.

        `y`, which takes the results, may be a view with steps between its elements, of an array in order.
        """
        groups, outputs = len(taps.outputs), taps.outputs.size
        work = len(x) * outputs * prod(windows.counts) * len(taps.channels) * len(taps.places)
        if groups == 1 and by_points(windows, x, outputs):
            result = y if in_order(y) else np.empty(y.shape, y.dtype)
            parts = parts_of(-(-len(x) * prod(tiles_of(windows)) * x.itemsize // WIDTH), outputs)
            x, (w, all_outputs, channels, places) = np.ascontiguousarray(x), taps
            if winograd_forward(
                work, x, windows.before, w, all_outputs[0], channels, places, b, parts, result
            ):
                if result is not y:
                    y[...] = result
                return
        x = padded(x, windows)
        elements, starts = offsets(strides_of(x.shape[1:]), x.shape[1], groups, windows)
        whole = y if y.base is None else y.base
        steps = tuple(step // y.itemsize for step in y.strides)
        begin = (y.ctypes.data - whole.ctypes.data) // y.itemsize
        conv_forward(
            work, flat(x), elements, starts, prod(x.shape[1:]), windows.counts[-1], windows.stride[-1],
            taps.flat, taps.outputs, np.add.outer(taps.channels, taps.places).reshape(-1), b,
            flat(whole), begin + grid(*zip(y.shape[2:], steps[2:], strict=True)),
            (*steps[:2], steps[-1]), len(x),
        )  # fmt: skip

    def _conv_weight_by_points(self, x: Array, y: Array, windows: Windows) -> Array:
        """`conv_weight` by Winograd's algorithm."""
        down, across = tiles_of(windows)
        images = np.empty((len(x), 4 * down + 2, 4 * across + 2, x.shape[1]), x.dtype)
        channels_last(images.size, np.ascontiguousarray(x), *windows.before, images)
        results = np.empty((len(y), 4 * down, 4 * across, y.shape[1]), x.dtype)
        to = results
        if y.shape[2:] == results.shape[1:3]:  # then an image may be taken for one row
            y, to = y.reshape(*y.shape[:2], 1, -1), results.reshape(len(y), 1, -1, y.shape[1])
        channels_last(results.size, np.ascontiguousarray(y), 0, 0, to)
        w = np.empty((y.shape[1], x.shape[1], 9), x.dtype)
        sums = empty(shape_of_sums(len(x) * down * across, w), x.dtype)
        winograd_weight(y.size * w[0].size, images, results, sums, w)
        return w.reshape(*w.shape[:2], 3, 3)

    def _conv_weight_of_points(self, x: Array, y: Array, windows: Windows, groups: int) -> Array:
        """`conv_weight` for windows of one element."""
        x, y = (np.ascontiguousarray(a).reshape(len(a), groups, a.shape[1] // groups, -1) for a in (x, y))
        w = np.empty((min(PARTS, len(x)), groups, y.shape[2], x.shape[2]), x.dtype)
        point_weight(y.size * x.shape[2], x, y, w)
        return np.add.reduce(w, axis=0).reshape(groups * y.shape[2], -1, *windows.kernel)


def suits(x: Array, w: Array, windows: Windows) -> bool:
    """Whether the kernels take these: real numbers of one dtype, and something to do."""
    return enough(x, 1) and enough(w, 1) and x.dtype is w.dtype and prod(windows.counts) > 0


def strided_points(windows: Windows) -> tuple[Any, ...] | None:
    """For windows of one element that leave elements out, which of an array they see."""
    if windows.elements > 1 or windows.trivial or any(b or after > 0 for b, after in windows.padding):
        return None
    return (..., *(slice(0, n * s, s) for n, s in zip(windows.counts, windows.stride, strict=True)))


def as_points(windows: Windows) -> Windows:
    """Windows over nothing but the elements that they see."""
    ones = (1,) * len(windows.size)
    return Windows(windows.counts, ones, ones, (0,) * len(ones), ones, windows.counts)


def by_points(windows: Windows, x: Array, outputs: int) -> bool:
    """Whether Winograd's algorithm is faster: the transforms are worth while for many channels and many tiles."""
    if windows.kernel != (3, 3) or windows.stride != (1, 1) or windows.dilation != (1, 1):
        return False
    return min(x.shape[1], outputs) >= CHANNELS and len(x) * prod(tiles_of(windows)) >= TILES


def parts_of(strips: int, outputs: int) -> int:
    """In how many parts the outputs of Winograd's algorithm are taken, so that all threads have as much to do."""
    count = threads.get_num_threads()
    if strips > MANY * count:
        return 1
    return min(count // gcd(strips, count), -(-outputs // ROWS))


def tiles_of(windows: Windows) -> tuple[int, int]:
    """How many tiles of 4 × 4 results there are along both dims."""
    height, width = windows.counts
    return (height + 3) // 4, (width + 3) // 4


def strides_of(sizes: tuple[int, ...]) -> tuple[int, ...]:
    """From one element to the next along each dim, for an array in order."""
    return tuple(prod(sizes[dim + 1 :]) for dim in range(len(sizes)))


@lru_cache(maxsize=128)
def offsets(strides: tuple[int, ...], channels: int, groups: int, windows: Windows) -> tuple[Array, Array]:
    """Where the elements of a window stand, from its first one, and where the windows of an image begin.

    Shape: (groups, C/groups·elements), in the order (channel, *place), and (windows).
    """
    steps = zip(windows.kernel, windows.dilation, strides[1:], strict=True)
    elements = grid((channels, strides[0]), *((count, step * stride) for count, step, stride in steps))
    steps = zip(windows.counts, windows.stride, strides[1:], strict=True)
    return elements.reshape(groups, -1), grid(*((count, step * stride) for count, step, stride in steps))


def grid(*dims: tuple[int, int]) -> Array:
    """The sums of multiples of steps, in order, for (count, step) of each dim."""
    sums = np.zeros((), np.int64)
    for count, step in dims:
        sums = sums[..., None] + np.arange(count) * step
    return sums.reshape(-1)


def along(windows: Windows, dim: int, phase: int) -> tuple[slice | None, int, int]:
    """One dim of the windows that see the inputs phase, phase + stride, …: a convolution with stride one of its own.

    Window j sees input j·s + k·d − before at place k. Inputs phase + m·s are seen at those k for which
    k·d − before − phase is a multiple of s, by window m − (k·d − before − phase) / s.

    Returns:
        Which places, from the last to the first; the padding; the dilation.
    """
    s, d, before = windows.stride[dim], windows.dilation[dim], windows.before[dim]
    seen = [k for k in range(windows.kernel[dim]) if (k * d - before - phase) % s == 0]
    if not seen:
        return None, 0, 1
    step = s // gcd(s, d)
    back = slice(seen[-1], seen[0] - 1 if seen[0] else None, -step)
    return back, (seen[-1] * d - before - phase) // s, d // gcd(s, d)
