"""Switches of the process, typed tensors, accelerators, and the switches of PyTorch's libraries."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import minitorch
from minitorch.errors import ArgumentError, ArgumentTypeError, BackendError


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    dtype = minitorch.get_default_dtype()
    yield
    minitorch.set_default_dtype(dtype)
    minitorch.use_deterministic_algorithms(False)
    minitorch.set_float32_matmul_precision("highest")


def test_determinism_can_be_asked_for() -> None:
    minitorch.use_deterministic_algorithms(True, warn_only=True)
    assert minitorch.are_deterministic_algorithms_enabled()
    assert minitorch.is_deterministic_algorithms_warn_only_enabled()
    minitorch.set_deterministic_debug_mode("error")
    assert minitorch.get_deterministic_debug_mode() == 2
    with pytest.raises(ArgumentError, match="expected 0, 1, 2"):
        minitorch.set_deterministic_debug_mode(3)


def test_precision_of_products() -> None:
    minitorch.set_float32_matmul_precision("medium")
    assert minitorch.get_float32_matmul_precision() == "medium"
    with pytest.raises(ArgumentError, match="'highest'"):
        minitorch.set_float32_matmul_precision("low")


def test_defaults() -> None:
    minitorch.set_default_tensor_type("minitorch.DoubleTensor")
    assert minitorch.ones(1).dtype is minitorch.float64
    minitorch.set_default_tensor_type(minitorch.FloatTensor)
    assert minitorch.ones(1).dtype is minitorch.float32
    with pytest.raises(ArgumentTypeError, match="type of a tensor"):
        minitorch.set_default_tensor_type("NoTensor")
    minitorch.set_default_device("cpu")
    with pytest.raises(BackendError, match="cuda"):
        minitorch.set_default_device("cuda")


def test_typed_tensors_make_and_recognise() -> None:
    x = minitorch.LongTensor([1.0, 2.0])
    assert x.dtype is minitorch.int64
    assert isinstance(x, minitorch.LongTensor)
    assert not isinstance(x, minitorch.FloatTensor)
    assert minitorch.FloatTensor(2, 3).shape == (2, 3)
    assert minitorch.ByteTensor().numel() == 0
    assert x.type(minitorch.FloatTensor).dtype is minitorch.float32
    assert x.type() == "minitorch.LongTensor"


def test_there_is_no_accelerator_here() -> None:
    assert minitorch.accelerator.is_available() is False
    assert minitorch.accelerator.current_accelerator() is None
    assert minitorch.accelerator.device_count() == 0
    with pytest.raises(BackendError, match="there is none"):
        minitorch.accelerator.synchronize()


def test_switches_of_libraries_may_be_set() -> None:
    minitorch.backends.cudnn.benchmark = True
    assert minitorch.backends.cudnn.benchmark
    minitorch.backends.cudnn.benchmark = False
    assert not minitorch.backends.mps.is_available()
    assert not minitorch.backends.cuda.is_built()


def test_names_of_types() -> None:
    assert minitorch.typename(minitorch.ones(1)) == "minitorch.FloatTensor"
    assert minitorch.typename(3) == "int"
