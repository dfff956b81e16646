"""Checks of gradients and steps: set back, there at all, of a size that fits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from minitorch.anomaly import user_line
from minitorch.backend import Array
from minitorch.train.linting.linter import Check, Linter
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.engine import Walk
    from minitorch.optim import Optimizer


class ZeroGrad(Check):
    """A walk adds to gradients that the optimizer has used already, and the next step uses the sum."""

    def __init__(self, linter: Linter) -> None:
        super().__init__(linter)
        self.used: dict[int, Any] = {}  # by parameter: its gradient in the last step
        self.stale: dict[int, Any] = {}  # by parameter: a gradient that was used, and added to since

    def walk_ends(self, token: Any, walk: Walk) -> None:
        for leaf in walk.pending:
            if not isinstance(leaf, Value):
                continue
            g = leaf._grad
            if g is None or not g.array.any():
                self.used.pop(id(leaf), None)
                self.stale.pop(id(leaf), None)
            elif self.used.get(id(leaf)) is g:
                self.stale[id(leaf)] = g

    def step_begins(self, optimizer: Optimizer) -> None:
        params = params_of(optimizer)
        stale = sum(x._grad is not None and self.stale.get(id(x)) is x._grad for x in params)
        if stale:
            self.linter.find(
                "error",
                "zero-grad",
                f"{stale} of {len(params)} gradients still contain those of earlier steps",
                where=f"{type(optimizer).__name__}.step, {user_line()}",
                why="backward() adds to .grad, so each step follows the sum of all gradients since the start",
                remedy="Call optimizer.zero_grad() once for every optimizer.step(), before the first backward()",
                key=str(id(optimizer)),
            )

    def step_ends(self, optimizer: Optimizer) -> None:
        for x in params_of(optimizer):
            self.used[id(x)] = x._grad


class Parameters(Check):
    """Parameters that never get a gradient, or that no optimizer has."""

    patience = 10  # steps before it speaks while the run goes on

    def __init__(self, linter: Linter) -> None:
        super().__init__(linter)
        self.reached: set[int] = set()  # parameters that a walk gave a gradient

    def walk_ends(self, token: Any, walk: Walk) -> None:
        self.reached.update(id(x) for x in walk.pending if isinstance(x, Value))

    def step_ends(self, optimizer: Optimizer) -> None:
        if self.linter.report.steps == self.patience:
            self.judge()

    def finish(self, error: BaseException | None) -> None:
        if self.linter.report.steps and error is None:
            self.judge()

    def judge(self) -> None:
        """Reports what is missing, model by model, or withdraws it."""
        optimized = {id(x) for optimizer in self.linter.optimizers for x in params_of(optimizer)}
        for model in self.linter.models:
            named = [(name, x) for name, x in model.named_parameters() if x.requires_grad]
            if model is not self.linter.given and not any(id(x) in optimized for _, x in named):
                named = [(name, x) for name, x in named if id(x) in self.reached]  # a teacher, a critic
            kind, key = type(model).__name__, str(id(model))
            silent = [name for name, x in named if id(x) not in self.reached]
            absent = [name for name, x in named if id(x) in self.reached and id(x) not in optimized]
            self.linter.report.withdraw("no-gradient", key)
            if silent:
                self.linter.find(
                    "warning",
                    "no-gradient",
                    f"{len(silent)} of {len(named)} parameters never got a gradient: {listed(silent)}",
                    where=kind,
                    why="the loss does not depend on them, so they stay what they are: forward() does not use them, "
                    "or detach(), no_grad() or item() cuts the way to the loss",
                    remedy="Use them, remove them, or freeze them with requires_grad_(False)",
                    key=key,
                )
            if absent:
                self.linter.find(
                    "error" if len(absent) == len(named) and len(self.linter.models) == 1 else "warning",
                    "not-optimized",
                    f"{len(absent)} of {len(named)} parameters get gradients, but no optimizer has them: "
                    f"{listed(absent)}",
                    where=kind,
                    why="they are never changed",
                    remedy="Make the optimizer after the model is complete, from model.parameters(), or freeze them "
                    "with requires_grad_(False)",
                    key=key,
                )


class Flow(Check):
    """Gradients and steps that are out of proportion to the weights: exploding, vanishing, too large, too small."""

    exploding = 1e3  # how many times larger than in the first steps gradients are then
    vanishing = 1e-6  # which share of the largest gradient is none any more
    large, small = 0.5, 1e-7  # which share of a weight a step must not exceed, and should reach
    patience = 5  # looks in a row that must agree
    every = 5  # steps from one look to the next, after the first ones

    def __init__(self, linter: Linter) -> None:
        super().__init__(linter)
        self.looks: dict[str, int] = {}  # by kind and parameter: how many in a row were bad
        self.before: dict[int, Array] = {}
        self.count: dict[int, int] = {}  # steps of each optimizer
        self.furthest: dict[int, float] = {}  # by optimizer: the largest step so far, beside the weight
        self.first: dict[int, list[float]] = {}  # and the largest gradients of the first looks

    def step_begins(self, optimizer: Optimizer) -> None:
        self.before = {}
        count = self.count[id(optimizer)] = self.count.get(id(optimizer), 0) + 1
        if count > 5 and count % self.every:
            return
        weights = [x for x in params_of(optimizer) if x._grad is not None and x.array.ndim > 1]
        weights = [x for x in weights if x.array.dtype.kind == "f"]
        self.before = {id(x): x.array.copy() for x in weights}
        sizes = [(x, size(x._grad.array), size(x.array)) for x in weights]
        sizes = [(x, g, w) for x, g, w in sizes if math.isfinite(g) and math.isfinite(w)]
        if sizes:
            self.judge_growth(id(optimizer), *max((g, id(x)) for x, g, _ in sizes))
            self.judge_layers([(x, g / w) for x, g, w in sizes if w > 0])

    def judge_growth(self, optimizer: int, largest: float, x: int) -> None:
        """Compares the largest gradient with those of the first steps."""
        first = self.first.setdefault(optimizer, [])
        if len(first) < self.patience:
            first.append(largest)
        usual = sorted(first)[len(first) // 2]
        if self.lasts("exploding", optimizer, largest > self.exploding * usual > 0, patience=3):
            name = self.linter.parameter_names().get(x, "a parameter")
            self.linter.find(
                "warning",
                "exploding",
                f"the gradient of {name} has the norm {largest:.0e}; in the first steps none was larger than "
                f"{max(first):.0e}",
                where=name,
                why="each step throws the weights further away, and the loss with them",
                remedy="Lower the learning rate, clip with nn.utils.clip_grad_norm_, normalise inputs and targets, or "
                "add normalisation layers",
                key=str(optimizer),
            )

    def judge_layers(self, ratios: list[tuple[Any, float]]) -> None:
        """Compares the layers' gradients, each beside its weight, with one another."""
        names = self.linter.parameter_names()
        largest = max((r for _, r in ratios), default=0.0)
        for x, r in ratios:
            name = names.get(id(x), f"a parameter of shape {tuple(x.array.shape)}")
            if self.lasts("vanishing", id(x), r < self.vanishing * largest):
                share = f"{r / largest:.0e} times" if r else "0 times"
                self.linter.find(
                    "warning",
                    "vanishing",
                    f"in proportion to its weight, the gradient of {name} is {share} that of the layer with the "
                    f"largest one",
                    where=name,
                    why="the layer hardly learns: on the way back to it the gradient shrinks from layer to layer",
                    remedy="Use ReLU or GELU in place of sigmoid and tanh, initialise to their gain, add normalisation "
                    "layers or skip connections",
                    key="vanishing",
                )

    def step_ends(self, optimizer: Optimizer) -> None:
        if not self.before:
            return
        ratios = []
        for x in params_of(optimizer):
            old = self.before.get(id(x))
            if old is not None and (w := size(old)) > 0:
                ratios.append(size(x.array - old) / w)
        self.before = {}
        ratios = sorted(r for r in ratios if math.isfinite(r))
        if not ratios:
            return
        middle = ratios[len(ratios) // 2]
        furthest = self.furthest[id(optimizer)] = max(self.furthest.get(id(optimizer), 0.0), ratios[-1])
        count, key = self.count[id(optimizer)], str(id(optimizer))
        if self.lasts("large", id(optimizer), middle > self.large) and count > 5:
            self.linter.find(
                "warning",
                "learning-rate",
                f"a step changes a weight by {middle:.0%} of its size",
                where=f"{type(optimizer).__name__}, lr={optimizer.param_groups[0].get('lr')}",
                why="about 0.1 % is usual; steps of this size jump over every minimum",
                remedy="Divide the learning rate by 10 until the loss falls steadily",
                key=key,
            )
        if self.lasts("small", id(optimizer), furthest < self.small) and count > 20:
            self.linter.find(
                "hint",
                "learning-rate",
                f"no step so far changed a weight by more than {furthest:.0e} of its size",
                where=f"{type(optimizer).__name__}, lr={optimizer.param_groups[0].get('lr')}",
                why="about 0.1 % is usual; at this pace nothing is learned in any time",
                remedy="Multiply the learning rate by 10 until the loss falls",
                key=key,
            )

    def lasts(self, kind: str, who: int, bad: bool, patience: int = patience) -> bool:
        """Whether something was bad for so many looks in a row."""
        key = f"{kind} {who}"
        self.looks[key] = self.looks.get(key, 0) + 1 if bad else 0
        return self.looks[key] >= patience


def params_of(optimizer: Optimizer) -> list[Any]:
    """The parameters of all groups."""
    return [x for group in optimizer.param_groups for x in group["params"]]


def size(array: Array) -> float:
    """The Euclidean norm of all elements."""
    flat = array.reshape(-1)
    scale = float(abs(flat).max()) if flat.size else 0.0
    if not scale or not math.isfinite(scale):
        return scale
    flat = flat / scale
    return scale * math.sqrt(float(flat @ flat))


def listed(names: list[str], most: int = 4) -> str:
    """The first few names, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
