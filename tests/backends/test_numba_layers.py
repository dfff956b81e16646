"""Kernels of layers against what they replace: windows of every kind, awkward numbers and layouts."""

from itertools import product

import numpy as np
import pytest

pytest.importorskip("numba")

from minitorch.backend_nn import LayerKernels
from minitorch.registry import get_backend
from minitorch.windows import Windows
from minitorch_numba import jit, threads

NUMBA, NUMPY = get_backend("numba"), get_backend("numpy")
SIZES = [(6, 5), (1, 7), (9, 1), (1, 1), (2, 2), (3, 17), (13,), (1,)]


@pytest.fixture(params=["serial", "parallel"], autouse=True)
def build(request, monkeypatch):
    """Every kernel, whatever the size, in one of its two builds."""
    monkeypatch.setattr(jit, "threshold", 0.0)
    monkeypatch.setattr(threads, "_limit", 2)
    monkeypatch.setattr(threads, "_count", 1 if request.param == "serial" else min(2, threads.available()))


def numbers(shape, dtype="float32", seed=0):
    rng = np.random.default_rng((seed, *shape))
    return np.asarray(rng.standard_normal(shape) * 3, dtype)


def layouts(x):
    """The same numbers, laid out in several ways."""
    yield x
    yield np.asfortranarray(x)
    yield np.repeat(x, 2, -1)[..., ::2]


def near(got, expected, scale=64):
    if isinstance(expected, tuple):
        for a, b in zip(got, expected, strict=True):
            near(a, b, scale)
        return
    assert got.shape == expected.shape
    assert got.dtype == expected.dtype
    finite = np.abs(expected[np.isfinite(expected)])
    tolerance = scale * np.finfo(expected.dtype).eps if expected.dtype.kind == "f" else 0
    np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance * finite.max(initial=1))


def windows(size, kernel, stride, padding, dilation, ceil=False):
    """Windows as a layer would lay them, the same along all dims; None where there is no room for any."""
    counts = []
    for n, k in zip(size, kernel, strict=True):
        room = n + 2 * padding - dilation * (k - 1) - 1
        counts.append((room + (stride - 1 if ceil else 0)) // stride + 1)
        if counts[-1] < 1 or (counts[-1] - 1) * stride >= n + padding:
            return None
    dims = len(size)
    return Windows(size, kernel, (stride,) * dims, (padding,) * dims, (dilation,) * dims, tuple(counts))


def each(sizes, kernels, strides=(1, 3), paddings=(0, 1, 2), dilations=(1, 2), ceils=(False,)):
    """Windows of all these kinds that fit."""
    for size, kernel, *rest in product(sizes, kernels, strides, paddings, dilations, ceils):
        lies = windows(size, kernel[: len(size)], *rest)
        if lies is not None:
            yield lies


# Depthwise convolution -----------------------------------------------------------------------------------------


def triples(lies, channels, multiple, batch, dtype):
    """x, w, y and both biases of a depthwise convolution."""
    return (
        numbers((batch, channels, *lies.size), dtype, 1),
        numbers((channels * multiple, 1, *lies.kernel), dtype, 2),
        numbers((batch, channels * multiple, *lies.counts), dtype, 3),
        numbers((channels * multiple,), dtype, 4),
        numbers((channels,), dtype, 5),
    )


def agree(lies, x, w, y, b, c, groups):
    """Asserts that the three products are those of NumPy."""
    near(NUMBA.conv(x, w, b, lies, groups), NUMPY.conv(x, w, b, lies, groups), 256)
    near(NUMBA.conv_transpose(y, w, c, lies, groups), NUMPY.conv_transpose(y, w, c, lies, groups), 256)
    near(NUMBA.conv_weight(x, y, lies, groups), NUMPY.conv_weight(x, y, lies, groups), 256)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("channels", "multiple", "batch"), [(3, 1, 2), (2, 2, 1), (2, 1, 0)])
def test_depthwise(channels, multiple, batch, dtype):
    for lies in each(SIZES, [(3, 3), (2, 3), (5, 4)]):
        x, w, y, b, c = triples(lies, channels, multiple, batch, dtype)
        agree(lies, x, w, y, b, c, channels)
        agree(lies, x, w, y, None, None, channels)


