"""Memory formats, layouts, and the keywords that every function that makes tensors takes."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import minitorch
from minitorch.errors import ArgumentError, BackendError, ShapeError


def test_channels_last_moves_memory_and_not_values() -> None:
    x = minitorch.arange(24.0).reshape(1, 2, 3, 4)
    y = x.to(memory_format=minitorch.channels_last)
    assert y.stride() == (24, 1, 8, 2)
    np.testing.assert_array_equal(y.numpy(), x.numpy())
    assert not y.is_contiguous()
    assert y.is_contiguous(memory_format=minitorch.channels_last)
    assert y.contiguous().stride() == (24, 12, 4, 1)
    assert y.contiguous(memory_format=minitorch.channels_last) is y


def test_gradients_pass_through_a_change_of_format() -> None:
    x = minitorch.ones(1, 2, 2, 2, requires_grad=True)
    (x.to(memory_format=minitorch.channels_last) * minitorch.arange(8.0).reshape(1, 2, 2, 2)).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy().ravel(), np.arange(8.0))  # type: ignore[union-attr]


def test_channels_last_needs_four_dims() -> None:
    with pytest.raises(ShapeError, match="channels_last needs 4 dimensions"):
        minitorch.ones(2, 3).to(memory_format=minitorch.channels_last)


def test_formats_and_layouts_are_singletons_through_pickle() -> None:
    for value in (minitorch.channels_last, minitorch.preserve_format, minitorch.strided):
        assert pickle.loads(pickle.dumps(value)) is value


def test_what_tensors_are_made_with() -> None:
    assert minitorch.zeros(2, layout=minitorch.strided, pin_memory=False).tolist() == [0.0, 0.0]
    with pytest.raises(ArgumentError, match="layout must be minitorch.strided"):
        minitorch.zeros(2, layout="sparse")
    with pytest.raises(BackendError, match="pin_memory: .*driver"):
        minitorch.ones(2, pin_memory=True)
    with pytest.raises(BackendError, match="pin_memory: .*driver"):
        minitorch.tensor([1.0], pin_memory=True)


def test_out_gives_its_dtype_to_functions_without_inputs() -> None:
    y = minitorch.ones(2, dtype=minitorch.int16)
    assert minitorch.arange(2, out=y) is y
    assert y.dtype is minitorch.int16
    assert y.tolist() == [0, 1]


def test_strided_memory() -> None:
    x = minitorch.empty_strided((2, 3), (1, 2))
    assert x.stride() == (1, 2)
    assert minitorch.empty_permuted((2, 3, 4), (0, 2, 1)).stride() == (12, 1, 3)
    with pytest.raises(ArgumentError, match="must name each dim"):
        minitorch.empty_permuted((2, 3), (0, 0))


def test_buffers_share_their_memory() -> None:
    memory = bytearray(8)
    x = minitorch.frombuffer(memory, dtype=minitorch.float32)
    x[1] = 1.0
    assert np.frombuffer(memory, np.float32).tolist() == [0.0, 1.0]
    with pytest.raises(ArgumentError, match="do not fit"):
        minitorch.frombuffer(memory, dtype=minitorch.int64, count=2)


def test_asarray_shares_or_copies_as_asked() -> None:
    a = np.zeros(2)
    minitorch.asarray(a)[0] = 1.0
    assert a[0] == 1.0
    minitorch.asarray(a, copy=True)[1] = 1.0
    assert a[1] == 0.0
    with pytest.raises(ArgumentError, match="cannot be shared"):
        minitorch.asarray([1.0, 2.0], copy=False)
