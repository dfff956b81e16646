"""Special functions: those of CuPy, which compute on the GPU, and on the CPU those that it lacks or has otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cupyx.scipy.special as special

from minitorch_cupy.linalg import on_the_cpu


def in_double(function: Callable[..., Any]) -> Any:
    """A function of CuPy, computed in double precision as everywhere in minitorch."""

    def call(self: Any, *arrays: Any) -> Any:
        kind = self.xp.result_type(*arrays)
        wide = [self.asarray(x).astype("float64") for x in arrays]
        return function(*wide).astype(kind)

    return call


class CupySpecialFunctions:
    """`minitorch.backend_special.SpecialFunctions`."""

    erfc, erfcx = in_double(special.erfc), in_double(special.erfcx)
    erfinv, ndtri = in_double(special.erfinv), in_double(special.ndtri)
    log_ndtr = in_double(special.log_ndtr)
    lgamma, digamma = in_double(special.gammaln), in_double(special.digamma)
    zeta = on_the_cpu("zeta")
    igamma, igammac = in_double(special.gammainc), in_double(special.gammaincc)
    bessel_j0, bessel_j1 = in_double(special.j0), in_double(special.j1)
    bessel_y0, bessel_y1 = in_double(special.y0), in_double(special.y1)
    i0, i0e = in_double(special.i0), in_double(special.i0e)
    i1, i1e = in_double(special.i1), in_double(special.i1e)
    k0, k0e = in_double(special.k0), in_double(special.k0e)
    k1, k1e = in_double(special.k1), in_double(special.k1e)
    airy_ai = on_the_cpu("airy_ai")
