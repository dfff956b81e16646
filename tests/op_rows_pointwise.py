"""Rows of the op table: functions of one value, the larger and the smaller."""

from __future__ import annotations

import numpy as np
import scipy.special
from op_samples import call, elementwise, pairs, row, x

import minitorch

row("neg", np.negative, elementwise(), complex=True, integers="same")
row(
    "abs",
    np.abs,
    lambda: [*elementwise(low=0.3)(), call(-x(3, low=0.2)), call(np.zeros(2), kink=True)],
    complex=True,
    integers="same",
)
row(
    "sgn",
    lambda a: np.sign(a),
    lambda: [*elementwise(low=0.3)(), call(np.zeros(2), kink=True)],
    complex=True,
    integers="same",
)
for name in ("sign", "floor", "ceil", "trunc"):
    row(name, getattr(np, name), elementwise(), integers="same")
row(
    "round",
    lambda a, decimals=0: np.round(a, decimals),
    lambda: [*elementwise()(), call(x(2, 3), decimals=1, real=True), call(np.array([0.5, 1.5]), kink=True)],
    integers="same",
)
row("frac", lambda a: a - np.trunc(a), elementwise())
for name in ("exp", "expm1", "sin", "cos", "sinh", "cosh", "tanh"):
    row(name, getattr(np, name), elementwise(), complex=True, integers="float")
row("exp2", np.exp2, elementwise(), integers="float")
row("tan", np.tan, elementwise(-1.2, 1.2), complex=True, integers="float")
row("atan", np.arctan, elementwise(), complex=True, integers="float")
row("asinh", np.arcsinh, elementwise(), complex=True, integers="float")
for name in ("log", "log2", "log10", "sqrt"):
    row(name, getattr(np, name), elementwise(0.2, 3.0), complex=True, integers="float")
row("log1p", np.log1p, elementwise(-0.8, 2.0), complex=True, integers="float")
row("asin", np.arcsin, elementwise(-0.9, 0.9), complex=True, integers="float")
row("acos", np.arccos, elementwise(-0.9, 0.9), complex=True, integers="float")
row("atanh", np.arctanh, elementwise(-0.9, 0.9), complex=True)
row("acosh", np.arccosh, elementwise(1.2, 3.0), complex=True)
row("rsqrt", lambda a: 1 / np.sqrt(a), elementwise(0.2, 3.0), complex=True)
row("square", np.square, elementwise(), complex=True, integers="same")
row("reciprocal", lambda a: 1 / a, elementwise(0.3, 2.0), complex=True)
row("erf", scipy.special.erf, elementwise(), integers="float")
row("conj", np.conj, elementwise(), complex=True, integers="same")
row("real", np.real, elementwise(), complex=True, integers="same")
row(
    "imag",
    lambda a: np.imag(a * (1 + 2j)),
    elementwise(),
    function=lambda a: minitorch.imag(a * (1 + 2j)),
    torch=lambda a: (a * (1 + 2j)).imag,
    complex=True,
    half=False,
)

# The larger and the smaller

for name in ("maximum", "minimum"):
    row(
        name,
        getattr(np, name),
        lambda: [*pairs(scalar=None)(), call(np.array([1.0, 2.0]), np.array([1.0, 3.0]), kink=True)],
        integers="same",
    )
row(
    "clamp",
    lambda a, min=None, max=None: np.clip(a, min, max),
    lambda: [
        call(x(2, 3), -0.5, 0.7),
        call(x(2, 3), min=-0.5),
        call(x(2, 3), max=0.5),
        call(x(), 0.0, 1.0),
        call(x(0, 3), 0.0, 1.0),
        call(x(2, 3), 1.0, -1.0),
        call(x(2, 3), x(3, high=0.0), x(2, 1, low=0.1)),
        call(x(2, 3), min=x(3)),
        call(x(3), max=x(2, 3)),
        call(np.array([0.0, 1.0, 2.0]), 0.0, 1.0, kink=True),
        call(np.array([0.0, 1.0, 2.0]), np.array(0.0), np.array(1.0), kink=True),
        call(np.array([1.0, 0.0, 3.0]), np.array(1.0), np.array(1.0), kink=True),
    ],
)
