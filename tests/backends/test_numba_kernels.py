"""Kernels against what they replace: awkward shapes, layouts and numbers, in one thread and in several."""

import math

import numpy as np
import pytest

pytest.importorskip("numba")

from minitorch.registry import get_backend
from minitorch_numba import NumbaBackend, jit, layout, threads

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
    if expected.dtype.kind == "i":
        np.testing.assert_array_equal(got, expected)
        return
    finite = np.abs(expected[np.isfinite(expected)])
    tolerance = 64 * np.finfo(expected.dtype).eps
    np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance * finite.max(initial=1))


ONE = {
    "exp": lambda b, x: b.exp(x),
    "log": lambda b, x: b.log(x),
    "tanh": lambda b, x: b.tanh(x),
    "erf": lambda b, x: b.erf(x),
    "sigmoid": lambda b, x: b.sigmoid(x),
    "softplus": lambda b, x: b.softplus(x),
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
    "softplus": lambda b, x, g: b.softplus_backward(x, g, 2.0, 3.0),
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


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(1, 3, 5), (7, 33, 90), (130, 40, 3)])
def test_linear_layers_with_their_activation(shape, dtype, monkeypatch):
    from minitorch_numba import linear_activation

    monkeypatch.setattr(linear_activation, "SMALLEST", 0)
    m, k, n = shape
    x, w, b = numbers((m, k), dtype, 1) / 100, numbers((n, k), dtype, 2) / 100, numbers((n,), dtype, 3)
    x[0, 0], b[0] = np.nan, np.inf
    for weight in (w, w.T.copy().T):
        near(NUMBA.linear_relu(x, weight, b), NUMPY.linear_relu(x, weight, b))
        for tanh in (False, True):
            got, z, kept = NUMBA.linear_gelu(x, weight, b, tanh)
            expected, before, _ = NUMPY.linear_gelu(x, weight, b, tanh)
            near(got, expected)
            near(z, before)
            assert kept is None  # so the kernel was used


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


def steps_of(backend, dtype, arrange):
    """Three parameters after a step by each rule that has a kernel."""
    adam = {"lr": 0.1, "beta1": 0.9, "beta2": 0.99, "eps": 1e-3, "weight_decay": 0.1, "maximize": True}
    common = {"lr": 0.1, "weight_decay": 0.1, "maximize": True, "eps": 1e-3}
    sgd = {"lr": 0.1, "weight_decay": 0.1, "maximize": True, "dampening": 0.3}
    steps, shares = [1.0, 2.0, 5.0, 3.0], [0.0, 0.5, 0.25, 0.3]
    rules = {
        "sgd": (2, lambda x, g: backend.sgd_step(x, g, [None] * 4, momentum=0.0, nesterov=False, **sgd)),
        "momentum": (3, lambda *a: backend.sgd_step(*a, momentum=0.9, nesterov=False, **sgd)),
        "nesterov": (3, lambda *a: backend.sgd_step(*a, momentum=0.9, nesterov=True, **sgd)),
        "adam": (4, lambda *a: backend.adam_step(*a, None, steps, decoupled=False, **adam)),
        "adamw": (4, lambda *a: backend.adam_step(*a, None, steps, decoupled=True, **adam)),
        "amsgrad": (5, lambda *a: backend.adam_step(*a, steps, decoupled=False, **adam)),
        "nadam": (4, lambda *a: backend.nadam_step(*a, steps, shares, shares, decoupled=True, **adam)),
        "radam": (4, lambda *a: backend.radam_step(*a, steps, shares, decoupled=True, **adam)),
        "adamax": (4, lambda *a: backend.adamax_step(*a, steps, **adam)),
        "adagrad": (3, lambda *a: backend.adagrad_step(*a, steps, lr_decay=0.1, **common)),
        "adadelta": (4, lambda *a: backend.adadelta_step(*a, rho=0.9, **common)),
        "rmsprop": (3, lambda *a: backend.rmsprop_step(*a, None, None, alpha=0.9, momentum=0.0, **common)),
        "rmsprop momentum": (
            4, lambda x, g, v, b: backend.rmsprop_step(x, g, v, None, b, alpha=0.9, momentum=0.5, **common),
        ),
        "scale": (1, lambda x: backend.scale_all(x, 0.3)),
        "clip": (1, lambda x: backend.clip_all(x, -0.3, 0.5)),
    }  # fmt: skip
    for name, (count, rule) in rules.items():
        columns = [
            [np.asarray(np.abs(numbers(shape, dtype, seed))) if seed > 1 else numbers(shape, dtype, seed)
             for shape in [(7, 3), (), (1,), (130, 257)]]
            for seed in range(count)
        ]  # fmt: skip
        columns = arrange(columns)
        rule(*columns)
        yield name, columns


