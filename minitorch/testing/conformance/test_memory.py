"""Primitives that make, move, view and index arrays, against NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from minitorch.backend import Array, Backend
from minitorch.testing.conformance.fixtures import numbers, same

Layout = Callable[[Backend, Any], Array]
FLOATS = ["float16", "float32", "float64", "complex64", "complex128"]
DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", *FLOATS]


@pytest.mark.parametrize("kind", DTYPES)
def test_creation(backend: Backend, kind: str) -> None:
    """Arrays of one value, ranges, and the identity."""
    dtype = np.dtype(kind)
    for shape in [(2, 3), (), (0, 3)]:
        same(backend, backend.zeros(shape, dtype), np.zeros(shape, dtype))
        same(backend, backend.full(shape, 1, dtype), np.ones(shape, dtype))
        empty = backend.empty(shape, dtype)
        assert empty.shape == shape
        assert empty.dtype == dtype
    same(backend, backend.eye(2, 3, dtype), np.eye(2, 3, dtype=dtype))
    if dtype.kind in "if":
        same(backend, backend.arange(1, 7, 2, dtype), np.array([1, 3, 5], dtype))
        same(backend, backend.linspace(0, 4, 5, dtype=dtype), np.linspace(0, 4, 5, dtype=dtype))


def test_arrays_are_of_the_class_that_the_backend_names(backend: Backend) -> None:
    """By this the registry finds the backend of an array."""
    assert isinstance(backend.zeros((2,), np.dtype("float32")), backend.array_type)
    assert isinstance(backend.asarray([1.0, 2.0]), backend.array_type)


@pytest.mark.parametrize("kind", DTYPES)
def test_to_numpy_and_back(backend: Backend, layout: Layout, kind: str) -> None:
    """Elements survive the way to NumPy and back."""
    for shape in [(2, 3), (), (0, 3)]:
        x = numbers(shape, kind)
        there = layout(backend, x)
        same(backend, there, x)
        same(backend, backend.asarray(backend.to_numpy(there)), x)


@pytest.mark.parametrize("kind", ["float32", "int64", "bool"])
def test_asarray_casts(backend: Backend, kind: str) -> None:
    """Nested lists and arrays, in the dtype asked for."""
    same(backend, backend.asarray([[1, 0], [1, 1]], kind), np.asarray([[1, 0], [1, 1]], kind))
    same(backend, backend.asarray(backend.asarray([1, 0]), kind), np.asarray([1, 0], kind))


def test_copies_share_nothing(backend: Backend, layout: Layout) -> None:
    """`copy` and `astype` give new memory, that of a copy contiguous."""
    x = numbers((2, 3), "float32")
    original = layout(backend, x)
    assert backend.copy(original).flags.c_contiguous
    for new in (backend.copy(original), backend.astype(original, np.dtype("float32"))):
        new[...] = 0
        same(backend, original, x)


def test_astype(backend: Backend, layout: Layout) -> None:
    """Towards zero for integers, the real part of complex numbers, whether it is not zero for booleans."""
    x = np.array([-1.7, 0.0, 2.9])
    for kind in ("int64", "float32", "bool", "complex64"):
        same(backend, backend.astype(layout(backend, x), np.dtype(kind)), x.astype(kind))
    z = np.array([1 + 2j, 0j, -1.5j])
    same(backend, backend.astype(backend.asarray(z), np.dtype("float64")), z.real)
    same(backend, backend.astype(backend.asarray(z), np.dtype("bool")), z.astype(bool))


def test_writing_into_memory(backend: Backend, layout: Layout) -> None:
    """`copyto` broadcasts and casts, `add_into` adds."""
    x, y = numbers((2, 3), "float32"), numbers((3,), "float32", seed=1)
    target = layout(backend, x)
    backend.add_into(target, layout(backend, y + x))
    same(backend, target, x + (y + x))
    backend.copyto(target, layout(backend, y.astype("float64")))
    same(backend, target, np.broadcast_to(y, (2, 3)))


def test_views_share_memory(backend: Backend) -> None:
    """What is written through a view is seen in the array."""
    x = backend.zeros((2, 3, 4), np.dtype("float32"))
    views = [
        backend.reshape(x, (6, 4)),
        backend.transpose(x, (2, 0, 1)),
        backend.expand_dims(x, 1),
        backend.squeeze(backend.expand_dims(x, 1), 1),
        backend.flip(x, (0,)),
        x[1:, ::2],
        x[..., None],
    ]
    for i, view in enumerate(views, 1):
        view[...] = i
        assert float(backend.to_numpy(x)[1, 0, 0]) == i


def test_whole_arrays_own_their_memory(backend: Backend) -> None:
    """`is_whole` tells what may be given away."""
    x = backend.zeros((2, 3), np.dtype("float32"))
    assert backend.is_whole(x)
    assert not backend.is_whole(x[0])


def test_shapes(backend: Backend, layout: Layout) -> None:
    """Reshape, transpose, broadcast, flip, roll, repeat."""
    x = numbers((2, 3, 4), "float32")
    a = layout(backend, x)
    same(backend, backend.reshape(a, (4, 6)), x.reshape(4, 6))
    same(backend, backend.transpose(a, (1, 2, 0)), x.transpose(1, 2, 0))
    same(backend, backend.broadcast_to(a, (5, 2, 3, 4)), np.broadcast_to(x, (5, 2, 3, 4)))
    same(backend, backend.expand_dims(a, 1), x[:, None])
    same(backend, backend.squeeze(backend.expand_dims(a, 0), 0), x)
    same(backend, backend.flip(a, (0, 2)), np.flip(x, (0, 2)))
    same(backend, backend.roll(a, (1, -1), (0, 2)), np.roll(x, (1, -1), (0, 2)))
    same(backend, backend.repeat(a, 2, 1), np.repeat(x, 2, 1))
    same(backend, backend.diagonal(a, 1, 0, 2), x.diagonal(1, 0, 2))


def test_joining(backend: Backend, layout: Layout) -> None:
    """Along an axis that is there, or a new one."""
    xs = [numbers((2, n, 2), "float32", seed=n) for n in (1, 0, 3)]
    arrays = [layout(backend, x) for x in xs]
    same(backend, backend.concatenate(arrays, axis=1), np.concatenate(xs, 1))
    same(backend, backend.stack([arrays[0]] * 3, axis=1), np.stack([xs[0]] * 3, 1))


def test_padding(backend: Backend, layout: Layout) -> None:
    """With zeros or another constant; negative widths cut off."""
    x = numbers((2, 3), "float32")
    a = layout(backend, x)
    same(backend, backend.pad(a, ((1, 2), (0, 1))), np.pad(x, ((1, 2), (0, 1))))
    same(backend, backend.pad(a, ((0, 0), (1, 1)), 2.5), np.pad(x, ((0, 0), (1, 1)), constant_values=2.5))
    same(backend, backend.pad(a, ((1, -1), (-1, 2))), np.pad(x[:1, 1:], ((1, 0), (0, 2))))


def test_sliding_windows(backend: Backend, layout: Layout) -> None:
    """Every window, with strides and dilations."""
    x = numbers((2, 7, 8), "float32")
    got = backend.to_numpy(backend.sliding_windows(layout(backend, x), (3, 2), (2, 3), (1, 2)))
    assert got.shape == (2, 3, 2, 3, 2)
    for i in range(3):
        for j in range(2):
            window = x[:, 2 * i : 2 * i + 3, 3 * j : 3 * j + 3 : 2]
            np.testing.assert_array_equal(got[:, i, j], window)


def test_indexing(backend: Backend, layout: Layout) -> None:
    """The operator [...], with everything that may stand in it."""
    x = numbers((4, 5), "float32")
    a = layout(backend, x)
    rows, mask = np.array([[0, 2], [3, 3]]), x > 0
    same(backend, a[1:, ::2], x[1:, ::2])
    same(backend, a[..., 2], x[..., 2])
    same(backend, a[backend.asarray(rows)], x[rows])
    same(backend, a[:, backend.asarray(rows)], x[:, rows])
    same(backend, a[backend.asarray(mask)], x[mask])
    target, expected = backend.copy(a), x.copy()
    target[backend.asarray(mask)], expected[mask] = 0, 0
    same(backend, target, expected)


def test_nonzero(backend: Backend, layout: Layout) -> None:
    """The positions of what is not zero, one array for each dim."""
    x = np.array([[0, 1, 2], [3, 0, 0]])
    for found, expected in zip(backend.nonzero(layout(backend, x)), np.nonzero(x), strict=True):
        same(backend, found, expected)


def test_along_axis(backend: Backend, layout: Layout) -> None:
    """Taking, putting and adding at positions along an axis; what is added at one position adds up."""
    x, indices = numbers((3, 4), "float32"), np.array([[0, 2, 2], [1, 1, 1], [3, 0, 3]])
    values = numbers((3, 3), "float32", seed=1)
    at = backend.asarray(indices)
    same(backend, backend.take_along_axis(layout(backend, x), at, 1), np.take_along_axis(x, indices, 1))
    target, expected = backend.copy(backend.asarray(x)), x.copy()
    backend.add_along_axis(target, at, layout(backend, values), 1)
    np.add.at(expected, (np.arange(3)[:, None], indices), values)
    same(backend, target, expected)
    once = np.array([[0, 2, 1], [1, 3, 2], [3, 0, 1]])
    backend.put_along_axis(target, backend.asarray(once), layout(backend, values), 1)
    np.put_along_axis(expected, once, values, 1)
    same(backend, target, expected)


def test_index_add(backend: Backend, layout: Layout) -> None:
    """Values added at an index; duplicates add up."""
    indices: list[Any] = [np.array([0, 2, 2, 0]), (np.array([0, 1, 1, 0]), np.array([2, 0, 0, 2]))]
    for index in indices:
        expected = numbers((3, 4), "float32")
        target = backend.copy(backend.asarray(expected))
        values = numbers(expected[index].shape, "float32", seed=1)
        place = tuple(map(backend.asarray, index)) if isinstance(index, tuple) else backend.asarray(index)
        backend.index_add(target, place, layout(backend, values))
        np.add.at(expected, index, values)
        same(backend, target, expected)


def test_dlpack(backend: Backend) -> None:
    """Memory is shared, not copied."""
    x = backend.zeros((2, 3), np.dtype("float32"))
    y = backend.from_dlpack(x)
    x[0, 0] = 5
    same(backend, y, backend.to_numpy(x))
