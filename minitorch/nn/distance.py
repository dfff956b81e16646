"""Distances between rows: CosineSimilarity, PairwiseDistance."""

from __future__ import annotations

from minitorch.nn import functional as F
from minitorch.nn.module import Module
from minitorch.variable import Variable


class CosineSimilarity(Module):
    """x₁·x₂ / (‖x₁‖·‖x₂‖) along `dim`.

    Shape: two that broadcast → the same without `dim`.

    >>> import minitorch
    >>> x, y = minitorch.tensor([[3.0, 4.0]]), minitorch.tensor([[4.0, 3.0]])
    >>> minitorch.nn.CosineSimilarity()(x, y)
    tensor([0.9600])
    """

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim, self.eps = dim, eps

    def forward(self, x1: Variable, x2: Variable) -> Variable:
        return F.cosine_similarity(x1, x2, self.dim, self.eps)


class PairwiseDistance(Module):
    """‖x₁ − x₂ + eps‖ₚ along the last dim.

    Shape: (N, D) or (D), twice → (N) or (); with `keepdim` (N, 1) or (1).

    >>> import minitorch
    >>> x, y = minitorch.tensor([[0.0, 0.0]]), minitorch.tensor([[3.0, 4.0]])
    >>> minitorch.nn.PairwiseDistance()(x, y)
    tensor([5.0000])
    """

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm, self.eps, self.keepdim = p, eps, keepdim

    def forward(self, x1: Variable, x2: Variable) -> Variable:
        return F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)