@pytest.mark.parametrize(
    "arrange",
    [
        lambda columns: columns,
        lambda columns: [[x.T.copy().T for x in columns[0]], *columns[1:]],
        lambda columns: [*columns[:-1], [x.T.copy().T for x in columns[-1]]],
        lambda columns: [[x.astype("float64") if x.size == 21 else x for x in c] for c in columns],
    ],
    ids=["in order", "parameters turned", "state turned", "mixed dtypes"],
)
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
def test_update_rules(dtype, arrange):
    for (name, got), (_, expected) in zip(
        steps_of(NUMBA, dtype, arrange), steps_of(NUMPY, dtype, arrange), strict=True
    ):
        assert name
        near(got, expected)


def test_parameters_that_share_memory_are_changed_one_after_the_other():
    results = []
    for backend in (NUMBA, NUMPY):
        memory = numbers((100_000,), "float32")
        params = [memory[:60_000], memory[40_000:], memory[50_000:50_001]]
        grads = [numbers(x.shape, "float32", 1) for x in params]
        squares = [np.ones_like(x) for x in params]
        backend.adagrad_step(
            params,
            grads,
            squares,
            [1.0] * 3,
            lr=0.1,
            lr_decay=0.0,
            eps=1e-3,
            weight_decay=0.5,
            maximize=False,
        )
        results.append(memory)
    near(*results)


def test_memory_that_is_read_only_is_left_alone():
    x = np.ones(100, "float32")
    x.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        NUMBA.scale_all([x], 0.5)
    assert (x == 1).all()


def test_norms():
    arrays = [numbers(shape, "float32", 1) for shape in [(3, 5), (0,), (), (200, 301)]]
    expected = np.sqrt(sum(np.sum(np.square(x, dtype="float64")) for x in arrays))
    np.testing.assert_allclose(NUMBA.global_norm(arrays), expected, rtol=1e-12)
    mixed = [*arrays, numbers((4, 5), "float64", 2), numbers((9, 5), "float32", 3).T]
    np.testing.assert_allclose(NUMBA.global_norm(mixed), NUMPY.global_norm(mixed), rtol=1e-6)
    assert NUMBA.global_norm([np.array([np.inf], "float32")]) == np.inf
    assert np.isnan(NUMBA.global_norm([np.array([np.nan, 1], "float32")]))
    assert NUMBA.global_norm([np.array([1e30], "float32")]) == pytest.approx(1e30)


BOTH = ("add", "subtract", "multiply", "divide")


@pytest.fixture
def every_size(monkeypatch):
    """Arithmetic by kernels for the smallest arrays, too."""
    from minitorch_numba import arithmetic

    monkeypatch.setattr(arithmetic, "LARGE", 0)
    monkeypatch.setattr(arithmetic, "WIDE", 64)
    monkeypatch.setattr(arithmetic, "FEW", 1)


