"""Attention in blocks against its definition, and through the public function."""

import numpy as np
import pytest

pytest.importorskip("numba")

import minitorch
from minitorch import autograd
from minitorch.backend import Backend
from minitorch.nn.functional import scaled_dot_product_attention
from minitorch.registry import get_backend
from minitorch_numba import attention, jit, threads

NUMBA, NUMPY = get_backend("numba"), get_backend("numpy")
SHAPES = [  # leading dims, queries, keys, size of a key, size of a value
    ((), 1, 1, 1, 1), ((), 5, 3, 2, 4), ((3,), 1, 9, 4, 4), ((2, 3), 7, 7, 5, 3), ((1, 2), 20, 33, 8, 8),
    ((1, 1), 33, 20, 3, 7), ((2, 1, 2), 4, 4, 2, 2), ((0, 2), 3, 3, 2, 2), ((2, 2), 3, 0, 2, 2),
]  # fmt: skip
if jit.DISABLED:  # loops of Python
    SHAPES = SHAPES[:3]
LARGE = pytest.mark.skipif(jit.DISABLED, reason="loops of Python take too long")


@pytest.fixture(params=["serial", "parallel"], autouse=True)
def build(request, monkeypatch):
    """Every kernel, whatever the size, in one of its two builds, and in blocks that small shapes have several of."""
    monkeypatch.setattr(jit, "threshold", 0.0)
    monkeypatch.setattr(threads, "_limit", 2)
    monkeypatch.setattr(threads, "_count", 1 if request.param == "serial" else min(2, threads.available()))
    monkeypatch.setattr(attention, "ROWS", 8)
    monkeypatch.setattr(attention, "COLUMNS", 6)
    monkeypatch.setattr(attention, "COLUMNS_BACK", 6)
    return request.param


def several(dtype, *shapes):
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape).astype(dtype) for shape in shapes]


def masks(lead, rows, columns, dtype):
    """None, then numbers of several shapes; one hides all keys of some rows, one whole blocks."""
    yield None
    rng = np.random.default_rng(1)
    for shape in {(rows, columns), (1, columns), (rows, 1), (columns,), (*lead, rows, columns)}:
        yield rng.standard_normal(shape).astype(dtype)
    if len(lead) == 2:
        yield rng.standard_normal((lead[0], 1, 1, columns)).astype(dtype)
    hidden = np.where(rng.random((rows, columns)) < 0.5, -np.inf, 0).astype(dtype)
    hidden[::3] = -np.inf
    yield hidden
    blocks = np.zeros((rows, columns), dtype)
    blocks[:, :7] = -np.inf
    yield blocks


def layouts(x):
    """The same numbers, laid out in several ways; the second has the heads side by side."""
    yield x
    if x.ndim > 2:
        yield np.ascontiguousarray(np.repeat(x.swapaxes(-3, -2), 2, -2))[..., ::2, :].swapaxes(-3, -2)
    yield np.repeat(x, 2, -1)[..., ::2]
    yield np.ascontiguousarray(x.swapaxes(-1, -2)).swapaxes(-1, -2)


def near(got, expected):
    for a, b in zip(got, expected, strict=True):
        if b is None:
            assert a is None
            continue
        assert a.shape == b.shape
        assert a.dtype == b.dtype
        tolerance = 1e-4 if b.dtype == np.float32 else 1e-10
        finite = np.abs(b[np.isfinite(b)])
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * finite.max(initial=0.1))


def compare(g, q, k, v, mask, scale, causal):
    """Forward and backward against the definition."""
    with NUMPY.quiet():
        y, kept = Backend.attention(NUMPY, q, k, v, mask, scale, causal)
        got, own = NUMBA.attention(q, k, v, mask, scale, causal)
        near([got], [y])
        for of_mask in (False, True):
            settings = (scale, causal, of_mask)
            near(
                NUMBA.attention_backward(g, q, k, v, mask, got, own, *settings),
                Backend.attention_backward(NUMPY, g, q, k, v, mask, y, kept, *settings),
            )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("lead", "rows", "columns", "size", "width"), SHAPES)
