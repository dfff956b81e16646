"""What a row of the op table is made of: sample calls, and how to turn them into other dtypes and layouts.

A sample is a call, written with NumPy arrays.  Arrays of floating-point numbers stand for tensors that are
differentiated; integer and boolean arrays for constant tensors; `np.dtype` objects for dtypes.
"""

from __future__ import annotations

import operator
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

import minitorch
from minitorch.rooms import TOP_LEVEL, find

_rng = np.random.default_rng(0)


def x(*shape: int, low: float = -2.0, high: float = 2.0) -> np.ndarray:
    """A tensor to differentiate: random numbers between `low` and `high`."""
    return _rng.uniform(low, high, shape)


def ints(*shape: int, high: int, low: int = 0) -> np.ndarray:
    """A tensor of random integers below `high`, such as indices."""
    return _rng.integers(low, high, shape)


def mask(*shape: int) -> np.ndarray:
    """A tensor of random booleans."""
    return _rng.random(shape) < 0.5


@dataclass(frozen=True)
class Sample:
    """One call.

    Attributes:
        args, kwargs: the arguments.
        kink: the function has no derivative there, so finite differences say nothing; only what PyTorch
            does there counts.
        real: the call is for floating-point tensors only, though the function takes others.
    """

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    kink: bool = False
    real: bool = False

    def map(self, change: Callable[[Any], Any]) -> Sample:
        """The same call with every array and dtype in it changed."""
        return replace(self, args=walk(self.args, change), kwargs=walk(self.kwargs, change))

    @property
    def arrays(self) -> list[np.ndarray]:
        """The floating-point arrays, in order."""
        found: list[np.ndarray] = []
        self.map(lambda leaf: found.append(leaf) if is_float(leaf) else None)
        return found

    def cast(self, dtype: Any) -> Sample:
        """The same call in another dtype; complex numbers get imaginary parts of their own."""
        kind = np.dtype(dtype)
        rng = np.random.default_rng(7)

        def change(leaf: Any) -> Any:
            if not is_float(leaf):
                return leaf
            if kind.kind == "c":
                return (leaf + 1j * rng.uniform(-1.0, 1.0, leaf.shape)).astype(kind)
            return (np.abs(leaf) if kind.kind == "u" else leaf).astype(kind)

        return self.map(change)

    def __repr__(self) -> str:
        def short(value: Any) -> str:
            if isinstance(value, np.ndarray):
                return f"{value.dtype.kind}{list(value.shape)}"
            if isinstance(value, (list, tuple)):
                return "(" + ", ".join(map(short, value)) + ")"
            return str(value)

        parts = [*map(short, self.args), *(f"{k}={short(v)}" for k, v in self.kwargs.items())]
        return ", ".join(parts) + (" kink" if self.kink else "")


def call(*args: Any, kink: bool = False, real: bool = False, **kwargs: Any) -> Sample:
    """A sample: the arguments of one call."""
    return Sample(args, kwargs, kink, real)


def walk(value: Any, change: Callable[[Any], Any]) -> Any:
    """`value` with every array and dtype in it changed."""
    if isinstance(value, np.ndarray):
        changed = change(value)
        return np.asarray(changed) if isinstance(changed, np.generic) else changed
    if isinstance(value, np.dtype):
        return change(value)
    if isinstance(value, (list, tuple)):
        return type(value)(walk(item, change) for item in value)
    if isinstance(value, dict):
        return {key: walk(item, change) for key, item in value.items()}
    return value


def is_float(leaf: Any) -> bool:
    """Whether a leaf stands for a tensor that is differentiated."""
    return isinstance(leaf, np.ndarray) and leaf.dtype.kind in "fc"


def flat(result: Any) -> list[Any]:
    """The results of a call as a list."""
    if isinstance(result, (tuple, list)):
        return [y for item in result for y in flat(item)]
    return [result]


# Families of samples ------------------------------------------------------------


def elementwise(low: float = -2.0, high: float = 2.0) -> Callable[[], list[Sample]]:
    """Calls of a function of one tensor: matrices, 0-d, empty, four dims."""
    shapes = [(2, 3), (), (0, 3), (2, 1, 2, 2)]
    return lambda: [call(x(*shape, low=low, high=high)) for shape in shapes]


def pairs(low: float = -2.0, high: float = 2.0, scalar: Any = 1.7) -> Callable[[], list[Sample]]:
    """Calls of a function of two tensors that broadcast, or of a tensor and a number."""
    shapes = [
        ((2, 3), (2, 3)),
        ((2, 3), (3,)),
        ((2, 1), (4, 1, 3)),
        ((), (2, 2)),
        ((3,), ()),
        ((), ()),
        ((0, 3), (1, 3)),
        ((1, 3), (0, 1)),
    ]

    def make() -> list[Sample]:
        both = [call(x(*a, low=low, high=high), x(*b, low=low, high=high)) for a, b in shapes]
        return both if scalar is None else [*both, call(x(2, 3, low=low, high=high), scalar)]

    return make


