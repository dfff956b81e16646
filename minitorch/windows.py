"""`Windows`: which elements of an input the windows of a convolution or a pool see."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod
from typing import NamedTuple

Sizes = tuple[int, ...]
Place = tuple[Sizes, tuple[slice, ...], tuple[slice, ...]]


class Windows(NamedTuple):
    """Windows laid over the last dims of an input at equal distances.

    Element k of window j along a dim is element j·stride + k·dilation − before of the input; what lies
    outside of the input is padding.

    Attributes:
        size: of the input.
        kernel: elements of a window.
        stride: from one window to the next.
        before: padding in front of the input; behind it there is as much as the last window needs.
        dilation: from one element of a window to the next.
        counts: how many windows there are.

    >>> Windows(size=(5,), kernel=(3,), stride=(2,), before=(1,), dilation=(1,), counts=(3,)).padding
    ((1, 1),)
    """

    size: Sizes
    kernel: Sizes
    stride: Sizes
    before: Sizes
    dilation: Sizes
    counts: Sizes

    @property
    def extent(self) -> Sizes:
        """From the first element of the first window to the last of the last one."""
        return tuple(
            (count - 1) * s + (k - 1) * d + 1
            for count, s, k, d in zip(self.counts, self.stride, self.kernel, self.dilation, strict=True)
        )

    @property
    def padding(self) -> tuple[tuple[int, int], ...]:
        """Elements to add (or, if negative, to cut off) before and after the input, for each dim."""
        return tuple((b, e - b - n) for n, b, e in zip(self.size, self.before, self.extent, strict=True))

    @property
    def elements(self) -> int:
        """The number of elements of one window."""
        return prod(self.kernel)

    @property
    def trivial(self) -> bool:
        """Whether each element is a window of its own."""
        return self.elements == 1 and self.size == self.counts and not any(self.before)

    @property
    def disjoint(self) -> bool:
        """Whether no two windows share an element."""
        return all(
            (k - 1) * d < s or count == 1
            for k, d, s, count in zip(self.kernel, self.dilation, self.stride, self.counts, strict=True)
        )

    def places(self) -> Iterator[Place]:
        """For each place in a window, in order: which elements of the input stand there in which windows.

        Yields:
            The place, slices of the input, and slices of the windows; padding is left out.
        """
        for place in product(*map(range, self.kernel)):
            inside = [self.along(dim, k) for dim, k in enumerate(place)]
            if all(count for _, _, count in inside):
                yield (
                    place,
                    tuple(
                        slice(start, start + (count - 1) * s + 1, s)
                        for (start, _, count), s in zip(inside, self.stride, strict=True)
                    ),
                    tuple(slice(first, first + count) for _, first, count in inside),
                )

    def along(self, dim: int, k: int) -> tuple[int, int, int]:
        """Along one dim: the first element at place k of a window, that window, and how many there are."""
        stride, shift = self.stride[dim], k * self.dilation[dim] - self.before[dim]
        first = max(0, -(shift // stride))
        last = min(self.counts[dim] - 1, (self.size[dim] - 1 - shift) // stride)
        return first * stride + shift, first, max(last - first + 1, 0)
