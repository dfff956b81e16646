"""Products of matrices: what cuBLAS is called with, carried out on the CPU by what plays it (`cuda_on_cpu/blas.py`)."""

from math import prod

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

products = pytest.importorskip("minitorch_cupy.products")
blas = pytest.importorskip(
    "cuda_on_cpu.blas", reason="SciPy, whose BLAS plays cuBLAS's part, is not installed"
)

from cuda_on_cpu.backend import CudaOnCpu  # noqa: E402

from minitorch import backends as switches  # noqa: E402
from minitorch.errors import ShapeError  # noqa: E402
from minitorch_cupy.matmul import KINDS  # noqa: E402

BACKEND = CudaOnCpu()
ROUNDING = {"float16": 2e-3, "bfloat16": 1.6e-2, "float32": 1e-5, "complex64": 1e-5}


@pytest.fixture
def called():
    """The calls of a test."""
    blas.called.clear()
    return blas.called


def steps(x):
    return tuple(step // x.itemsize for step in x.strides)


def planned(x, y):
    return products.product(x.shape, steps(x), y.shape, steps(y))


sizes = st.integers(1, 4)


def filled(shape, dtype, start):
    """Small whole numbers: their products are exact in every dtype."""
    x = (np.arange(prod(shape)) * 7 + start) % 5 - 2
    if np.dtype(dtype).kind == "c":
        x = x + 1j * ((x + 3) % 4)
    return x.reshape(shape).astype(dtype)


@st.composite
def operands(draw):
    """Two arrays that can be multiplied, each of them perhaps a view, with dims in front that broadcast."""
    dtype = draw(st.sampled_from(list(KINDS)))
    n, k, m = draw(sizes), draw(sizes), draw(sizes)
    lead = draw(st.lists(sizes, max_size=3))
    arrays = []
    for seed, (rows, columns) in enumerate(((n, k), (k, m))):
        own = [1 if draw(st.booleans()) else size for size in lead][draw(st.integers(0, len(lead))) :]
        shape = [*own, rows, columns]
        padding = draw(st.integers(0, 2))
        turned = draw(st.booleans())
        if turned:
            shape[-2:] = shape[:-3:-1]
        x = filled([*shape[:-1], shape[-1] + padding], dtype, seed)[..., : shape[-1]]
        x = x.swapaxes(-1, -2) if turned else x
        if draw(st.booleans()) and len(own) > 1:
            x = x.swapaxes(0, 1).copy().swapaxes(0, 1)
        if draw(st.integers(0, 5)) == 0:
            x = np.flip(x, draw(st.integers(0, x.ndim - 1)))
        if draw(st.integers(0, 5)) == 0:
            x = x[..., ::2, :] if seed == 0 else x[..., ::2]
        arrays.append(x)
    if draw(st.integers(0, 5)) == 0:
        arrays[0] = arrays[0][..., 0, :].reshape(-1, k)[0]
    if draw(st.integers(0, 5)) == 0:
        arrays[1] = arrays[1][..., 0].reshape(-1, k)[0]
    return arrays


@settings(max_examples=500, deadline=None)
@given(operands())
def test_calls_give_the_product(pair):
    x, y = pair
    wide = "complex128" if x.dtype.kind == "c" else "float64"
    expected = x.astype(wide) @ y.astype(wide)
    before = x.copy(), y.copy()
    z = BACKEND.matmul(x, y)
    assert z.dtype == x.dtype
    assert z.shape == expected.shape
    np.testing.assert_array_equal(z.astype(wide), expected)
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(y, before[1])


@pytest.mark.parametrize("dtype", KINDS, ids=str)
@pytest.mark.parametrize(
    ("a", "b"), [((70, 130), (130, 50)), ((2, 3, 40, 30), (3, 30, 20)), ((130,), (130,))]
)
def test_products_of_random_numbers(dtype, a, b):
    rng = np.random.default_rng(0)
    x, y = (rng.standard_normal(shape).astype(dtype) for shape in (a, b))
    wide = "complex128" if dtype.kind == "c" else "float64"
    expected = x.astype(wide) @ y.astype(wide)
    close = ROUNDING.get(dtype.name, 1e-13) * abs(expected).max()
    np.testing.assert_allclose(BACKEND.matmul(x, y).astype(wide), expected, rtol=0, atol=close)


def test_transposed_views_are_not_copied(called):
    x, w = np.ones((5, 3)), np.ones((4, 3))
    BACKEND.matmul(x, w.T)
    BACKEND.matmul(x.T, x)
    (first, second), addresses = (arguments for _, arguments in called), (w.ctypes.data, x.ctypes.data)
    assert first[:5] == (1, 0, 4, 5, 3)
    assert (first[6], first[9]) == addresses
    assert second[:5] == (0, 1, 3, 3, 5)
    assert (second[6], second[9]) == (x.ctypes.data, x.ctypes.data)


def test_what_is_neither_is_copied():
    x = np.ones((6, 8))
    assert planned(x[:, ::2], np.ones((4, 2))).copies == (True, False)
    assert planned(np.ones((2, 6)), x[:, ::2]).copies == (False, True)
    assert planned(x[::-1], np.ones((8, 2))).copies == (True, False)


def test_rows_further_apart_than_cublas_counts_are_copied():
    far = products.LARGEST + 1
    assert products.operand((3, 4), (far - 1, 1)) == (False, far - 1)
    assert products.operand((3, 4), (far, 1)) is None
    assert products.operand((3, 4), (1, far)) is None
    assert products.operand((1, 4), (far, 1)) == (False, 4)


def test_a_batch_at_equal_distances_is_one_call():
    q = np.ones((2, 5, 3, 4)).transpose(0, 2, 1, 3)  # (batch, heads, time, width), as attention has it
    calls = planned(q, np.ones((2, 3, 4, 6))).calls
    assert [call.products for call in calls] == [3, 3]
    assert [call.products for call in planned(np.ones((2, 3, 5, 4)), np.ones((2, 3, 4, 6))).calls] == [6]
    assert [call.products for call in planned(np.ones((5, 4)), np.ones((7, 4, 6))).calls] == [7]


def test_a_single_product_is_not_asked_for_as_a_batch(called):
    BACKEND.matmul(np.ones((2, 3, 5)), np.ones((5, 4)))  # rows of all, times one matrix
    BACKEND.matmul(np.ones((2, 3, 5)), np.ones((2, 5, 4)))
    assert [name for name, _ in called] == ["cublasGemmEx", "cublasGemmStridedBatchedEx"]


def test_tf32_is_a_choice(called, monkeypatch):
    compute = {}
    for allowed in (False, True):
        monkeypatch.setattr(switches.cuda.matmul, "allow_tf32", allowed)
        for dtype in ("float32", "float64", "float16", "complex64"):
            called.clear()
            BACKEND.matmul(np.ones((2, 2), dtype), np.ones((2, 2), dtype))
            compute[dtype, allowed] = called[0][1][-2]
    assert {key: c for key, c in compute.items() if c == 77} == {
        ("float32", True): 77,
        ("complex64", True): 77,
    }


def test_nothing_to_add_up_gives_zeros(called):
    assert BACKEND.matmul(np.ones((2, 0), "float16"), np.ones((0, 3), "float16")).tolist() == [[0] * 3] * 2
    assert BACKEND.matmul(np.ones((0,)), np.ones((4, 0, 3))).tolist() == [[0.0] * 3] * 4
    assert BACKEND.matmul(np.ones((4, 0, 2)), np.ones((2, 3))).shape == (4, 0, 3)
    assert not called


def test_dims_that_cublas_does_not_count():
    tall = np.lib.stride_tricks.as_strided(np.ones(1, "float16"), (products.LARGEST + 1, 1), (0, 2))
    with pytest.raises(ShapeError, match="multiply parts"):
        BACKEND.matmul(tall, np.ones((1, 1), "float16"))


def test_integers_are_left_to_the_array_library(called):
    assert BACKEND.matmul(np.array([[1, 2]]), np.array([[3], [4]])).tolist() == [[11]]
    assert not called
