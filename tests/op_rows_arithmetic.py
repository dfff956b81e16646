"""Rows of the op table: arithmetic of two values."""

from __future__ import annotations

import numpy as np
from op_samples import call, pairs, row, x

row(
    "add",
    lambda a, b, alpha=1: a + alpha * b,
    lambda: [*pairs()(), call(x(2, 3), x(3), alpha=0.5)],
    complex=True,
    integers="same",
)
row(
    "sub",
    lambda a, b, alpha=1: a - alpha * b,
    lambda: [*pairs()(), call(x(2, 3), x(3), alpha=0.5)],
    complex=True,
    integers="same",
)
row(
    "rsub",
    lambda a, b, alpha=1: b - alpha * a,
    lambda: [*pairs()(), call(x(2, 3), x(3), alpha=0.5)],
    complex=True,
    integers="same",
)
row("mul", np.multiply, pairs(), complex=True, integers="same")
row(
    "div",
    lambda a, b, rounding_mode="copy": getattr(np, rounding_mode)(a / b),
    lambda: [
        *pairs(low=0.5)(),
        call(x(2, 3), x(3, low=0.5), rounding_mode="floor", real=True),
        call(x(2, 3), x(3, low=0.5), rounding_mode="trunc", real=True),
    ],
    complex=True,
    integers=None,
)
row(
    "rdiv",
    lambda a, b: b / a,
    pairs(low=0.5),
    torch=lambda a, b: b / a,
    complex=True,
    integers="float",
)
row("floor_divide", np.floor_divide, pairs(low=0.3), integers=None)
row("rfloor_divide", lambda a, b: b // a, pairs(low=0.3), torch=lambda a, b: b // a)
row("remainder", np.remainder, pairs(low=0.3))
row("rremainder", lambda a, b: b % a, pairs(low=0.3), torch=lambda a, b: b % a)
row("fmod", np.fmod, lambda: [*pairs(low=0.3)(), call(x(2, 3), -0.7)])
row(
    "pow",
    np.power,
    lambda: [
        *pairs(low=0.2)(),
        *[call(x(2, 3), n) for n in (2, 3, 0, 1, -1, -2, 2.0)],
        call(x(2, 3, low=0.2), 0.5),
        call(x(2, 3, low=0.2), -0.5),
        call(2.5, x(2, 3)),
        call(np.zeros((2,)), np.array([0.0, 2.0]), kink=True),
        call(np.array([0.0, 2.0]), 2, kink=True),
        call(np.array([0.0, 2.0]), 0, kink=True),
    ],
    complex=True,
)
row(
    "rpow",
    lambda a, b: b**a,
    lambda: [call(x(2, 3), 2.5), call(x(2), x(2, low=0.3))],
    torch=lambda a, b: b**a,
)
row("atan2", np.arctan2, pairs(low=0.3, scalar=None), integers="float")
