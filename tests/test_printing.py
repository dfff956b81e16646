"""How a tensor prints itself."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch
from minitorch import tensor


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (tensor(1.5), "tensor(1.5000)"),
        (tensor(3), "tensor(3)"),
        (tensor([1.0, -2.0]), "tensor([ 1., -2.])"),
        (tensor([1.0, 2.5]), "tensor([1.0000, 2.5000])"),
        (tensor([1e-5, 1.0]), "tensor([1.0000e-05, 1.0000e+00])"),
        (tensor([1.0, float("nan"), float("inf")]), "tensor([1., nan, inf])"),
        (tensor([True, False]), "tensor([ True, False])"),
        (tensor([[1, 2], [30, 4]]), "tensor([[ 1,  2],\n        [30,  4]])"),
        (tensor([1 + 2j, complex(0, -0.5)]), "tensor([1.+2.0000j, 0.-0.5000j])"),
        (tensor([]), "tensor([])"),
        (minitorch.zeros(2, 0), "tensor([], size=(2, 0))"),
        (minitorch.zeros(0, dtype=minitorch.int64), "tensor([], dtype=minitorch.int64)"),
        (tensor([1.0]).double(), "tensor([1.], dtype=minitorch.float64)"),
        (tensor([1], dtype=minitorch.int8), "tensor([1], dtype=minitorch.int8)"),
        (tensor([1.0], requires_grad=True), "tensor([1.], requires_grad=True)"),
        (tensor([0.0], requires_grad=True).exp(), "tensor([1.], grad_fn=<ExpBackward0>)"),
        (minitorch.arange(2000), "tensor([   0,    1,    2,  ..., 1997, 1998, 1999])"),
    ],
)
def test_repr(x: minitorch.Tensor, text: str) -> None:
    assert repr(x) == text


def test_summary_of_a_matrix() -> None:
    text = repr(minitorch.zeros(100, 100))
    assert text.count("...") == 7
    assert text.count("\n") == 6


def test_three_dims_are_apart() -> None:
    assert repr(minitorch.zeros(2, 1, 1)) == "tensor([[[0.]],\n\n        [[0.]]])"


def test_long_rows_break() -> None:
    lines = repr(tensor(np.arange(40))).split("\n")
    assert max(map(len, lines)) <= 80
    assert all(line.startswith("        ") for line in lines[1:])


def test_options() -> None:
    x = tensor([1.23456789, 1000.0])
    try:
        minitorch.set_printoptions(precision=2)
        assert repr(x) == "tensor([   1.23, 1000.00])"
        minitorch.set_printoptions(sci_mode=True)
        assert repr(x) == "tensor([1.23e+00, 1.00e+03])"
        minitorch.set_printoptions(profile="short", threshold=1, edgeitems=1)
        assert repr(minitorch.arange(5)) == "tensor([0,  ..., 4])"
    finally:
        minitorch.set_printoptions(profile="default", sci_mode=None)
    assert repr(x) == "tensor([   1.2346, 1000.0000])"


def test_limits_of_dtypes() -> None:
    assert repr(minitorch.iinfo(minitorch.int8)) == "iinfo(min=-128, max=127, dtype=int8)"
    assert repr(minitorch.finfo(minitorch.float32)).startswith(
        "finfo(resolution=1e-06, min=-3.40282e+38, max=3.40282e+38"
    )
