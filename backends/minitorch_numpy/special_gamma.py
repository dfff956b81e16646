"""The gamma function's logarithm, its derivatives, and the zeta function that gives them."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

Array = Any

# B₂, B₄, …: the Bernoulli numbers.
BERNOULLI = (
    1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510,
    43867 / 798, -174611 / 330, 854513 / 138, -236364091 / 2730,
)  # fmt: skip


def polynomial(x: Array, coefficients: tuple[float, ...]) -> Array:
    """c₀ + c₁·x + c₂·x² + …"""
    y = np.full_like(x, coefficients[-1])
    for c in coefficients[-2::-1]:
        y = y * x + c
    return y


def stirling(x: Array) -> Array:
    """ln Γ(x) − ((x − ½)·ln x − x + ½·ln 2π) for x ≥ 10: Σ B₂ₖ / (2k·(2k − 1)·x²ᵏ⁻¹)."""
    terms = tuple(b / ((2 * k) * (2 * k - 1)) for k, b in enumerate(BERNOULLI[:9], 1))
    return polynomial(1 / (x * x), terms) / x


@cache
def around_two() -> tuple[float, ...]:
    """The coefficients of ln Γ(2 + t) = (1 − γ)·t + Σ (ζ(k) − 1)·(−t)ᵏ/k."""
    ks = np.arange(2.0, 30.0)
    rest = zeta(ks, np.full_like(ks, 2.0))  # ζ(k) − 1
    series = rest * (-1) ** ks / ks
    return (0.0, 1 - 0.57721566490153286061, *series.tolist())


def lgamma_positive(x: Array) -> Array:
    """ln Γ(x) for x > 0: shifted into [1.5, 2.5] and expanded there; Stirling's series from 10 on."""
    near = np.minimum(x, 10.0)
    factor, shifted = np.ones_like(x), near.copy()
    for _ in range(8):  # Γ(x) = (x − 1)·Γ(x − 1)
        above = shifted > 2.5
        shifted = np.where(above, shifted - 1, shifted)
        factor = np.where(above, factor * shifted, factor)
    y = np.log(factor)
    tiny = shifted < 0.5  # Γ(x) = Γ(x + 1)/x
    y, shifted = np.where(tiny, y - np.log(shifted), y), np.where(tiny, shifted + 1, shifted)
    below = shifted < 1.5
    y = np.where(below, y - np.log(shifted), y)
    y = y + polynomial(shifted - np.where(below, 1, 2), around_two())
    far = np.maximum(x, 10.0)
    large = (far - 0.5) * np.log(far) - far + 0.5 * math.log(2 * math.pi) + stirling(far)
    return np.where(x < 10, y, np.where(np.isinf(x), np.inf, large))


def sin_pi(x: Array) -> Array:
    """sin(πx), exact for the fractional part of large x."""
    return np.sin(math.pi * (x - 2 * np.round(x / 2)))


def lgamma(x: Array) -> Array:
    """ln |Γ(x)|; for x < ½ by Γ(x)·Γ(1 − x) = π/sin(πx); infinite at 0, −1, −2, ….

    Source: M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, 6.1.17, 6.1.33, 6.1.40.
    """
    negative = x <= 0
    y = lgamma_positive(np.where(negative, 1 - x, x))
    reflected = math.log(math.pi) - np.log(np.abs(sin_pi(np.where(negative, x, 0.5)))) - y
    pole = negative & (x == np.floor(x))
    return np.where(pole, np.inf, np.where(negative, reflected, y))


def digamma(x: Array) -> Array:
    """ψ(x) = d/dx ln Γ(x): shifted beyond 10 by ψ(x) = ψ(x + 1) − 1/x, then the asymptotic series.

    Source: M. Abramowitz and I. Stegun, 6.3.5, 6.3.7, 6.3.18.
    """
    negative = x < 0
    shifted = np.where(negative, 1 - x, x)
    y = np.zeros_like(x)
    for _ in range(10):
        below = shifted < 10
        y = np.where(below, y - 1 / np.where(below, shifted, 1.0), y)
        shifted = np.where(below, shifted + 1, shifted)
    terms = tuple(b / (2 * k) for k, b in enumerate(BERNOULLI[:9], 1))
    square = 1 / (shifted * shifted)
    y = y + np.log(shifted) - 0.5 / shifted - square * polynomial(square, terms)
    fraction = x - np.round(x)
    reflected = y - math.pi / np.tan(math.pi * fraction)
    y = np.where(negative, np.where(fraction == 0, np.nan, reflected), y)
    return np.where(x == 0, np.copysign(np.inf, -x), y)


def zeta(s: Array, q: Array) -> Array:
    """ζ(s, q) = Σ 1/(k + q)ˢ for s > 1: the first terms, and the Euler–Maclaurin formula for the rest.

    For q < 0 the terms with k + q < 0 need a whole s.  Infinite at s = 1 and at q = 0, −1, −2, ….

    Source: M. Abramowitz and I. Stegun, 23.1.30; DLMF 25.11.5.
    """
    s, q = np.broadcast_arrays(np.asarray(s, np.float64), np.asarray(q, np.float64))
    pole = (s == 1) | ((q <= 0) & (q == np.floor(q)))
    undefined = (s < 1) | ((q < 0) & (s != np.floor(s))) | np.isnan(s) | np.isnan(q)
    usable, given = ~(pole | undefined), s
    s, q = np.where(usable, s, 2.0), np.where(usable, q, 1.0)
    y, a = np.zeros_like(q), q.copy()
    below = np.ones(q.shape, bool)
    count = 0
    while below.any():  # at least ten terms, and all with k + q < 10
        y = np.where(below, y + a**-s, y)
        a = np.where(below, a + 1, a)
        count += 1
        below = (a < 10) if count >= 10 else below
    power = a ** (-s)
    y = y + power * a / (s - 1) + power / 2
    rising, factorial = s.copy(), 1.0  # s·(s + 1)·…·(s + 2k − 2), (2k)!
    power = power / a
    for k, b in enumerate(BERNOULLI, 1):
        factorial *= (2 * k - 1) * (2 * k)
        y = y + b / factorial * rising * power
        rising = rising * (s + 2 * k - 1) * (s + 2 * k)
        power = power / (a * a)
    y = np.where(np.isinf(s), np.where(q < 1, np.inf, np.where(q == 1, 1.0, 0.0)), y)
    return np.where(usable, y, np.where(pole & (given >= 1), np.inf, np.nan))
