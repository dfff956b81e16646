"""Kernels over whole sequences against their definition, and through the layers' public functions."""

import numpy as np
import pytest

pytest.importorskip("numba")

import minitorch
from minitorch import autograd
from minitorch.backend import Backend
from minitorch.ops import recurrent
from minitorch.registry import get_backend
from minitorch_numba import jit, threads

NUMBA, NUMPY = get_backend("numba"), get_backend("numpy")
SHAPES = [
    (1, 1, 1),
    (3, 1, 5),
    (1, 9, 4),
    (5, 7, 3),
    (4, 33, 17),
    (2, 0, 3),
    (40, 2, 64),
]  # steps, batch, hidden
if jit.DISABLED:  # loops of Python
    SHAPES = SHAPES[:3]


@pytest.fixture(params=["serial", "parallel"], autouse=True)
def build(request, monkeypatch):
    """Every kernel, whatever the size, in one of its two builds."""
    monkeypatch.setattr(jit, "threshold", 0.0)
    monkeypatch.setattr(threads, "_limit", 2)
    monkeypatch.setattr(threads, "_count", 1 if request.param == "serial" else min(2, threads.available()))
    return request.param


def several(dtype, *shapes, awkward=False):
    rng = np.random.default_rng(0)
    arrays = [(rng.standard_normal(shape) * 2 / (shape[-1] + 1) ** 0.5).astype(dtype) for shape in shapes]
    if awkward:
        for x in arrays:
            if x.size > 3:
                x.reshape(-1)[rng.integers(0, x.size, 2)] = np.inf, np.nan
    return arrays


def near(got, expected):
    assert len(got) == len(expected)
    for a, b in zip(got, expected, strict=True):
        assert a.shape == b.shape
        assert a.dtype == b.dtype
        tolerance = 1e-4 if b.dtype == np.float32 else 1e-10
        finite = np.abs(b[np.isfinite(b)])
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * finite.max(initial=0.1))


def definition(name, *args):
    """What the interface says, run with NumPy's primitives."""
    return getattr(Backend, name)(NUMPY, *args)


def batch_first(x):
    """The same numbers with the steps of each sequence next to each other in memory."""
    return np.ascontiguousarray(x.swapaxes(0, 1)).swapaxes(0, 1)


@pytest.mark.parametrize("awkward", [False, True], ids=["finite", "with NaN and infinities"])
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES)
def test_kernels_and_definitions(shape, dtype, reverse, awkward):
    steps, batch, n = shape
    states = (steps, batch, n)
    a1, a3, a4, h, c, w1, w3, w4, b, gh, gc = several(
        dtype, states, (steps, batch, 3 * n), (steps, batch, 4 * n), (batch, n), (batch, n),
        (n, n), (3 * n, n), (4 * n, n), (3 * n,), states, states, awkward=awkward,
    )  # fmt: skip
    with NUMPY.quiet():
        for relu in (False, True):
            y = definition("rnn_forward", a1, h, w1, relu, reverse)
            near([NUMBA.rnn_forward(batch_first(a1), h, w1, relu, reverse)], [y])
            args = (gh, y, w1, relu, reverse)
            near(NUMBA.rnn_backward(batch_first(gh), *args[1:]), definition("rnn_backward", *args))

        y, cells, kept = definition("lstm_forward", a4, h, c, w4, reverse)
        near(NUMBA.lstm_forward(batch_first(a4), h, c, w4.T.copy().T, reverse), (y, cells, kept))
        c = np.nan_to_num(c, posinf=0.5)  # the definition makes zeros of it, by a product
        for first, second in ((gh, gc), (gh, None), (None, gc)):
            args = (kept, c, cells, w4, reverse)
            near(
                NUMBA.lstm_backward(first if first is None else batch_first(first), second, *args),
                definition("lstm_backward", first, second, *args),
            )

        y, kept = definition("gru_forward", a3, h, w3, b, reverse)
        near(NUMBA.gru_forward(a3, np.asfortranarray(h), w3, b, reverse), (y, kept))
        args = (gh, kept, h, y, w3, reverse)
        near(NUMBA.gru_backward(batch_first(gh), *args[1:]), definition("gru_backward", *args))


@pytest.mark.parametrize("reverse", [False, True])
def test_derivatives(reverse, build):
    if build == "parallel":
        pytest.skip("many calls of tiny kernels: one build will do")
    arrays = several("float64", (3, 2, 8), (2, 2), (2, 2), (8, 2), (3, 2, 6), (6, 2), (6,), (3, 2, 2), (2, 2))
    a4, h, c, w4, a3, w3, b, a1, w1 = (minitorch.tensor(x, requires_grad=True) for x in arrays)
    layers = [
        (lambda *xs: recurrent.lstm_layer(*xs, reverse=reverse), (a4, h, c, w4)),
        (lambda *xs: recurrent.gru_layer(*xs, reverse=reverse), (a3, h, w3, b)),
        (lambda *xs: recurrent.rnn_layer(*xs, reverse=reverse), (a1, h, w1)),
    ]
    with minitorch.use_backend("numba"):
        for layer, inputs in layers:
            assert autograd.gradcheck(layer, inputs)
            assert autograd.gradgradcheck(layer, inputs)


def test_the_number_of_threads_changes_nothing(build, monkeypatch):
    if build == "serial" or jit.DISABLED:
        pytest.skip("compares both builds")
    a, h, c, w = several("float32", (6, 37, 4 * 20), (37, 20), (37, 20), (80, 20))
    both = NUMBA.lstm_forward(a, h, c, w, False)
    monkeypatch.setattr(threads, "_count", 1)
    for x, y in zip(both, NUMBA.lstm_forward(a, h, c, w, False), strict=True):
        np.testing.assert_array_equal(x, y)
