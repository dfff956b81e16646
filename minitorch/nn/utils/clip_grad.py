"""Bounds for gradients: `clip_grad_norm_`, `clip_grad_value_`."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from types import GeneratorType
from typing import TYPE_CHECKING, Any

from minitorch import creation
from minitorch.errors import ArgumentError, GradientError
from minitorch.inplace import check
from minitorch.modes import no_grad
from minitorch.registry import backend_of
from minitorch.value import Value, wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable

Tensors = Any  # a tensor, or an iterable of tensors


def gradients(parameters: Tensors) -> list[Any]:
    """The gradients that are there."""
    listed: list[Any] = [parameters] if isinstance(parameters, Value) else list(parameters)
    if not listed and isinstance(parameters, GeneratorType):
        warnings.warn("clip_grad_: got a generator that is used up, so nothing is clipped", stacklevel=3)
    return [p.grad for p in listed if p.grad is not None]


def total_norm(op_name: str, tensors: list[Any], norm_type: float) -> Any:
    """The norm of all elements together: a number, or on a GPU an array, for which nothing has to wait."""
    if norm_type <= 0:
        raise ArgumentError(f"{op_name}: norm_type must be positive, got {norm_type}")
    if not tensors:
        return 0.0
    arrays = [x.array for x in tensors]
    backend = backend_of(arrays[0])
    if not backend.checks_values:
        return norm_array(backend, arrays, norm_type)
    with backend.quiet():
        if norm_type == 2:
            return backend.global_norm(arrays)
        if norm_type == math.inf:
            return max(float(backend.abs(x).max()) if x.size else 0.0 for x in arrays)
        powers = sum(float(backend.sum(backend.abs(x) ** norm_type, axis=None)) for x in arrays)
        return float(powers ** (1 / norm_type))


def norm_array(backend: Any, arrays: list[Any], norm_type: float) -> Any:
    """The norm as an array without dims, in float32 or a wider dtype."""
    if norm_type == 2:
        return backend.norm_of_all(arrays)
    arrays = [x.astype("float32") if x.itemsize < 4 else x for x in arrays if x.size]
    sizes = [backend.abs(x) for x in arrays] or [backend.zeros((1,), "float32")]
    if norm_type == math.inf:
        return backend.max(backend.stack([backend.max(x, axis=None) for x in sizes]), axis=None)
    powers = backend.stack([backend.sum(x**norm_type, axis=None) for x in sizes])
    return backend.sum(powers, axis=None) ** (1 / norm_type)


def get_total_norm(
    tensors: Tensors,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Variable:
    """The norm of all elements of the tensors together.

    Raises:
        GradientError: if it is infinite or NaN, with `error_if_nonfinite`.

    >>> import minitorch
    >>> minitorch.nn.utils.get_total_norm([minitorch.tensor([3.0]), minitorch.tensor([4.0])])
    tensor(5.)
    """
    listed: list[Any] = [tensors] if isinstance(tensors, Value) else list(tensors)
    norm = total_norm("get_total_norm", listed, float(norm_type))
    if error_if_nonfinite and not math.isfinite(norm):
        raise GradientError(f"get_total_norm: the norm is {norm}")
    return as_tensor(norm, listed)


def clip_grad_norm_(
    parameters: Tensors,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Variable:
    """Scales all gradients by the same factor so that their norm, taken together, is at most `max_norm`.

    Args:
        parameters: whose gradients are meant.
        max_norm: the bound.
        norm_type: the exponent; `math.inf` for the largest element.
        error_if_nonfinite: raise an error if the norm is infinite or NaN.
        foreach: accepted for PyTorch's sake; there is one way here.

    Returns:
        The norm before scaling.

    Raises:
        GradientError: see `error_if_nonfinite`; the gradients are not changed then.

    >>> import minitorch
    >>> w = minitorch.nn.Parameter(minitorch.ones(2))
    >>> w.grad = minitorch.tensor([3.0, 4.0])
    >>> minitorch.nn.utils.clip_grad_norm_([w], 1.0)
    tensor(5.)
    >>> w.grad
    tensor([0.6000, 0.8000])
    """
    grads = gradients(parameters)
    norm = total_norm("clip_grad_norm_", grads, float(norm_type))
    if error_if_nonfinite and not math.isfinite(norm):
        raise GradientError(
            f"clip_grad_norm_: the norm of the gradients is {norm}; look for a division by zero or an "
            f"overflow with minitorch.autograd.detect_anomaly(), or pass error_if_nonfinite=False"
        )
    scale(grads, max_norm, norm)
    return as_tensor(norm, grads)


def as_tensor(norm: Any, tensors: list[Any]) -> Variable:
    """A norm as a tensor of the dtype of those whose norm it is."""
    if hasattr(norm, "dtype"):
        return wrap(norm.astype(tensors[0].array.dtype, copy=False))
    return creation.tensor(norm, dtype=tensors[0].dtype if tensors else None)


def scale(grads: list[Any], max_norm: float, norm: Any) -> None:
    """Scales gradients of this norm, taken together, so that it is at most `max_norm`."""
    if hasattr(norm, "dtype"):
        factor = backend_of(norm).minimum(max_norm / (norm + 1e-6), 1.0)
        in_place(grads, lambda backend, arrays: backend.scale_all(arrays, factor))
        return
    factor = min(1.0, max_norm / (norm + 1e-6)) if norm == norm else norm
    if factor != 1.0:
        in_place(grads, lambda backend, arrays: backend.scale_all(arrays, factor))


def in_place(grads: list[Any], change: Callable[[Any, list[Any]], None]) -> None:
    """Changes the arrays of gradients, all at once; one that may not be written to is refused before."""
    with no_grad():
        for g in grads:
            check("clip_grad", g)
        if grads:
            backend = backend_of(grads[0].array)
            with backend.quiet():
                change(backend, [g.array for g in grads])
        for g in grads:
            g._version_counter().value += 1


def clip_grads_with_norm_(
    parameters: Tensors, max_norm: float, total_norm: Any, foreach: bool | None = None
) -> None:
    """Scales all gradients by the factor `max_norm / total_norm` if it is below 1.

    Args:
        parameters: whose gradients are meant.
        max_norm: the bound.
        total_norm: the norm of all gradients together, as `get_total_norm` gives it.
        foreach: accepted for PyTorch's sake; there is one way here.

    >>> import minitorch
    >>> w = minitorch.nn.Parameter(minitorch.ones(2))
    >>> w.grad = minitorch.tensor([3.0, 4.0])
    >>> minitorch.nn.utils.clip_grads_with_norm_(w, 1.0, minitorch.nn.utils.get_total_norm(w.grad))
    >>> w.grad
    tensor([0.6000, 0.8000])
    """
    norm = total_norm.array if getattr(total_norm, "is_cuda", False) else float(total_norm)
    scale(gradients(parameters), float(max_norm), norm)


def clip_grad_norm(
    parameters: Tensors,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Variable:
    """The older name of `clip_grad_norm_`."""
    warnings.warn("clip_grad_norm is deprecated; use clip_grad_norm_", FutureWarning, stacklevel=2)
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite, foreach)


def clip_grad_value_(parameters: Tensors, clip_value: float, foreach: bool | None = None) -> None:
    """Limits each element of the gradients to [−clip_value, clip_value].

    >>> import minitorch
    >>> w = minitorch.nn.Parameter(minitorch.ones(2))
    >>> w.grad = minitorch.tensor([-3.0, 0.5])
    >>> minitorch.nn.utils.clip_grad_value_([w], 1.0)
    >>> w.grad
    tensor([-1.0000,  0.5000])
    """
    bound = float(clip_value)
    in_place(gradients(parameters), lambda backend, arrays: backend.clip_all(arrays, -bound, bound))
