"""Checks of the forward pass: the modes of modules, and ReLUs that are never active."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.anomaly import user_line
from minitorch.backend import Array
from minitorch.modes import current
from minitorch.nn.dropout import DropoutBase
from minitorch.nn.norm import BatchNorm
from minitorch.op import serials
from minitorch.train.linting.gradients import params_of
from minitorch.train.linting.linter import Check, Linter

if TYPE_CHECKING:
    from minitorch.engine import Walk
    from minitorch.nn import Module
    from minitorch.op import Op
    from minitorch.optim import Optimizer


class Call:
    """One call of a model by the program: its mode, and the modules in it for which the mode matters."""

    def __init__(self, model: Module, line: str) -> None:
        self.model, self.line = model, line
        self.training, self.recorded = model.training, current().grad
        self.moody: list[str] = []
        self.first = self.last = next(serials)  # its ops have numbers between these
        self.walked = False


class Modes(Check):
    """Training in evaluation mode, evaluation in training mode, evaluation with a graph that nobody walks.

    Only the mode of the whole model counts: parts of it may be meant to be in the other one. A call without
    gradients that is followed by a step may belong to training, as in a GAN.
    """

    def __init__(self, linter: Linter) -> None:
        super().__init__(linter)
        self.call: Call | None = None
        self.since_step: list[Call] = []
        self.unused: dict[int, int] = {}  # by model: calls in evaluation mode since the last walk

    def module_begins(self, module: Module, args: tuple[Any, ...]) -> None:
        if len(self.linter.stack) == 1:
            self.call = Call(module, user_line())
        if self.call is not None and module.training == self.call.training and has_moods(module):
            self.call.moody.append(self.linter.place)

    def module_ends(self, module: Module, args: tuple[Any, ...], output: Any) -> None:
        call = self.call
        if call is None or len(self.linter.stack) > 1:
            return
        self.call, call.last = None, next(serials)
        if call.moody:
            self.since_step.append(call)
        if call.training and not call.recorded and call.moody:
            quiet = [c for c in self.since_step if c.model is module and c.training and not c.recorded]
            if len(quiet) == 2 and self.linter.report.steps:
                self.report_evaluation(call)
        if not call.training and call.recorded and getattr(output, "_requires_grad", False):
            self.unused[id(module)] = self.unused.get(id(module), 0) + 1
            if self.unused[id(module)] == 2:
                self.linter.find(
                    "hint",
                    "no-grad",
                    f"{type(module).__name__} is evaluated, and the graph for a walk back is recorded",
                    where=call.line,
                    why="all intermediate values stay in memory until the result is gone",
                    remedy="Evaluate under `with minitorch.no_grad():`",
                    key=str(id(module)),
                )

    def walk_begins(self, walk: Walk) -> None:
        self.unused.clear()

    def node_ends(self, token: Any, node: Op, results: Any) -> None:
        for call in self.since_step:
            if call.first < node.serial < call.last:
                call.walked = True

    def step_begins(self, optimizer: Optimizer) -> None:
        optimized = {id(x) for x in params_of(optimizer)}
        for call in self.since_step:
            trained = any(id(x) in optimized for x in call.model.parameters())
            if not call.training and call.walked and trained:
                self.linter.find(
                    "warning",
                    "eval-mode",
                    f"{type(call.model).__name__} is trained in evaluation mode",
                    where=f"{call.line}; this matters to {call.moody[0]}",
                    why="dropout does nothing, and batch norm neither uses nor updates the statistics of the batch",
                    remedy="Call model.train() before training goes on, in every epoch",
                    key=str(id(call.model)),
                )
        self.since_step.clear()

    def finish(self, error: BaseException | None) -> None:
        if error is not None or not self.linter.report.steps:
            return
        for call in self.since_step:
            if call.training and not call.recorded:
                self.report_evaluation(call)

    def report_evaluation(self, call: Call) -> None:
        """Tells that a model is evaluated in training mode."""
        self.linter.find(
            "warning",
            "train-mode",
            f"{type(call.model).__name__} is evaluated in training mode",
            where=f"{call.line}; this matters to {call.moody[0]}",
            why="dropout removes values at random, and batch norm takes the statistics of the test batch, which it "
            "even remembers",
            remedy="Call model.eval() before evaluation, and model.train() after it",
            key=str(id(call.model)),
        )


def has_moods(module: Module) -> bool:
    """Whether a module does something else in training than in evaluation."""
    if isinstance(module, DropoutBase):
        return module.p > 0
    if isinstance(module, BatchNorm):  # with momentum None, statistics are being collected on purpose
        frozen = module.affine and not any(x.requires_grad for x in module.parameters())
        return module.track_running_stats and module.momentum is not None and not frozen
    return False


class DeadUnits(Check):
    """ReLUs of which most units were not active for a single sample of the last batches."""

    window = 20  # batches
    share = 0.8  # of the units: half of them may be lost in a layer that learns well
    fewest = 8  # units of which a share says something

    def __init__(self, linter: Linter) -> None:
        super().__init__(linter)
        self.idle: dict[str, Array] = {}  # by ReLU: for each unit, since how many batches it was not active
        self.numbers: dict[str, int] = {}  # how many ReLUs each module has applied in this call

    def module_begins(self, module: Module, args: tuple[Any, ...]) -> None:
        if len(self.linter.stack) == 1:
            self.numbers.clear()

    def op_ends(self, token: Any, op_class: type[Op], inputs: tuple[Any, ...], result: Any) -> None:
        if op_class.op_name not in ("relu", "linear_relu") or not result._requires_grad:
            return
        number = self.numbers[self.linter.place] = self.numbers.get(self.linter.place, 0) + 1
        place = self.linter.place or "relu"
        name = place if number == 1 else f"{place}, relu number {number}"
        active = units(result.array)
        if active is None:
            return
        before = self.idle.get(name)
        if before is None or before.shape != active.shape:
            before = active * 0
        idle = self.idle[name] = (before + 1) * (1 - active)
        dead = idle >= self.window
        share = float(dead.mean())
        if (share >= self.share and active.size >= self.fewest) or share == 1:
            self.linter.find(
                "warning",
                "dead-relu",
                f"{share:.0%} of {active.size} units were never active in the last {self.window} batches",
                where=f"{name}, {user_line()}",
                why="where a ReLU is 0 for every sample its gradient is 0 too, so these units cannot come back",
                remedy="Lower the learning rate, initialise with nn.init.kaiming_normal_ and bias 0, or use LeakyReLU "
                "or GELU",
                key=name,
            )


def units(y: Array) -> Array | None:
    """For each unit 1 if it is active for any sample, else 0; None if there is no batch."""
    if y.ndim < 2 or not y.size:
        return None
    active = y > 0
    along_channels = active.any(axis=(0, *range(2, y.ndim)))
    if y.ndim == 3:  # (B, C, L) or (B, T, F): the one that is less alarming
        along_last = active.any(axis=(0, 1))
        if along_last.mean() > along_channels.mean():
            return along_last.astype("int64")
    return along_channels.astype("int64")
