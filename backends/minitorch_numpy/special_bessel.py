"""The Bessel functions J₀, J₁, Y₀, Y₁, all four from one recurrence (x ≤ 25) or one asymptotic series (beyond)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

Array = Any
EULER = 0.57721566490153286061
SWITCH = 25.0


def recurrence(x: Array) -> tuple[Array, Array, Array, Array]:
    """J₀, J₁, Y₀, Y₁ for 0 < x ≤ 25.

    Jₖ₋₁ = 2k/x·Jₖ − Jₖ₊₁ is run downwards from where Jₖ has vanished, and the result is scaled by
    J₀ + 2·J₂ + 2·J₄ + … = 1.  With Neumann's series
        Y₀ = 2/π·(ln(x/2) + γ)·J₀ − 4/π·Σ (−1)ᵏ·J₂ₖ/k,
    and Y₁ = −Y₀′ term by term.

    Source: J. C. P. Miller, British Association Mathematical Tables X (1952); A. & S., 9.1.46, 9.1.89.
    """
    x = np.maximum(x, 1e-150)
    above, here = np.zeros_like(x), np.full_like(x, 1e-290)
    norm, even, odd = np.zeros_like(x), np.zeros_like(x), np.zeros_like(x)
    for k in range(70, 0, -1):  # here = Jₖ, above = Jₖ₊₁, up to a common factor
        below = 2 * k / x * here - above
        large = np.abs(below) > 1e100
        scale = np.where(large, 1e-200, 1.0)
        if k % 2 == 0:
            sign = -1 if (k // 2) % 2 else 1
            norm = norm + 2 * here
            even = even + sign * here / (k // 2)
            odd = odd + sign * (below - above) / (k // 2)
        above, here = here * scale, below * scale
        norm, even, odd = norm * scale, even * scale, odd * scale
    norm = norm + here
    j0, j1, even, odd = here / norm, above / norm, even / norm, odd / norm
    log = np.log(x / 2) + EULER
    y0 = 2 / math.pi * (log * j0 - 2 * even)
    y1 = 2 / math.pi * (log * j1 + odd - j0 / x)
    return j0, j1, y0, y1


def hankel(order: int, x: Array) -> tuple[Array, Array]:
    """J and Y of order 0 or 1 for x ≥ 25: √(2/πx) times (P·cos − Q·sin, P·sin + Q·cos) of x − (2·order + 1)·π/4.

    Source: M. Abramowitz and I. Stegun, 9.2.5 to 9.2.10.
    """
    term, p, q = np.ones_like(x), np.ones_like(x), np.zeros_like(x)
    for k in range(1, 25):
        term = term * (4 * order * order - (2 * k - 1) ** 2) / (8 * k * x)
        if k % 2:
            q = q + term * (1 if k % 4 == 1 else -1)
        else:
            p = p + term * (1 if k % 4 == 0 else -1)
    # sin and cos of x − π/4 from those of x: the difference itself would lose digits
    sine, cosine = (np.sin(x) - np.cos(x)) / math.sqrt(2), (np.sin(x) + np.cos(x)) / math.sqrt(2)
    if order:
        sine, cosine = -cosine, sine
    size = np.sqrt(2 / (math.pi * x))
    return size * (p * cosine - q * sine), size * (p * sine + q * cosine)


def bessel(order: int, kind: int, x: Array) -> Array:
    """J (kind 0) or Y (kind 1) for x > 0; 0 at infinity."""
    near = recurrence(np.minimum(x, SWITCH))[order + 2 * kind]
    far = np.clip(x, SWITCH, 1e300)
    return np.where(x < SWITCH, near, np.where(np.isinf(x), 0.0, hankel(order, far)[kind]))


def j0(x: Array) -> Array:
    """J₀(x) = Σ (−x²/4)ᵏ/(k!)²."""
    return np.where(x == 0, 1.0, bessel(0, 0, np.abs(x)))


def j1(x: Array) -> Array:
    """J₁(x) = −J₀′(x)."""
    return np.where(x == 0, x, np.sign(x) * bessel(1, 0, np.abs(x)))


def y0(x: Array) -> Array:
    """Y₀(x), −∞ at 0, NaN below."""
    return np.where(x > 0, bessel(0, 1, np.abs(x)), np.where(x == 0, -np.inf, np.nan))


def y1(x: Array) -> Array:
    """Y₁(x) = −Y₀′(x), −∞ at 0, NaN below."""
    return np.where(x > 0, bessel(1, 1, np.abs(x)), np.where(x == 0, -np.inf, np.nan))
