"""Lengths and angles of vectors: normalize, cosine_similarity, pairwise_distance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.ops.common import check_floating
from minitorch.ops.extremum import clamp
from minitorch.ops.norm import norm
from minitorch.ops.reduce import sum as total

if TYPE_CHECKING:
    from minitorch.variable import Variable


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
    x1, x2 = (x / clamp(norm(x, 2, dim, True), min=eps) for x in (x1, x2))
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
