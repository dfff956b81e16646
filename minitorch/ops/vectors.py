"""Lengths and angles of vectors: normalize, cosine_similarity, pairwise_distance, pdist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.autocasting import kernel
from minitorch.errors import ArgumentError, ShapeError
from minitorch.ops.clamp import clamp
from minitorch.ops.common import check_floating, check_real
from minitorch.ops.norm import norm
from minitorch.ops.out import with_out
from minitorch.ops.reduce import sum as total
from minitorch.ops.shape import broadcast_tensors
from minitorch.registry import backend_of
from minitorch.value import wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable


@with_out
def normalize(input: Any, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Variable:
    """x / max(‖x‖ₚ, ε) along `dim`: vectors of length 1.

    Args:
        input: the vectors.
        p: which norm.
        dim: one dim or several, along which the vectors lie.
        eps: the smallest length by which is divided.

    >>> import minitorch
    >>> minitorch.nn.functional.normalize(minitorch.tensor([[3.0, 4.0]]))
    tensor([[0.6000, 0.8000]])
    """
    return input / clamp(norm(input, p, dim, True), min=eps)


@kernel
def cosine_similarity(x1: Any, x2: Any, dim: int = 1, eps: float = 1e-8) -> Variable:
    """x₁·x₂ / (max(‖x₁‖, ε) · max(‖x₂‖, ε)) along `dim`: the cosine of the angle between vectors.

    Args:
        x1: the first vectors.
        x2: the second ones; both broadcast.
        dim: along which the vectors lie.
        eps: the smallest length by which is divided.

    >>> import minitorch
    >>> minitorch.cosine_similarity(minitorch.tensor([1.0, 0.0]), minitorch.tensor([1.0, 1.0]), dim=0)
    tensor(0.7071)
    """
    check_floating("cosine_similarity", x1.array)
    x1, x2 = (x / clamp(norm(x, 2, dim, True), min=eps) for x in broadcast_tensors(x1, x2))
    return total(x1 * x2, dim)


def pairwise_distance(x1: Any, x2: Any, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Variable:
    """‖x₁ − x₂ + ε‖ₚ along the last dim.

    Args:
        x1: the first vectors.
        x2: the second ones; both broadcast.
        p: which norm.
        eps: added to the difference, so that the derivative exists where the vectors are equal.
        keepdim: keep the last dim at size 1.

    >>> import minitorch
    >>> minitorch.pairwise_distance(minitorch.tensor([0.0, 0.0]), minitorch.tensor([3.0, 4.0]))
    tensor(5.0000)
    """
    return norm(x1 - x2 + eps, p, -1, keepdim)


@kernel
def pdist(input: Any, p: float = 2.0) -> Variable:
    """‖xᵢ − xⱼ‖ₚ for all pairs of rows i < j, in one vector.

    Args:
        input: the rows, (N, D).
        p: which norm; 0 counts the components that differ.

    Shape: (N, D) → (N·(N − 1)/2).

    >>> import minitorch
    >>> minitorch.pdist(minitorch.tensor([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]]))
    tensor([5.0000, 1.0000, 4.2426])
    """
    if input.ndim != 2:
        raise ShapeError(f"pdist: expected a matrix of rows, got shape {tuple(input.shape)}")
    if p < 0:
        raise ArgumentError(f"pdist: p must not be negative, got {p}")
    check_floating("pdist", input.array)
    check_real("pdist", input.array)
    places = backend_of(input.array).arange(len(input))
    i, j = (places.reshape(-1, 1) < places).nonzero()
    return norm(input[wrap(i)] - input[wrap(j)], p, -1)
