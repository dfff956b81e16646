"""Views, changes in place, and the versions that watch over them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minitorch
from minitorch.autograd import grad
from minitorch.errors import InplaceError

VIEWS: dict[str, Any] = {
    "index": lambda x: x[1],
    "slice": lambda x: x[1:],
    "step": lambda x: x[:, ::2],
    "ellipsis": lambda x: x[..., 0],
    "new dim": lambda x: x[:, None],
    "reshape": lambda x: x.reshape(-1),
    "view": lambda x: x.view(4, 3),
    "flatten": lambda x: x.flatten(),
    "unflatten": lambda x: x.unflatten(1, (2, 2)),
    "permute": lambda x: x.permute(1, 0),
    "transpose": lambda x: x.transpose(0, 1),
    "T": lambda x: x.T,
    "mT": lambda x: x.mT,
    "squeeze": lambda x: x[:1].squeeze(0),
    "unsqueeze": lambda x: x.unsqueeze(0),
    "narrow": lambda x: x.narrow(1, 1, 2),
    "select": lambda x: x.select(0, 2),
    "split": lambda x: x.split(2)[1],
    "chunk": lambda x: x.chunk(2, 1)[0],
    "unbind": lambda x: x.unbind(1)[3],
    "expand": lambda x: x.unsqueeze(0).expand(2, 3, 4)[0],
    "movedim": lambda x: x.movedim(0, 1),
    "view_as": lambda x: x.view_as(x),
    "real": lambda x: x.real,
}
COPIES: dict[str, Any] = {
    "index tensor": lambda x: x[minitorch.tensor([0, 1])],
    "mask": lambda x: x[x > 3],
    "clone": lambda x: x.clone(),
    "flip": lambda x: x.flip(0),
    "roll": lambda x: x.roll(1),
    "repeat": lambda x: x.repeat(2, 1),
    "cat": lambda x: minitorch.cat([x, x]),
    "reshape of a transpose": lambda x: x.t().reshape(-1),
    "contiguous of a transpose": lambda x: x.t().contiguous(),
    "cast": lambda x: x.double(),
    "floor": lambda x: x.floor(),
    "rounded integers": lambda x: x.long().floor(),
    "index_select": lambda x: x.index_select(0, minitorch.tensor([1])),
    "where": lambda x: minitorch.where(x > 100, x * 0, x),
}


def numbers() -> Any:
    return minitorch.arange(12.0).reshape(3, 4).clone()


@pytest.mark.parametrize("name", VIEWS)
def test_views_share_memory_and_version(name: str) -> None:
    x = numbers()
    view = VIEWS[name](x)
    assert np.shares_memory(view.numpy(), x.numpy())
    if name != "real":  # a real tensor is its own real part
        assert view._base is x
    version = x._version
    view += 100
    assert x._version == view._version == version + 1
    assert (x >= 100).sum().item() == view.numel()


@pytest.mark.parametrize("name", COPIES)
def test_copies_do_not(name: str) -> None:
    x = numbers()
    y = COPIES[name](x)
    assert not np.shares_memory(y.numpy(), x.numpy())
    y += 100
    assert x._version == 0
    assert x.max().item() == 11


@pytest.mark.parametrize("name", VIEWS)
def test_a_change_through_a_view_is_a_change_of_its_base(name: str) -> None:
    leaf = numbers().requires_grad_()
    base = leaf * 1
    view = VIEWS[name](base)
    view.mul_(3)
    (base * minitorch.arange(12.0).reshape(3, 4)).sum().backward()
    touched = np.zeros((3, 4))
    np.asarray(VIEWS[name](minitorch.from_numpy(touched)))[...] = 1
    np.testing.assert_array_equal(leaf.grad.numpy(), np.where(touched, 3, 1) * np.arange(12).reshape(3, 4))


@pytest.mark.parametrize("name", VIEWS)
def test_a_change_of_the_base_shows_in_a_view(name: str) -> None:
    leaf = numbers().requires_grad_()
    base = leaf * 1
    view = VIEWS[name](base)
    base.mul_(3)
    view.sum().backward()
    touched = np.zeros((3, 4))
    np.asarray(VIEWS[name](minitorch.from_numpy(touched)))[...] = 3
    np.testing.assert_array_equal(leaf.grad.numpy(), touched)


def test_one_view_changed_through_another() -> None:
    leaf = numbers().requires_grad_()
    base = leaf * 1
    row, column = base[1], base[:, 2]
    row.mul_(10)
    column.sum().backward()
    assert leaf.grad.tolist() == [[0, 0, 1, 0], [0, 0, 10, 0], [0, 0, 1, 0]]


def test_a_view_used_under_no_grad_is_tied_again_later() -> None:
    leaf = numbers().requires_grad_()
    base = leaf * 1
    view = base[0]
    base.mul_(2)
    with minitorch.no_grad():
        view + 1
    view.sum().backward()
    assert leaf.grad[0].tolist() == [2, 2, 2, 2]


def test_versions() -> None:
    x = minitorch.ones(3)
    detached, data = x.detach(), x.data
    x.add_(1)
    x[0] = 5
    x[:1].zero_()
    assert (x._version, detached._version, data._version) == (3, 3, 0)
    data.add_(1)
    assert x._version == 3
    assert x.clone()._version == 0


def test_old_values_that_an_op_overwrites_itself_are_kept() -> None:
    x = minitorch.tensor([2.0, 3.0], requires_grad=True)
    y = x * 1
    y.mul_(y)
    y.sin_()
    y.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), np.cos([4, 9]) * [4, 6], rtol=1e-5)


def test_second_derivatives_through_changes_in_place() -> None:
    x = minitorch.tensor([0.5, 1.5], dtype=minitorch.float64, requires_grad=True)
    y = x * x
    y[0] = y[1].clone() * x[0]
    y.mul_(x)
    (g,) = grad(y.sum(), x, create_graph=True)  # y = x₀²·x₁² + x₁³
    (h,) = grad(g.sum(), x)
    a, b = 0.5, 1.5
    np.testing.assert_allclose(g.detach().numpy(), [2 * a * b**2, 2 * a**2 * b + 3 * b**2])
    np.testing.assert_allclose(h.numpy(), [2 * b**2 + 4 * a * b, 4 * a * b + 2 * a**2 + 6 * b])


def test_a_value_that_is_not_needed_may_change() -> None:
    x = minitorch.ones(2, requires_grad=True)
    h = x * 1
    y = h * 3  # needs the 3, not h
    z = h + 1
    h.zero_()
    (y + z).sum().backward()
    assert x.grad.tolist() == [4, 4]


def test_infinite_gradients_do_not_leak_out_of_a_region() -> None:
    x = minitorch.ones(2, requires_grad=True)
    h = x * 1
    h[0] = 0.0
    h.sqrt().sum().backward()
    assert x.grad.tolist() == [0, 0.5]


@pytest.mark.parametrize(
    "method",
    [n for n in dir(minitorch.Tensor) if n.endswith("_") and n[-2:] != "__" and hasattr(minitorch.Tensor, n)],
)
def test_in_place_methods_return_the_tensor_itself(method: str) -> None:
    arguments: dict[str, tuple[Any, ...]] = {
        "copy_": (minitorch.ones(3, 3),), "fill_": (2,), "masked_fill_": (minitorch.ones(3, 3).bool(), 1.0),
        "unsqueeze_": (0,), "transpose_": (0, 1), "swapaxes_": (0, 1), "swapdims_": (0, 1), "fill_diagonal_": (1,),
        "index_put_": ((minitorch.tensor([0]),), minitorch.ones(3)), "geometric_": (0.5,), "clamp_": (0, 1),
        "clip_": (0, 1), "index_fill_": (0, minitorch.tensor([0]), 1.0), "cumsum_": (0,), "cumprod_": (0,),
        "index_add_": (0, minitorch.tensor([0]), minitorch.ones(1, 3)),
        "index_copy_": (0, minitorch.tensor([0]), minitorch.ones(1, 3)),
        "scatter_": (0, minitorch.tensor([[0, 1, 2]]), 1.0),
        "scatter_add_": (0, minitorch.tensor([[0, 1, 2]]), minitorch.ones(1, 3)),
        "scatter_reduce_": (0, minitorch.tensor([[0, 1, 2]]), minitorch.ones(1, 3), "sum"),
        "masked_scatter_": (minitorch.ones(3, 3).bool(), minitorch.ones(9)),
        "lerp_": (minitorch.ones(3, 3), 0.5), "clamp_min_": (0,), "clamp_max_": (1,),
        "addcmul_": (minitorch.ones(3), minitorch.ones(3)), "addcdiv_": (minitorch.ones(3), minitorch.ones(3)),
        "addmm_": (minitorch.ones(3, 3), minitorch.ones(3, 3)),
        "addr_": (minitorch.ones(3), minitorch.ones(3)),
        "addbmm_": (minitorch.ones(2, 3, 3), minitorch.ones(2, 3, 3)),
        "as_strided_": ((2, 2), (1, 1)), "resize_": (2, 2), "resize_as_": (minitorch.ones(2),),
        "index_reduce_": (0, minitorch.tensor([0]), minitorch.ones(1, 3), "prod"), "renorm_": (2, 0, 1.0),
        "apply_": (abs,), "map_": (minitorch.ones(3, 3), max),
        "mvlgamma_": (1,), "polygamma_": (1,), "float_power_": (2,),
        "threshold_": (0.1, 2.0), "put_": (minitorch.tensor([0]), minitorch.ones(1)),
    }  # fmt: skip
    binary = {
        "add", "sub", "mul", "div", "pow", "remainder", "floor_divide", "fmod", "atan2", "arctan2", "subtract",
        "multiply", "divide", "true_divide", "eq", "ne", "lt", "le", "gt", "ge",
        "greater", "greater_equal", "less", "less_equal", "not_equal", "logical_and", "logical_or",
        "logical_xor", "bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_left_shift",
        "bitwise_right_shift", "maximum", "minimum", "xlogy", "copysign", "hypot",
    }  # fmt: skip
    x = minitorch.full((3, 3), 1)
    if method == "baddbmm_":
        x, arguments[method] = x.reshape(1, 3, 3), (minitorch.ones(1, 3, 3), minitorch.ones(1, 3, 3))
    if not method.startswith("bitwise"):
        x = x.float()
    if method.rstrip("_") in binary:
        arguments[method] = (1,)
    tensors_only = {
        "atan2", "arctan2", "logical_and", "logical_or", "logical_xor", "hypot", "heaviside", "gcd", "lcm", "igamma",
        "igammac", "ldexp", "nextafter",
    }  # fmt: skip
    if method in ("gcd_", "lcm_"):
        x = x.long()
    if method == "float_power_":
        x = x.double()
    if method.rstrip("_") in tensors_only:
        arguments[method] = (minitorch.full((3, 3), 2, dtype=x.dtype),)
    if method == "addmv_":
        x, arguments[method] = x[0].clone(), (minitorch.ones(3, 3), minitorch.ones(3))
    if method in ("requires_grad_", "detach_"):
        assert getattr(x, method)() is x
        return
    version = x._version
    assert getattr(x, method)(*arguments.get(method, ())) is x
    assert x._version > version


@given(st.integers(0, 3), st.integers(0, 3))
def test_shape_changed_in_place(i: int, j: int) -> None:
    leaf = minitorch.arange(6.0).reshape(1, 2, 1, 3).clone().requires_grad_()
    x = leaf * 1
    x.transpose_(i, j)
    assert x.shape == leaf.transpose(i, j).shape
    x.squeeze_()
    x.unsqueeze_(0)
    x.mul_(x.detach())
    x.sum().backward()
    assert minitorch.equal(leaf.grad, leaf.detach())


def test_t_and_its_version() -> None:
    x = minitorch.arange(6).reshape(2, 3)
    assert x.t_() is x
    assert x.tolist() == [[0, 3], [1, 4], [2, 5]]
    assert x._version == 1


def test_a_view_of_a_tensor_that_was_reshaped_in_place() -> None:
    x = minitorch.ones(2, 3, requires_grad=True) * 1
    row = x[0]
    x.t_()
    with pytest.raises(InplaceError, match="view"):
        row * 2


def test_fill_diagonal() -> None:
    assert minitorch.zeros(3, 2).fill_diagonal_(5).tolist() == [[5, 0], [0, 5], [0, 0]]
    assert minitorch.zeros(5, 2).fill_diagonal_(1, wrap=True).sum(1).tolist() == [1, 1, 0, 1, 1]
    assert minitorch.zeros(2, 2, 2).fill_diagonal_(1).sum().item() == 2


def test_setitem_with_overlapping_memory() -> None:
    x = minitorch.arange(5)
    x[1:] = x[:-1]
    assert x.tolist() == [0, 0, 1, 2, 3]


def test_setitem_casts() -> None:
    x = minitorch.tensor([1, 2, 3])
    x[0] = 7.9
    x[1] = True
    assert x.tolist() == [7, 1, 3]
    y = minitorch.zeros(2)
    y[0] = minitorch.tensor(3)
    y[1:] = [4.5]
    assert y.tolist() == [3, 4.5]


def test_recorded_complex_numbers_cannot_be_changed_through_views_of_their_parts() -> None:
    x = minitorch.tensor([1 + 2j], requires_grad=True) * 1
    for view in (x.real, x.imag, minitorch.view_as_real(x)):
        with pytest.raises(minitorch.errors.InplaceError, match="out of place"):
            view.mul_(2)
    with pytest.raises(minitorch.errors.InplaceError, match="out of place"):
        minitorch.view_as_complex(minitorch.ones(1, 2, requires_grad=True) * 1).mul_(2)
