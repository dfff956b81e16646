"""`kernel`: what autocast sees as one operation, though it is made of several ops here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from minitorch.modes import current
from minitorch.registry import backend_of

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Lets autocast choose the dtypes of a function's tensors by its name, and leave its ops alone.

    Ops that stand in the lists of autocast need nothing; this is for functions made of several ops.

    >>> import minitorch
    >>> x = minitorch.ones(2, 2)
    >>> with minitorch.autocast("cpu"):
    ...     y = minitorch.addmm(x, x, x)
    >>> y.dtype
    minitorch.bfloat16
    """

    @wraps(function)
    def call(*args: Any, **keywords: Any) -> Any:
        autocast = current().autocast
        if autocast is None:
            return function(*args, **keywords)
        args, keywords, within = autocast.around(function.__name__, args, keywords)
        with within:
            return function(*args, **keywords)

    return call  # type: ignore[return-value]


def casts(array: Any) -> bool:
    """Whether autocast is on for the device of this array: dtypes that differ may be the same when the op runs."""
    autocast = current().autocast
    return autocast is not None and backend_of(array).device_type in autocast.enabled