@pytest.mark.parametrize("awkward", [False, True], ids=["finite", "with NaN and infinities"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int64", "complex64"])
def test_arithmetic(dtype, awkward, every_size):
    if awkward and dtype == "int64":
        return
    for shape in SHAPES:
        y = np.asarray(numbers(shape, dtype, 1) + 10, dtype)
        for x in layouts(numbers(shape, dtype, awkward=awkward)):
            others = [y, 2, 0.5, np.asarray(3, dtype), np.asarray(3, "float64"), y[:1], y[..., :1]]
            if y.size:
                others += [np.broadcast_to(y.reshape(-1)[:1], shape), np.float64(2)]
            with NUMPY.quiet():
                for name in BOTH:
                    for other in others:
                        for pair in ((x, other), (other, x)):
                            near(getattr(NUMBA, name)(*pair), np.asarray(getattr(NUMPY, name)(*pair)))
                near(NUMBA.negative(x), NUMPY.negative(x))
                near(NUMBA.square(x), NUMPY.square(x))
                near(NUMBA.power(x, 2), NUMPY.power(x, 2))
                total = y.copy()
                NUMBA.add_into(total, x)
                near(total, y + x)
                out = np.empty((*shape[::-1],), dtype).T
                assert NUMBA.multiply(x, y, out) is out
                near(out, x * y)


def test_what_cannot_be_added_fails_as_numpys_does(every_size):
    with pytest.raises(ValueError, match="broadcast"):
        NUMBA.add(np.ones(3, "float32"), np.ones(4, "float32"))
    fixed = np.ones(4, "float32")
    fixed.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        NUMBA.add_into(fixed, np.ones(4, "float32"))
    assert (fixed == 1).all()


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int64"])
def test_sums(dtype, every_size):
    for shape in [*SHAPES[:-1], (300, 130), (130, 7, 9), (6, 5, 4, 9), (0, 3, 4), ()]:
        for x in layouts(numbers(shape, dtype)):
            axes = [None, tuple(range(x.ndim)), *range(x.ndim), *range(-x.ndim, 0)]
            axes += [(0, 1), (-1, 0), (1, 2)][: max(0, 2 * x.ndim - 3)]
            axes += [(0, 2, 3)] if x.ndim == 4 else []
            for axis in axes:
                for keepdims in (False, True):
                    got = np.asarray(NUMBA.sum(x, axis=axis, keepdims=keepdims))
                    expected = np.asarray(NUMPY.sum(x, axis=axis, keepdims=keepdims))
                    assert got.shape == expected.shape
                    assert got.dtype == expected.dtype
                    np.testing.assert_allclose(
                        got,
                        expected,
                        rtol=1e-2 if dtype == "float16" else 1e-5,
                        atol=1e-1 if dtype == "float16" else 1e-4,
                    )
            if x.ndim:
                with pytest.raises(np.exceptions.AxisError):
                    NUMBA.sum(x, axis=x.ndim)


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
@pytest.mark.parametrize("build", ["serial", "parallel"])
def test_finite(dtype, build, monkeypatch):
    monkeypatch.setattr(jit, "threshold", 0.0 if build == "parallel" else math.inf)
    for shape in [(0,), (7,), (3, layout.PIECE), (2, 5, layout.PIECE // 3)]:
        x = numbers(shape, dtype)
        assert layout.finite(x)
        for place in {0, x.size // 3, layout.PIECE, x.size - 1} & set(range(x.size)):
            for value in (np.inf, -np.inf, np.nan):
                y = x.copy()
                y.reshape(-1)[place] = value
                assert not layout.finite(y)
                assert not layout.finite(y.T)
                y.reshape(-1)[place - 1] = -value
                assert not layout.finite(y)


@pytest.mark.parametrize("axis", [None, 0, 1])
def test_sums_are_as_precise_as_numpys(axis):
    for seed in range(3):
        x = np.abs(numbers((3000, 700), "float32", seed))
        exact = x.sum(axis, dtype="float64")
        errors = [np.abs(b.sum(x, axis=axis) - exact).max() for b in (NUMBA, NUMPY)]
        assert errors[0] <= errors[1] + 1e-7 * exact.max()


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int64"])
@pytest.mark.parametrize(("shape", "rows"), [((0,), 3), ((1,), 1), ((40,), 5), ((7, 9), 1000), ((3000,), 2)])
@pytest.mark.parametrize("width", [1, 5, 33, 130])
def test_rows_of_tables(shape, rows, width, dtype):
    indices = np.random.default_rng(1).integers(0, rows, shape)
    w, x = numbers((rows, width), dtype), numbers((*shape, width), dtype, 1)
    np.testing.assert_array_equal(NUMBA.take_rows(w, indices), w[indices])
    near(NUMBA.add_rows(x, indices, rows), NUMPY.add_rows(x, indices, rows))
    for index in (indices, (indices,), indices - rows):
        got, expected = w.copy(), w.copy()
        NUMBA.index_add(got, index, x)
        np.add.at(expected, index, x)
        near(got, expected)


def test_rows_that_are_not_there():
    w = np.zeros((3, 50_000), "float32")
    for wrong in (3, -4):
        with pytest.raises(IndexError):
            NUMBA.take_rows(w, np.array([0, wrong, 1]))
        with pytest.raises(IndexError):
            NUMBA.index_add(w, np.array([0, wrong]), np.ones((2, 50_000), "float32"))
    assert not w.any()


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_sums_along_an_axis_at_places_named_twice(axis, dtype):
    for shape in [(4, 3, 5), (40, 30, 20), (1, 300, 1)]:
        x = numbers(shape, dtype)
        smaller = list(shape)
        smaller[axis] = 2 * shape[axis] + 1
        indices = np.random.default_rng(2).integers(0, shape[axis], smaller)
        values = numbers(smaller, dtype, 3)
        for places in (indices, indices - shape[axis], indices[::-1]):
            if places.shape == values.shape:
                got, expected = x.copy(), x.copy()
                NUMBA.add_along_axis(got, places, values, axis)
                NUMPY.add_along_axis(expected, places, values, axis)
                near(got, expected)
