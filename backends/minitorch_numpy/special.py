"""Special functions that NumPy lacks."""

from __future__ import annotations

from typing import Any

import numpy as np

# Cephes (S. Moshier), ndtr.c: rational approximations of erf on |x| < 1 and of erfc beyond.
_T = (9.60497373987051638749e0, 9.00260197203842689217e1, 2.23200534594684319226e3,
      7.00332514112805075473e3, 5.55923013010394962768e4)  # fmt: skip
_U = (1.0, 3.35617141647503099647e1, 5.21357949780152679795e2, 4.59432382970980127987e3,
      2.26290000613890934246e4, 4.92673942608635921086e4)  # fmt: skip
_P = (2.46196981473530512524e-10, 5.64189564831068821977e-1, 7.46321056442269912687e0,
      4.86371970985681366614e1, 1.96520832956077098242e2, 5.26445194995477358631e2,
      9.34528527171957607540e2, 1.02755188689515710272e3, 5.57535335369399327526e2)  # fmt: skip
_Q = (1.0, 1.32281951154744992508e1, 8.67072140885989742329e1, 3.54937778887819891062e2,
      9.75708501743205489753e2, 1.82390916687909736289e3, 2.24633760818710981792e3,
      1.65666309194161350182e3, 5.57535340817727675546e2)  # fmt: skip


def _horner(x: Any, coefficients: tuple[float, ...]) -> Any:
    y = np.full_like(x, coefficients[0])
    for c in coefficients[1:]:
        y *= x
        y += c
    return y


# Eigen, GenericPacketMath.h: a rational approximation of erf(x)/x in x², for float32 and |x| ≤ 4.
_NUMERATOR = (-2.72614225801306e-10, 2.77068142495902e-08, -2.10102402082508e-06, -5.69250639462346e-05,
              -7.34990630326855e-04, -2.95459980854025e-03, -1.60960333262415e-02)  # fmt: skip
_DENOMINATOR = (-1.45660718464996e-05, -2.13374055278905e-04, -1.68282697438203e-03,
                -7.37332916720468e-03, -1.42647390514189e-02)  # fmt: skip
_BLOCK = 16384  # elements that fit into the fastest caches with all their intermediate results


def _erf_float32(x: Any) -> Any:
    """The error function within 5e-7, block by block."""
    flat = np.ascontiguousarray(x, np.float32).reshape(-1)
    y = np.empty_like(flat)
    for start in range(0, flat.size, _BLOCK):
        t = flat[start : start + _BLOCK].clip(-4, 4)
        square = t * t
        t *= _horner(square, _NUMERATOR)
        np.divide(t, _horner(square, _DENOMINATOR), out=y[start : start + _BLOCK])
    return y.reshape(x.shape).astype(x.dtype, copy=False)


def erf(x: Any) -> Any:
    """The error function 2/√π ∫₀ˣ exp(−t²) dt, within 2 units in the last place of float64, and 5e-7 in float32.

    Source: S. Moshier, Cephes Mathematical Library, after W. J. Cody, Math. Comp. 23 (1969).
    """
    x = np.asarray(x)
    if x.dtype.itemsize <= 4:
        return _erf_float32(x)
    d = x.astype(np.float64)
    a = np.minimum(np.abs(d), 6.0)  # erf is 1 in float64 beyond 5.93; NaN passes through
    square = a * a
    inner = a * _horner(square, _T) / _horner(square, _U)
    outer = 1.0 - np.exp(-square) * _horner(a, _P) / _horner(a, _Q)
    return np.copysign(np.where(a < 1.0, inner, outer), d).astype(x.dtype)
