"""`custom_fwd` and `custom_bwd`: how functions of the user's own, with their own derivatives, behave in autocast."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial, wraps
from typing import Any

from minitorch import dtypes
from minitorch.amp.autocast_mode import autocast, get_autocast_dtype, is_autocast_enabled, known
from minitorch.amp.state import is_eligible
from minitorch.value import Value


def custom_fwd(
    fwd: Callable[..., Any] | None = None, *, device_type: str, cast_inputs: dtypes.dtype | None = None
) -> Any:
    """Decorates the `forward` of an `autograd.Function` so that `custom_bwd` can run as it did.

    Args:
        fwd: the method.
        device_type: "cpu" or "cuda".
        cast_inputs: in autocast, cast floating-point tensors to this dtype, and run without autocast.

    >>> import minitorch
    >>> from minitorch.amp import custom_bwd, custom_fwd
    >>> class Cube(minitorch.autograd.Function):
    ...     @staticmethod
    ...     @custom_fwd(device_type="cpu", cast_inputs=minitorch.float32)
    ...     def forward(ctx, x):
    ...         ctx.save_for_backward(x)
    ...         return x**3
    ...
    ...     @staticmethod
    ...     @custom_bwd(device_type="cpu")
    ...     def backward(ctx, g):
    ...         (x,) = ctx.saved_tensors
    ...         return 3 * g * x**2
    >>> with minitorch.autocast("cpu"):
    ...     y = Cube.apply(minitorch.tensor([2.0], dtype=minitorch.bfloat16))
    >>> y
    tensor([8.])
    """
    known(device_type)
    if fwd is None:
        return partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)

    @wraps(fwd)
    def forward(*args: Any, **kwargs: Any) -> Any:
        ctx, inside = args[0], is_autocast_enabled(device_type)
        ctx._dtype = get_autocast_dtype(device_type)
        ctx._fwd_used_autocast = inside and cast_inputs is None
        if cast_inputs is None or not inside:
            return fwd(*args, **kwargs)
        with autocast(device_type, enabled=False):
            return fwd(
                ctx, *cast(args[1:], device_type, cast_inputs), **cast(kwargs, device_type, cast_inputs)
            )

    return forward


def custom_bwd(bwd: Callable[..., Any] | None = None, *, device_type: str) -> Any:
    """Decorates the `backward` of an `autograd.Function`: it runs in autocast if `forward` did.

    Args:
        bwd: the method.
        device_type: "cpu" or "cuda".
    """
    known(device_type)
    if bwd is None:
        return partial(custom_bwd, device_type=device_type)

    @wraps(bwd)
    def backward(*args: Any, **kwargs: Any) -> Any:
        ctx = args[0]
        with autocast(device_type, enabled=ctx._fwd_used_autocast, dtype=ctx._dtype):
            return bwd(*args, **kwargs)

    return backward


def cast(value: Any, device_type: str, dtype: dtypes.dtype) -> Any:
    """The value with floating-point tensors in it cast; float64, and what lies elsewhere, stays as it is."""
    if isinstance(value, Value):
        return value.to(dtype) if is_eligible(value, device_type) else value  # type: ignore[attr-defined]
    if isinstance(value, Mapping):
        return {cast(k, device_type, dtype): cast(v, device_type, dtype) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)([cast(v, device_type, dtype) for v in value])
    return value
