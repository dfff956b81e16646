"""Every primitive against NumPy."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from minitorch.backend import Array, Backend, primitives
from minitorch.testing.conformance.fixtures import numbers, same

Layout = Callable[[Backend, Any], Array]

SHAPES = [(2, 3), (), (0, 3), (1,), (2, 1, 3, 2)]
PAIRS = [
    ((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((), (2, 2)), ((3,), ()), ((), ()), ((0, 3), (1, 3)),
]  # fmt: skip
FLOATS = "float32 float64"
REAL = "float32 float64 int64 int32 uint8"
NUMBERS = f"{REAL} complex64 complex128"
BITS = "int64 int32 uint8 bool"
ALL = f"{NUMBERS} bool"

# name: (NumPy's function, dtypes, lower and upper bound)
UNARY: dict[str, tuple[Any, str, float, float]] = {
    "negative": (np.negative, NUMBERS, -2, 2),
    "abs": (np.abs, NUMBERS, -2, 2),
    "sign": (np.sign, NUMBERS, -2, 2),
    "rint": (np.rint, FLOATS, -3, 3),
    "floor": (np.floor, FLOATS, -3, 3),
    "ceil": (np.ceil, FLOATS, -3, 3),
    "trunc": (np.trunc, FLOATS, -3, 3),
    "exp": (np.exp, f"{FLOATS} complex128", -3, 3),
    "exp2": (np.exp2, FLOATS, -3, 3),
    "expm1": (np.expm1, FLOATS, -3, 3),
    "log": (np.log, f"{FLOATS} complex128", 0.1, 3),
    "log2": (np.log2, FLOATS, 0.1, 3),
    "log10": (np.log10, FLOATS, 0.1, 3),
    "log1p": (np.log1p, FLOATS, -0.9, 3),
    "sqrt": (np.sqrt, f"{FLOATS} complex128", 0.1, 3),
    "square": (np.square, NUMBERS, -2, 2),
    "sin": (np.sin, f"{FLOATS} complex128", -3, 3),
    "cos": (np.cos, f"{FLOATS} complex128", -3, 3),
    "tan": (np.tan, FLOATS, -1.4, 1.4),
    "asin": (np.arcsin, FLOATS, -0.9, 0.9),
    "acos": (np.arccos, FLOATS, -0.9, 0.9),
    "atan": (np.arctan, FLOATS, -3, 3),
    "sinh": (np.sinh, FLOATS, -3, 3),
    "cosh": (np.cosh, FLOATS, -3, 3),
    "tanh": (np.tanh, f"{FLOATS} complex128", -3, 3),
    "asinh": (np.arcsinh, FLOATS, -3, 3),
    "acosh": (np.arccosh, FLOATS, 1.1, 3),
    "atanh": (np.arctanh, FLOATS, -0.9, 0.9),
    "erf": (lambda x: np.vectorize(math.erf, [x.dtype])(x), FLOATS, -3, 3),
    "conj": (np.conj, NUMBERS, -2, 2),
    "isnan": (np.isnan, f"{FLOATS} complex128", -2, 2),
    "isinf": (np.isinf, f"{FLOATS} complex128", -2, 2),
    "isfinite": (np.isfinite, f"{FLOATS} complex128", -2, 2),
    "signbit": (np.signbit, FLOATS, -2, 2),
    "logical_not": (np.logical_not, REAL, -2, 2),
    "bitwise_not": (np.bitwise_not, BITS, -2, 2),
}
BINARY: dict[str, tuple[Any, str, float, float]] = {
    "add": (np.add, ALL, -2, 2),
    "subtract": (np.subtract, NUMBERS, -2, 2),
    "multiply": (np.multiply, ALL, -2, 2),
    "divide": (np.divide, f"{FLOATS} complex128", 0.5, 2),
    "floor_divide": (np.floor_divide, FLOATS, 0.5, 2),
    "remainder": (np.remainder, FLOATS, 0.5, 2),
    "fmod": (np.fmod, FLOATS, 0.5, 2),
    "power": (np.power, FLOATS, 0.5, 2),
    "maximum": (np.maximum, REAL, -2, 2),
    "minimum": (np.minimum, REAL, -2, 2),
    "atan2": (np.arctan2, FLOATS, -2, 2),
    "hypot": (np.hypot, FLOATS, -2, 2),
    "copysign": (np.copysign, FLOATS, -2, 2),
    "nextafter": (np.nextafter, FLOATS, -2, 2),
    "logaddexp": (np.logaddexp, FLOATS, -2, 2),
    "logaddexp2": (np.logaddexp2, FLOATS, -2, 2),
    "gcd": (np.gcd, "int64 int32 uint8", -20, 20),
    "lcm": (np.lcm, "int64 int32 uint8", -20, 20),
    "equal": (np.equal, ALL, -2, 2),
    "not_equal": (np.not_equal, ALL, -2, 2),
    "less": (np.less, REAL, -2, 2),
    "less_equal": (np.less_equal, REAL, -2, 2),
    "greater": (np.greater, REAL, -2, 2),
    "greater_equal": (np.greater_equal, REAL, -2, 2),
    "logical_and": (np.logical_and, ALL, -2, 2),
    "logical_or": (np.logical_or, ALL, -2, 2),
    "logical_xor": (np.logical_xor, ALL, -2, 2),
    "bitwise_and": (np.bitwise_and, BITS, -2, 2),
    "bitwise_or": (np.bitwise_or, BITS, -2, 2),
    "bitwise_xor": (np.bitwise_xor, BITS, -2, 2),
}
REDUCTIONS: dict[str, tuple[Any, str]] = {
    "sum": (np.sum, "float32 float64 int64 complex64"),
    "prod": (np.prod, "float32 float64 int64 complex64"),
    "max": (np.max, REAL),
    "min": (np.min, REAL),
    "all": (np.all, "float32 int64 bool"),
    "any": (np.any, "float32 int64 bool"),
}


def test_the_backend_has_every_primitive(backend: Backend) -> None:
    """What `register_backend` insists on."""
    backend.check_complete()
    assert [name for name in primitives() if not callable(getattr(backend, name))] == []


def test_mantissas_and_exponents(backend: Backend, layout: Layout) -> None:
    """frexp: x = mantissa · 2^exponent."""
    x = np.array([0.0, 1.0, -10.0, 1e-40, np.inf])
    mantissa, exponent = backend.frexp(layout(backend, x))
    np.testing.assert_array_equal(backend.to_numpy(mantissa), np.frexp(x)[0])
    np.testing.assert_array_equal(backend.to_numpy(exponent)[:4], np.frexp(x)[1][:4])


def test_membership(backend: Backend, layout: Layout) -> None:
    """isin: which elements are among others."""
    x, among = numbers((3, 4), "int64", 0, 9), np.array([2, 3, 5, 7])
    found = backend.isin(layout(backend, x), backend.asarray(among))
    np.testing.assert_array_equal(backend.to_numpy(found), np.isin(x, among))


@pytest.mark.parametrize("name", UNARY)
def test_elementwise_of_one(backend: Backend, layout: Layout, name: str) -> None:
    """Functions of one array."""
    reference, kinds, low, high = UNARY[name]
    for kind in kinds.split():
        for shape in SHAPES:
            x = numbers(shape, kind, low, high)
            same(backend, getattr(backend, name)(layout(backend, x)), reference(x))


@pytest.mark.parametrize(
    "name", ["isnan", "isinf", "isfinite", "exp", "tanh", "sqrt", "log", "abs", "maximum"]
)
def test_special_values(backend: Backend, name: str) -> None:
    """Infinities and NaN are values, without warnings."""
    x = np.array([np.nan, np.inf, -np.inf, -1.0, -0.0, 1e30], "float32")
    with np.errstate(all="ignore"):
        expected = getattr(np, name)(x, x[::-1]) if name == "maximum" else getattr(np, name)(x)
    with backend.quiet():
        a = backend.asarray(x)
        result = getattr(backend, name)(a, a[::-1]) if name == "maximum" else getattr(backend, name)(a)
    same(backend, result, expected)


@pytest.mark.parametrize("name", BINARY)
def test_elementwise_of_two(backend: Backend, layout: Layout, name: str) -> None:
    """Functions of two arrays, which broadcast."""
    reference, kinds, low, high = BINARY[name]
    for kind in kinds.split():
        for left, right in PAIRS:
            x, y = numbers(left, kind, low, high), numbers(right, kind, low, high, seed=1)
            same(backend, getattr(backend, name)(layout(backend, x), layout(backend, y)), reference(x, y))


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divide", "power", "maximum", "less"])
def test_an_array_and_a_number(backend: Backend, name: str) -> None:
    """A Python number takes the dtype of the array."""
    x = numbers((2, 3), "float32", 0.5, 2)
    reference = BINARY[name][0]
    same(backend, getattr(backend, name)(backend.asarray(x), 1.5), reference(x, 1.5))
    same(backend, getattr(backend, name)(2, backend.asarray(x)), reference(2, x))


@pytest.mark.parametrize(
    ("name", "operator"), [("left_shift", np.left_shift), ("right_shift", np.right_shift)]
)
def test_shifts(backend: Backend, layout: Layout, name: str, operator: Any) -> None:
    """Shifts of bits."""
    x, y = np.arange(6).reshape(2, 3), np.array([0, 1, 3])
    same(backend, getattr(backend, name)(layout(backend, x), layout(backend, y)), operator(x, y))


def test_integer_division(backend: Backend) -> None:
    """Rounds down, and the remainder has the divisor's sign."""
    x, y = np.array([7, -7, 7, -7]), np.array([3, 3, -3, -3])
    for name in ("floor_divide", "remainder", "fmod"):
        same(backend, getattr(backend, name)(backend.asarray(x), backend.asarray(y)), getattr(np, name)(x, y))


