"""Layers against PyTorch: values, gradients, and gradients of gradients."""

import random

import numpy as np
import pytest

import minitorch
from minitorch.nn import functional

torch = pytest.importorskip("torch")
F = torch.nn.functional if torch else None

pytestmark = pytest.mark.oracle

SEEDS = range(40)


def compare(function, reference, *arrays):
    """Values, the fused and the recorded gradients, and second derivatives for random directions."""
    rng = np.random.default_rng(0)
    ours = [minitorch.from_numpy(a.copy()).requires_grad_() for a in arrays]
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    y, expected = function(*ours), reference(*theirs)
    near(y, expected)

    start = rng.standard_normal(tuple(expected.shape))
    g = minitorch.from_numpy(start.copy()).requires_grad_()
    g_expected = torch.tensor(start, requires_grad=True)
    fused = minitorch.autograd.grad(y, ours, g, retain_graph=True)
    recorded = minitorch.autograd.grad(y, ours, g, create_graph=True)
    wanted = torch.autograd.grad(expected, theirs, g_expected, create_graph=True)
    for a, b, c in zip(fused, recorded, wanted, strict=True):
        near(a, c)
        near(b, c)

    directions = [rng.standard_normal(a.shape) for a in arrays]
    total = sum((a * minitorch.from_numpy(d)).sum() for a, d in zip(recorded, directions, strict=True))
    total_expected = sum((a * torch.tensor(d)).sum() for a, d in zip(wanted, directions, strict=True))
    second = minitorch.autograd.grad(total, [*ours, g], allow_unused=True)
    second_wanted = torch.autograd.grad(total_expected, [*theirs, g_expected], allow_unused=True)
    for a, b, x in zip(second, second_wanted, [*theirs, g_expected], strict=True):
        near(np.zeros(x.shape) if a is None else a, torch.zeros_like(x) if b is None else b, 1e-7)


def near(actual, expected, tolerance=1e-8):
    actual = actual if isinstance(actual, np.ndarray) else actual.detach().numpy()
    np.testing.assert_allclose(actual, expected.detach().numpy(), rtol=tolerance, atol=tolerance)


class Draw:
    """Random settings, the same ones for a seed."""

    def __init__(self, seed):
        self.random, self.numpy = random.Random(seed), np.random.default_rng(seed)

    def one(self, *choices):
        return self.random.choice(choices)

    def each(self, dims, *choices):
        return tuple(self.random.choice(choices) for _ in range(dims))

    def array(self, *shape):
        return self.numpy.standard_normal(shape)


