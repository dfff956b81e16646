"""Single numbers, which ops of one number compute as the library's scalars: their place in the graph is as usual."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import minitorch
from minitorch.autograd import grad
from minitorch.autograd.graph import saved_tensors_hooks
from minitorch.errors import InplaceError


def number(value: float) -> Any:
    return minitorch.tensor(value, dtype=minitorch.float64, requires_grad=True)


OPS = {
    "add": (lambda x, y: x + y, lambda a, b: (1, 1)),
    "sub": (lambda x, y: x - y, lambda a, b: (1, -1)),
    "mul": (lambda x, y: x * y, lambda a, b: (b, a)),
    "div": (lambda x, y: x / y, lambda a, b: (1 / b, -a / b**2)),
    "neg": (lambda x, y: -x * y, lambda a, b: (-b, -a)),
    "exp": (lambda x, y: x.exp() * y, lambda a, b: (np.exp(a) * b, np.exp(a))),
    "log": (lambda x, y: x.log() * y, lambda a, b: (b / a, np.log(a))),
    "tanh": (lambda x, y: x.tanh() * y, lambda a, b: ((1 - np.tanh(a) ** 2) * b, np.tanh(a))),
}


@pytest.mark.parametrize("name", OPS)
def test_gradients_of_numbers(name: str) -> None:
    function, derivatives = OPS[name]
    x, y = number(0.7), number(-1.3)
    z = function(x, y)
    assert isinstance(z.array, np.ndarray)
    assert z.shape == ()
    assert z.dtype is minitorch.float64
    found = grad(z, (x, y), create_graph=True)
    np.testing.assert_allclose([g.item() for g in found], derivatives(0.7, -1.3), rtol=1e-12)
    z.backward()
    assert isinstance(x.grad.array, np.ndarray)
    np.testing.assert_allclose([x.grad.item(), y.grad.item()], derivatives(0.7, -1.3), rtol=1e-12)


def test_second_derivatives_of_numbers() -> None:
    x, y = number(0.7), number(-1.3)
    inner = x * y
    (g,) = grad(inner.tanh(), x, create_graph=True)
    (h,) = grad(g, inner)
    t = np.tanh(0.7 * -1.3)
    np.testing.assert_allclose(h.item(), -2 * t * (1 - t * t) * -1.3, rtol=1e-12)


@pytest.mark.parametrize("change", ["input", "result"])
def test_a_number_that_was_changed_in_place_is_found(change: str) -> None:
    x = number(2.0)
    y = x * 1
    z = y.exp() if change == "result" else y * x
    (y if change == "input" else z).add_(1)
    with pytest.raises(InplaceError, match="changed in place"):
        z.backward()


def test_an_op_in_place_keeps_the_old_number() -> None:
    x = number(3.0)
    y = x * 1
    y.mul_(y)
    y.mul_(x)
    y.backward()
    np.testing.assert_allclose(x.grad.item(), 27.0)


def test_memory_of_a_computed_number_is_shared() -> None:
    y = number(2.0).detach() * 3
    y.numpy()[...] = 5
    assert (y + 1).item() == 6


def test_hooks_get_the_leaf_itself() -> None:
    x = number(2.0)
    with saved_tensors_hooks(lambda t: t, lambda t: t):
        y = x * x
    with minitorch.no_grad():
        x.add_(1)
    with pytest.raises(InplaceError, match="changed in place"):
        y.backward()


def test_numbers_and_arrays_mix() -> None:
    x, y = number(2.0), minitorch.tensor([1.0, 3.0], dtype=minitorch.float64, requires_grad=True)
    (x * y / x.exp()).sum().backward()
    np.testing.assert_allclose(x.grad.item(), 4 * np.exp(-2) * (1 - 2), rtol=1e-12)
    np.testing.assert_allclose(y.grad.numpy(), [2 * np.exp(-2)] * 2, rtol=1e-12)


@pytest.mark.parametrize("dtype", [minitorch.float16, minitorch.float32, minitorch.float64])
def test_numbers_beyond_the_range_become_infinite_in_silence(dtype: Any) -> None:
    x = minitorch.tensor(6e4, dtype=dtype) * minitorch.tensor(1.0, dtype=dtype)
    for _ in range(8):
        x = x * x
    assert x.dtype is dtype
    assert minitorch.isinf(x)
    assert minitorch.isnan(x - x)
    assert (x / 0).item() == float("inf")


def test_integers_keep_their_range() -> None:
    x = minitorch.tensor(200, dtype=minitorch.uint8)
    assert (x + x).item() == 144
    assert (x + x).dtype is minitorch.uint8
    assert (x / x).dtype is minitorch.float32
    assert (-x).item() == 56
