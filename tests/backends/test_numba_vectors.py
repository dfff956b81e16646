"""Moves of whole vectors: what compiled kernels do is what the plain functions say."""

from typing import Any

import numpy as np
import pytest

pytest.importorskip("numba")

from minitorch_numba.jit import part
from minitorch_numba.tile import columns_of, lanes_of
from minitorch_numba.vectors import move, put_fourths, take_every, transpose

DTYPES = ["float32", "float64"]


def numbers(count: int, dtype: str) -> Any:
    return np.random.default_rng(0).standard_normal(count).astype(dtype)


@part
def moved(x: Any, z: Any) -> None:
    move(x, 3, z, 5)


@part
def every_second(x: Any, z: Any) -> None:
    take_every(x, 3, 2, 4, z, 5)


@part
def every_fourth(x: Any, z: Any) -> None:
    take_every(x, 1, 4, 8, z, 2)


@part
def fourths_put(x: Any, z: Any) -> None:
    put_fourths(x, 2, 9, x[0], 8, z, 3)


@part
def transposed(x: Any, z: Any) -> None:
    transpose(x, 1, 17, z, 2, 19)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_vector(dtype: str) -> None:
    x, z = numbers(500, dtype), np.zeros(500, dtype)
    moved(x, z)
    n = columns_of(x)
    assert np.array_equal(z[5 : 5 + n], x[3 : 3 + n])
    assert np.count_nonzero(z) == n


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_so_many(dtype: str) -> None:
    x, z = numbers(500, dtype), np.zeros(500, dtype)
    every_second(x, z)
    assert np.array_equal(z[5:9], x[3:11:2])
    assert np.count_nonzero(z) == 4
    every_fourth(x, z)
    assert np.array_equal(z[2:10], x[1:33:4])
    assert np.count_nonzero(z) == 8


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_fourth_put_back(dtype: str) -> None:
    x, z = numbers(500, dtype), np.zeros(500, dtype)
    fourths_put(x, z)
    for j in range(4):
        assert np.array_equal(z[3 + j : 35 : 4], x[2 + 9 * j : 10 + 9 * j] + x[0])
    assert np.count_nonzero(z) == 32


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_square_turned(dtype: str) -> None:
    x, z = numbers(500, dtype), np.zeros(500, dtype)
    transposed(x, z)
    n = lanes_of(x)
    for i in range(n):
        assert np.array_equal(z[2 + i : 2 + i + 19 * n : 19][:n], x[1 + 17 * i : 1 + 17 * i + n])
    assert np.count_nonzero(z) == n * n
