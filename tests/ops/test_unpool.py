"""Pools undone, pools at random places, p-norms, shuffles: properties, and what they refuse."""

import math

import numpy as np
import pytest

import minitorch
from minitorch.errors import ArgumentError, DtypeError, IndexRangeError, NotSupportedError, ShapeError
from minitorch.nn import functional as F


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_unpooling_puts_the_largest_back_and_pooling_again_finds_them(dims):
    x = minitorch.rand(2, 3, *(5,) * dims) + 0.1
    pool, unpool = getattr(F, f"max_pool{dims}d"), getattr(F, f"max_unpool{dims}d")
    y, indices = pool(x, 2, return_indices=True)
    back = unpool(y, indices, 2, output_size=x.shape)
    kept = back != 0
    assert kept.sum().item() == y.numel()
    assert minitorch.equal(back[kept], x[kept])
    assert minitorch.equal(pool(back, 2), y)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        (
            {"output_size": (9,)},
            ArgumentError,
            "output_size must have 1 sizes, each less than the stride (2,) away",
        ),
        ({"output_size": (4, 4)}, ArgumentError, "output_size must have 1 sizes"),
        ({"kernel_size": 2, "padding": 3}, ArgumentError, "the size of the result would be (-2,)"),
        ({"kernel_size": 1, "stride": 1}, IndexRangeError, "indices must lie between 0 and 1"),
    ],
)
def test_what_unpools_refuse(settings, error, message):
    x, indices = minitorch.ones(1, 1, 2), minitorch.tensor([[[0, 3]]])
    with pytest.raises(error) as caught:
        F.max_unpool1d(x, indices, **{"kernel_size": 2, **settings})
    assert message in str(caught.value)


def test_indices_must_fit_the_input():
    x = minitorch.ones(1, 1, 2)
    with pytest.raises(DtypeError, match="indices must be int64, got minitorch.int32"):
        F.max_unpool1d(x, minitorch.zeros(1, 1, 2).int(), 2)
    with pytest.raises(ShapeError, match="must have the same shape"):
        F.max_unpool1d(x, minitorch.zeros(1, 1, 3).long(), 2)
    with pytest.raises(ShapeError, match=r"max_unpool2d: expected \(N, C, …\)"):
        F.max_unpool2d(x[0], minitorch.zeros(1, 2).long(), 2)


@pytest.mark.parametrize("dims", [2, 3])
def test_random_windows_cover_the_input_and_differ_between_calls(dims):
    x = minitorch.arange(float(8**dims)).reshape(1, 1, *(8,) * dims)
    pool = getattr(F, f"fractional_max_pool{dims}d")
    minitorch.manual_seed(0)
    results = [pool(x, 2, output_ratio=0.7) for _ in range(4)]
    assert any(not minitorch.equal(results[0], y) for y in results)
    for y in results:
        assert y.shape == (1, 1, *(5,) * dims)
        assert y.max().item() == 8**dims - 1  # the last window ends where the input does


def test_what_random_windows_refuse():
    x = minitorch.zeros(1, 2, 5, 5)
    with pytest.raises(ArgumentError, match="needs either output_size or output_ratio"):
        F.fractional_max_pool2d(x, 2)
    with pytest.raises(ShapeError, match="do not fit into an input of size"):
        F.fractional_max_pool2d(x, 3, 4)
    with pytest.raises(ShapeError, match=r"_random_samples must have shape \(1, 2, 2\)"):
        F.fractional_max_pool2d(x, 2, 2, _random_samples=minitorch.zeros(1, 1, 2))
    with pytest.raises(ArgumentError, match="must be minitorch.float32 as the input"):
        F.fractional_max_pool2d(x, 2, 2, _random_samples=minitorch.zeros(1, 2, 2).double())
    with pytest.raises(ArgumentError, match="not both"):
        minitorch.nn.FractionalMaxPool2d(2, 3, 0.5)
    with pytest.raises(ArgumentError, match="output_ratio must lie between 0 and 1, got 1.5"):
        minitorch.nn.FractionalMaxPool3d(2, output_ratio=1.5)


def test_p_norms():
    x = minitorch.tensor([[-3.0, 4.0, 0.0, 0.0]], requires_grad=True)
    assert F.lp_pool1d(x, 2, 2).tolist() == [[5.0, 0.0]]
    assert F.lp_pool1d(x, math.inf, 2).tolist() == [[4.0, 0.0]]
    assert F.lp_pool1d(x, 1, 2).tolist() == [[1.0, 0.0]]
    F.lp_pool1d(x, 2, 2)[0, 0].backward()
    np.testing.assert_allclose(x.grad.numpy(), [[-0.6, 0.8, 0.0, 0.0]], rtol=1e-6)


@pytest.mark.parametrize("shape", [(2, 12, 3, 2), (12, 3, 2), (2, 1, 12, 3, 2)])
def test_unshuffling_undoes_shuffling(shape):
    x = minitorch.randn(*shape)
    assert minitorch.equal(F.pixel_unshuffle(F.pixel_shuffle(x, 2), 2), x)
    y = minitorch.randn(2, 12, 3)
    assert minitorch.equal(F.channel_shuffle(F.channel_shuffle(y, 3), 4), y)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda x: F.pixel_shuffle(x, 2),
            ShapeError,
            "6 channels (of shape (1, 6, 3, 3)) are not divisible by",
        ),
        (lambda x: F.pixel_shuffle(x, 0), ArgumentError, "upscale_factor must be positive, got 0"),
        (lambda x: F.pixel_unshuffle(x, 2), ShapeError, "are not divisible by downscale_factor = 2"),
        (lambda x: F.pixel_unshuffle(x[0, 0], 3), ShapeError, "with 3 dims or more, got (3, 3)"),
        (lambda x: F.channel_shuffle(x, 4), ArgumentError, "6 channels cannot be split into 4 equal groups"),
        (lambda x: F.channel_shuffle(x[0, 0], 1), ShapeError, "channel_shuffle: expected (N, C, …)"),
        (lambda x: F.local_response_norm(x[0, 0], 2), ShapeError, "local_response_norm: expected (N, C, …)"),
        (lambda x: F.rrelu(x, 0.4, 0.1), ArgumentError, "lower must not be greater than upper"),
        (lambda x: F.pad(x, (1, 1), "reflect"), NotSupportedError, "pads all dims after (N, C) or (C)"),
        (lambda x: minitorch.nn.CircularPad1d(1)(x), ArgumentError, "CircularPad1d: expected 2 dims (C, …)"),
    ],
)
def test_what_they_refuse(call, error, message):
    with pytest.raises(error) as caught:
        call(minitorch.zeros(1, 6, 3, 3))
    assert message in str(caught.value)


def test_random_slopes_lie_between_their_bounds():
    x = minitorch.linspace(-2, 2, 1000, requires_grad=True)
    minitorch.manual_seed(0)
    y = F.rrelu(x, 0.2, 0.4, training=True)
    slopes = (y / x).detach()[:500]
    assert 0.2 <= slopes.min().item() < 0.21 < 0.39 < slopes.max().item() <= 0.4
    assert minitorch.equal(y[500:], x[500:])
    y.sum().backward()
    np.testing.assert_allclose(x.grad[:500].numpy(), slopes.numpy(), rtol=1e-5)
    z = x.detach().clone()
    assert F.rrelu_(z, 0.2, 0.4) is z
    np.testing.assert_allclose(z.numpy(), F.rrelu(x, 0.2, 0.4).detach().numpy())
