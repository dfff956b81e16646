"""`lint`: watches a training run for mistakes that raise no error."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from minitorch import watch
from minitorch.anomaly import user_line, user_place
from minitorch.modes import current
from minitorch.train.callback import Callback
from minitorch.train.checks import check_kind
from minitorch.train.linting.findings import Finding, LintWarning, Report

if TYPE_CHECKING:
    from minitorch.nn import Module
    from minitorch.optim import Optimizer
    from minitorch.train.trainer import Trainer


class Check(watch.Watcher):
    """Looks for one kind of mistake; its methods are those of a watcher.

    Attributes:
        linter: what it tells its findings, and what knows the models and optimizers.
    """

    def __init__(self, linter: Linter) -> None:
        super().__init__()
        self.linter = linter

    def finish(self, error: BaseException | None) -> None:
        """The run is over; `error` is what ended it, if it did not come to its end."""


class Linter(watch.Watcher):
    """Hands what it sees to the checks, and keeps what they have in common.

    Attributes:
        report: the findings.
        models: the modules with parameters that were called by the program itself, not by another module.
        optimizers: those that were given, and those that took a step.
    """

    def __init__(self, model: Module | None, optimizers: list[Optimizer], warn: bool) -> None:
        from minitorch.train.linting.forward import DeadUnits, Modes
        from minitorch.train.linting.gradients import Flow, Parameters, ZeroGrad
        from minitorch.train.linting.losses import Labels, LossInputs, LossShapes, Order
        from minitorch.train.linting.numbers import NonFinite

        super().__init__()
        self.report, self.warn = Report(), warn
        self.models: list[Module] = [] if model is None else [model]
        self.given = model
        self.optimizers = optimizers
        kinds = (
            NonFinite,
            ZeroGrad,
            Parameters,
            Flow,
            LossInputs,
            LossShapes,
            Labels,
            Order,
            Modes,
            DeadUnits,
        )
        self.checks: list[Check] = [kind(self) for kind in kinds]
        self.batch_size: int | None = None  # of what the model was called with last

    def of(self, event: str) -> list[Any]:
        """The methods of the checks that want to see this event."""
        kept: list[Any] | None = self.__dict__.get(f"_{event}")
        if kept is None:
            plain = getattr(watch.Watcher, event)
            kept = [getattr(c, event) for c in self.checks if getattr(type(c), event) is not plain]
            self.__dict__[f"_{event}"] = kept
        return kept

    def find(
        self, severity: str, code: str, what: str, *, where: str, why: str, remedy: str, key: str = ""
    ) -> None:
        """Reports a mistake, once for each `key`; all but hints also as a warning."""
        finding = Finding(severity, code, what, where, why, remedy)
        if self.report.add(finding, key) and self.warn and severity != "hint":
            warnings.warn_explicit(finding.message, LintWarning, *(user_place() or ("unknown", 0)))

    def parameter_names(self) -> dict[int, str]:
        """For each parameter of the models its name, by its id."""
        return {
            id(x): f"{type(model).__name__}.{name}"
            for model in reversed(self.models)
            for name, x in model.named_parameters()
        }

    def here(self) -> str:
        """The innermost module and the line of the program that are running."""
        return f"{self.place}, {user_line()}" if self.place else user_line()

    # What a watcher sees -----------------------------------------------------------------------------

    def op_ends(self, token: Any, op_class: Any, inputs: tuple[Any, ...], result: Any) -> None:
        if result is not None and current().level is None:  # inside of vmap, values are those of many slices
            for see in self.of("op_ends"):
                see(token, op_class, inputs, result)

    def walk_begins(self, walk: Any) -> Any:
        for see in self.of("walk_begins"):
            see(walk)

    def walk_ends(self, token: Any, walk: Any) -> None:
        for see in self.of("walk_ends"):
            see(token, walk)

    def node_ends(self, token: Any, node: Any, results: Any) -> None:
        for see in self.of("node_ends"):
            see(token, node, results)

    def node_begins(self, node: Any, gradients: tuple[Any, ...]) -> Any:
        return gradients

    def module_begins(self, module: Module, args: tuple[Any, ...]) -> None:
        if len(self.stack) == 1 and any(True for _ in module.parameters()):
            if all(module is not m for m in self.models):
                self.models.append(module)
            shape = getattr(args[0], "shape", ()) if args else ()
            self.batch_size = shape[0] if shape else None
        for see in self.of("module_begins"):
            see(module, args)

    def module_ends(self, module: Module, args: tuple[Any, ...], output: Any) -> None:
        for see in self.of("module_ends"):
            see(module, args, output)

    def step_begins(self, optimizer: Optimizer) -> None:
        if all(optimizer is not o for o in self.optimizers):
            self.optimizers.append(optimizer)
        self.report.steps += 1
        for see in self.of("step_begins"):
            see(optimizer)

    def step_ends(self, optimizer: Optimizer) -> None:
        for see in self.of("step_ends"):
            see(optimizer)

    def loss(self, op_name: str, input: Any, target: Any) -> None:
        if current().level is None:
            for see in self.of("loss"):
                see(op_name, input, target)

    def suspicion(self, code: str, message: str) -> bool:
        reported = [see(code, message) for see in self.of("suspicion")]
        return any(reported)


class lint(Callback):
    """Watches a training run for mistakes that raise no error, in a loop of your own or as a callback of `Trainer`.

    It looks for: gradients that are never set back (`zero-grad`), losses that get probabilities in place of logits
    (`loss-input`) or shapes that broadcast (`loss-shapes`), labels out of range (`labels`) and in order
    (`unshuffled`), parameters that get no gradient (`no-gradient`) or are in no optimizer (`not-optimized`), wrong
    modes (`eval-mode`, `train-mode`, `no-grad`), ReLUs that are never active (`dead-relu`), gradients that explode or
    vanish (`exploding`, `vanishing`), steps that are too large or too small (`learning-rate`), and NaN (`nan`).

    Each finding is a `LintWarning` once, hints excepted; all stand in the report at the end. Only the thread that
    enters is watched. While it watches, a step takes longer; before and after, it costs nothing.

    Args:
        model: the module that is trained; found by itself if left out.
        optimizer: its optimizer, or several; found by itself if left out.
        warn: whether findings are also warnings.

    Raises:
        ArgumentTypeError: for other kinds of model and optimizer.

    Attributes:
        report: the findings so far, and after the end.

    >>> import minitorch
    >>> from minitorch import nn, optim, train
    >>> _ = minitorch.manual_seed(0)
    >>> model = nn.Linear(3, 2)
    >>> optimizer = optim.SGD(model.parameters(), lr=0.1)
    >>> x, y = minitorch.randn(8, 3), minitorch.tensor([0, 1] * 4)
    >>> with train.lint(model, optimizer, warn=False) as report:
    ...     for _ in range(3):
    ...         nn.functional.cross_entropy(model(x), y).backward()
    ...         optimizer.step()
    >>> report.codes
    {'zero-grad'}
    >>> print(report.findings[0].remedy)
    Call optimizer.zero_grad() once for every optimizer.step(), before the first backward()
    """

    order = 90  # after the callbacks that change gradients

    def __init__(
        self,
        model: Module | None = None,
        optimizer: Optimizer | Sequence[Optimizer] | None = None,
        *,
        warn: bool = True,
    ) -> None:
        from minitorch.nn import Module
        from minitorch.optim import Optimizer

        self.model, self.warn = model, warn
        given: Any = optimizer if isinstance(optimizer, (list, tuple)) else [optimizer]
        self.optimizers: list[Optimizer] = [] if optimizer is None else list(given)
        if model is not None:
            check_kind("lint: model", model, Module)
        for one in self.optimizers:
            check_kind("lint: optimizer", one, Optimizer)
        self.report = Report()
        self._linter: Linter | None = None

    def __enter__(self) -> Report:
        if self._linter is not None:
            self.__exit__(None, None, None)
        self._linter = Linter(self.model, list(self.optimizers), self.warn)
        self.report = self._linter.report
        watch.start(self._linter)
        return self.report

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        linter, self._linter = self._linter, None
        if linter is None:
            return
        watch.stop(linter)
        for check in linter.checks:
            check.finish(error)

    # As a callback -----------------------------------------------------------------------------------

    def on_fit_begin(self, trainer: Trainer) -> None:
        if self.model is None:
            self.model = trainer.model
        if not self.optimizers:
            self.optimizers = [trainer.optimizer]
        self.__enter__()

    def on_exception(self, trainer: Trainer, error: BaseException) -> None:
        self.__exit__(type(error), error, error.__traceback__)

    def on_fit_end(self, trainer: Trainer) -> None:
        self.__exit__(None, None, None)
