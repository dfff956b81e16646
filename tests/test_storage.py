"""The memory behind tensors, and how they tell where they lie."""

from __future__ import annotations

import pytest

import minitorch
from minitorch.errors import ArgumentTypeError, BackendError, IndexRangeError


def test_views_share_a_storage() -> None:
    x = minitorch.arange(6).reshape(2, 3)
    assert x.t().storage() == x[1].storage()
    assert x.storage() != x.clone().storage()
    assert x[1].storage().tolist() == [0, 1, 2, 3, 4, 5]
    x.storage()[0] = 9
    assert x[0, 0] == 9
    with pytest.raises(IndexRangeError, match="6 elements"):
        x.storage()[6]


def test_bytes() -> None:
    x = minitorch.tensor([258], dtype=minitorch.int32)
    assert x.untyped_storage().tolist() == [2, 1, 0, 0]
    assert x.untyped_storage().nbytes() == x.storage().nbytes() == 4
    assert minitorch.is_storage(x.storage())
    assert not minitorch.is_storage(x)


def test_it_prints_number_by_number() -> None:
    text = repr(minitorch.tensor([1, 2]).storage())
    assert text.split("\n")[:2] == [" 1", " 2"]
    assert "size 2" in text


def test_where_a_tensor_is() -> None:
    x = minitorch.arange(6).reshape(2, 3)
    assert x.get_device() == -1
    assert not any((x.is_pinned(), x.is_shared(), x.is_meta, x.is_nested, x.is_conj()))
    assert x.to_dense() is x
    assert x.t().dim_order() == (1, 0)
    assert x.is_set_to(x.view(2, 3))
    assert not x.is_set_to(x.t())
    with pytest.raises(BackendError, match="GPU"):
        x.pin_memory()


def test_a_python_function_for_each_element() -> None:
    x = minitorch.tensor([1.0, 2.0])
    assert x.apply_(lambda v: v * 2) is x
    assert x.tolist() == [2.0, 4.0]
    assert x.map_(minitorch.tensor([10.0, 20.0]), lambda a, b: a + b).tolist() == [12.0, 24.0]
    with pytest.raises(ArgumentTypeError, match="no derivative"):
        minitorch.ones(2, requires_grad=True).apply_(abs)


def test_new_makes_tensors_of_the_same_dtype() -> None:
    x = minitorch.ones(2, dtype=minitorch.int16)
    assert x.new([3]).dtype is minitorch.int16
    assert x.new(2, 3).shape == (2, 3)
    assert x.new().numel() == 0