def test_kernels_and_definitions(lead, rows, columns, size, width, dtype):
    q, k, v, g = several(
        dtype, (*lead, rows, size), (*lead, columns, size), (*lead, columns, width), (*lead, rows, width)
    )
    for mask in masks(lead, rows, columns, dtype):
        for causal in (False, True):
            compare(g, q, k, v, mask, 0.7, causal)
    for arrays in zip(*map(layouts, (g, q, k, v)), strict=True):
        compare(*arrays, None, 0.7, True)
    for strange in layouts(q):
        compare(g, strange, k, v, None, 0.7, False)


@LARGE
def test_no_blocks_are_too_small(monkeypatch):
    monkeypatch.setattr(attention, "ROWS", 64)
    monkeypatch.setattr(attention, "COLUMNS", 128)
    monkeypatch.setattr(attention, "COLUMNS_BACK", 64)
    q, k, v, g = several("float32", *[(1, 2, 200, 16)] * 4)
    for causal in (False, True):
        compare(g, q, k, v, None, 0.25, causal)


def test_leading_dims_that_broadcast_are_numpys():
    q, k, v = several("float32", (2, 3, 5, 4), (1, 3, 6, 4), (6, 4))
    y, kept = NUMBA.attention(q, k, v, None, 0.5, False)
    assert kept.shape == (2, 3, 5, 6)
    near([y], Backend.attention(NUMPY, q, k, v, None, 0.5, False)[:1])


@pytest.mark.parametrize("what", ["q", "k", "v"])
@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan, -np.nan, 300])
def test_numbers_that_are_no_numbers(what, value):
    q, k, v, g = several("float32", *[(1, 2, 9, 4)] * 4)
    {"q": q, "k": k, "v": v}[what][0, 1, 3, 2] = value
    compare(g, q, k, v, None, 0.5, False)


def test_rows_that_see_nothing_are_zeros():
    q, k, v, g = (minitorch.tensor(x, requires_grad=True) for x in several("float32", *[(1, 1, 7, 4)] * 4))
    shown = minitorch.ones(7, 7, dtype=minitorch.bool)
    shown[2] = False
    with minitorch.use_backend("numba"):
        y = scaled_dot_product_attention(q, k, v, shown)
        y.backward(g.detach())
    assert not y[..., 2, :].any()
    assert y[..., 3, :].all()
    assert not q.grad[..., 2, :].any()
    assert minitorch.isfinite(k.grad).all()


@LARGE
@pytest.mark.parametrize("causal", [False, True])
def test_derivatives(causal, build):
    if build == "parallel":
        pytest.skip("many calls of tiny kernels: one build will do")
    shapes = [(2, 2, 8, 3), (2, 2, 9, 3), (2, 2, 9, 2)] + ([] if causal else [(8, 9)])
    inputs = tuple(minitorch.tensor(x, requires_grad=True) for x in several("float64", *shapes))
    with minitorch.use_backend("numba"):
        for given in (inputs[:3], inputs):
            assert autograd.gradcheck(lambda *xs: scaled_dot_product_attention(*xs, is_causal=causal), given)
        assert autograd.gradgradcheck(
            lambda *xs: scaled_dot_product_attention(*xs, is_causal=causal), inputs[:3]
        )


def test_heads_that_lay_side_by_side_do_so_again():
    x = np.zeros((2, 5, 3 * 4 * 6), "float32")
    q, k, v = (part.reshape(2, 5, 4, 6).swapaxes(1, 2) for part in np.split(x, 3, -1))
    y, _ = NUMBA.attention(q, k, v, None, 1.0, True)
    assert y.swapaxes(1, 2).flags.c_contiguous


@LARGE
def test_memory_is_linear_in_the_length():
    import tracemalloc

    q, k, v, g = several("float32", *[(1, 1, 4096, 4)] * 4)
    for length in (8, 4096):  # the first time may compile, which takes memory, too
        some = [x[:, :, :length].copy() for x in (q, k, v)]
        tracemalloc.start()
        y, kept = NUMBA.attention(*some, None, 0.5, True)
        NUMBA.attention_backward(g[:, :, :length].copy(), *some, None, y, kept, 0.5, True, False)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 4096 * 4096  # bytes; the scores alone would be four times as many
