"""Diagonals: refusals, views, triangles of what is not finite."""

import re

import numpy as np
import pytest

import minitorch
from minitorch.errors import ShapeError


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: minitorch.ones(3).tril(), "tril: needs at least 2 dimensions, got a tensor of 1"),
        (lambda: minitorch.ones(3).trace(), "trace: expected a matrix, got shape (3,); see diagonal()"),
        (lambda: minitorch.ones(1, 1, 1).diag(), "diag: expected a vector or a matrix, got shape (1, 1, 1)"),
        (lambda: minitorch.ones(2, 2).diagonal(0, 1, -1), "dims 1 and -1 are the same; a diagonal needs two"),
        (lambda: minitorch.ones(()).diag_embed(), "diag_embed: needs at least 1 dimension"),
    ],
)
def test_messages(call, message):
    with pytest.raises(ShapeError, match=re.escape(message)):
        call()


def test_a_diagonal_is_a_view():
    x = minitorch.zeros(2, 3)
    x.diagonal().fill_(5)
    x.diagonal(1)[:] = 7
    assert x.tolist() == [[5, 7, 0], [0, 5, 7]]


def test_a_change_through_a_diagonal_is_differentiated():
    leaf = minitorch.ones(2, 2, requires_grad=True)
    x = leaf * 3
    x.diagonal().mul_(2)
    (x * x).sum().backward()
    np.testing.assert_array_equal(leaf.grad, [[72, 18], [18, 72]])


def test_a_triangle_hides_what_is_not_finite():
    x = minitorch.full((2, 2), float("-inf"), requires_grad=True)
    y = x.triu(1)
    y.sum().backward()
    assert y.tolist() == [[0, float("-inf")], [0, 0]]
    assert x.grad.tolist() == [[0, 1], [0, 0]]


def test_a_causal_mask():
    mask = minitorch.tril(minitorch.ones(3, 3)).bool()
    assert mask.tolist() == [[True, False, False], [True, True, False], [True, True, True]]
    assert minitorch.tril(mask.logical_not()).dtype is minitorch.bool


def test_triangles_in_place():
    x = minitorch.ones(2, 2)
    assert x.tril_() is x
    assert x.tolist() == [[1, 0], [1, 1]]
