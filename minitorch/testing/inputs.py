"""`samples`: inputs on which wrong programs fail: several sizes, layouts in memory, dtypes, and none at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from minitorch.creation import tensor
from minitorch.dtypes import dtype, float32, float64
from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.value import Value

LAYOUTS = ("transposed", "strided")


class Sample(NamedTuple):
    """The arguments of one call, and what is special about them.

    Attributes:
        args: what the function is called with.
        label: what a message calls them, such as `float64, transposed in memory`.
    """

    args: tuple[Any, ...]
    label: str


def samples(
    *shapes: Any,
    seed: int = 0,
    dtypes: Sequence[dtype] = (float64, float32),
    low: float = -2.0,
    high: float = 2.0,
    empty: bool = True,
    layouts: Sequence[str] = LAYOUTS,
) -> Iterator[Sample]:
    """Random arguments of given shapes: of several sizes, then awkward ones.

    A letter in a shape stands for a size, the same one in all shapes. There is a sample with sizes that all differ,
    so that nothing fits by accident, one with a size of 1 for each letter, one for each dtype and layout in memory,
    and one in which each letter in turn is 0. The same seed gives the same numbers.

    Args:
        shapes: for each argument a string such as `"n d"`, or a tuple of letters and numbers; anything else is
            handed on as it is.
        seed: another one gives other numbers and other sizes: keep one to yourself for grading.
        dtypes: the first is that of most samples.
        low: the least number that can come.
        high: the bound of the largest.
        empty: whether sizes of 0 are among them.
        layouts: out of `transposed` and `strided`, which is every second element of a larger array.

    Raises:
        ArgumentError: for an unknown layout, or without a dtype.

    >>> from minitorch.testing import samples
    >>> for sample in samples("n d", "d", seed=3, layouts=["transposed"]):
    ...     print([tuple(x.shape) for x in sample.args], sample.label)
    [(6, 5), (5,)] float64
    [(1, 5), (5,)] float64, n = 1
    [(6, 1), (1,)] float64, d = 1
    [(6, 5), (5,)] float32
    [(6, 5), (5,)] float64, transposed in memory
    [(0, 5), (5,)] float64, n = 0: no elements
    [(6, 0), (0,)] float64, d = 0: no elements
    """
    if not dtypes or set(layouts) - set(LAYOUTS):
        raise ArgumentError(
            f"samples: expected dtypes, and layouts out of {LAYOUTS}, got {dtypes}, {layouts}"
        )
    random = np.random.default_rng(seed)
    dims = [dims_of(shape) for shape in shapes]
    letters = list(
        dict.fromkeys(d for shape in dims if shape is not None for d in shape if isinstance(d, str))
    )
    sizes = dict(zip(letters, (random.permutation(max(4, len(letters))) + 3).tolist(), strict=False))

    def draw(kind: dtype, changed: dict[str, int], layout: str = "") -> tuple[Any, ...]:
        size = sizes | changed
        return tuple(
            given
            if shape is None
            else laid_out(
                random.uniform(low, high, [size.get(d, d) for d in shape]).astype(kind.dtype), layout
            )
            for given, shape in zip(shapes, dims, strict=True)
        )

    first, *others = dtypes
    yield Sample(draw(first, {}), first.name)
    for d in letters:
        yield Sample(draw(first, {d: 1}), f"{first.name}, {d} = 1")
    for kind in others:
        yield Sample(draw(kind, {}), kind.name)
    for layout in layouts:
        yield Sample(draw(first, {}, layout), f"{first.name}, {layout} in memory")
    for d in letters if empty else ():
        yield Sample(draw(first, {d: 0}), f"{first.name}, {d} = 0: no elements")


def dims_of(shape: Any) -> tuple[Any, ...] | None:
    """A shape's letters and sizes; None for an argument that is no shape."""
    if isinstance(shape, str):
        return tuple(int(d) if d.isdigit() else d for d in shape.split())
    if isinstance(shape, tuple) and all(isinstance(d, (int, str)) for d in shape):
        return shape
    return None


def laid_out(a: Any, how: str) -> Value:
    """A tensor of an array's elements, in another order in memory."""
    if how == "transposed" and a.ndim > 1:
        return tensor(np.ascontiguousarray(a.swapaxes(-1, -2))).transpose(-1, -2)
    if how == "strided" and a.ndim:
        return tensor(np.repeat(a, 2, -1))[..., ::2]
    return tensor(np.ascontiguousarray(a))


def as_samples(inputs: Any) -> list[Sample]:
    """What a caller gave as inputs: one tuple of arguments, or several, or samples."""
    if isinstance(inputs, Sample):
        return [inputs]
    if isinstance(inputs, Value):
        return [Sample((inputs,), "the input")]
    if isinstance(inputs, tuple) and not any(isinstance(x, tuple) for x in inputs):
        return [Sample(inputs, "the input")]
    found = []
    for i, item in enumerate(inputs):
        if isinstance(item, Sample):
            found.append(item)
        elif isinstance(item, tuple):
            found.append(Sample(item, f"input set {i}"))
        elif isinstance(item, Value):
            found.append(Sample((item,), f"input set {i}"))
        else:
            raise ArgumentTypeError(
                f"compare_with_reference: input set {i} is a {type(item).__name__}; expected a tuple of the "
                f"function's arguments"
            )
    if not found:
        raise ArgumentError("compare_with_reference: there are no inputs to compare on")
    return found
