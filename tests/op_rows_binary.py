"""Rows of the op table: functions of two or three values beyond arithmetic."""

from __future__ import annotations

import numpy as np
import scipy.special
from op_samples import call, elementwise, ints, pairs, row, x

import minitorch

row(
    "addcmul",
    lambda a, b, c, value=1: a + value * b * c,
    lambda: [call(x(2, 3), x(3), x(2, 1)), call(x(), x(0, 3), x()), call(x(2), x(2), x(2), value=0.5)],
    complex=True,
)
row(
    "addcdiv",
    lambda a, b, c, value=1: a + value * b / c,
    lambda: [
        call(x(2, 3), x(3), x(2, 1, low=0.5)),
        call(x(2), x(2), x(2, low=0.5), value=0.5),
        call(x(), x(0, 3), x()),
    ],
    complex=True,
)
row(
    "lerp",
    lambda a, b, w: a + w * (b - a),
    lambda: [
        *[call(x(2, 3), x(3), w) for w in (0.0, 0.3, 0.7, 1.0, -2.0)],
        call(x(2, 3), x(3), x(2, 1)),
        call(x(), x(), x()),
        call(x(0, 3), x(3), x(1, 3)),
    ],
    complex=True,
)
row("hypot", np.hypot, pairs(low=0.3, scalar=None))
row(
    "copysign",
    np.copysign,
    lambda: [
        *pairs(low=0.3)(),
        call(x(2, 3, low=0.2), -1.5),
        call(np.zeros(2), np.array([1.0, -1.0]), kink=True),
    ],
    integers="float",
)
row(
    "nextafter",
    np.nextafter,
    lambda: [call(x(2, 3), x(3)), call(x(), x(2)), call(x(0, 3), x(1, 3))],
    half=False,
    differences=1,
)
row(
    "ldexp",
    lambda a, b: a * 2.0**b,
    lambda: [
        call(x(2, 3), x(2, 3)),
        call(x(2, 3), x(3)),
        call(x(), x()),
        call(x(0, 3), x(1, 3)),
        call(x(3), ints(3, high=4)),
    ],
    complex=True,
    half=False,
)
row(
    "frexp",
    lambda a: np.frexp(a)[0],
    elementwise(0.3, 3.0),
    function=lambda a: minitorch.frexp(a).mantissa,
    torch=lambda a: a.frexp().mantissa,
)
row(
    "float_power",
    lambda a, b: np.power(a.astype(np.result_type(a, np.float64)), b),
    lambda: [*pairs(low=0.3)(), call(x(2, 3), 2), call(x(2, 3), -1)],
    casts=True,
)
row("logaddexp", np.logaddexp, pairs(scalar=None))
row("logaddexp2", np.logaddexp2, pairs(scalar=None))
row(
    "xlogy",
    scipy.special.xlogy,
    lambda: [
        *pairs(low=0.3)(),
        call(2.5, x(2, 3, low=0.2)),
        call(np.array([0.0, 0.0, 1.0]), np.array([0.0, 2.0, 0.5]), kink=True),
    ],
    integers="float",
)
for name in ("fmax", "fmin"):
    row(
        name,
        getattr(np, name),
        lambda: [
            *pairs(scalar=None)(),
            call(np.array([1.0, 2.0, np.nan, 3.0]), np.array([1.0, 3.0, 1.0, np.nan]), kink=True),
        ],
        integers="same",
    )
row(
    "clamp_min",
    lambda a, min: np.maximum(a, min),
    lambda: [
        call(x(2, 3), -0.5),
        call(x(2, 3), x(3)),
        call(x(0, 3), 0.0),
        call(x(), 0.5),
        call(np.zeros(2), 0.0, kink=True),
    ],
)
row(
    "clamp_max",
    lambda a, max: np.minimum(a, max),
    lambda: [
        call(x(2, 3), -0.5),
        call(x(2, 3), x(3)),
        call(x(0, 3), 0.0),
        call(x(), 0.5),
        call(np.zeros(2), 0.0, kink=True),
    ],
)
for name in ("rad2deg", "deg2rad"):
    row(name, getattr(np, name), elementwise(), integers="float")
row("positive", np.positive, elementwise(), complex=True, integers="same")
row(
    "nan_to_num",
    lambda a, nan=0.0, posinf=None, neginf=None: np.nan_to_num(a, nan=nan, posinf=posinf, neginf=neginf),
    lambda: [
        *elementwise()(),
        call(np.array([np.nan, np.inf, -np.inf, 1.0]), nan=2.0, posinf=3.0, neginf=-3.0, kink=True),
    ],
    integers="same",
)

# Complex numbers

row("conj_physical", np.conj, elementwise(), complex=True, integers="same")
row("resolve_conj", lambda a: a, elementwise(), complex=True, integers="same")
row("resolve_neg", lambda a: a, elementwise(), complex=True, integers="same")
row("angle", np.angle, elementwise(0.3, 2.0), complex=True, integers="float")
row(
    "complex", lambda a, b: a + 1j * b, pairs(scalar=None), casts=True, half=False, function=minitorch.complex
)
row("polar", lambda a, b: a * np.exp(1j * b), pairs(low=0.3, scalar=None), casts=True, half=False)
row(
    "view_as_real",
    lambda a: np.stack([a, 2 * a], -1),
    lambda: [call(x(2, 3)), call(x()), call(x(2, 1, 2))],
    function=lambda a: minitorch.view_as_real(a * (1 + 2j)),
    torch=lambda a: __import__("torch").view_as_real(a * (1 + 2j)),
    half=False,
)
row(
    "view_as_complex",
    lambda a: a[..., 0] + 1j * a[..., 1],
    lambda: [call(x(3, 2)), call(x(2)), call(x(2, 3, 2))],
    function=lambda a: minitorch.view_as_complex(a.contiguous()),
    torch=lambda a: __import__("torch").view_as_complex(a.contiguous()),
    casts=True,
    half=False,
)
