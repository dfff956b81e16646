"""Special functions of the backend interface: the families of the gamma, Bessel and error functions, and Airy's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Array = Any
Elementwise = Callable[..., Array]


class SpecialFunctions:
    """Primitives, elementwise, within about 1e-13 of the true value in float64; NaN where not defined."""

    erfc: Elementwise  # 1 − erf(x), exact where erf is almost 1
    erfcx: Elementwise  # exp(x²)·erfc(x)
    erfinv: Elementwise
    ndtri: Elementwise  # the inverse of the normal distribution function Φ
    log_ndtr: Elementwise  # ln Φ(x)
    lgamma: Elementwise  # ln |Γ(x)|
    digamma: Elementwise
    zeta: Elementwise  # (s, q): Σ 1/(k + q)ˢ
    igamma: Elementwise  # (a, x): the regularized lower incomplete gamma function
    igammac: Elementwise  # (a, x): 1 − igamma
    bessel_j0: Elementwise
    bessel_j1: Elementwise
    bessel_y0: Elementwise
    bessel_y1: Elementwise
    i0: Elementwise  # modified Bessel functions …
    i0e: Elementwise  # … and, with e, multiplied by exp(−|x|)
    i1: Elementwise
    i1e: Elementwise
    k0: Elementwise
    k0e: Elementwise  # … multiplied by exp(x)
    k1: Elementwise
    k1e: Elementwise
    airy_ai: Elementwise
