"""Without a backend for GPUs, programs that ask for one go on with the CPU."""

from __future__ import annotations

import pytest

import minitorch
import minitorch.nn as nn


def test_there_is_none_and_nothing_breaks() -> None:
    minitorch.cuda.manual_seed(0)
    minitorch.cuda.manual_seed_all(0)
    assert minitorch.cuda.is_available() is False
    assert minitorch.cuda.device_count() == 0
    device = minitorch.device("cuda" if minitorch.cuda.is_available() else "cpu")
    assert nn.Linear(2, 1).to(device).weight.device == minitorch.device("cpu")


def test_a_module_names_itself_once() -> None:
    with pytest.raises(minitorch.MinitorchError) as caught:
        nn.BatchNorm2d(3)(minitorch.ones(2, 3))
    assert str(caught.value).count("BatchNorm2d") == 1
