"""Checks of what losses are given: inputs of the right kind, shapes that fit, labels in range and in no order."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from minitorch.anomaly import LIBRARY, line_at
from minitorch.errors import IndexRangeError, MinitorchError
from minitorch.modes import current
from minitorch.ops.activation import Sigmoid
from minitorch.ops.softmax import LogSoftmax, Softmax
from minitorch.train.linting.linter import Check, Linter
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.op import Op
    from minitorch.optim import Optimizer

# For each loss what it must not be given, and what it expects.
MISTAKEN: dict[str, tuple[dict[type[Op], str], str]] = {
    "cross_entropy": (
        {Softmax: "warning", Sigmoid: "warning", LogSoftmax: "hint"},
        "Leave it out: cross_entropy takes logits, and applies log_softmax itself",
    ),
    "nll_loss": (
        {Softmax: "warning", Sigmoid: "warning"},
        "Use log_softmax in its place, or cross_entropy and nothing before it",
    ),
    "binary_cross_entropy_with_logits": (
        {Sigmoid: "warning", Softmax: "warning"},
        "Leave it out: this loss takes logits, and applies sigmoid itself",
    ),
}


def made_by(x: Any) -> Op | None:
    """The op behind a tensor, through those that only show its memory in another shape."""
    node = x.grad_fn
    while node is not None and node.view and node.edges and not isinstance(node.edges[0], Value):
        node = node.edges[0]
    return node


class LossInputs(Check):
    """A loss of logits that gets probabilities, or one of log-probabilities that gets logits."""

    def loss(self, op_name: str, input: Any, target: Any) -> None:
        if op_name not in MISTAKEN or not isinstance(input, Value):
            return
        kinds, remedy = MISTAKEN[op_name]
        node = made_by(input)
        severity = kinds.get(type(node)) if node is not None else None
        if node is not None and severity is not None:
            harmless = severity == "hint"
            self.linter.find(
                severity,
                "loss-input",
                f"{op_name} gets the result of {node.op_name}",
                where=self.linter.here(),
                why="a second log_softmax changes nothing and takes time"
                if harmless
                else "squashed twice, the loss cannot come near 0 and gradients stay small",
                remedy=remedy,
                key=op_name,
            )
        elif op_name == "nll_loss" and input.array.size and float(input.array.max()) > 1e-3:
            self.linter.find(
                "warning",
                "loss-input",
                "nll_loss gets positive numbers, which no log-probabilities are",
                where=self.linter.here(),
                why="the loss has no lower bound then: it falls for ever, and nothing is learned",
                remedy="Use cross_entropy, or apply log_softmax before nll_loss",
                key=op_name,
            )

    def suspicion(self, code: str, message: str) -> bool:
        return code == "loss-input"  # seen already, through views too


class LossShapes(Check):
    """(N, 1) against (N): the loss of all pairs."""

    def suspicion(self, code: str, message: str) -> bool:
        if code != "loss-shapes":
            return False
        what, _, remedy = message.rpartition(". ")
        self.report(what.partition(", which")[0], remedy)
        return True

    def op_ends(self, token: Any, op_class: Any, inputs: tuple[Any, ...], result: Any) -> None:
        if op_class.op_name != "sub" or not getattr(result, "_requires_grad", False):
            return
        x, y = inputs
        if not isinstance(x, Value) or not isinstance(y, Value) or x._requires_grad == y._requires_grad:
            return
        a, b = sorted((tuple(x.array.shape), tuple(y.array.shape)), key=len)
        count = self.linter.batch_size
        if len(a) == 1 and b == (*a, 1) and a[0] > 1 and a[0] == count:
            self.report(
                f"sub: tensors of shapes {tuple(x.array.shape)} and {tuple(y.array.shape)} give all {count} × {count} "
                f"differences",
                "Use squeeze(-1) on the one, or unsqueeze(-1) on the other",
            )

    def report(self, what: str, remedy: str) -> None:
        """Tells of it."""
        self.linter.find(
            "error",
            "loss-shapes",
            what,
            where=self.linter.here(),
            why="every output is compared with every target, and the best that can be learned is the targets' mean",
            remedy=remedy,
        )


class Labels(Check):
    """Labels that the loss has no class for."""

    def loss(self, op_name: str, input: Any, target: Any) -> None:
        if (
            op_name != "binary_cross_entropy_with_logits"
            or not isinstance(target, Value)
            or not target.array.size
        ):
            return
        low, high = float(target.array.min()), float(target.array.max())
        if low < 0 or high > 1:
            self.report(
                f"the targets of {op_name} lie between {low:g} and {high:g}, expected 0 to 1",
                self.linter.here(),
                "Scale them to 0 and 1; for several classes use cross_entropy",
                "the loss has no lower bound then",
            )

    def finish(self, error: BaseException | None) -> None:
        text = str(error)
        if isinstance(error, IndexRangeError) and "target class" in text:
            what, _, classes = text.partition("; ")
            self.report(
                what,
                where(error),
                f"Number the classes from 0, and give the model an output for each; {classes}",
                "there is no output for such a class",
            )

    def report(self, what: str, where: str, remedy: str, why: str) -> None:
        """Tells of it."""
        self.linter.find("error", "labels", what, where=where, why=why, remedy=remedy)


class Order(Check):
    """Batches whose labels are much more alike than those of the whole: sorted data, not shuffled.

    For classes, Σ p² is the chance that two labels are equal: within a batch and in all. Of shuffled data both are
    the same but for 1/B. For numbers, the variance of the batches' means is compared with that of all numbers.
    Labels between two steps count as one batch, for a loss may be the sum of several.
    """

    smallest, batches = 8, 8  # labels in a batch, and batches, below which nothing can be said

    def __init__(self, linter: Linter) -> None:
        super().__init__(linter)
        self.waiting: dict[Any, list[float]] = {}  # by place in the program: labels since the last step
        self.seen: dict[Any, Labelled] = {}

    def loss(self, op_name: str, input: Any, target: Any) -> None:
        if not current().grad or not getattr(input, "_requires_grad", False) or not isinstance(target, Value):
            return
        t = target.array
        if t.ndim == 2 and t.shape[1] == 1:
            t = t.reshape(-1)
        if t.ndim == 1 and t.size == self.linter.batch_size and t.dtype.kind in "iufb":
            self.waiting.setdefault(user_stack(), []).extend(t.tolist())

    def step_ends(self, optimizer: Optimizer) -> None:
        for place, labels in self.waiting.items():
            if len(labels) >= self.smallest:
                seen = self.seen.setdefault(place, Labelled())
                seen.add(labels)
                if seen.batches >= self.batches and seen.ordered():
                    self.report(place, seen)
        self.waiting.clear()

    def report(self, place: Any, seen: Labelled) -> None:
        """Tells of it."""
        what = "the labels of a batch are nearly all the same, those of other batches differ"
        if seen.classes is None:
            what = "the targets of a batch are close together, those of other batches differ"
        self.linter.find(
            "warning",
            "unshuffled",
            what,
            where=line_at(place[0]),
            why="each step unlearns what the last ones taught, and batch norm sees one kind of sample at a time",
            remedy="Use DataLoader(..., shuffle=True)",
        )


class Labelled:
    """What is kept of the labels of all batches."""

    most = 1000  # different labels; of more, they are numbers rather than classes

    def __init__(self) -> None:
        self.batches = self.count = 0
        self.classes: dict[float, int] | None = {}
        self.alike = 0.0  # sum over batches of Σ p²
        self.sum = self.squares = self.within = 0.0
        self.size = 0

    def add(self, labels: list[float]) -> None:
        """Takes in a batch."""
        n = len(labels)
        self.batches, self.count, self.size = self.batches + 1, self.count + n, max(self.size, n)
        if self.classes is not None and any(label != int(label) for label in labels if label == label):
            self.classes = None
        if self.classes is not None:
            own: dict[float, int] = {}
            for label in labels:
                own[label] = own.get(label, 0) + 1
                self.classes[label] = self.classes.get(label, 0) + 1
            self.alike += sum((k / n) ** 2 for k in own.values())
            if len(self.classes) > self.most:
                self.classes = None
        mean = sum(labels) / n
        self.sum += sum(labels)
        self.squares += sum(label * label for label in labels)
        self.within += sum((label - mean) ** 2 for label in labels)

    def ordered(self) -> bool:
        """Whether batches are much more uniform than the whole."""
        if self.classes is not None:
            whole = sum((k / self.count) ** 2 for k in self.classes.values())
            return whole < 1 and self.alike / self.batches > whole + 0.6 * (1 - whole)
        total = self.squares - self.sum**2 / self.count
        return total > 1e-9 * self.squares and self.within < 0.25 * total


def user_stack(most: int = 4) -> tuple[tuple[str, int], ...]:
    """The innermost lines of the program that are running, without those of the library."""
    found: list[tuple[str, int]] = []
    frame: Any = sys._getframe(1)
    while frame is not None and len(found) < most:
        if not frame.f_code.co_filename.startswith(LIBRARY):
            found.append((frame.f_code.co_filename, frame.f_lineno))
        frame = frame.f_back
    return tuple(found)


def where(error: BaseException) -> str:
    """The module and the line of the program in which an error was raised."""
    trace, place = error.__traceback__, None
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.startswith(LIBRARY):
            place = (trace.tb_frame.f_code.co_filename, trace.tb_lineno)
        trace = trace.tb_next
    path = error.module_path if isinstance(error, MinitorchError) else ""
    return f"{path}, {line_at(place)}" if path else line_at(place)
