import numpy as np
import pytest

import minitorch
from minitorch.errors import ArgumentError, DtypeError, ShapeError
from minitorch.nn import functional as F


def leaf(values):
    return minitorch.tensor(values, dtype=minitorch.float64, requires_grad=True)


def test_the_gradient_of_a_tie_goes_to_the_first():
    x = leaf([[[[1.0, 3.0], [3.0, 3.0]]]])
    F.max_pool2d(x, 2).sum().backward()
    assert x.grad.tolist() == [[[[0.0, 1.0], [0.0, 0.0]]]]


def test_overlapping_windows_share_their_largest_element():
    x = leaf([[[0.0, 5.0, 1.0, 7.0]]])
    F.max_pool1d(x, 2, stride=1).backward(minitorch.tensor([[[1.0, 10.0, 100.0]]], dtype=minitorch.float64))
    assert x.grad.tolist() == [[[0.0, 11.0, 0.0, 100.0]]]


@pytest.mark.parametrize("settings", [{"kernel_size": 2}, {"kernel_size": 3, "stride": 1, "padding": 1}])
def test_fused_and_recorded_gradients_agree_on_ties(settings):
    rng = np.random.default_rng(0)
    x = leaf(rng.integers(0, 3, (2, 3, 6, 6)))
    y = F.max_pool2d(x, **settings)
    g = minitorch.from_numpy(rng.standard_normal(tuple(y.shape)))
    (fused,) = minitorch.autograd.grad(y, x, g, retain_graph=True)
    (recorded,) = minitorch.autograd.grad(y, x, g, create_graph=True)
    np.testing.assert_allclose(fused.numpy(), recorded.detach().numpy(), atol=1e-12)


def test_an_infinite_gradient_stays_where_it_belongs():
    x = leaf([[[1.0, 2.0, 4.0, 3.0]]])
    start = minitorch.tensor([[[float("inf"), 1.0]]], dtype=minitorch.float64)
    F.max_pool1d(x, 2).backward(start)
    assert x.grad.tolist() == [[[0.0, float("inf"), 1.0, 0.0]]]


def test_indices_point_at_the_elements_chosen():
    x = minitorch.randn(2, 3, 7, 8)
    y, indices = F.max_pool2d(x, 3, 2, 1, return_indices=True)
    assert indices.dtype is minitorch.int64
    assert minitorch.equal(x.flatten(2).take_along_dim(indices.flatten(2), 2).reshape(y.shape), y)


def test_a_window_with_nan_gives_nan():
    y = F.max_pool1d(minitorch.tensor([[1.0, float("nan"), 2.0, 3.0]]), 2)
    assert y.isnan().tolist() == [[True, False]]


def test_padding_is_never_chosen():
    assert F.max_pool1d(minitorch.tensor([[-3.0, -2.0]]), 3, 1, 1).tolist() == [[-2.0, -2.0]]
    assert F.max_pool1d(minitorch.tensor([[-3, -2]]), 3, 1, 1).tolist() == [[-2, -2]]


def test_what_averages_count():
    x = minitorch.tensor([[2.0, 4.0, 6.0]])
    assert F.avg_pool1d(x, 2, 2, 1).tolist() == [[1.0, 5.0]]
    assert F.avg_pool1d(x, 2, 2, 1, count_include_pad=False).tolist() == [[2.0, 5.0]]
    assert F.avg_pool1d(x, 2, 2, ceil_mode=True).tolist() == [[3.0, 6.0]]
    assert F.avg_pool2d(x[None], (1, 2), 1, divisor_override=4).tolist() == [[[1.5, 2.5]]]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 9])
def test_adaptive_windows_cover_the_input(size):
    x = minitorch.arange(7.0).reshape(1, 7)
    bounds = [(j * 7 // size, -(-(j + 1) * 7 // size)) for j in range(size)]
    averages = [sum(range(a, b)) / (b - a) for a, b in bounds]
    assert F.adaptive_avg_pool1d(x, size).tolist() == [pytest.approx(averages)]
    y, indices = F.adaptive_max_pool1d(x, size, return_indices=True)
    assert y.tolist() == [[b - 1 for _, b in bounds]]
    assert indices.tolist() == [[b - 1 for _, b in bounds]]


@pytest.mark.parametrize(
    ("function", "args", "error", "message"),
    [
        (F.max_pool2d, (3,), ShapeError, "windows of size (3, 3) do not fit into an input of size (2, 2)"),
        (
            F.max_pool2d,
            (2, 2, 2),
            ArgumentError,
            "padding (2, 2) must be at most half of the kernel size",
        ),
        (F.avg_pool2d, (2, 0), ArgumentError, "stride must be one int or 2, each at least 1, got 0"),
        (F.avg_pool2d, (2, 2, 0, False, True, 0), ArgumentError, "divisor_override must not be zero"),
        (F.adaptive_avg_pool2d, (-1,), ArgumentError, "output_size must be one int ≥ 0 or 2, got -1"),
        (F.adaptive_max_pool2d, ((1, 2, 3),), ArgumentError, "output_size must be one int ≥ 0 or 2"),
    ],
)
def test_what_pools_refuse(function, args, error, message):
    with pytest.raises(error) as caught:
        function(minitorch.zeros(1, 1, 2, 2), *args)
    assert message in str(caught.value)


def test_averages_of_integers():
    x = minitorch.tensor([[1, 2, -1, -2]])
    assert F.avg_pool1d(x, 2).tolist() == [[1, -1]]
    assert F.avg_pool1d(x, 2).dtype is minitorch.int64
    with pytest.raises(DtypeError, match=r"avg_pool1d: needs floating-point numbers, got minitorch\.int32"):
        F.avg_pool1d(x.int(), 2)


def test_adaptive_pools_may_have_no_windows():
    x = minitorch.ones(2, 3, 4, requires_grad=True)
    y, indices = F.adaptive_max_pool2d(x, (0, 2), return_indices=True)
    assert (tuple(y.shape), indices.dtype) == ((2, 0, 2), minitorch.int64)
    F.adaptive_avg_pool2d(x, (0, None)).sum().backward()
    assert x.grad.count_nonzero().item() == 0


def test_an_input_without_channels_is_refused():
    with pytest.raises(
        ShapeError, match=r"max_pool2d: expected an input of shape \(N, C, H, W\) or \(C, H, W\)"
    ):
        F.max_pool2d(minitorch.zeros(4, 4), 2)