def test_where(backend: Backend, layout: Layout) -> None:
    """A choice between two arrays, all three of which broadcast."""
    condition = np.array([[True], [False]])
    x, y = numbers((3,), "float32"), numbers((2, 3), "float32", seed=1)
    result = backend.where(layout(backend, condition), layout(backend, x), layout(backend, y))
    same(backend, result, np.where(condition, x, y))


@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions(backend: Backend, layout: Layout, name: str) -> None:
    """Over one axis, several, all, none of it left out."""
    reference, kinds = REDUCTIONS[name]
    function = getattr(backend, name)
    for kind in kinds.split():
        x = numbers((2, 3, 4), kind)
        for axis in (0, 1, -1, (0, 2), (0, 1, 2), None):
            same(backend, function(layout(backend, x), axis=axis), reference(x, axis=axis), 64)
            kept = function(layout(backend, x), axis=axis, keepdims=True)
            same(backend, kept, reference(x, axis=axis, keepdims=True), 64)
        same(backend, function(layout(backend, x[0, 0, 0]), axis=None), reference(x[0, 0, 0]))
    if name not in ("max", "min"):
        x = numbers((2, 0, 3), "float32")
        same(backend, function(layout(backend, x), axis=1), reference(x, axis=1))


@pytest.mark.parametrize("name", ["sum", "prod", "cumsum", "cumprod"])
def test_accumulation_in_another_dtype(backend: Backend, name: str) -> None:
    """Small integers and booleans are added up as int64."""
    for kind in ("bool", "uint8", "int32"):
        x = numbers((2, 3), kind)
        result = getattr(backend, name)(backend.asarray(x), axis=1, dtype=np.dtype("int64"))
        same(backend, result, getattr(np, name)(x, axis=1, dtype="int64"))


