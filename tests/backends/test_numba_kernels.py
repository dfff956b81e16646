"""Kernels against what they replace: awkward shapes, layouts and numbers, in one thread and in several."""

import numpy as np
import pytest

pytest.importorskip("numba")

from minitorch.registry import get_backend
from minitorch_numba import NumbaBackend, jit, threads

NUMBA, NUMPY = get_backend("numba"), get_backend("numpy")
SHAPES = [(1,), (7,), (1, 1), (3, 1), (1, 5), (33, 17), (4, 3, 5), (2, 0), (0, 3), (257, 130)]


@pytest.fixture(params=["serial", "parallel"], autouse=True)
def build(request, monkeypatch):
    """Every kernel, whatever the size, in one of its two builds."""
    monkeypatch.setattr(jit, "threshold", 0.0)
    monkeypatch.setattr(threads, "_limit", 2)
    monkeypatch.setattr(threads, "_count", 1 if request.param == "serial" else min(2, threads.available()))
    return request.param


def numbers(shape, dtype, seed=0, awkward=False):
    rng = np.random.default_rng((seed, *shape))
    x = np.asarray(rng.standard_normal(shape) * 3, dtype)
    if awkward and x.size > 3:
        flat = x.reshape(-1)
        flat[rng.integers(0, x.size, 3)] = np.inf, -np.inf, np.nan
    return x


def layouts(x):
    """The same numbers, laid out in several ways."""
    yield x
    yield np.asfortranarray(x)
    if x.ndim:
        yield np.repeat(x, 2, -1)[..., ::2]
        yield x[::-1].copy()[::-1]


def near(got, expected):
    """Asserts that results agree, NaN and infinities in the same places."""
    if isinstance(expected, (tuple, list)):
        for a, b in zip(got, expected, strict=True):
            near(a, b)
        return
    assert got.shape == expected.shape
    assert got.dtype == expected.dtype
    finite = np.abs(expected[np.isfinite(expected)])
    tolerance = 64 * np.finfo(expected.dtype).eps
    np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance * finite.max(initial=1))


ONE = {
    "exp": lambda b, x: b.exp(x),
    "log": lambda b, x: b.log(x),
    "tanh": lambda b, x: b.tanh(x),
    "erf": lambda b, x: b.erf(x),
    "sigmoid": lambda b, x: b.sigmoid(x),
    "silu": lambda b, x: b.silu(x)[0],
    "gelu": lambda b, x: b.gelu(x, False)[0],
    "gelu tanh": lambda b, x: b.gelu(x, True)[0],
    "softmax": lambda b, x: b.softmax(x, x.ndim - 1),
    "softmax of the first dim": lambda b, x: b.softmax(x, 0),
    "log_softmax": lambda b, x: b.log_softmax(x, x.ndim - 1),
}
TWO = {
    "tanh": lambda b, x, g: b.tanh_backward(np.tanh(x), g),
    "sigmoid": lambda b, x, g: b.sigmoid_backward(NUMPY.sigmoid(x), g),
    "silu": lambda b, x, g: b.silu_backward(x, b.silu(x)[1], g),
    "gelu": lambda b, x, g: b.gelu_backward(x, b.gelu(x, False)[1], g, False),
    "gelu tanh": lambda b, x, g: b.gelu_backward(x, b.gelu(x, True)[1], g, True),
    "softmax": lambda b, x, g: b.softmax_backward(NUMPY.softmax(x, -1), g, x.ndim - 1),
    "log_softmax": lambda b, x, g: b.log_softmax_backward(NUMPY.log_softmax(x, -1), g, x.ndim - 1),
}


