"""Each in-place method gives PyTorch's values, dtypes and gradients, and refuses what PyTorch refuses."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import minitorch

pytestmark = pytest.mark.oracle
torch = pytest.importorskip("torch")

ONE = [
    "abs", "absolute", "acos", "acosh", "arccos", "arccosh", "arcsin", "arcsinh", "arctan",
    "arctanh", "asin", "asinh", "atan", "atanh", "bitwise_not", "ceil", "cos", "cosh", "erf", "exp",
    "exp2", "expm1", "floor", "frac", "log", "log10", "log1p", "log2", "logical_not", "neg",
    "negative", "reciprocal", "relu", "round", "rsqrt", "sgn", "sigmoid", "sign", "sin", "sinh", "sqrt",
    "square", "tan", "tanh", "trunc", "t", "squeeze", "zero",
]  # fmt: skip
TWO = [
    "add", "sub", "mul", "div", "pow", "remainder", "floor_divide", "fmod", "atan2", "arctan2",
    "subtract", "multiply", "divide", "true_divide", "eq", "ne", "lt", "le", "gt", "ge", "logical_and",
    "logical_or", "logical_xor", "bitwise_and", "bitwise_or", "bitwise_xor",
    "bitwise_left_shift", "bitwise_right_shift", "copy",
]  # fmt: skip
# In PyTorch these leave the gradient of the old value in place.
CONSTANT = re.compile("eq|ne|lt|le|gt|ge|logical_.*|bitwise_.*")
DTYPES = ["bool", "uint8", "int8", "int32", "int64", "float16", "float32", "float64", "complex64"]
EXTRA = {"cumsum": (0,), "cumprod": (0,)}


def data(dtype: str, low: float = 0.2, high: float = 0.8) -> np.ndarray:
    rng = np.random.default_rng(0)
    if dtype in ("bool", "uint8", "int8", "int32", "int64"):
        return rng.integers(1, 4, (3, 3)).astype(dtype)
    values = rng.uniform(low, high, (3, 3))
    return (values + 1j * rng.uniform(low, high, (3, 3)) if dtype.startswith("c") else values).astype(dtype)


def outcome(lib: Any, name: str, dtype: str, *others: Any) -> Any:
    """Values, dtype and gradient after an in-place method, or that it was refused."""
    x = lib.from_numpy(data(dtype, 1.2, 1.8) if "cosh" in name and "a" in name else data(dtype))
    leaf = x
    if dtype[0] in "fc":
        leaf = x.requires_grad_()
        x = leaf * 1
    try:
        same = getattr(x, name + "_")(*others, *EXTRA.get(name, ()))
    except (RuntimeError, TypeError):
        return "refused", None, x._version
    assert same is x
    if x.requires_grad and not CONSTANT.fullmatch(name):
        try:
            (x.abs() if x.is_complex() else x).sum().backward()
        except (NotImplementedError, RuntimeError):  # PyTorch has no derivative of some in-place methods
            assert lib is torch
    grad = None if not leaf.requires_grad or leaf.grad is None else leaf.grad.numpy(force=True)
    return x.detach().numpy(), str(x.dtype).split(".")[1], x._version, x.requires_grad, grad


def compare(ours: Any, theirs: Any, dtype: str) -> None:
    if isinstance(theirs[0], str):  # minitorch may do more, or refuse as well, with everything as before
        assert not isinstance(ours[0], str) or ours[2] == 0
        return
    assert len(ours) == len(theirs)
    tolerance = {"float16": 2e-3, "float64": 1e-10}.get(dtype, 2e-5)
    for a, b in zip(ours, theirs, strict=True):
        if (
            a is None or b is None
        ):  # PyTorch has zeros in some places where minitorch has nothing, or no derivative
            assert all(v is None or isinstance(v, np.ndarray) for v in (a, b))
        elif isinstance(a, np.ndarray):
            np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)
        else:
            assert a == b


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ONE)
@pytest.mark.filterwarnings("ignore")
def test_of_one_value(name: str, dtype: str) -> None:
    compare(outcome(minitorch, name, dtype), outcome(torch, name, dtype), dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", TWO)
@pytest.mark.filterwarnings("ignore")
def test_of_two_values(name: str, dtype: str) -> None:
    for other in ("same", "integer", "float", "row"):
        results = []
        for lib in (minitorch, torch):
            value = {
                "same": lambda lib=lib: lib.from_numpy(data(dtype)),
                "integer": lambda: 2,
                "float": lambda: 1.5,
                "row": lambda lib=lib: lib.from_numpy(data(dtype)[:1]),
            }[other]()
            if name in ("atan2", "arctan2") and isinstance(value, (int, float)):
                value = lib.tensor(value)
            results.append(outcome(lib, name, dtype, value))
        compare(results[0], results[1], dtype)
