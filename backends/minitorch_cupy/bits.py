"""What CuPy lacks for bfloat16, on the bits of its numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from minitorch.backend import Array
from minitorch_cupy.variants import VARIANTS

BFLOAT16 = next((dtype for dtype in VARIANTS if dtype.name == "bfloat16"), None)


def where(xp: Any, condition: Array, x: Any, y: Any) -> Array:
    """`xp.where`, which in CuPy makes float32 of bfloat16, for arrays and numbers."""
    if BFLOAT16 is not None and {a.dtype for a in (x, y) if hasattr(a, "dtype")} == {BFLOAT16}:
        chosen: Array = xp.where(condition, bits(x), bits(y))
        return chosen.view(BFLOAT16)
    return xp.where(condition, x, y)


def bits(x: Any) -> Any:
    """bfloat16 as integers, in the same memory; a Python number rounded to it first."""
    return x.view("uint16") if hasattr(x, "dtype") else np.asarray(x).astype(BFLOAT16).view("uint16")[()]