def test_depthwise_layouts():
    for padding, stride in ((1, 1), (0, 2)):
        lies = windows((6, 5), (3, 3), stride, padding, 1)
        x, w, y, b, c = triples(lies, 3, 1, 2, "float32")
        for arrays in zip(layouts(x), layouts(w), layouts(y), strict=True):
            agree(lies, *arrays, b, c, 3)
        agree(lies, *(v.astype("float16") for v in (x, w, y, b, c)), 3)


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("where", ["x", "w", "y"])
def test_depthwise_of_numbers_that_are_not_finite(where, value):
    for stride, padding, dilation in ((1, 1, 1), (2, 1, 1), (1, 2, 2)):
        lies = windows((6, 7), (3, 3), stride, padding, dilation)
        x, w, y, b, c = triples(lies, 2, 1, 2, "float32")
        for place in (0, 4, -1):
            arrays = {"x": x.copy(), "w": w.copy(), "y": y.copy()}
            arrays[where].reshape(-1)[place] = value
            with NUMPY.quiet():
                agree(lies, arrays["x"], arrays["w"], arrays["y"], b, c, 2)


def test_depthwise_of_images_larger_than_the_cache():
    lies = windows((70, 301), (3, 3), 1, 1, 1)
    agree(lies, *triples(lies, 2, 1, 3, "float64"), 2)


# Pools -----------------------------------------------------------------------------------------------------------


def pools():
    """Windows that pools may have: at least half of each lies inside."""
    kernels = [(2, 2), (2, 3), (5, 4)]
    for lies in each(SIZES, kernels, strides=(1, 2, 3), paddings=(0, 1), ceils=(False, True)):
        reach = [(k - 1) * d + 1 for k, d in zip(lies.kernel, lies.dilation, strict=True)]
        if all(p <= r // 2 for p, r in zip(lies.before, reach, strict=True)):
            yield lies
    for size in SIZES:
        yield windows(size, size, 1, 0, 1)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("awkward", [False, True], ids=["finite", "with NaN and infinities"])
def test_pools(dtype, awkward):
    for lies in pools():
        x = np.round(numbers((2, 3, *lies.size), dtype) / 3)  # many are equal
        if awkward:
            for value, image in ((np.nan, (0, 0)), (np.nan, (1, 1)), (np.inf, (0, 1)), (-np.inf, (1, 0))):
                x[image].reshape(-1)[[0, -1][image[0]]] = value
        y = LayerKernels.max_pool(NUMPY, x, lies)
        g = numbers(y.shape, dtype, 1)
        with NUMPY.quiet():
            near(NUMBA.max_pool(x, lies), y)
            near(NUMBA.max_pool_indices(x, y, lies), LayerKernels.max_pool_indices(NUMPY, x, y, lies))
            near(NUMBA.max_pool_backward(x, y, g, lies), LayerKernels.max_pool_backward(NUMPY, x, y, g, lies))
            near(NUMBA.sum_pool(x, lies), LayerKernels.sum_pool(NUMPY, x, lies))
            near(NUMBA.sum_pool_backward(g, lies), LayerKernels.sum_pool_backward(NUMPY, g, lies))


def test_pools_of_other_layouts_and_dtypes():
    lies = windows((6, 5), (2, 2), 2, 0, 1)
    full = numbers((2, 3, 6, 5))
    for x in (*layouts(full), full.astype("int64"), full.astype("float16"), full[:0]):
        y = NUMBA.max_pool(x, lies)
        near(y, NUMPY.max_pool(x, lies))
        g = np.asfortranarray(y)
        near(NUMBA.max_pool_backward(x, y, g, lies), NUMPY.max_pool_backward(x, y, g, lies))
        near(NUMBA.sum_pool(x, lies), NUMPY.sum_pool(x, lies))
        near(NUMBA.sum_pool_backward(g, lies), NUMPY.sum_pool_backward(g, lies))


def test_infinite_gradients_stay_where_they_belong():
    lies = windows((4, 4), (2, 2), 2, 0, 1)
    x = numbers((1, 1, 4, 4))
    y = NUMBA.max_pool(x, lies)
    dx = NUMBA.max_pool_backward(x, y, np.full_like(y, np.inf), lies)
    assert np.isinf(dx).sum() == 4
    assert not np.isnan(dx).any()


# Norms -----------------------------------------------------------------------------------------------------------

IMAGES = [(2, 3), (4, 3, 5), (2, 3, 4, 5), (5, 2, 1, 9), (3, 2, 70, 130), (1, 1, 2, 2, 3)]


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
@pytest.mark.parametrize("given", ["both", "weight", "neither"])
def test_batch_norm(given, dtype):
    for shape in IMAGES:
        w = None if given == "neither" else numbers(shape[1:2], dtype, 1)
        b = numbers(shape[1:2], dtype, 2) if given == "both" else None
        g = numbers(shape, dtype, 3)
        if dtype == "float16" and len(g.reshape(-1)) > 1000:
            continue  # sums overflow
        for x in layouts(numbers(shape, dtype)):
            got, expected = NUMBA.batch_norm(x, w, b, 1e-3), NUMPY.batch_norm(x, w, b, 1e-3)
            near(got, expected)
            kept = expected[1], expected[3]
            near(NUMBA.batch_norm_backward(x, w, *kept, g), NUMPY.batch_norm_backward(x, w, *kept, g), 512)
            near(NUMBA.scale_channels(x, w, b), NUMPY.scale_channels(x, w, b))


@pytest.mark.skipif(jit.DISABLED, reason="plain Python adds one number after the other")
def test_variances_of_numbers_far_from_zero():
    x = numbers((8, 2, 50, 90)) + np.array([1000, -30], "float32").reshape(1, 2, 1, 1)
    x[0] += 100  # the mean of one image says little about the others
    _, mean, var, _ = NUMBA.batch_norm(x, None, None, 1e-5)
    exact = x.astype("float64")
    np.testing.assert_allclose(mean[0, :, 0, 0], exact.mean((0, 2, 3)), rtol=1e-6)
    np.testing.assert_allclose(var[0, :, 0, 0], exact.var((0, 2, 3)), rtol=1e-5)


@pytest.mark.parametrize("value", [np.inf, np.nan])
def test_batch_norm_of_numbers_that_are_not_finite(value):
    x = numbers((2, 3, 4, 5))
    x[1, 1, 2, 3] = value
    with NUMPY.quiet():
        near(NUMBA.batch_norm(x, None, None, 1e-5), NUMPY.batch_norm(x, None, None, 1e-5))


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (3, 5), (40, 64), (0, 4)])
def test_rms_norm(shape, dtype):
    g = numbers(shape, dtype, 3)
    for w in (None, numbers(shape[1:], dtype, 1)):
        for x in layouts(numbers(shape, dtype)):
            got, expected = NUMBA.rms_norm(x, w, 1e-3), NUMPY.rms_norm(x, w, 1e-3)
            near(got, expected)
            inv = expected[1]
            near(NUMBA.rms_norm_backward(x, w, inv, g), NUMPY.rms_norm_backward(x, w, inv, g), 256)


