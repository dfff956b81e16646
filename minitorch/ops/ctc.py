"""Connectionist temporal classification: the loss of a sequence of labels without known places in time.

At each time step a network gives the log-probability of every label and of a blank.  A path is one choice per
step; it spells a sequence by merging repetitions and then leaving out blanks.  The loss is −log of the probability
of all paths that spell the target, which a recursion over time sums up.

The recursion runs over states: the labels of the target with blanks around them, ∅ a ∅ b ∅.  A path goes from a
state to itself, to the next one, or past a blank between two different labels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.autocasting import kernel
from minitorch.backend import Array, Backend
from minitorch.errors import ArgumentError, ArgumentTypeError, DtypeError, IndexRangeError, ShapeError
from minitorch.gradients import grad
from minitorch.op import Op
from minitorch.ops.clamp import clamp
from minitorch.ops.common import require_tensors
from minitorch.ops.index import take_along_dim
from minitorch.ops.join import stack
from minitorch.ops.loss import choose_reduction, reduce_losses
from minitorch.ops.pad import pad
from minitorch.ops.pointwise import exp
from minitorch.ops.reduce import logsumexp
from minitorch.ops.where import where
from minitorch.registry import backend_of
from minitorch.value import Value, wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable

NEVER = -1e30  # stands for log 0: sums of a million of them are finite, and differences are not NaN


class Paths:
    """The states of a batch of targets, and where paths may go.

    Attributes:
        labels: the label of each state, (N, L).
        skip: whether a path may come to a state from the one before the last, (N, L).
        start: where a path may begin, (N, L).
        end: where it may end, (N, L).
        lengths: how many time steps each sample has, (N, 1).
    """

    def __init__(self, targets: Array, input_lengths: Array, target_lengths: Array, blank: int) -> None:
        self.backend = backend = backend_of(targets)
        n, longest = targets.shape
        states = backend.arange(2 * longest + 1)
        self.labels = backend.full((n, 2 * longest + 1), blank, targets.dtype)
        self.labels[:, 1::2] = targets
        self.skip = backend.zeros(self.labels.shape, bool)
        self.skip[:, 3::2] = targets[:, 1:] != targets[:, :-1]
        lengths = target_lengths.reshape(-1, 1)
        self.start = (states == 0) | ((states == 1) & (lengths > 0))
        self.end = (states == 2 * lengths) | ((states == 2 * lengths - 1) & (lengths > 0))
        self.lengths = input_lengths.reshape(-1, 1)

    def spread(self, log_p: Any) -> Array:
        """The labels at each time."""
        return self.backend.broadcast_to(self.labels, (len(log_p), *self.labels.shape))


def forward_sums(e: Array, paths: Paths) -> Array:
    """α: for each time and state the log-probability of all paths from the start up to there."""
    b = paths.backend
    alpha = b.full(e.shape, NEVER, e.dtype)
    alpha[0] = b.where(paths.start, e[0], alpha[0])
    step, jump = b.full((2, *e.shape[1:]), NEVER, e.dtype)  # from the state before, from two before
    for t in range(1, len(e)):
        stay = alpha[t - 1]
        step[:, 1:] = stay[:, :-1]
        jump[:, 2:] = b.where(paths.skip[:, 2:], stay[:, :-2], NEVER)
        alpha[t] = e[t] + log_sum(b, stay, step, jump)
    return alpha


def backward_sums(e: Array, paths: Paths) -> Array:
    """β: for each time and state the log-probability of all paths from there (without it) to the end."""
    b = paths.backend
    beta = b.full(e.shape, NEVER, e.dtype)
    end = b.where(paths.end, b.zeros((), e.dtype), beta[0])
    last = paths.lengths - 1
    stay, step, jump = b.full((3, *e.shape[1:]), NEVER, e.dtype)
    for t in range(len(e) - 1, -1, -1):
        beta[t] = b.where(t == last, end, b.where(t < last, log_sum(b, stay, step, jump), beta[t]))
        stay = beta[t] + e[t]
        step[:, :-1] = stay[:, 1:]
        jump[:, :-2] = b.where(paths.skip[:, 2:], stay[:, 2:], NEVER)
    return beta


def log_sum(backend: Backend, x: Array, y: Array, z: Array) -> Array:
    """log(exp x + exp y + exp z)."""
    top = backend.maximum(backend.maximum(x, y), z)
    return top + backend.log(backend.exp(x - top) + backend.exp(y - top) + backend.exp(z - top))


def log_likelihood(log_p: Variable, paths: Paths) -> Variable:
    """The log-probability of all paths of each sample, in differentiable operations."""
    e = clamp(take_along_dim(log_p, wrap(paths.spread(log_p)), 2), min=NEVER)  # (T, N, L)
    a = where(paths.start, e[0], NEVER)
    for t in range(1, len(e)):
        jump = where(paths.skip, pad(a, (2, -2), value=NEVER), NEVER)
        arrived = logsumexp(stack((a, pad(a, (1, -1), value=NEVER), jump)), 0)
        a = where(t < paths.lengths, arrived + e[t], a)
    return logsumexp(where(paths.end, a, NEVER), 1)


class CTC(Op):
    """y = −log Σ over paths Π over time pₜ(label);   dx = g·(exp x − γ), and 0 after the end of a sample.

    γ is the probability, over all paths, of being at a label at a time.  The true derivative is −g·γ; the term
    exp x adds nothing behind a log-softmax, whose gradient it spares a sum that cancels.  PyTorch has it, too.
    """

    def forward(self, x: Array, *, paths: Paths, zero_infinity: bool) -> Array:
        b = self.backend
        self.paths, self.zero_infinity = paths, zero_infinity
        with b.quiet():
            e = b.maximum(b.take_along_axis(x, paths.spread(x), 2), NEVER)  # (T, N, L)
            alpha = forward_sums(e, paths)
            last = b.maximum(paths.lengths[:, 0] - 1, 0)
            ends = b.where(paths.end, alpha[last, b.arange(x.shape[1])], b.full((), NEVER, x.dtype))
            y = -b.logsumexp(ends, 1)
        no_time = paths.lengths[:, 0] == 0  # which only an empty target fits
        y = b.where(no_time, b.where(paths.end[:, 0], 0.0, -NEVER), y).astype(x.dtype)
        lost = y > -NEVER / 2
        self.save(x=x)
        self.keep(alpha=alpha, e=e, lost=lost.reshape(-1, 1))
        return b.where(lost, b.asarray(0.0 if zero_infinity else float("inf"), x.dtype), y)

    def backward(self, g: Array) -> Array:
        x, b = self.saved.x, self.backend
        within = b.arange(len(x)).reshape(-1, 1, 1) < self.paths.lengths
        slope = where(within, exp(x) - self.occupation(x), 0.0)
        slope = where(within & self.saved.lost, 0.0 if self.zero_infinity else float("nan"), slope)
        return slope * g.reshape(-1, 1)

    def occupation(self, x: Any) -> Any:
        """γ, (T, N, C): for Variables by differentiating the log-likelihood, so that it can be derived again."""
        if isinstance(x, Value):
            recorded: Any = x
            return grad(log_likelihood(recorded, self.paths).sum(), recorded, create_graph=True)[0]
        b, saved = self.backend, self.saved
        gamma = b.zeros(x.shape, x.dtype)
        with b.quiet():
            both = saved.alpha + backward_sums(saved.e, self.paths)  # of all paths through a state at a time
            p = b.softmax(both, 2)
            b.add_along_axis(gamma, self.paths.spread(x), p, 2)
        return gamma


def whole_numbers(name: str, values: Any, count: int, most: int, like: Array) -> Array:
    """Lengths as an array of (N,) integers, after checking them."""
    if isinstance(values, Value):
        lengths = values.array
        if lengths.dtype.kind not in "iu":
            raise DtypeError(f"ctc_loss: {name} must hold integers, got {lengths.dtype}; use .long()")
    elif isinstance(values, (tuple, list)):
        lengths = backend_of(like).asarray([int(value) for value in values], "int64")
    else:
        raise ArgumentTypeError(
            f"ctc_loss: {name} must be a Tensor or a tuple of integers, got {type(values).__name__}"
        )
    lengths = lengths.reshape(-1).astype("int64")
    if lengths.shape != (count,):
        raise ShapeError(
            f"ctc_loss: {name} has {lengths.size} elements, expected one for each of {count} samples"
        )
    if count and not (int(lengths.min()) >= 0 and int(lengths.max()) <= most):
        raise IndexRangeError(
            f"ctc_loss: {name} must lie between 0 and {most}, got numbers from {int(lengths.min())} "
            f"to {int(lengths.max())}"
        )
    return lengths


def padded_targets(targets: Array, lengths: Array, count: int, classes: int, blank: int) -> Array:
    """Targets, padded (N, S) or one after the other, as (N, longest), filled up with blanks."""
    b = backend_of(targets)
    longest = int(lengths.max())
    listed = b.arange(longest) < lengths.reshape(-1, 1)
    if targets.ndim == 1:
        rows = b.full((count, longest), blank, "int64")
        rows[listed] = targets
    else:
        rows = b.where(listed, targets[:, :longest], blank).astype("int64")
    used = rows[listed]
    if used.size and not (int(used.min()) >= 0 and int(used.max()) < classes):
        wrong = int(used.min()) if int(used.min()) < 0 else int(used.max())
        raise IndexRangeError(f"ctc_loss: target label {wrong} is out of range for {classes} labels")
    return rows


@kernel
def ctc_loss(
    log_probs: Any,
    targets: Any,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Variable:
    """−log of the probability that a path through `log_probs` spells the target, averaged.

    Args:
        log_probs: log-probabilities over time, as `log_softmax` gives them.
        targets: labels, without blanks.
        input_lengths: how many time steps of each sample count.
        target_lengths: how many labels each target has.
        blank: the label that stands for no label.
        reduction: `"mean"` divides each loss by its target's length and averages over samples; `"sum"`, `"none"`.
        zero_infinity: count samples that no path fits (too few time steps) as 0, in the place of infinity.

    Shape: log_probs (T, N, C) and targets (N, S) or (Σ target_lengths), or (T, C) and (S).

    Raises:
        ShapeError: if the shapes do not fit.
        IndexRangeError: for a length or a label out of range.

    The gradient counts on log-probabilities that come out of `log_softmax`, as PyTorch's does.

    Source: A. Graves et al., "Connectionist Temporal Classification" (2006).

    >>> import minitorch
    >>> log_p = minitorch.full((2, 1, 2), 0.5).log()  # the paths ∅a, a∅ and aa of four
    >>> minitorch.nn.functional.ctc_loss(log_p, minitorch.tensor([[1]]), (2,), (1,))
    tensor(0.2877)
    """
    reduction = choose_reduction("ctc_loss", reduction, None, None)
    require_tensors("ctc_loss", log_probs=log_probs, targets=targets)
    if log_probs.ndim not in (2, 3) or not log_probs.numel():
        raise ShapeError(
            f"ctc_loss: log_probs must be (T, N, C) or (T, C) and not empty, got {tuple(log_probs.shape)}"
        )
    if log_probs.array.dtype.kind not in "fV" or log_probs.array.dtype.itemsize < 4:
        raise DtypeError(f"ctc_loss: log_probs must be float32 or float64, got {log_probs.dtype}")
    if targets.array.dtype.kind not in "iu":
        raise DtypeError(f"ctc_loss: targets must hold integers, got {targets.dtype}; use targets.long()")
    x = log_probs if log_probs.ndim == 3 else log_probs.unsqueeze(1)
    steps, count, classes = x.shape
    if not 0 <= blank < classes:
        raise ArgumentError(f"ctc_loss: blank must be a label between 0 and {classes - 1}, got {blank}")
    t, like = targets.array, x.array
    if log_probs.ndim == 2 and t.ndim == 1:
        t = t.reshape(1, -1)
    if t.ndim not in (1, 2) or (t.ndim == 2 and len(t) != count):
        raise ShapeError(
            f"ctc_loss: targets of shape {tuple(targets.shape)} do not fit log_probs of shape "
            f"{tuple(log_probs.shape)}: expected ({count}, S), or all targets one after the other"
        )
    times = whole_numbers("input_lengths", input_lengths, count, steps, like)
    lengths = whole_numbers("target_lengths", target_lengths, count, t.shape[-1], like)
    if t.ndim == 1 and int(lengths.sum()) != t.size:
        raise ShapeError(
            f"ctc_loss: targets has {t.size} labels, but target_lengths adds up to {lengths.sum()}"
        )
    rows = padded_targets(t, lengths, count, classes, blank)
    paths = Paths(rows, times, lengths, blank)
    losses = CTC.apply(x, paths=paths, zero_infinity=zero_infinity)
    if reduction == "mean":
        losses = losses / wrap(backend_of(like).maximum(lengths, 1).astype(like.dtype))
    losses = reduce_losses(losses, reduction)
    return losses.reshape(()) if log_probs.ndim == 2 else losses
