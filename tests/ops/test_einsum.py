"""Einsum and tensordot: refusals, and random equations against NumPy."""

import re

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minitorch
from minitorch.errors import ArgumentError, DtypeError, ShapeError

X, Y = minitorch.ones(2, 3), minitorch.ones(3, 4)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: minitorch.einsum("ij,jk->ik", X, X),
            ShapeError,
            "einsum: the dim 'j' has size 2 in tensor 1 of shape (2, 3), and size 3 elsewhere",
        ),
        (
            lambda: minitorch.einsum("ij,jk->ik", X),
            ShapeError,
            "the equation 'ij,jk->ik' is about 2 tensors, got 1",
        ),
        (
            lambda: minitorch.einsum("ij->ik", X),
            ArgumentError,
            "the output's 'k' does not occur in any input",
        ),
        (lambda: minitorch.einsum("ij->ii", X), ArgumentError, "'i' occurs twice in the output"),
        (lambda: minitorch.einsum("i1", X), ArgumentError, "'1' in 'i1' is not a name"),
        (
            lambda: minitorch.einsum("ijk", X),
            ShapeError,
            "the equation names 3 dims for tensor 0, which has 2 (shape (2, 3))",
        ),
        (lambda: minitorch.einsum("i", X), ShapeError, "'...' stands for dims without names"),
        (lambda: minitorch.einsum("ii", X), ShapeError, "the dim 'i' has size 3 in tensor 0"),
        (lambda: minitorch.einsum(), ArgumentError, "give an equation and tensors"),
        (lambda: minitorch.einsum("ij,jk", X, Y.double()), DtypeError, "dtypes"),
        (
            lambda: minitorch.tensordot(X, X, 1),
            ShapeError,
            "tensordot: dim 1 of shape (2, 3) and dim 0 of shape (2, 3) are paired, but their "
            "sizes 3 and 2 differ",
        ),
        (lambda: minitorch.tensordot(X, Y, 3), ArgumentError, "dims is 3, but the tensors have 2 and 2"),
        (
            lambda: minitorch.tensordot(X, Y, ([0], [0, 1])),
            ArgumentError,
            "1 dims of the first tensor against 2",
        ),
    ],
)
def test_messages(call, error, message):
    with pytest.raises(error, match=re.escape(message)):
        call()


@given(st.data())
def test_random_equations(data):
    sizes = dict(zip("abcd", data.draw(st.lists(st.integers(1, 3), min_size=4, max_size=4)), strict=True))
    count = data.draw(st.integers(1, 3))
    inputs = [data.draw(st.text("abcd", max_size=4)) for _ in range(count)]
    names = sorted(set("".join(inputs)))
    chosen = data.draw(st.lists(st.sampled_from(names), unique=True)) if names else []
    output = data.draw(st.sampled_from([None, "".join(chosen)]))
    equation = ",".join(inputs) + ("" if output is None else f"->{output}")
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=[sizes[n] for n in part]) for part in inputs]
    y = minitorch.einsum(equation, *map(minitorch.tensor, arrays))
    np.testing.assert_allclose(y, np.einsum(equation, *arrays), rtol=1e-12, atol=1e-12)


def test_capitals_come_before_small_letters():
    x = minitorch.ones(2, 3)
    assert minitorch.einsum("bA", x).shape == (3, 2)


def test_a_tensor_of_dims():
    pairs = minitorch.tensor([[1], [0]])
    np.testing.assert_array_equal(minitorch.tensordot(X, Y, pairs), X @ Y)
