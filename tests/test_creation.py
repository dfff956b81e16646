"""New tensors: their values, dtypes, memory and flags."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minitorch
from minitorch.errors import ArgumentError, DtypeError


@pytest.mark.parametrize(
    ("data", "dtype", "shape"),
    [
        (1, "int64", ()),
        (1.0, "float32", ()),
        (True, "bool", ()),
        (1j, "complex64", ()),
        ([], "float32", (0,)),
        ([[], []], "float32", (2, 0)),
        ([1, 2.5, True], "float32", (3,)),
        ([True, 2], "int64", (2,)),
        ([1, 1j], "complex64", (2,)),
        ((1, 2), "int64", (2,)),
        (range(3), "int64", (3,)),
        (np.float64(1.5), "float64", ()),
        ([np.float64(1.5), 2.0], "float64", (2,)),
        ([np.int32(1)], "int32", (1,)),
        ([np.ones(2), np.ones(2)], "float64", (2, 2)),
        (np.ones((2, 1), np.float16), "float16", (2, 1)),
        (np.arange(3, dtype=">i4"), "int32", (3,)),
        ([minitorch.tensor(1.0), minitorch.tensor(2.0)], "float32", (2,)),
        ([minitorch.tensor(1, dtype=minitorch.int8)], "int8", (1,)),
        (minitorch.ones(2, dtype=minitorch.int16), "int16", (2,)),
    ],
)
def test_dtype_of_data(data: Any, dtype: str, shape: tuple[int, ...]) -> None:
    x = minitorch.tensor(data)
    assert x.dtype is getattr(minitorch, dtype)
    assert x.shape == shape


def test_default_dtype_counts() -> None:
    minitorch.set_default_dtype(minitorch.float64)
    try:
        assert minitorch.tensor(1.0).dtype is minitorch.float64
        assert minitorch.tensor(1j).dtype is minitorch.complex128
        assert minitorch.zeros(2).dtype is minitorch.float64
        assert (minitorch.tensor([1]) / 2).dtype is minitorch.float64
    finally:
        minitorch.set_default_dtype(minitorch.float32)


def test_python_types_are_dtypes() -> None:
    assert minitorch.ones(1, dtype=float).dtype is minitorch.float64
    assert minitorch.ones(1, dtype=int).dtype is minitorch.int64
    assert minitorch.ones(1, dtype=bool).dtype is minitorch.bool
    assert minitorch.ones(1, dtype=complex).dtype is minitorch.complex128
    assert minitorch.ones(1, dtype=np.float16).dtype is minitorch.float16


@given(st.lists(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3), max_size=4))
def test_lists_come_back(rows: list[list[float]]) -> None:
    x = minitorch.tensor(rows, dtype=minitorch.float64)
    assert x.tolist() == rows


def test_tensor_copies_and_as_tensor_shares() -> None:
    a = np.zeros(2)
    copied, shared = minitorch.tensor(a), minitorch.as_tensor(a)
    a[0] = 1
    assert copied.tolist() == [0, 0]
    assert shared.tolist() == [1, 0]
    assert minitorch.as_tensor(a, dtype=minitorch.float32).dtype is minitorch.float32
    assert minitorch.as_tensor(shared) is shared


def test_from_numpy_keeps_the_layout() -> None:
    a = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    x = minitorch.from_numpy(a)
    assert x.stride() == (1, 2)
    assert not x.is_contiguous()
    assert minitorch.from_numpy(np.arange(3)[::-1]).tolist() == [2, 1, 0]


def test_read_only_arrays_are_not_written_to() -> None:
    a = np.zeros(2)
    a.setflags(write=False)
    x = minitorch.from_numpy(a)
    with pytest.raises(RuntimeError):
        x.add_(1)
    assert x._version == 0
    assert a.tolist() == [0, 0]


@pytest.mark.parametrize("function", ["zeros", "ones", "empty", "rand", "randn"])
def test_sizes_in_every_form(function: str) -> None:
    make = getattr(minitorch, function)
    for x in (
        make(2, 3),
        make((2, 3)),
        make([2, 3]),
        make(minitorch.Size([2, 3])),
        make(size=(2, 3)),
        make(2, np.int64(3)),
    ):
        assert x.shape == (2, 3)
        assert x.dtype is minitorch.float32
    assert make(()).shape == ()
    assert make(0, 2).shape == (0, 2)
    assert make(2, dtype=minitorch.float64, requires_grad=True).requires_grad
    assert make(minitorch.tensor(2), 1).shape == (2, 1)


def test_filled() -> None:
    assert minitorch.zeros(2).tolist() == [0, 0]
    assert minitorch.ones(2, dtype=minitorch.int8).tolist() == [1, 1]
    for value, dtype in [(1, "int64"), (1.5, "float32"), (True, "bool"), (1j, "complex64")]:
        x = minitorch.full((2,), value)
        assert x.tolist() == [value, value]
        assert x.dtype is getattr(minitorch, dtype)
    assert minitorch.full((), minitorch.tensor(3)).item() == 3
    assert minitorch.full((1,), -1, dtype=minitorch.uint8).item() == 255


def test_identity() -> None:
    assert minitorch.eye(2).tolist() == [[1, 0], [0, 1]]
    assert minitorch.eye(2, 3, dtype=minitorch.int64).tolist() == [[1, 0, 0], [0, 1, 0]]
    assert minitorch.eye(0).shape == (0, 0)


@given(st.integers(-20, 20), st.integers(-20, 20), st.sampled_from([-3, -1, 1, 2, 5]))
def test_arange_of_integers(start: int, end: int, step: int) -> None:
    if (end - start) * step < 0:
        with pytest.raises(ArgumentError):
            minitorch.arange(start, end, step)
        return
    assert minitorch.arange(start, end, step).tolist() == list(range(start, end, step))


def test_arange() -> None:
    assert minitorch.arange(3).dtype is minitorch.int64
    assert minitorch.arange(3.0).dtype is minitorch.float32
    assert minitorch.arange(end=3).tolist() == [0, 1, 2]
    assert minitorch.arange(0, 1, 0.25).tolist() == [0, 0.25, 0.5, 0.75]
    assert minitorch.arange(1, 4, dtype=minitorch.float64).tolist() == [1, 2, 3]
    assert minitorch.arange(minitorch.tensor(2)).tolist() == [0, 1]
    with pytest.raises(ArgumentError):
        minitorch.arange(0, 3, 0)


def test_spaces() -> None:
    np.testing.assert_allclose(minitorch.linspace(-1, 1, 5).numpy(), [-1, -0.5, 0, 0.5, 1])
    assert minitorch.linspace(3, 4, 1).tolist() == [3]
    assert minitorch.linspace(3, 4, 0).shape == (0,)
    np.testing.assert_allclose(minitorch.logspace(0, 2, 3).numpy(), [1, 10, 100], rtol=1e-6)
    np.testing.assert_allclose(minitorch.logspace(0, 2, 3, base=2).numpy(), [1, 2, 4], rtol=1e-6)


def test_like_another() -> None:
    x = minitorch.ones(2, 3, dtype=minitorch.int8)
    assert minitorch.zeros_like(x).tolist() == [[0] * 3] * 2
    assert minitorch.ones_like(x, dtype=minitorch.float64).dtype is minitorch.float64
    assert minitorch.full_like(x, 7).tolist() == [[7] * 3] * 2
    assert minitorch.empty_like(x).dtype is minitorch.int8
    assert {v for row in minitorch.randint_like(x, 3, 5).tolist() for v in row} <= {3, 4}
    assert minitorch.randint_like(x, 1).tolist() == [[0] * 3] * 2
    f = minitorch.ones(2)
    assert minitorch.rand_like(f).shape == minitorch.randn_like(f).shape == (2,)
    assert minitorch.zeros_like(f, requires_grad=True).requires_grad
    assert not minitorch.zeros_like(f.requires_grad_()).requires_grad


def test_complex() -> None:
    z = minitorch.complex(minitorch.tensor([1.0]), minitorch.tensor([2.0]))
    assert z.tolist() == [1 + 2j]
    assert z.dtype is minitorch.complex64
    with pytest.raises(DtypeError):
        minitorch.complex(minitorch.tensor([1]), minitorch.tensor([2]))


def test_predicates() -> None:
    x = minitorch.ones(2, dtype=minitorch.complex64)
    assert minitorch.is_tensor(x)
    assert not minitorch.is_tensor(x.numpy())
    assert minitorch.is_complex(x)
    assert not minitorch.is_floating_point(x)
    assert minitorch.is_signed(x)
    assert not minitorch.is_signed(minitorch.ones(1, dtype=minitorch.uint8))
    assert minitorch.numel(x) == 2
    assert minitorch.is_same_size(x, minitorch.ones(2))
    assert minitorch.is_nonzero(minitorch.tensor([1.0]))
    assert not minitorch.is_inference(x)


def test_any_sequence_becomes_a_tensor():
    assert minitorch.tensor(deque([1.5, 2.5])).tolist() == [1.5, 2.5]
    nested = minitorch.tensor([deque([1]), (2,)])
    assert nested.tolist() == [[1], [2]]
    assert nested.dtype is minitorch.int64
