"""Losses with a margin as modules: each computes the function of the same meaning in `nn.functional`."""

from __future__ import annotations

from collections.abc import Callable

from minitorch.errors import ArgumentError, ShapeError
from minitorch.nn import functional as F
from minitorch.nn.distance import PairwiseDistance
from minitorch.nn.loss import Loss, WeightedLoss
from minitorch.variable import Variable

Distance = Callable[[Variable, Variable], Variable]


class MarginRankingLoss(Loss):
    """max(0, −t·(x₁ − x₂) + margin), averaged; t is 1 where x₁ shall be larger, else −1.

    Shape: (*) three times → () or, with `"none"`, (*).

    >>> import minitorch
    >>> loss = minitorch.nn.MarginRankingLoss(margin=0.5)
    >>> loss(minitorch.tensor([1.0]), minitorch.tensor([2.0]), minitorch.tensor([1.0]))
    tensor(1.5000)
    """

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1: Variable, input2: Variable, target: Variable) -> Variable:
        return F.margin_ranking_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


class HingeEmbeddingLoss(Loss):
    """x where t = 1, and max(0, margin − x) where t = −1; averaged. x is a distance.

    Shape: (*), (*) → () or, with `"none"`, (*).

    >>> import minitorch
    >>> loss = minitorch.nn.HingeEmbeddingLoss(reduction="none")
    >>> loss(minitorch.tensor([0.25, 0.25]), minitorch.tensor([1, -1]))
    tensor([0.2500, 0.7500])
    """

    def __init__(
        self,
        margin: float = 1.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input: Variable, target: Variable) -> Variable:
        return F.hinge_embedding_loss(input, target, margin=self.margin, reduction=self.reduction)


class CosineEmbeddingLoss(Loss):
    """1 − cos(x₁, x₂) where t = 1, and max(0, cos(x₁, x₂) − margin) where t = −1; averaged.

    Shape: (N, D), (N, D), (N), or (D), (D), () → () or, with `"none"`, that of the target.

    >>> import minitorch
    >>> x, y = minitorch.tensor([[1.0, 0.0]]), minitorch.tensor([[1.0, 0.0]])
    >>> minitorch.nn.CosineEmbeddingLoss(margin=0.5)(x, y, minitorch.tensor([-1]))
    tensor(0.5000)
    """

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1: Variable, input2: Variable, target: Variable) -> Variable:
        return F.cosine_embedding_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


def check_margin(name: str, margin: float) -> float:
    """Refuses a margin that would always be kept."""
    if margin <= 0:
        raise ArgumentError(f"{name}: margin must be greater than 0, got {margin}")
    return margin


class TripletMarginLoss(Loss):
    """max(0, d(a, p) − d(a, n) + margin), averaged, where d is a p-norm; see `functional.triplet_margin_loss`.

    Shape: (N, D) or (D), three times → () or, with `"none"`, (N) or ().

    >>> import minitorch
    >>> a, p, n = (minitorch.tensor([[value]]) for value in (0.0, 1.0, 1.5))
    >>> minitorch.nn.TripletMarginLoss()(a, p, n)
    tensor(0.5000)
    """

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin, self.p, self.eps, self.swap = check_margin("TripletMarginLoss", margin), p, eps, swap

    def forward(self, anchor: Variable, positive: Variable, negative: Variable) -> Variable:
        return F.triplet_margin_loss(
            anchor,
            positive,
            negative,
            margin=self.margin,
            p=self.p,
            eps=self.eps,
            swap=self.swap,
            reduction=self.reduction,
        )


class TripletMarginWithDistanceLoss(Loss):
    """`TripletMarginLoss` with a distance of one's own, which may be a module.

    Shape: (N, *) three times → () or, with `"none"`, what the distance gives.

    >>> import minitorch
    >>> a, p, n = (minitorch.tensor([[value]]) for value in (0.0, 1.0, 1.5))
    >>> minitorch.nn.TripletMarginWithDistanceLoss(margin=2.0)(a, p, n)
    tensor(1.5000)
    """

    def __init__(
        self,
        *,
        distance_function: Distance | None = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: str = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        self.margin, self.swap = check_margin("TripletMarginWithDistanceLoss", margin), swap
        self.distance_function = PairwiseDistance() if distance_function is None else distance_function

    def forward(self, anchor: Variable, positive: Variable, negative: Variable) -> Variable:
        return F.triplet_margin_with_distance_loss(
            anchor,
            positive,
            negative,
            distance_function=self.distance_function,
            margin=self.margin,
            swap=self.swap,
            reduction=self.reduction,
        )


class SoftMarginLoss(Loss):
    """log(1 + exp(−t·x)) for targets t of 1 and −1, averaged.

    Shape: (*), (*) → () or, with `"none"`, (*).

    >>> import minitorch
    >>> minitorch.nn.SoftMarginLoss()(minitorch.tensor([0.0]), minitorch.tensor([1.0]))
    tensor(0.6931)
    """

    def forward(self, input: Variable, target: Variable) -> Variable:
        return F.soft_margin_loss(input, target, reduction=self.reduction)


class MultiMarginLoss(WeightedLoss):
    """Σ max(0, margin − x[t] + x[j])ᵖ / C over the classes j ≠ t, averaged over samples.

    Args:
        p: 1 or 2.
        margin: by how much the score of the class t shall be above each other.
        weight: of each class, taken at t.
        size_average, reduce, reduction: see `Loss`.

    Shape: (N, C), (N) or (C), () → () or, with `"none"`, that of the target.

    >>> import minitorch
    >>> minitorch.nn.MultiMarginLoss()(minitorch.tensor([[0.5, 0.0, 2.0]]), minitorch.tensor([0]))
    tensor(1.)
    """

    def __init__(
        self,
        p: int = 1,
        margin: float = 1.0,
        weight: Variable | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        if p not in (1, 2):
            raise ArgumentError(f"MultiMarginLoss: p must be 1 or 2, got {p}")
        if weight is not None and weight.ndim != 1:
            raise ShapeError(f"MultiMarginLoss: weight must be a vector, got shape {tuple(weight.shape)}")
        self.p, self.margin = p, margin

    def forward(self, input: Variable, target: Variable) -> Variable:
        return F.multi_margin_loss(
            input, target, p=self.p, margin=self.margin, weight=self.weight, reduction=self.reduction
        )


class MultiLabelMarginLoss(Loss):
    """Σ max(0, 1 − x[t] + x[j]) / C over the classes t of a sample and all others j, averaged over samples.

    Shape: scores (N, C) or (C), and class numbers of the same shape, filled up with −1 → () or,
        with `"none"`, (N) or ().

    >>> import minitorch
    >>> x, t = minitorch.tensor([[0.5, 0.0, 1.0]]), minitorch.tensor([[2, -1, 0]])
    >>> minitorch.nn.MultiLabelMarginLoss()(x, t)
    tensor(0.1667)
    """

    def forward(self, input: Variable, target: Variable) -> Variable:
        return F.multilabel_margin_loss(input, target, reduction=self.reduction)


class MultiLabelSoftMarginLoss(WeightedLoss):
    """−t·log σ(x) − (1 − t)·log σ(−x), averaged over classes and samples.

    Shape: (N, C) or (C), twice → () or, with `"none"`, (N) or ().

    >>> import minitorch
    >>> minitorch.nn.MultiLabelSoftMarginLoss()(minitorch.zeros(1, 3), minitorch.ones(1, 3))
    tensor(0.6931)
    """

    def forward(self, input: Variable, target: Variable) -> Variable:
        return F.multilabel_soft_margin_loss(input, target, weight=self.weight, reduction=self.reduction)