def reductions(**settings: Any) -> Callable[[], list[Sample]]:
    """Calls of a reduction: over all dims, one, several, kept, of 0-d and empty tensors."""

    def make() -> list[Sample]:
        return [
            call(x(2, 3), **settings),
            call(x(2, 3, 2), dim=1, **settings),
            call(x(2, 3, 2), dim=-1, keepdim=True, **settings),
            call(x(2, 3, 2), dim=(0, 2), **settings),
            call(x(2, 3, 2), dim=(-1, 0), keepdim=True, **settings),
            call(x(), **settings),
            call(x(2, 0, 3), dim=0, **settings),
        ]

    return make


# Rows ------------------------------------------------------------


@dataclass
class Row:
    """One public differentiable function; see `op_table` for the meaning of the fields."""

    name: str
    reference: Callable[..., Any] | None
    make: Callable[[], list[Sample]]
    function: Callable[..., Any] | None = None
    torch: str | Callable[..., Any] | None = None
    complex: bool = False
    integers: str | None = None
    half: bool = True
    differences: int = 2
    random: bool = False
    casts: bool = False
    only_floats: bool = False
    torch_differentiates: bool = True

    @cached_property
    def samples(self) -> list[Sample]:
        """The sample calls, the same ones in every run."""
        global _rng
        _rng = np.random.default_rng(zlib.crc32(self.name.encode()))
        return self.make()

    @property
    def target(self) -> Callable[..., Any]:
        """The public function itself."""
        return public(self.name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Calls the function, always with the same random numbers."""
        if self.random:
            minitorch.manual_seed(0)
        return (self.function or self.target)(*args, **kwargs)


def public(name: str) -> Callable[..., Any]:
    """minitorch's function of this name: "exp", or "linalg.det" for one of a room of its own."""
    if "." in name:
        return operator.attrgetter(name)(minitorch)  # type: ignore[no-any-return]
    for room in rooms():
        if callable(getattr(room, name, None)):  # `minitorch.ops.dropout` is a file
            return getattr(room, name)  # type: ignore[no-any-return]
    if name in TOP_LEVEL:
        return find(name)  # type: ignore[no-any-return]
    raise LookupError(f"minitorch has no function {name!r}")


def rooms() -> Iterator[Any]:
    """Where public functions live."""
    yield minitorch.ops
    if hasattr(minitorch, "nn"):
        yield minitorch.nn.functional
    yield minitorch.special


ROWS: dict[str, Row] = {}


def row(
    name: str,
    reference: Callable[..., Any] | None,
    samples: Callable[[], list[Sample]],
    **fields: Any,
) -> None:
    """Adds a row to the table; see `op_table`."""
    assert name not in ROWS, f"the op table has two rows {name!r}"
    ROWS[name] = Row(name, reference, samples, **fields)


# From samples to tensors ------------------------------------------------------------


def tensors(sample: Sample, requires_grad: bool = True) -> tuple[Sample, list[minitorch.Tensor]]:
    """The call with tensors in the arrays' memory, and those of them that are differentiated."""
    leaves: list[minitorch.Tensor] = []

    def change(leaf: Any) -> Any:
        if isinstance(leaf, np.dtype):
            return minitorch.dtypes.as_dtype(leaf)
        tensor = minitorch.from_numpy(leaf)
        if requires_grad and is_float(leaf):
            leaves.append(tensor.requires_grad_())
        return tensor

    return sample.map(change), leaves


def as_function(row: Row, sample: Sample) -> tuple[Callable[..., Any], list[minitorch.Tensor]]:
    """The call as a function of its differentiated tensors alone, and these tensors."""
    prepared, leaves = tensors(sample)

    def function(*values: Any) -> Any:
        given = dict(zip(map(id, leaves), values, strict=True))

        def change(leaf: Any) -> Any:
            if isinstance(leaf, minitorch.Tensor):
                return given.get(id(leaf), leaf)
            if isinstance(leaf, (list, tuple)):
                return type(leaf)(map(change, leaf))
            return leaf

        kwargs = {key: change(value) for key, value in prepared.kwargs.items()}
        results = flat(row(*map(change, prepared.args), **kwargs))
        return tuple(y for y in results if y.dtype.is_floating_point or y.dtype.is_complex)

    return function, leaves


LAYOUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "fortran": lambda a: a.copy(order="F"),
    "strided": lambda a: np.repeat(a[..., None], 2, -1)[..., 0],
    "reversed": lambda a: np.flip(np.flip(a).copy()),
}


def relayout(sample: Sample, layout: str) -> Sample:
    """The same call with the arrays laid out otherwise in memory."""
    return sample.map(lambda leaf: leaf if isinstance(leaf, np.dtype) else LAYOUTS[layout](leaf))


def first_of_equals(name: str) -> Callable[..., Any]:
    """PyTorch's median with the first index of equal elements, where its own gives any of them."""

    def middle(a: Any, dim: Any = None, keepdim: bool = False) -> Any:
        if dim is None:
            return getattr(a, name)()
        values, indices = getattr(a, name)(dim, keepdim=True)
        if not a.ndim:
            return values, indices
        indices = ((a == values) | (a != a) & (values != values)).int().argmax(dim, keepdim=True)
        return (values, indices) if keepdim else (values.squeeze(dim), indices.squeeze(dim))

    return middle
