"""Rows of the op table: copies and casts."""

from __future__ import annotations

import numpy as np
from op_samples import call, elementwise, row, x

row("clone", np.copy, elementwise(), complex=True, integers="same")
row("contiguous", np.copy, elementwise(), complex=True, integers="same")
row(
    "to",
    lambda a, dtype, copy=False: a.astype(dtype),
    lambda: [
        call(x(2, 3), np.dtype("float64"), copy=True),
        call(x(2, 3), np.dtype("complex128")),
        call(x(), np.dtype("float64")),
    ],
    casts=True,
)
row("type_as", lambda a, b: a.astype(b.dtype), lambda: [call(x(2, 3), x(1))])
row("double", lambda a: a.astype("float64"), elementwise(), casts=True, torch=lambda a: a.double())
row(
    "float_",
    lambda a: a.astype("float32"),
    elementwise(),
    torch=lambda a: a.float(),
    differences=0,
    casts=True,
)
row(
    "half",
    lambda a: a.astype("float16"),
    elementwise(),
    differences=0,
    casts=True,
    torch=lambda a: a.half(),
)
row(
    "cdouble",
    lambda a: a.astype("complex128"),
    elementwise(),
    complex=True,
    casts=True,
    torch=lambda a: a.cdouble(),
)
row(
    "cfloat",
    lambda a: a.astype("complex64"),
    elementwise(),
    complex=True,
    differences=0,
    casts=True,
    torch=lambda a: a.cfloat(),
)
