"""Special functions as methods of the backend; what computes them is imported when first needed."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

Array = Any


def _from(room: str, name: str) -> Callable[..., Array]:
    """The function `name` of the module `special_{room}`, computed in double precision."""

    def call(self: Any, *arrays: Any) -> Array:
        function = getattr(import_module(f"minitorch_numpy.special_{room}"), name)
        x = np.asarray(arrays[0])
        with np.errstate(all="ignore"):
            if len(arrays) == 1:
                return function(x.astype(np.float64, order="C")).astype(x.dtype)
            dtype = np.result_type(*arrays)
            x, *rest = np.broadcast_arrays(*(np.asarray(a, np.float64) for a in arrays))
            return function(x, *rest).astype(dtype)

    call.__name__ = name
    return call


class NumpySpecialFunctions:
    """`minitorch.backend_special.SpecialFunctions`, written out in NumPy."""

    erfc, erfcx = _from("normal", "erfc"), _from("normal", "erfcx")
    erfinv, ndtri = _from("normal", "erfinv"), _from("normal", "ndtri")
    log_ndtr = _from("normal", "log_ndtr")
    lgamma, digamma, zeta = _from("gamma", "lgamma"), _from("gamma", "digamma"), _from("gamma", "zeta")
    igamma, igammac = _from("igamma", "igamma"), _from("igamma", "igammac")
    bessel_j0, bessel_j1 = _from("bessel", "j0"), _from("bessel", "j1")
    bessel_y0, bessel_y1 = _from("bessel", "y0"), _from("bessel", "y1")
    i0, i0e = _from("modified_bessel", "i0"), _from("modified_bessel", "i0e")
    i1, i1e = _from("modified_bessel", "i1"), _from("modified_bessel", "i1e")
    k0, k0e = _from("modified_bessel", "k0"), _from("modified_bessel", "k0e")
    k1, k1e = _from("modified_bessel", "k1"), _from("modified_bessel", "k1e")
    airy_ai = _from("airy", "ai")
