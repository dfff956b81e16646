"""Losses as modules: each computes the function of the same meaning in `nn.functional`."""

from __future__ import annotations

import warnings

from minitorch.errors import ArgumentTypeError
from minitorch.nn import functional as F
from minitorch.nn.module import Module
from minitorch.ops.loss import choose_reduction
from minitorch.variable import Variable


class Loss(Module):
    """What losses share: how the values of all elements become one.

    Args:
        size_average, reduce: an older spelling of `reduction`.
        reduction: `"mean"`, `"sum"`, or `"none"` for one value per element.
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        if size_average is not None or reduce is not None:
            reduction = choose_reduction(type(self).__name__, reduction, size_average, reduce)
        self.reduction = reduction


class L1Loss(Loss):
    """|x − y|, averaged.

    Shape: (*), (*) → () or, with `"none"`, (*).

    >>> import minitorch
    >>> minitorch.nn.L1Loss()(minitorch.tensor([1.0, 2.0]), minitorch.tensor([1.0, 4.0]))
    tensor(1.)
    """

    def forward(self, input: Variable, target: Variable) -> Variable:
        return F.l1_loss(input, target, reduction=self.reduction)


class MSELoss(Loss):
    """(x − y)², averaged.

    Shape: (*), (*) → () or, with `"none"`, (*).

    >>> import minitorch
    >>> minitorch.nn.MSELoss()(minitorch.tensor([1.0, 2.0]), minitorch.tensor([1.0, 4.0]))
    tensor(2.)
    """

    def forward(self, input: Variable, target: Variable) -> Variable:
        return F.mse_loss(input, target, reduction=self.reduction)


class SmoothL1Loss(Loss):
    """(x − y)² / (2·beta) where |x − y| < beta, else |x − y| − beta/2; averaged.

    Shape: (*), (*) → () or, with `"none"`, (*).

    >>> import minitorch
    >>> loss = minitorch.nn.SmoothL1Loss(reduction="none")
    >>> loss(minitorch.tensor([0.5, 3.0]), minitorch.zeros(2))
    tensor([0.1250, 2.5000])
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        beta: float = 1.0,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.beta = beta

    def forward(self, input: Variable, target: Variable) -> Variable:
        return F.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(Loss):
    """(x − y)² / 2 where |x − y| < delta, else delta·(|x − y| − delta/2); averaged.

    Shape: (*), (*) → () or, with `"none"`, (*).

    >>> import minitorch
    >>> loss = minitorch.nn.HuberLoss(reduction="none", delta=2.0)
    >>> loss(minitorch.tensor([1.0, 3.0]), minitorch.zeros(2))
    tensor([0.5000, 4.0000])
    """

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction=reduction)
        if not isinstance(delta, (int, float)):
            raise ArgumentTypeError(f"HuberLoss: delta must be a number, got {type(delta).__name__}")
        self.delta = delta

    def forward(self, input: Variable, target: Variable) -> Variable:
        return F.huber_loss(input, target, reduction=self.reduction, delta=self.delta)


