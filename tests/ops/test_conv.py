import numpy as np
import pytest
from scipy.signal import correlate

import minitorch
from minitorch.errors import ArgumentError, ArgumentTypeError, DtypeError, ShapeError
from minitorch.nn import functional as F


def zeros(*shape, dtype=minitorch.float32):
    return minitorch.zeros(*shape, dtype=dtype)


@pytest.mark.parametrize("size", [(7,), (5, 6), (4, 3, 5)])
def test_conv_is_scipys_correlation(size):
    rng = np.random.default_rng(0)
    dims = len(size)
    x, w = rng.standard_normal((2, 3, *size)), rng.standard_normal((4, 3, *(2,) * dims))
    y = getattr(F, f"conv{dims}d")(minitorch.from_numpy(x), minitorch.from_numpy(w))
    for n in range(2):
        for o in range(4):
            np.testing.assert_allclose(y.numpy()[n, o], correlate(x[n], w[o], "valid")[0], atol=1e-12)


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_conv_transpose_is_the_adjoint_of_conv(groups, stride):
    rng = np.random.default_rng(1)
    x, w = rng.standard_normal((2, 4, 7, 8)), rng.standard_normal((6, 4 // groups, 3, 2))
    x, w = minitorch.from_numpy(x), minitorch.from_numpy(w)
    y = F.conv2d(x, w, stride=stride, padding=1, groups=groups)
    g = minitorch.from_numpy(rng.standard_normal(tuple(y.shape)))
    missing = [(n + 2 - k) % stride for n, k in ((7, 3), (8, 2))]
    back = F.conv_transpose2d(g, w, stride=stride, padding=1, output_padding=tuple(missing), groups=groups)
    assert (y * g).sum().item() == pytest.approx((x * back).sum().item())


def test_three_orders_of_derivatives():
    x = minitorch.tensor([[[1.0, 2.0, 3.0]]], dtype=minitorch.float64, requires_grad=True)
    y = (F.conv1d(x, minitorch.ones(1, 1, 2, dtype=minitorch.float64)) ** 4).sum()
    for factor, power in [(4, 3), (12, 2), (24, 1)]:
        (g,) = minitorch.autograd.grad(y, x, create_graph=True)
        y = g[0, 0, 0]  # only the first window sees the first element
        assert y.item() == factor * 3.0**power


def test_memory_of_a_batch_in_blocks():
    """More images than fit into one block of scratch give what each gives alone."""
    rng = np.random.default_rng(2)
    x = minitorch.from_numpy(rng.standard_normal((37, 16, 20, 20), "float32"))
    w = minitorch.from_numpy(rng.standard_normal((8, 16, 3, 3), "float32"))
    whole = F.conv2d(x, w, padding=1)
    for n in (0, 17, 36):
        alone = F.conv2d(x[n : n + 1], w, padding=1)
        np.testing.assert_allclose(whole[n : n + 1].numpy(), alone.numpy(), atol=1e-4)


def refused(error, message, function, *args, **kwargs):
    with pytest.raises(error) as caught:
        function(*args, **kwargs)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("x", "w", "error", "message"),
    [
        ((1, 3, 8, 8), (4, 2, 3, 3), ShapeError, "a weight of shape (4, 2, 3, 3) with groups=1 needs 2"),
        ((1, 8, 8, 3), (4, 3, 3, 3), ShapeError, "move them with x.movedim(-1, 1)"),
        ((1, 2, 2, 5), (4, 2, 3, 3), ShapeError, "is larger than the padded input of size (2, 5)"),
        ((8, 8), (4, 1, 3, 3), ShapeError, "add the channel dim with x.unsqueeze(-3)"),
        ((1, 2, 4, 4, 4), (4, 2, 3, 3), ShapeError, "of shape (N, C, H, W) or (C, H, W), got (1, 2, 4"),
        ((1, 2, 4, 4), (4, 2, 3), ShapeError, "expected a weight with 4 dims, got shape (4, 2, 3)"),
    ],
)
def test_shapes_that_conv2d_refuses(x, w, error, message):
    refused(error, message, F.conv2d, zeros(*x), zeros(*w))


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"dilation": 2}, ShapeError, "(with dilation (2, 2) it spans (5, 5))"),
        ({"groups": 3}, ShapeError, "cannot be divided into 3 groups"),
        ({"groups": 0}, ArgumentError, "groups must be positive, got 0"),
        ({"stride": 0}, ArgumentError, "stride must be one int or 2, each at least 1, got 0"),
        ({"stride": 1.5}, ArgumentTypeError, "stride must be an int or 2 ints, got 1.5"),
        ({"padding": (1, 1, 1)}, ArgumentError, "padding must be one int or 2"),
        ({"padding": "full"}, ArgumentError, "'same', 'valid' or numbers, got 'full'"),
        ({"padding": "same", "stride": 2}, ArgumentError, "padding='same' needs stride 1"),
        ({"bias": zeros(3)}, ShapeError, "expected a bias of shape (4,)"),
    ],
)
def test_settings_that_conv2d_refuses(settings, error, message):
    refused(error, message, F.conv2d, zeros(1, 2, 4, 4), zeros(4, 2, 3, 3), **settings)


def test_dtypes_must_be_the_same_and_have_fractions():
    x, w = zeros(1, 1, 3, 3), zeros(1, 1, 2, 2)
    message = "must have one dtype, got minitorch.float32, minitorch.float64"
    refused(DtypeError, message, F.conv2d, x, w.double())
    refused(DtypeError, "got minitorch.int32; use x.float()", F.conv2d, x.int(), w.int())


def test_whole_numbers_of_64_bits_are_convolved():
    x, w = minitorch.tensor([[1, 2, -3]]), minitorch.tensor([[[1, -1]]])
    assert F.conv1d(x, w).tolist() == [[-1, 5]]
    assert F.conv1d(x, w).dtype is minitorch.int64


@pytest.mark.parametrize(
    ("x", "settings", "error", "message"),
    [
        ((1, 3, 4, 4), {}, ShapeError, "a weight of shape (2, 3, 2, 2) with groups=1 needs 2"),
        ((1, 2, 4, 4), {"output_padding": 1}, ArgumentError, "must be smaller than stride or dilation"),
        ((1, 2, 1, 1), {"padding": 1}, ShapeError, "an output of size (0, 0); use less padding"),
    ],
)
def test_what_conv_transpose2d_refuses(x, settings, error, message):
    refused(error, message, F.conv_transpose2d, zeros(*x), zeros(2, 3, 2, 2), **settings)


def test_what_unfold_and_fold_refuse():
    refused(ShapeError, "unfold: windows of size (3, 3)", F.unfold, zeros(1, 1, 2, 2), 3)
    message = "fold: expected columns of shape (N, C·4, 9) for images of size (4, 4)"
    refused(ShapeError, message, F.fold, zeros(1, 4, 8), 4, 2)
    refused(ShapeError, message, F.fold, zeros(1, 6, 9), 4, 2)


def test_fold_of_unfold_counts_the_windows_over_each_element():
    x = minitorch.rand(2, 3, 5, 6)
    there_and_back = F.fold(F.unfold(x, 3, padding=1), (5, 6), 3, padding=1)
    counts = F.fold(F.unfold(minitorch.ones(1, 1, 5, 6), 3, padding=1), (5, 6), 3, padding=1)
    assert minitorch.allclose(there_and_back, x * counts)
    assert counts.max() == 9
