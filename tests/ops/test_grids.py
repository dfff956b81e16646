"""grid_sample and affine_grid: what they show, and what they refuse."""

import numpy as np
import pytest

import minitorch
from minitorch.errors import ArgumentError, DtypeError, NotSupportedError, ShapeError
from minitorch.nn.functional import affine_grid, grid_sample

SAME = [[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]]


@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("align", [True, False])
def test_the_identity_shows_the_image(mode, padding, align):
    x = minitorch.randn(1, 2, 4, 5, dtype=minitorch.float64)
    grid = affine_grid(minitorch.tensor(SAME, dtype=minitorch.float64), (1, 2, 4, 5), align_corners=align)
    y = grid_sample(x, grid, mode, padding, align)
    np.testing.assert_allclose(y.numpy(), x.numpy(), atol=1e-12)


def test_mirrors_and_volumes():
    x = minitorch.arange(8.0).reshape(1, 1, 2, 2, 2)
    theta = minitorch.tensor([[[-1.0, 0, 0, 0], [0, 1, 0, 0], [0, 0, -1, 0]]])
    y = grid_sample(x, affine_grid(theta, (1, 1, 2, 2, 2), align_corners=True), align_corners=True)
    np.testing.assert_allclose(y.numpy(), x.flip(2, 4).numpy(), atol=1e-6)


def test_what_lies_outside():
    x = minitorch.tensor([[[[1.0, 2.0, 3.0]]]])
    grid = minitorch.tensor([[[[-3.0, 0.0], [9.0, 0.0], [5 / 3, 0.0]]]])
    shown = {
        p: grid_sample(x, grid, padding_mode=p, align_corners=False).flatten().tolist()
        for p in ("zeros", "border")
    }
    assert shown == {"zeros": [0.0, 0.0, 0.0], "border": [1.0, 3.0, 3.0]}
    mirrored = grid_sample(x, grid, padding_mode="reflection", align_corners=False).flatten()
    np.testing.assert_allclose(mirrored.numpy(), [3.0, 3.0, 2.5], atol=1e-5)


def test_there_is_no_gradient_along_what_was_brought_in():
    x = minitorch.tensor([[[[1.0, 2.0, 4.0]]]])
    grid = minitorch.tensor([[[[-3.0, 0.0], [0.2, 0.0]]]], requires_grad=True)
    grid_sample(x, grid, padding_mode="border", align_corners=True).sum().backward()
    assert grid.grad[..., 0].flatten().tolist() == [0.0, 2.0]


def test_points_that_are_no_numbers_touch_no_others():
    x = minitorch.ones(1, 1, 2, 2)
    grid = minitorch.tensor([[[[float("nan"), 0.0], [0.0, 0.0]]]])
    y = grid_sample(x, grid, align_corners=True).flatten()
    assert y[1].item() == 1.0
    assert grid_sample(x, grid, padding_mode="border", align_corners=True).tolist() == [[[[1.0, 1.0]]]]


@pytest.mark.parametrize(
    ("x", "grid", "settings", "error", "message"),
    [
        ((1, 1, 2, 2), (1, 2, 2, 3), {}, ShapeError, "expected images (N, C, H, W) with a grid"),
        ((1, 1, 2), (1, 2, 1), {}, ShapeError, "got (1, 1, 2) and (1, 2, 1)"),
        ((2, 1, 2, 2), (1, 2, 2, 2), {}, ShapeError, "2 images, but 1 grids"),
        ((1, 1, 0, 2), (1, 2, 2, 2), {}, ShapeError, "shows nothing"),
        ((1, 1, 2, 2), (1, 2, 2, 2), {"mode": "cubic"}, ArgumentError, "mode must be one of bilinear"),
        (
            (1, 1, 2, 2),
            (1, 2, 2, 2),
            {"padding_mode": "reflect"},
            ArgumentError,
            "padding_mode must be one of",
        ),
        ((1, 1, 2, 2, 2), (1, 2, 2, 2, 3), {"mode": "bicubic"}, NotSupportedError, "for images only"),
    ],
)
def test_what_grid_sample_refuses(x, grid, settings, error, message):
    with pytest.raises(error) as caught:
        grid_sample(minitorch.zeros(*x), minitorch.zeros(*grid), **settings)
    assert message in str(caught.value)


def test_dtypes_must_be_the_same():
    with pytest.raises(DtypeError, match="must have the same floating-point dtype"):
        grid_sample(minitorch.zeros(1, 1, 2, 2), minitorch.zeros(1, 2, 2, 2).double())


@pytest.mark.parametrize(
    ("theta", "size", "error"),
    [
        ((1, 2, 3), (1, 1, 2), NotSupportedError),
        ((1, 3, 4), (1, 1, 2, 2), ShapeError),
        ((2, 2, 3), (1, 1, 2, 2), ShapeError),
        ((1, 2, 3), (1, 1, 0, 2), ArgumentError),
    ],
)
def test_what_affine_grid_refuses(theta, size, error):
    with pytest.raises(error, match="affine_grid: "):
        affine_grid(minitorch.zeros(*theta), size)
    with pytest.raises(DtypeError, match="affine_grid: theta must be floating-point"):
        affine_grid(minitorch.zeros(*theta).long(), size)
