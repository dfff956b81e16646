"""The Airy function Ai, the solution of y″ = x·y that decays for positive x."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minitorch_numpy.special_modified_bessel import k_scaled

Array = Any

# Ai(n) and Ai′(n) for n = −10 … 2.  Source: DLMF, chapter 9 (its definition evaluated with 40 digits).
AI = np.array([
    0.040241238486443190689, -0.022133721547341403674, -0.052705050356386202622, 0.18428083525050563728,
    -0.32914517362982310523, 0.35076100902411431979, -0.070265532949289515099, -0.37881429367765807435,
    0.22740742820168557599, 0.5355608832923521188, 0.35502805388781723926, 0.13529241631288141552,
    0.034924130423274379135,
])  # fmt: skip
SLOPE = np.array([
    0.9962650441327900559, -0.97566398092633159471, 0.93556093819830655103, -0.77100816841012654773,
    0.34593548728134289493, 0.32719281855444313679, -0.7906285753685813803, 0.31458376921659881365,
    0.61825902074169104141, -0.010160567116645209395, -0.25881940379280679841, -0.15914744129679321279,
    -0.053090384433653631704,
])  # fmt: skip


def taylor(x: Array) -> Array:
    """Ai for −10.5 ≤ x ≤ 2.5, around the nearest integer n: y″ = x·y gives one coefficient after the other.

    (k + 2)·(k + 1)·aₖ₊₂ = n·aₖ + aₖ₋₁.
    """
    n = np.clip(np.round(x), -10, 2)
    t, place = x - n, (n + 10).astype(int)
    before, here, after = np.zeros_like(x), AI[place], SLOPE[place]
    total, power = here + t * after, t * t
    for k in range(24):
        following = (n * here + before) / ((k + 1) * (k + 2))
        total = total + following * power
        power = power * t
        before, here, after = here, after, following
    return total


def oscillating(x: Array) -> Array:
    """Ai(−x) for large x: cos(ζ − π/4)·Σ … + sin(ζ − π/4)·Σ …, over √π·x^¼, with ζ = 2/3·x^(3/2).

    Source: DLMF 9.7.9.
    """
    zeta = 2 / 3 * x * np.sqrt(x)
    term, p, q = np.ones_like(x), np.ones_like(x), np.zeros_like(x)
    for k in range(1, 20):
        term = term * (6 * k - 5) * (6 * k - 3) * (6 * k - 1) / (216 * k * (2 * k - 1) * zeta)
        if k % 2:
            q = q + term * (1 if k % 4 == 1 else -1)
        else:
            p = p + term * (1 if k % 4 == 0 else -1)
    angle = zeta - math.pi / 4
    return (np.cos(angle) * p + np.sin(angle) * q) / (math.sqrt(math.pi) * x**0.25)


def ai(x: Array) -> Array:
    """Ai(x); for x > 2 as √(x/3)/π · K₁⸝₃(2/3·x^(3/2)).

    Source: DLMF 9.6.2.
    """
    positive = np.clip(x, 2.0, 1e4)
    zeta = 2 / 3 * positive * np.sqrt(positive)
    decaying = np.sqrt(positive / 3) / math.pi * k_scaled(1 / 3, zeta) * np.exp(-zeta)
    near = taylor(np.where(np.abs(x + 4) <= 6, x, 0.0))
    y = np.where(x > 2, decaying, np.where(x > -10, near, oscillating(np.maximum(-x, 10.0))))
    return np.where(np.isinf(x), 0.0, np.where(np.isnan(x), np.nan, y))
