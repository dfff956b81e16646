"""The modified Bessel functions I₀, I₁, K₀, K₁, also scaled by exp(∓x).

None of them oscillates, so that what defines them serves to compute them: a power series of positive terms, an
asymptotic series from x = 30 on, and for K an integral over a function so smooth that the trapezoidal rule is exact.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

Array = Any


def i_scaled(order: int, x: Array) -> Array:
    """exp(−x)·I(x) of order 0 or 1 for x ≥ 0.

    Source: M. Abramowitz and I. Stegun, 9.6.10 (the power series), 9.7.1 (the asymptotic series).
    """
    near = np.minimum(x, 30.0)
    quarter = near * near / 4
    term = np.exp(-near) * (near / 2 if order else 1.0)
    total = term
    for k in range(1, 80):  # (x²/4)ᵏ/(k!·(k + order)!)
        term = term * quarter / (k * (k + order))
        total = total + term
    return np.where(x < 30, total, asymptotic(order, np.maximum(x, 30.0), -1) / np.sqrt(2 * math.pi * x))


def asymptotic(order: int, x: Array, sign: int) -> Array:
    """1 ± (μ − 1)/(8x) + (μ − 1)·(μ − 9)/(2!·(8x)²) ± …, with μ = 4·order²."""
    term = total = np.ones_like(x)
    for k in range(1, 25):
        term = term * sign * (4 * order * order - (2 * k - 1) ** 2) / (8 * k * x)
        total = total + term
    return total


def i0e(x: Array) -> Array:
    """exp(−|x|)·I₀(x)."""
    return i_scaled(0, np.abs(x))


def i1e(x: Array) -> Array:
    """exp(−|x|)·I₁(x)."""
    return np.copysign(i_scaled(1, np.abs(x)), x)


def grown(scaled: Array, x: Array) -> Array:
    """scaled·exp(|x|), in two steps, since the second factor overflows first."""
    half = np.exp(np.abs(x) / 2)
    return np.where(np.isinf(x), np.copysign(np.inf, scaled), scaled * half * half)


def i0(x: Array) -> Array:
    """I₀(x) = Σ (x²/4)ᵏ/(k!)²."""
    return grown(i0e(x), x)


def i1(x: Array) -> Array:
    """I₁(x), the derivative of I₀."""
    return grown(i1e(x), x)


def k_scaled(order: float, x: Array) -> Array:
    """exp(x)·K(x) = ∫₀^∞ exp(−x·(cosh t − 1))·cosh(order·t) dt for x > 0.

    The integrand is even and falls doubly exponentially: the error of the trapezoidal rule with step h is
    of the order exp(−π²/h).  The integral is stretched so that 100 steps reach to where nothing is left.

    Source: DLMF 10.32.9; L. Trefethen and J. Weideman, "The exponentially convergent trapezoidal rule" (2014).
    """
    x = np.maximum(x, 1e-300)
    end = 2 * np.arcsinh(np.sqrt((25 + order) / x)) + order
    h = end / 100
    total = np.full_like(x, 0.5)
    for k in range(1, 101):
        t = k * h
        total = total + np.exp(-2 * x * np.sinh(t / 2) ** 2) * np.cosh(order * t)
    return h * total


def k_small(order: int, x: Array) -> Array:
    """K(x) of order 0 or 1 for 0 < x ≤ 1, by the power series with the logarithm.

    Source: M. Abramowitz and I. Stegun, 9.6.11, 9.6.13.
    """
    quarter, log = x * x / 4, np.log(x / 2)
    harmonic = -0.57721566490153286061  # ψ(k + 1)
    term = x / 2 if order else np.ones_like(x)
    total = 1 / x if order else np.zeros_like(x)
    for k in range(0, 12):
        if order:
            total = total + term * (log - harmonic - 0.5 / (k + 1))
        else:
            total = total + term * (harmonic - log)
        harmonic += 1 / (k + 1)
        term = term * quarter / ((k + 1) * (k + 1 + order))
    return total


def k(order: int, x: Array, scaled: bool) -> Array:
    """K(x) of order 0 or 1, or exp(x)·K(x); infinite at 0, NaN below."""
    small, large = k_small(order, np.clip(x, 1e-308, 1.0)), k_scaled(order, np.maximum(x, 1.0))
    y = np.where(
        x <= 1,
        small * np.exp(np.minimum(x, 1.0)) if scaled else small,
        large if scaled else large * np.exp(-x),
    )
    return np.where(x > 0, np.where(np.isinf(x), 0.0, y), np.where(x == 0, np.inf, np.nan))


def k0(x: Array) -> Array:
    """K₀(x)."""
    return k(0, x, False)


def k1(x: Array) -> Array:
    """K₁(x) = −K₀′(x)."""
    return k(1, x, False)


def k0e(x: Array) -> Array:
    """exp(x)·K₀(x)."""
    return k(0, x, True)


def k1e(x: Array) -> Array:
    """exp(x)·K₁(x)."""
    return k(1, x, True)
