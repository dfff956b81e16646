"""resize_: another shape for the same memory."""

from __future__ import annotations

import pytest

import minitorch
from minitorch.errors import GradientError, ShapeError


def test_smaller_and_back_keeps_the_memory() -> None:
    x = minitorch.arange(6)
    other = x.view(6)
    assert x.resize_(2, 2).tolist() == [[0, 1], [2, 3]]
    other[0] = 9
    assert x.resize_(6).tolist() == [9, 1, 2, 3, 4, 5]


def test_larger_keeps_what_was_there() -> None:
    x = minitorch.arange(3).resize_(2, 4)
    assert x.shape == (2, 4)
    assert x.flatten()[:3].tolist() == [0, 1, 2]


def test_resize_as_and_formats() -> None:
    x = minitorch.zeros(2).resize_as_(minitorch.ones(1, 2, 3, 4), memory_format=minitorch.channels_last)
    assert x.stride() == (24, 1, 8, 2)


def test_it_is_noticed_by_what_saved_the_tensor() -> None:
    x, w = minitorch.ones(2), minitorch.ones(2, requires_grad=True)
    y = (x * w).sum()
    x.resize_(1)
    with pytest.raises(minitorch.errors.InplaceError):
        y.backward()


def test_refusals() -> None:
    with pytest.raises(GradientError, match="requires grad"):
        minitorch.ones(2, requires_grad=True).resize_(1)
    with pytest.raises(ShapeError, match="negative"):
        minitorch.ones(2).resize_(-1)
