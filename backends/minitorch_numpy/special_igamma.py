"""The regularized incomplete gamma functions P(a, x) and Q(a, x) = 1 − P(a, x)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minitorch_numpy.special_gamma import around_two, lgamma_positive, polynomial, stirling
from minitorch_numpy.special_normal import erfc

Array = Any
EPSILON = 2.0**-54


def igamma(a: Array, x: Array) -> Array:
    """P(a, x) = 1/Γ(a) ∫₀ˣ tᵃ⁻¹·exp(−t) dt."""
    return both(a, x)[0]


def igammac(a: Array, x: Array) -> Array:
    """Q(a, x) = 1/Γ(a) ∫ₓ^∞ tᵃ⁻¹·exp(−t) dt."""
    return both(a, x)[1]


def both(a: Array, x: Array) -> tuple[Array, Array]:
    """P and Q: the smaller one is computed, by a series, a continued fraction, or an expansion for large a."""
    p, q = np.full(x.shape, np.nan), np.full(x.shape, np.nan)
    defined = (a >= 0) & (x >= 0)
    for where, value in (
        (defined & (a == 0) & (x > 0), 1.0),
        (defined & (x == 0) & (a > 0), 0.0),
        (defined & np.isinf(x) & np.isfinite(a), 1.0),
        (defined & np.isinf(a) & np.isfinite(x), 0.0),
    ):
        p[where], q[where] = value, 1 - value
    ordinary = defined & (a > 0) & (x > 0) & np.isfinite(a) & np.isfinite(x)
    large = ordinary & (a > 1e5) & (np.abs(x - a) < 0.02 * a)
    small = ordinary & (x < 1.1) & (a < 1)
    left = ordinary & ~large & ~small & (x < a + 1)
    right = ordinary & ~large & ~small & ~left
    if small.any():
        p[small], q[small] = near_zero(a[small], x[small])
    if left.any():
        p[left] = series(a[left], x[left])
        q[left] = 1 - p[left]
    if right.any():
        q[right] = continued_fraction(a[right], x[right])
        p[right] = 1 - q[right]
    if large.any():
        p[large], q[large] = uniform(a[large], x[large])
    return p, q


def minus_log1p(t: Array) -> Array:
    """t − ln(1 + t), without cancellation near 0: Σ (−1)ᵏ·tᵏ/k from k = 2 on."""
    near = np.clip(t, -0.1, 0.1)
    terms = (0.0, 0.0, *[(-1) ** k / k for k in range(2, 19)])
    return np.where(np.abs(t) <= 0.1, polynomial(near, terms), t - np.log1p(np.maximum(t, -1.0)))


def front(a: Array, x: Array) -> Array:
    """xᵃ·exp(−x)/Γ(a + 1), for large a by way of what is small: x/a − 1, and Stirling's correction."""
    big = np.maximum(a, 10.0)
    scaled = np.exp(-big * minus_log1p((x - big) / big) - stirling(big)) / np.sqrt(2 * math.pi * big)
    return np.where(a < 10, np.exp(a * np.log(x) - x - lgamma_positive(a + 1)), scaled)


def series(a: Array, x: Array) -> Array:
    """P(a, x) = xᵃ·exp(−x)/Γ(a + 1)·(1 + x/(a + 1) + x²/((a + 1)·(a + 2)) + …), for x < a + 1.

    Source: DLMF 8.11.4.
    """
    total, term, n = np.ones_like(x), np.ones_like(x), a.copy()
    while (term > EPSILON * total).any():
        n = n + 1
        term = term * x / n
        total = total + term
    return front(a, x) * total


def near_zero(a: Array, x: Array) -> tuple[Array, Array]:
    """P and Q for x < 1.1 and a < 1, where Q may be small: 1 − xᵃ/Γ(a + 1) and the rest of the series.

    Source: DLMF 8.7.1.
    """
    rest, term = np.zeros_like(x), np.ones_like(x)
    for k in range(1, 24):
        term = term * -x / k
        rest = rest + term * a / (a + k)
    one_more = polynomial(a, around_two()) - np.log1p(a)  # ln Γ(1 + a), exact for small a
    log = a * np.log(x) - np.where(a < 0.5, one_more, lgamma_positive(a + 1))
    return np.exp(log) * (1 + rest), -np.expm1(log) - np.exp(log) * rest


def continued_fraction(a: Array, x: Array) -> Array:
    """Q(a, x) = xᵃ·exp(−x)/Γ(a) · 1/(x + 1 − a − 1·(1 − a)/(x + 3 − a − …)), for x ≥ a + 1.

    Source: DLMF 8.9.2, evaluated by W. Lentz's method, Applied Optics 15 (1976).
    """
    b = x + 1 - a
    c = np.full_like(x, 1e300)
    d = 1 / b
    y = d
    k, going = 0, np.ones(x.shape, bool)
    while going.any() and k < 5000:
        k += 1
        b = b + 2
        numerator = -k * (k - a)
        d = 1 / (numerator * d + b)
        c = b + numerator / c
        y = np.where(going, y * (c * d), y)
        going &= np.abs(c * d - 1) > 4 * EPSILON
    return front(a, x) * a * y


def uniform(a: Array, x: Array) -> tuple[Array, Array]:
    """P and Q for large a and x near a: ½·erfc(∓η·√(a/2)) ∓ exp(−a·η²/2)/√(2πa)·(c₀(η) + c₁(η)/a + …).

    Here η²/2 = λ − 1 − ln λ with λ = x/a, and η has the sign of λ − 1.

    Source: N. Temme, "The asymptotic expansion of the incomplete gamma functions", SIAM J. Math. Anal. 10 (1979).
    """
    t = (x - a) / a
    eta = np.copysign(np.sqrt(2 * minus_log1p(t)), t)
    rest = (
        polynomial(eta, (-1 / 3, 1 / 12, -2 / 135, 1 / 864, 1 / 2835, -139 / 777600))
        + polynomial(eta, (-1 / 540, -1 / 288, 1 / 378, -77 / 77760)) / a
        + polynomial(eta, (25 / 6048, -139 / 51840)) / a**2
    )
    rest = rest * np.exp(-0.5 * a * eta * eta) / np.sqrt(2 * math.pi * a)
    scaled = eta * np.sqrt(a / 2)
    return erfc(-scaled) / 2 - rest, erfc(scaled) / 2 + rest