class KLDivLoss(Loss):
    """y · (log y − x), for log-probabilities x; `reduction="batchmean"` is the mathematical definition.

    Args:
        size_average, reduce, reduction: see `Loss`; also `"batchmean"`.
        log_target: the target holds log-probabilities, too.

    Shape: (*), (*) → () or, with `"none"`, (*).

    >>> import minitorch
    >>> x = minitorch.tensor([[0.5, 0.5]]).log()
    >>> minitorch.nn.KLDivLoss(reduction="batchmean")(x, minitorch.tensor([[1.0, 0.0]]))
    tensor(0.6931)
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        log_target: bool = False,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_target = log_target

    def forward(self, input: Variable, target: Variable) -> Variable:
        return F.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)


class WeightedLoss(Loss):
    """Base of losses with weights, which are a buffer: they move and are saved with the module."""

    weight: Variable | None

    def __init__(
        self,
        weight: Variable | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)


class NLLLoss(WeightedLoss):
    """−x[target], for log-probabilities x; averaged.

    Args:
        weight: of each class.
        size_average, reduce, reduction: see `Loss`.
        ignore_index: targets of this value do not count.

    Shape: (N, C, …) or (C), and class numbers (N, …) or () → () or, with `"none"`, that of the target.

    >>> import minitorch
    >>> x = minitorch.tensor([[-0.5, -1.5], [-2.0, -0.25]])
    >>> minitorch.nn.NLLLoss(reduction="none")(x, minitorch.tensor([0, 1]))
    tensor([0.5000, 0.2500])
    """

    def __init__(
        self,
        weight: Variable | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index

    def forward(self, input: Variable, target: Variable) -> Variable:
        return F.nll_loss(
            input, target, self.weight, ignore_index=self.ignore_index, reduction=self.reduction
        )


class CrossEntropyLoss(WeightedLoss):
    """−log softmax(x)[target], for logits x; averaged.

    Args:
        weight: of each class.
        size_average, reduce, reduction: see `Loss`.
        ignore_index: targets of this value do not count.
        label_smoothing: the share of each target that is spread evenly over all classes.

    Shape: (N, C, …) or (C), and class numbers (N, …) or (), or probabilities of the input's shape → ()
        or, with `"none"`, (N, …) or ().

    >>> import minitorch
    >>> loss = minitorch.nn.CrossEntropyLoss()
    >>> loss(minitorch.zeros(1, 4), minitorch.tensor([2]))
    tensor(1.3863)
    """

    def __init__(
        self,
        weight: Variable | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index, self.label_smoothing = ignore_index, label_smoothing

    def forward(self, input: Variable, target: Variable) -> Variable:
        return F.cross_entropy(
            input,
            target,
            self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )


class BCELoss(WeightedLoss):
    """−y·log p − (1 − y)·log(1 − p), for probabilities p; averaged.

    Shape: (*), (*) → () or, with `"none"`, (*).

    >>> import minitorch
    >>> minitorch.nn.BCELoss()(minitorch.tensor([0.5, 0.5]), minitorch.tensor([0.0, 1.0]))
    tensor(0.6931)
    """

    def forward(self, input: Variable, target: Variable) -> Variable:
        return F.binary_cross_entropy(input, target, self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(WeightedLoss):
    """`BCELoss` of σ(x), for logits x, without overflow.

    Args:
        weight: of each element.
        size_average, reduce, reduction: see `Loss`.
        pos_weight: of positive targets.

    Shape: (*), (*) → () or, with `"none"`, (*).

    >>> import minitorch
    >>> minitorch.nn.BCEWithLogitsLoss()(minitorch.tensor([-1000.0, 0.0]), minitorch.tensor([0.0, 1.0]))
    tensor(0.3466)
    """

    pos_weight: Variable | None

    def __init__(
        self,
        weight: Variable | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        pos_weight: Variable | None = None,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Variable, target: Variable) -> Variable:
        return F.binary_cross_entropy_with_logits(
            input, target, self.weight, pos_weight=self.pos_weight, reduction=self.reduction
        )


class NLLLoss2d(NLLLoss):
    """The older name of `NLLLoss`.

    >>> import minitorch
    >>> minitorch.nn.NLLLoss2d  # gives a warning when it is made
    <class 'minitorch.nn.loss.NLLLoss2d'>
    """

    def __init__(
        self,
        weight: Variable | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        warnings.warn("NLLLoss2d is deprecated; use NLLLoss", FutureWarning, stacklevel=2)
        super().__init__(weight, size_average, ignore_index, reduce, reduction)


class PoissonNLLLoss(Loss):
    """exp(x) − t·x, averaged: the negative log-likelihood of counts t; see `functional.poisson_nll_loss`.

    Shape: (*), (*) → () or, with `"none"`, (*).

    >>> import minitorch
    >>> minitorch.nn.PoissonNLLLoss()(minitorch.tensor([0.0]), minitorch.tensor([3.0]))
    tensor(1.)
    """

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        size_average: bool | None = None,
        eps: float = 1e-8,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_input, self.full, self.eps = log_input, full, eps

    def forward(self, log_input: Variable, target: Variable) -> Variable:
        return F.poisson_nll_loss(
            log_input,
            target,
            log_input=self.log_input,
            full=self.full,
            eps=self.eps,
            reduction=self.reduction,
        )


class GaussianNLLLoss(Loss):
    """(log v + (x − t)² / v) / 2, averaged, for means x and variances v; see `functional.gaussian_nll_loss`.

    Shape: (*), (*), and variances (*), without the last dim, or with a dim of size 1 → () or, with `"none"`, (*).

    >>> import minitorch
    >>> loss = minitorch.nn.GaussianNLLLoss()
    >>> loss(minitorch.tensor([0.0]), minitorch.tensor([2.0]), minitorch.tensor([1.0]))
    tensor(2.)
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.full, self.eps = full, eps

    def forward(self, input: Variable, target: Variable, var: Variable | float) -> Variable:
        return F.gaussian_nll_loss(input, target, var, full=self.full, eps=self.eps, reduction=self.reduction)


class CTCLoss(Loss):
    """−log of the probability that a path through log-probabilities over time spells the target; averaged.

    Args:
        blank: the label that stands for no label.
        reduction: `"mean"` divides each loss by its target's length first; `"sum"`, `"none"`.
        zero_infinity: count samples that no path fits as 0.

    Shape: log-probabilities (T, N, C), targets (N, S) or one after the other, and their lengths (N), (N) → ()
        or, with `"none"`, (N); or without N.

    Source: A. Graves et al., "Connectionist Temporal Classification" (2006).

    >>> import minitorch
    >>> log_p = minitorch.full((2, 1, 2), 0.5).log()  # the paths ∅a, a∅ and aa of four
    >>> minitorch.nn.CTCLoss()(log_p, minitorch.tensor([[1]]), (2,), (1,))
    tensor(0.2877)
    """

    def __init__(self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False) -> None:
        super().__init__(reduction=reduction)
        self.blank, self.zero_infinity = blank, zero_infinity

    def forward(
        self,
        log_probs: Variable,
        targets: Variable,
        input_lengths: Variable | tuple[int, ...],
        target_lengths: Variable | tuple[int, ...],
    ) -> Variable:
        return F.ctc_loss(
            log_probs,
            targets,
            input_lengths,
            target_lengths,
            self.blank,
            self.reduction,
            self.zero_infinity,
        )
