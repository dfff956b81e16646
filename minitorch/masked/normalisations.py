"""Softmax and normalisation of the elements that a mask lets through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch import ops
from minitorch.masked.reductions import filled, norm

if TYPE_CHECKING:
    from minitorch.variable import Variable


def softmax(input: Any, dim: int, *, dtype: Any = None, mask: Any = None) -> Variable:
    """exp(x) / Σ exp(x) along `dim` over the elements that count; 0 for the others.

    >>> import minitorch
    >>> x, mask = minitorch.tensor([0.0, 5.0, 0.0]), minitorch.tensor([True, False, True])
    >>> minitorch.masked.softmax(x, 0, mask=mask)
    tensor([0.5000, 0.0000, 0.5000])
    """
    return ops.softmax(filled("softmax", input, mask, -float("inf")), dim, dtype=dtype)


def log_softmax(input: Any, dim: int, *, dtype: Any = None, mask: Any = None) -> Variable:
    """The logarithm of `softmax`; −∞ for elements that do not count.

    >>> import minitorch
    >>> x, mask = minitorch.tensor([0.0, 5.0, 0.0]), minitorch.tensor([True, False, True])
    >>> minitorch.masked.log_softmax(x, 0, mask=mask)
    tensor([-0.6931,    -inf, -0.6931])
    """
    return ops.log_softmax(filled("log_softmax", input, mask, -float("inf")), dim, dtype=dtype)


def softmin(input: Any, dim: int, *, dtype: Any = None, mask: Any = None) -> Variable:
    """`softmax` of −x.

    >>> import minitorch
    >>> x, mask = minitorch.tensor([0.0, 5.0, 0.0]), minitorch.tensor([True, False, True])
    >>> minitorch.masked.softmin(x, 0, mask=mask)
    tensor([0.5000, 0.0000, 0.5000])
    """
    return ops.softmin(filled("softmin", input, mask, float("inf")), dim, dtype=dtype)


def normalize(
    input: Any, ord: float, dim: int, *, eps: float = 1e-12, dtype: Any = None, mask: Any = None
) -> Variable:
    """x / max(‖x‖, eps) along `dim`, with the norm of the elements that count; 0 for the others.

    >>> import minitorch
    >>> x, mask = minitorch.tensor([3.0, 1.0, 4.0]), minitorch.tensor([True, False, True])
    >>> minitorch.masked.normalize(x, 2, 0, mask=mask)
    tensor([0.6000, 0.0000, 0.8000])
    """
    size = norm(input, ord, dim, keepdim=True, dtype=dtype, mask=mask)
    return filled("normalize", input, mask, 0) / ops.maximum(size, size.new_full((), eps))
