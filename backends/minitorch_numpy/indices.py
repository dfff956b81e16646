"""Indices and counts are int64; NumPy's own are int32 on 32-bit processors, such as WebAssembly in a browser."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import getattr_static
from typing import Any

import numpy as np

NAMES = ("argmax", "argmin", "argsort", "bincount", "lexsort", "nonzero", "searchsorted", "topk")


def _wide(x: Any) -> Any:
    if isinstance(x, tuple):
        return tuple(_wide(part) for part in x)
    return x.astype(np.int64) if x.dtype == np.int32 else x  # sums of weights stay float


def with_wide_indices(cls: type) -> type:
    """The class, whose functions of these names give int64 where they gave int32."""

    def widened(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def call(*args: Any, **settings: Any) -> Any:
            return _wide(function(*args, **settings))

        return call

    for name in NAMES:
        found = getattr_static(cls, name)
        static = isinstance(found, staticmethod)
        setattr(cls, name, staticmethod(widened(found.__func__)) if static else widened(found))
    return cls