@pytest.mark.parametrize("seed", SEEDS)
def test_conv(seed):
    draw = Draw(seed)
    dims, groups = draw.one(1, 2, 2, 3), draw.one(1, 1, 2, 3)
    c, o = groups * draw.one(1, 2), groups * draw.one(1, 2, 3)
    x = draw.array(draw.one(1, 3), c, *draw.each(dims, 5, 6, 7))
    w = draw.array(o, c // groups, *draw.each(dims, 1, 2, 3))
    settings = {
        "stride": draw.each(dims, 1, 2, 3),
        "padding": draw.one(draw.each(dims, 0, 1, 2), 1, "valid"),
        "dilation": draw.each(dims, 1, 2),
        "groups": groups,
    }
    name = f"conv{dims}d"
    bias = [draw.array(o)] if draw.one(True, False) else []
    x = x[0] if draw.one(True, False, False) else x
    compare(
        lambda *a: getattr(functional, name)(*a, **settings),
        lambda *a: getattr(F, name)(*a, **settings),
        *(x, w, *bias),
    )


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.parametrize("kernel", [(1, 2), (2, 3), (4, 5)])
@pytest.mark.parametrize("dilation", [1, 2])
def test_conv_with_padding_same(kernel, dilation):
    draw = Draw(0)
    compare(
        lambda x, w: functional.conv2d(x, w, padding="same", dilation=dilation),
        lambda x, w: F.conv2d(x, w, padding="same", dilation=dilation),
        *(draw.array(2, 2, 7, 8), draw.array(3, 2, *kernel)),
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_conv_transpose(seed):
    draw = Draw(seed)
    dims, groups = draw.one(1, 2, 2, 3), draw.one(1, 1, 2, 3)
    c, o = groups * draw.one(1, 2), groups * draw.one(1, 2)
    stride, dilation = draw.each(dims, 1, 2, 3), draw.each(dims, 1, 2)
    settings = {
        "stride": stride,
        "padding": draw.each(dims, 0, 1),
        "output_padding": tuple(draw.one(*range(max(s, d))) for s, d in zip(stride, dilation, strict=True)),
        "groups": groups,
        "dilation": dilation,
    }
    name = f"conv_transpose{dims}d"
    x = draw.array(draw.one(1, 3), c, *draw.each(dims, 3, 4))
    w = draw.array(c, o // groups, *draw.each(dims, 1, 2, 3))
    bias = [draw.array(o)] if draw.one(True, False) else []
    compare(
        lambda *a: getattr(functional, name)(*a, **settings),
        lambda *a: getattr(F, name)(*a, **settings),
        *(x, w, *bias),
    )


def test_complex_convolutions():
    draw = Draw(0)
    x = draw.array(2, 2, 5, 5) + 1j * draw.array(2, 2, 5, 5)
    w = draw.array(3, 2, 2, 2) + 1j * draw.array(3, 2, 2, 2)
    ours = [minitorch.from_numpy(a).requires_grad_() for a in (x, w)]
    theirs = [torch.tensor(a, requires_grad=True) for a in (x, w)]
    y, expected = functional.conv2d(*ours, padding=1), F.conv2d(*theirs, padding=1)
    near(y, expected)
    g = draw.array(*y.shape) + 1j * draw.array(*y.shape)
    grads = minitorch.autograd.grad(y, ours, minitorch.from_numpy(g))
    for a, b in zip(grads, torch.autograd.grad(expected, theirs, torch.tensor(g)), strict=True):
        near(a, b)


@pytest.mark.parametrize("seed", SEEDS)
def test_pools(seed):
    draw = Draw(seed)
    dims = draw.one(1, 2)
    x = draw.array(*draw.one((2, 3), (3,)), *draw.each(dims, 6, 7, 8))
    x = np.round(x) if draw.one(True, False) else x  # with ties
    kernel = draw.each(dims, 1, 2, 3)
    settings = {
        "kernel_size": kernel,
        "stride": draw.one(None, 1, 2, 3),
        "padding": tuple(draw.one(*range(k // 2 + 1)) for k in kernel),
        "ceil_mode": draw.one(True, False),
    }
    dilation = draw.each(dims, 1, 2)
    name = f"max_pool{dims}d"
    compare(
        lambda x: getattr(functional, name)(x, **settings, dilation=dilation),
        lambda x: getattr(F, name)(x, **settings, dilation=dilation),
        x,
    )
    _, indices = getattr(functional, name)(minitorch.from_numpy(x), **settings, return_indices=True)
    _, expected = getattr(F, name)(torch.tensor(x), **settings, return_indices=True)
    np.testing.assert_array_equal(indices.numpy(), expected.numpy())

    settings["count_include_pad"] = draw.one(True, False)
    if dims == 2 and draw.one(True, False):
        settings["divisor_override"] = 3
    name = f"avg_pool{dims}d"
    compare(lambda x: getattr(functional, name)(x, **settings), lambda x: getattr(F, name)(x, **settings), x)


def test_max_pool_of_nan():
    x = np.array([[1.0, np.nan, np.nan, 2.0, 3.0, 4.0]])
    y, indices = functional.max_pool1d(minitorch.from_numpy(x), 3, return_indices=True)
    expected, wanted = F.max_pool1d(torch.tensor(x), 3, return_indices=True)
    near(y, expected)
    np.testing.assert_array_equal(indices.numpy(), wanted.numpy())


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("kind", ["avg", "max"])
def test_adaptive_pools(kind, seed):
    draw = Draw(seed)
    dims = draw.one(1, 2)
    x = draw.array(*draw.one((2, 3), (3,)), *draw.each(dims, 6, 7, 8))
    size = draw.each(dims, 1, 2, 3, 5, 9)
    name = f"adaptive_{kind}_pool{dims}d"
    compare(lambda x: getattr(functional, name)(x, size), lambda x: getattr(F, name)(x, size), x)
    if kind == "max":
        _, indices = getattr(functional, name)(minitorch.from_numpy(x), size, return_indices=True)
        _, expected = getattr(F, name)(torch.tensor(x), size, return_indices=True)
        np.testing.assert_array_equal(indices.numpy(), expected.numpy())


@pytest.mark.parametrize("seed", range(10))
def test_unfold_and_fold(seed):
    draw = Draw(seed)
    settings = {
        "kernel_size": draw.each(2, 1, 2, 3),
        "dilation": draw.each(2, 1, 2),
        "padding": draw.each(2, 0, 1),
        "stride": draw.each(2, 1, 2),
    }
    x = draw.array(*draw.one((2, 3), (3,)), 6, 7)
    compare(lambda x: functional.unfold(x, **settings), lambda x: F.unfold(x, **settings), x)
    columns = F.unfold(torch.tensor(x), **settings).numpy()
    compare(
        lambda x: functional.fold(x, (6, 7), **settings), lambda x: F.fold(x, (6, 7), **settings), columns
    )


@pytest.mark.parametrize("shape", [(4, 3), (4, 3, 5), (2, 3, 4, 5)])
@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize("training", [True, False])
def test_batch_norm(shape, affine, training):
    draw = Draw(0)
    arrays = [draw.array(*shape), *([draw.array(3), draw.array(3)] if affine else [])]
    start = [draw.array(3), np.abs(draw.array(3))]
    ours = [minitorch.from_numpy(s.copy()) for s in start]
    theirs = [torch.tensor(s) for s in start]
    compare(
        lambda x, *params: functional.batch_norm(x, *ours, *params, training=training, momentum=0.3),
        lambda x, *params: F.batch_norm(x, *theirs, *params, training=training, momentum=0.3),
        *arrays,
    )
    for mine, wanted in zip(ours, theirs, strict=True):
        near(mine, wanted)


def compare_over(name, last, *arrays):
    """A norm over the last dims."""
    compare(
        lambda x, *weights: getattr(functional, name)(x, last, *weights),
        lambda x, *weights: getattr(F, name)(x, last, *weights),
        *arrays,
    )


@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 5), (2, 6, 3, 4)])
def test_other_norms(shape):
    draw = Draw(0)
    x, w, b = draw.array(*shape), draw.array(6), draw.array(6)
    for last in (shape[-1:], shape[1:]):
        compare_over("layer_norm", last, x, draw.array(*last), draw.array(*last))
        compare_over("rms_norm", last, x, draw.array(*last))
    compare(lambda x: functional.layer_norm(x, shape, eps=0.1), lambda x: F.layer_norm(x, shape, eps=0.1), x)
    compare(
        lambda x, w, b: functional.group_norm(x, 3, w, b), lambda x, w, b: F.group_norm(x, 3, w, b), x, w, b
    )
    if len(shape) > 2:
        compare(
            lambda x, w, b: functional.instance_norm(x, None, None, w, b),
            lambda x, w, b: F.instance_norm(x, None, None, w, b),
            *(x, w, b),
        )


@pytest.mark.parametrize(
    "settings",
    [{}, {"padding_idx": 2}, {"padding_idx": -1}, {"max_norm": 0.5}, {"max_norm": 2.0, "norm_type": 1.0}],
)
def test_embedding(settings):
    index, w = np.array([[0, 2, 2], [3, 0, 1]]), Draw(0).array(5, 3)
    if "max_norm" in settings:
        ours, theirs = minitorch.from_numpy(w.copy()), torch.tensor(w)
        y = functional.embedding(minitorch.tensor(index), ours, **settings)
        near(y, F.embedding(torch.tensor(index), theirs, **settings))
        near(ours, theirs)
    else:
        compare(
            lambda w: functional.embedding(minitorch.tensor(index), w, **settings),
            lambda w: F.embedding(torch.tensor(index), w, **settings),
            w,
        )


def test_embedding_with_gradients_divided_by_frequency():
    index, start = np.array([[0, 2, 2], [3, 0, 1]]), Draw(0).array(5, 3)
    w, expected = minitorch.from_numpy(start.copy()).requires_grad_(), torch.tensor(start, requires_grad=True)
    settings = {"scale_grad_by_freq": True, "padding_idx": 1}
    (functional.embedding(minitorch.tensor(index), w, **settings) ** 2).sum().backward()
    (F.embedding(torch.tensor(index), expected, **settings) ** 2).sum().backward()
    near(w.grad, expected.grad)