@pytest.mark.parametrize("awkward", [False, True], ids=["finite", "with NaN and infinities"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
@pytest.mark.parametrize("name", ONE)
def test_forward(name, dtype, awkward):
    for shape in SHAPES:
        if 0 in shape and "softmax" in name:
            continue  # the operation does not ask
        for x in layouts(numbers(shape, dtype, awkward=awkward)):
            with NUMPY.quiet():
                near(ONE[name](NUMBA, x), ONE[name](NUMPY, x))


@pytest.mark.parametrize("awkward", [False, True], ids=["finite", "with NaN and infinities"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
@pytest.mark.parametrize("name", TWO)
def test_backward(name, dtype, awkward):
    for shape in SHAPES:
        if 0 in shape and "softmax" in name:
            continue
        x, g = numbers(shape, dtype), numbers(shape, dtype, 1, awkward)
        for a in layouts(x):
            for b in (g, np.asfortranarray(g)):
                with NUMPY.quiet():
                    near(TWO[name](NUMBA, a, b), TWO[name](NUMPY, a, b))


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (2, 2), (5, 3), (64, 1000)])
def test_cross_entropy(shape, dtype):
    target = np.random.default_rng(0).integers(0, shape[1], shape[0])
    for x in layouts(numbers(shape, dtype)):
        for scale in (np.asarray(0.3, dtype), numbers(shape[:1], dtype, 2)):
            losses, kept = NUMBA.cross_entropy(x, target)
            expected, p = NUMPY.cross_entropy(x, target)
            near(losses, expected)
            near(
                NUMBA.cross_entropy_backward(x, kept, target, scale),
                NUMPY.cross_entropy_backward(x, p, target, scale),
            )


def test_cross_entropy_of_logits_far_from_zero():
    x = np.array([[1000.0, 0.0], [-1e30, 1e30], [np.inf, 0.0], [np.nan, 0.0], [-np.inf, 0.0]], "float32")
    target = np.array([1, 1, 0, 0, 1])
    with NUMPY.quiet():
        near(NUMBA.cross_entropy(x, target)[0], NUMPY.cross_entropy(x, target)[0])


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (3, 5), (40, 64), (0, 4)])
@pytest.mark.parametrize("given", ["both", "weight", "neither"])
def test_layer_norm(shape, dtype, given):
    w = None if given == "neither" else numbers(shape[1:], dtype, 1)
    b = numbers(shape[1:], dtype, 2) if given == "both" else None
    g = numbers(shape, dtype, 3)
    for x in layouts(numbers(shape, dtype)):
        got, expected = NUMBA.layer_norm(x, w, b, 1e-3), NUMPY.layer_norm(x, w, b, 1e-3)
        near(got, expected)
        near(NUMBA.layer_norm_backward(x, w, *got[1:], g), NUMPY.layer_norm_backward(x, w, *expected[1:], g))


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "complex64"])
@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((3, 4), (4, 5)), ((70, 33), (33, 90)), ((1, 300), (300, 1)), ((2, 1000), (1000, 3)), ((4, 0), (0, 3)),
        ((5, 3, 4), (5, 4, 6)), ((2, 3, 20, 30), (2, 3, 30, 10)), ((0, 3, 4), (0, 4, 5)), ((3, 4), (6, 4, 5)),
        ((4,), (4, 3)), ((2, 3, 4), (5, 2, 4, 3)), ((5, 2, 3, 4), (2, 4, 3)), ((3, 4), (5, 2, 4, 3)),
        ((5, 1, 3, 4), (1, 2, 4, 3)),
    ],
)  # fmt: skip
def test_products(left, right, dtype, monkeypatch):
    from minitorch_numba import products

    monkeypatch.setattr(products, "SMALLEST", 0)
    x, y = numbers(left, dtype, 1), numbers(right, dtype, 2)
    for a in (
        x,
        *(x.swapaxes(-1, -2).copy().swapaxes(-1, -2) for _ in left[1:2]),
        np.repeat(x, 2, -1)[..., ::2],
    ):
        for b in (y, y.swapaxes(-1, -2).copy().swapaxes(-1, -2), np.repeat(y, 2, -1)[..., ::2]):
            expected = np.matmul(a, b)
            got = NUMBA.matmul(a, b)
            assert got.dtype == expected.dtype
            np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-4)
            for out in (np.empty_like(expected), np.empty(expected.shape[::-1], dtype).T):
                assert NUMBA.matmul(a, b, out=out) is out
                np.testing.assert_allclose(out, expected, rtol=1e-4, atol=1e-4)
    if len(left) == len(right) == 2:
        for bias in (None, numbers(right[1:], dtype, 3)):
            for w in (y.T, y.T.copy()):
                np.testing.assert_allclose(
                    NUMBA.linear(x, w, bias), NUMPY.linear(x, w, bias), rtol=1e-4, atol=1e-4
                )


def test_products_that_do_not_fit_fail_as_numpys_do():
    with pytest.raises(ValueError, match="mismatch"):
        NUMBA.matmul(np.ones((300, 400), "float32"), np.ones((300, 400), "float32"))


@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 1.0])
def test_masks(p):
    mask = NUMBA.keep_mask(NUMPY.random_generator(3), (200, 301), 1 - p)
    assert mask.shape == (200, 301)
    assert mask.dtype == bool
    assert abs(mask.mean() - (1 - p)) < 0.01
    assert p in (0, 1) or abs(np.corrcoef(mask.reshape(-1)[:-1], mask.reshape(-1)[1:])[0, 1]) < 0.01
    again = NUMBA.keep_mask(NUMPY.random_generator(3), (200, 301), 1 - p)
    np.testing.assert_array_equal(mask, again)
    x = numbers((200, 301), "float32")
    near(NUMBA.dropout(x, mask, p), NUMPY.dropout(x, mask, p))
    near(NUMBA.dropout(x, mask[:1], p), NUMPY.dropout(x, mask[:1], p))


def test_two_masks_in_a_row_differ():
    source = NUMPY.random_generator(0)
    assert (NUMBA.keep_mask(source, (1000,), 0.5) != NUMBA.keep_mask(source, (1000,), 0.5)).any()


def test_what_is_not_overridden_is_numpys():
    assert NumbaBackend.sin is np.sin
    assert NUMBA.name in ("numba",)
    assert NUMBA.device_type == "cpu"
