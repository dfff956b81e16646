"""NumPy where addresses have 32 bits, as in a browser: its indices have 32 then, and those of tensors always 64."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

INDICES = ("argmax", "argmin", "argsort", "bincount", "lexsort", "nonzero", "searchsorted", "topk")


def wide(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, with int64 where it returns int32."""

    @wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        found = function(*args, **kwargs)
        if isinstance(found, tuple):
            return tuple(each.astype(np.int64) for each in found)
        return found.astype(np.int64) if found.dtype == np.int32 else found

    return wrapped


def widen(backend: type) -> None:
    """Makes the primitives of a backend that find places return int64."""
    for name in INDICES:
        function = getattr(backend, name)
        static = any(isinstance(vars(each).get(name), staticmethod) for each in backend.__mro__)
        setattr(backend, name, staticmethod(wide(function)) if static else wide(function))