def test_float16_is_added_up_precisely(backend: Backend) -> None:
    """Beyond 2048 a float16 cannot count by ones."""
    x = np.ones(5000, "float16")
    total = backend.sum(backend.asarray(x), axis=0, dtype=np.dtype("float32"))
    same(backend, total, np.float32(5000))


@pytest.mark.parametrize("name", ["cumsum", "cumprod", "sort", "argsort"])
def test_along_an_axis(backend: Backend, layout: Layout, name: str) -> None:
    """What keeps the shape."""
    for kind in ("float32", "float64", "int64"):
        x = numbers((2, 3, 4), kind)
        for axis in (0, 1, 2, -1):
            same(
                backend,
                getattr(backend, name)(layout(backend, x), axis=axis),
                getattr(np, name)(x, axis=axis),
                64,
            )


@pytest.mark.parametrize("name", ["argmax", "argmin"])
def test_positions_of_extremes(backend: Backend, layout: Layout, name: str) -> None:
    """The first of equal ones."""
    for kind in REAL.split():
        x = numbers((3, 4), kind)
        for axis in (0, 1, -1, None):
            same(
                backend,
                getattr(backend, name)(layout(backend, x), axis=axis),
                getattr(np, name)(x, axis=axis),
            )
    ties = np.array([[1.0, 5.0, 5.0], [2.0, 2.0, 1.0]])
    same(backend, getattr(backend, name)(backend.asarray(ties), axis=1), getattr(np, name)(ties, axis=1))


def test_sorting_is_stable(backend: Backend) -> None:
    """Equal elements keep their order."""
    x = np.array([1, 0, 1, 0, 1, 0] * 10)
    same(backend, backend.argsort(backend.asarray(x), axis=0), np.argsort(x, kind="stable"))


def test_products(backend: Backend, layout: Layout) -> None:
    """Matrices, stacks of them, and no elements."""
    for kind in ("float32", "float64", "complex64", "int64"):
        for left, right in [
            ((2, 3), (3, 4)), ((5, 2, 3), (3, 4)), ((5, 2, 3), (5, 3, 4)), ((2, 1, 2, 3), (5, 3, 1)),
            ((0, 3), (3, 4)), ((2, 0), (0, 4)),
        ]:  # fmt: skip
            x, y = numbers(left, kind), numbers(right, kind, seed=1)
            same(backend, backend.matmul(layout(backend, x), layout(backend, y)), np.matmul(x, y), 64)