# Activations -----------------------------------------------------------------------------------------------------

STRAIGHT = {
    "relu": (lambda b, x: b.relu(x), lambda b, x, g: b.relu_backward(np.maximum(x, 0), g)),
    "clip": (
        lambda b, x: b.clip(x, -1.5, 2),
        lambda b, x, g: b.hardtanh_backward(np.clip(x, -1.5, 2), g, -1.5, 2),
    ),
    "clip from below": (lambda b, x: b.clip(x, 0.5, None), lambda b, x, g: g),
    "clip from above": (lambda b, x: b.clip(x, None, 0.5), lambda b, x, g: g),
    "clip to nothing": (lambda b, x: b.clip(x, 1.0, -1.0), lambda b, x, g: g),
    "clip by NaN": (lambda b, x: b.clip(x, 1.0, np.nan), lambda b, x, g: g),
    "leaky_relu": (lambda b, x: b.leaky_relu(x, 0.1), lambda b, x, g: b.leaky_relu_backward(x, g, 0.1)),
    "steep": (lambda b, x: b.leaky_relu(x, -2.0), lambda b, x, g: b.leaky_relu_backward(x, g, -2.0)),
}


@pytest.mark.parametrize(("low", "high"), [(0, None), (None, 2), (0, 2)])
def test_integers_that_are_clipped_stay_integers(low, high):
    for size in (5, 40000):
        x = np.arange(-2, size - 2)
        got = NUMBA.clip(x, low, high)
        assert got.dtype == x.dtype
        assert np.array_equal(got, np.clip(x, low, high))


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
@pytest.mark.parametrize("name", STRAIGHT)
def test_straight_activations(name, dtype):
    forward, backward = STRAIGHT[name]
    for shape in [(1,), (7,), (33, 17), (4, 3, 5), (2, 0)]:
        plain, g = numbers(shape, dtype), numbers(shape, dtype, 1)
        plain.reshape(-1)[:3] = [-1.5, 0.0, 2.0][: plain.size]
        awkward = plain.copy()
        awkward.reshape(-1)[-3:] = [np.nan, np.inf, -np.inf][: plain.size]
        for x in layouts(plain):
            near(forward(NUMBA, x), forward(NUMPY, x))
            near(backward(NUMBA, x, g), backward(NUMPY, x, g))
        with NUMPY.quiet():
            near(forward(NUMBA, awkward), forward(NUMPY, awkward))
            near(backward(NUMBA, awkward, g), backward(NUMPY, awkward, g))
