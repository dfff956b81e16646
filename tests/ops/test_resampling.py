"""interpolate: sizes, bytes, and what it refuses."""

import numpy as np
import pytest

import minitorch
from minitorch.errors import ArgumentError, ArgumentTypeError, DtypeError, NotSupportedError, ShapeError
from minitorch.nn.functional import interpolate
from minitorch.ops.resampling import blended, filtered, quantized, transposed

MODES = [("linear", 1), ("bilinear", 2), ("trilinear", 3), ("bicubic", 2)]


@pytest.mark.parametrize(("mode", "dims"), [("nearest", 2), ("nearest-exact", 2), ("area", 2), *MODES])
def test_the_same_size_changes_nothing(mode, dims):
    x = minitorch.randn(1, 2, *(5,) * dims)
    np.testing.assert_allclose(interpolate(x, size=5, mode=mode).numpy(), x.numpy(), atol=1e-6)


@pytest.mark.parametrize(("mode", "dims"), MODES)
@pytest.mark.parametrize("size", [3, 9])
def test_straight_lines_stay_straight_between_aligned_corners(mode, dims, size):
    line = minitorch.linspace(0, 1, 5, dtype=minitorch.float64)
    x = line.reshape(1, 1, 5, *(1,) * (dims - 1)).expand(1, 1, *(5,) * dims)
    y = interpolate(x, size=size, mode=mode, align_corners=True).reshape(size, -1)[:, 0]
    inner = slice(None) if mode != "bicubic" else slice(size // 3, -(size // 3))  # it bends near the borders
    np.testing.assert_allclose(y.numpy()[inner], np.linspace(0, 1, size)[inner], atol=1e-12)


@pytest.mark.parametrize("mode", ["bilinear", "bicubic", "lanczos"])
def test_antialiasing_keeps_the_mean_of_fine_patterns(mode):
    x = (minitorch.arange(32) % 2).double().expand(1, 1, 32, 32)
    smooth = interpolate(x, size=4, mode=mode, antialias=True)
    np.testing.assert_allclose(smooth[..., 1:-1].numpy(), 0.5, atol=0.03)
    assert smooth.std().item() < 0.05


def test_shares_add_up_to_one_and_go_back_where_they_came_from():
    for taps in (
        blended(7, 4, None, False, True),
        blended(4, 9, 2.3, False, False),
        filtered(9, 4, None, False, "bicubic"),
    ):
        np.testing.assert_allclose(np.sum(taps.shares, 0), 1)
        back = transposed(transposed(taps))
        matrices = [np.zeros((len(taps.places[0]), taps.size)) for _ in range(2)]
        for matrix, some in zip(matrices, (taps, back), strict=True):
            for places, shares in zip(some.places, some.shares, strict=True):
                for j, (place, share) in enumerate(zip(places, shares, strict=True)):
                    matrix[j, place] += share
        np.testing.assert_allclose(matrices[0], matrices[1])


def test_bytes_are_rounded_and_kept_between_0_and_255():
    x = minitorch.tensor([[[[0, 255, 255, 0]]]], dtype=minitorch.uint8)
    y = interpolate(x, size=(1, 8), mode="bicubic")
    assert y.dtype is minitorch.uint8
    exact = interpolate(x.double(), size=(1, 8), mode="bicubic").clamp(0, 255)
    assert (y.double() - exact).abs().max().item() < 0.6
    taps, bits = quantized(blended(4, 8, None, False, True))
    assert max(map(max, taps.shares)) < 1 << 15
    assert set(np.sum(taps.shares, 0).tolist()) <= {(1 << bits) - 1, 1 << bits, (1 << bits) + 1}


def test_one_pixel_that_is_not_a_number_stays_where_it_is():
    x = minitorch.zeros(1, 1, 8, 8)
    x[0, 0, 0, 0] = float("nan")
    y = interpolate(x, scale_factor=2, mode="bilinear")
    assert y.isnan().sum().item() == 9


def test_the_size_is_the_rounded_product():
    x = minitorch.zeros(1, 1, 10)
    assert interpolate(x, scale_factor=0.39).shape == (1, 1, 3)
    assert interpolate(x, scale_factor=(1.25,), recompute_scale_factor=True).shape == (1, 1, 12)


@pytest.mark.parametrize(
    ("shape", "settings", "error", "message"),
    [
        ((1, 1, 4), {}, ArgumentError, "needs either size or scale_factor, and not both"),
        ((1, 1, 4), {"size": 2, "scale_factor": 2}, ArgumentError, "and not both"),
        ((1, 1, 4), {"size": (2, 2)}, ArgumentError, "size must be one number or 1"),
        ((1, 1, 4), {"size": 2.5}, ArgumentTypeError, "size must be integers, got 2.5"),
        ((1, 1, 4), {"size": 2, "recompute_scale_factor": True}, ArgumentError, "needs a scale_factor"),
        ((1, 1, 4), {"size": 2, "align_corners": False}, ArgumentError, "does not go with mode 'nearest'"),
        ((1, 1, 4), {"size": 2, "mode": "bilinear"}, NotSupportedError, "'bilinear' needs 4 dims"),
        ((1, 1, 4), {"size": 2, "mode": "sharp"}, NotSupportedError, "and mode 'sharp'"),
        ((1, 4), {"size": 2}, NotSupportedError, "got shape (1, 4)"),
        ((1, 1, 4), {"size": 2, "mode": "linear", "antialias": True}, ArgumentError, "antialias goes with"),
        ((1, 1, 4, 4), {"size": 2, "mode": "lanczos"}, ArgumentError, "needs antialias=True"),
        ((1, 1, 4), {"scale_factor": 0.1}, ShapeError, "must not be empty"),
        ((1, 0, 4), {"size": 2}, ShapeError, "must not be empty"),
    ],
)
def test_what_interpolate_refuses(shape, settings, error, message):
    with pytest.raises(error) as caught:
        interpolate(minitorch.zeros(*shape), **settings)
    assert message in str(caught.value)


def test_integers_are_not_blended():
    with pytest.raises(DtypeError, match="mode 'linear' needs floating-point numbers, got minitorch.int64"):
        interpolate(minitorch.zeros(1, 1, 4).long(), 2, mode="linear")
