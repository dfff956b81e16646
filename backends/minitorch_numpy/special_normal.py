"""The error function's relatives: its complement, the scaled complement, the inverse; the normal distribution."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minitorch_numpy.special import _P, _Q, _horner, erf

Array = Any
ROOT_PI = math.sqrt(math.pi)


def exp_square(x: Array, sign: int) -> Array:
    """exp(±x²), with the rounding error of x² put right: it would be magnified x² times."""
    coarse = np.round(x * 256) / 256  # whose square is exact
    return np.exp(sign * coarse * coarse) * np.exp(sign * (x - coarse) * (x + coarse))


def erfcx_positive(x: Array) -> Array:
    """exp(x²)·erfc(x) for x ≥ 0: 1 − erf(x), a rational function from 1 on, the asymptotic series from 8 on.

    Source: S. Moshier, Cephes Mathematical Library (the rational function); DLMF 7.12.1 (the series).
    """
    near, middle = np.minimum(x, 1.0), np.clip(x, 1.0, 8.0)
    far = 1 / (2 * np.maximum(x, 8.0) ** 2)
    series = np.ones_like(x)
    for k in range(20, 0, -1):  # 1 − 1·t + 1·3·t² − …, as nested products
        series = 1 - (2 * k - 1) * far * series
    return np.where(
        x < 1,
        exp_square(near, 1) * (1 - erf(near)),
        np.where(x < 8, _horner(middle, _P) / _horner(middle, _Q), series / (ROOT_PI * np.maximum(x, 8.0))),
    )


def erfcx(x: Array) -> Array:
    """exp(x²)·erfc(x); for negative x by erfc(−x) = 2 − erfc(x)."""
    positive = erfcx_positive(np.abs(x))
    y = np.where(x < 0, 2 * exp_square(np.maximum(x, -27.0), 1) - positive, positive)
    return np.where(x < -26.7, np.inf, y)


def erfc(x: Array) -> Array:
    """1 − erf(x), without cancellation for large x."""
    a = np.minimum(np.abs(x), 28.0)
    tail = exp_square(a, -1) * erfcx_positive(a)
    return np.where(np.abs(x) < 1, 1 - erf(x), np.where(x < 0, 2 - tail, tail))


def log_ndtr(x: Array) -> Array:
    """ln Φ(x), without underflow for negative x."""
    low = np.minimum(x, -1.0)
    far = np.log(erfcx_positive(-low / math.sqrt(2)) / 2) - low * low / 2
    return np.where(x < -1, far, np.log1p(-erfc(np.maximum(x, -1.0) / math.sqrt(2)) / 2))


def erfinv(y: Array) -> Array:
    """The x with erf(x) = y: Winitzki's formula improved by three steps of Halley's; near ±1 by `ndtri`.

    Source: S. Winitzki, "A handy approximation for the error function and its inverse" (2008).
    """
    a = 0.147
    central = np.clip(y, -0.75, 0.75)
    log = np.log1p(-central * central)
    half = 2 / (math.pi * a) + log / 2
    x = np.copysign(np.sqrt(np.sqrt(half * half - log / a) - half), central)
    for _ in range(3):
        step = (erf(x) - central) * ROOT_PI / 2 * np.exp(x * x)
        x = x - step / (1 + x * step)
    tail = np.copysign(_lower_tail(np.clip((1 - np.abs(y)) / 2, 0, 0.125)) / math.sqrt(2), -y)
    return np.where(np.abs(y) <= 0.75, x, np.where(np.abs(y) > 1, np.nan, -np.copysign(tail, -y)))


def ndtri(p: Array) -> Array:
    """The x with Φ(x) = p."""
    middle = math.sqrt(2) * erfinv(np.clip(2 * p - 1, -0.75, 0.75))
    low, high = _lower_tail(np.clip(p, 0, 0.125)), -_lower_tail(np.clip(1 - p, 0, 0.125))
    x = np.where(p < 0.125, low, np.where(p > 0.875, high, middle))
    return np.where((p < 0) | (p > 1), np.nan, x)


def _lower_tail(p: Array) -> Array:
    """The x ≤ −1 with Φ(x) = p, by Newton's steps on ln Φ, which is almost a parabola there."""
    target = np.log(np.maximum(p, 5e-324))
    x = -np.sqrt(-2 * target)
    x = -np.sqrt(np.maximum(-2 * target - np.log(2 * math.pi * x * x), 1.0))
    for _ in range(5):
        slope = math.sqrt(2 / math.pi) / erfcx_positive(-x / math.sqrt(2))
        x = np.minimum(x - (log_ndtr(x) - target) / slope, -1.0)
    return np.where(p == 0, -np.inf, x)
