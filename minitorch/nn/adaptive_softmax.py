"""A softmax over many classes in clusters: AdaptiveLogSoftmaxWithLoss."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from minitorch import ops
from minitorch.errors import ArgumentError, IndexRangeError, ShapeError
from minitorch.nn import functional as F
from minitorch.nn.container import ModuleList, Sequential
from minitorch.nn.linear import Linear
from minitorch.nn.module import Module
from minitorch.variable import Variable


class ASMoutput(NamedTuple):
    """The log-probability of each target, and their negative mean."""

    output: Variable
    loss: Variable


class AdaptiveLogSoftmaxWithLoss(Module):
    """Log-probabilities of many classes, of which frequent ones are cheap.

    Classes are sorted by frequency. The first ones have a score each in the head; the head has one more score
    for each cluster of rarer ones, whose own scores come out of a smaller projection.

    Args:
        in_features: size of each input.
        n_classes: how many classes there are.
        cutoffs: where clusters begin, in rising order.
        div_value: by which factor each cluster's projection is smaller than the one before.
        head_bias: whether the head adds a bias.
        device, dtype: of the parameters.

    Shape: (N, in_features), (N) or (in_features), () → `output` of the target's shape, `loss` ().

    Source: E. Grave et al., "Efficient softmax approximation for GPUs" (2017).

    >>> import minitorch
    >>> softmax = minitorch.nn.AdaptiveLogSoftmaxWithLoss(8, 20, [5, 10])
    >>> result = softmax(minitorch.zeros(3, 8), minitorch.tensor([0, 7, 19]))
    >>> result.output.shape, softmax.log_prob(minitorch.zeros(3, 8)).shape
    (minitorch.Size([3]), minitorch.Size([3, 20]))
    """

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Sequence[int],
        div_value: float = 4.0,
        head_bias: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        starts = list(cutoffs)
        if not starts:
            raise ArgumentError("AdaptiveLogSoftmaxWithLoss: cutoffs must not be empty")
        if starts != sorted(set(starts)) or not 0 < starts[0] <= starts[-1] < n_classes:
            raise ArgumentError(
                f"AdaptiveLogSoftmaxWithLoss: cutoffs must rise from at least 1 to at most n_classes - 1 = "
                f"{n_classes - 1}, got {starts}"
            )
        self.in_features, self.n_classes, self.cutoffs = in_features, n_classes, [*starts, n_classes]
        self.div_value, self.head_bias = div_value, head_bias
        self.shortlist_size, self.n_clusters = starts[0], len(starts)
        self.head_size = self.shortlist_size + self.n_clusters
        kind = {"device": device, "dtype": dtype}
        self.head = Linear(in_features, self.head_size, head_bias, **kind)
        self.tail = ModuleList()
        for i, (start, stop) in enumerate(pairwise(self.cutoffs)):
            hidden = int(in_features // div_value ** (i + 1))
            first = Linear(in_features, hidden, bias=False, **kind)
            self.tail.append(Sequential(first, Linear(hidden, stop - start, bias=False, **kind)))

    def reset_parameters(self) -> None:
        """Draws all weights anew."""
        self.head.reset_parameters()
        for first, second in self.tail:
            first.reset_parameters()
            second.reset_parameters()

    def forward(self, input_: Variable, target_: Variable) -> ASMoutput:
        if target_.ndim > 1 or input_.ndim != target_.ndim + 1 or input_.shape[:-1] != target_.shape:
            raise ShapeError(
                f"AdaptiveLogSoftmaxWithLoss: expected an input (N, {self.in_features}) and a target (N), or "
                f"({self.in_features}) and (), got {tuple(input_.shape)} and {tuple(target_.shape)}"
            )
        x, t = input_.reshape(-1, input_.shape[-1]), target_.reshape(-1)
        if t.numel() and not (int(t.min()) >= 0 and int(t.max()) < self.n_classes):
            raise IndexRangeError(
                f"AdaptiveLogSoftmaxWithLoss: target values must lie between 0 and {self.n_classes - 1}, got "
                f"numbers from {int(t.min())} to {int(t.max())}"
            )
        places, output = t.clone(), x.new_zeros(len(t))
        for i, (start, stop) in enumerate(pairwise(self.cutoffs)):
            rows = ((t >= start) & (t < stop)).nonzero().reshape(-1)
            if rows.numel():
                log_p = F.log_softmax(self.tail[i](x[rows]), dim=1)
                own = ops.take_along_dim(log_p, (t[rows] - start).reshape(-1, 1), 1).reshape(-1)
                output = ops.index_add(output, 0, rows, own)
                places[rows] = self.shortlist_size + i
        log_head = F.log_softmax(self.head(x), dim=1)
        output = output + ops.take_along_dim(log_head, places.reshape(-1, 1), 1).reshape(-1)
        return ASMoutput(output.reshape(target_.shape), (-output).mean())

    def log_prob(self, input: Variable) -> Variable:
        """The log-probabilities of all classes: (N, in_features) → (N, n_classes)."""
        log_head = F.log_softmax(self.head(input), dim=1)
        parts = [log_head[:, : self.shortlist_size]]
        for i, cluster in enumerate(self.tail):
            whole = log_head[:, self.shortlist_size + i].unsqueeze(1)
            parts.append(F.log_softmax(cluster(input), dim=1) + whole)
        return ops.cat(parts, 1)

    def predict(self, input: Variable) -> Variable:
        """The most probable class of each sample: (N, in_features) → (N)."""
        best = self.head(input).argmax(1)
        rare = best >= self.shortlist_size
        if bool(rare.any()):
            best[rare] = self.log_prob(input[rare]).argmax(1)
        return best
