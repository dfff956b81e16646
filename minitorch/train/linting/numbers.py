"""The check for numbers that are none: where NaN or infinity came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from minitorch.anomaly import has_nan, line_at, user_place
from minitorch.op import BATCHES
from minitorch.registry import backend_of
from minitorch.train.linting.gradients import params_of
from minitorch.train.linting.linter import Check, Linter
from minitorch.value import Value, array_of

if TYPE_CHECKING:
    from minitorch.engine import Walk
    from minitorch.nn import Module
    from minitorch.op import Op
    from minitorch.optim import Optimizer

SPOILED = "from here on all that depends on it is NaN, and one step spoils every parameter"


class Made(NamedTuple):
    """An op that made NaN of numbers."""

    op_name: str
    cause: str
    where: str
    recorded: bool


class NonFinite(Check):
    """The first NaN: in the data, made by an op, or in the walk back; and parameters and losses that are infinite.

    Infinite values may be meant, as in a mask, and NaN may be left out by where(). The first of each in a step is
    remembered, and told of once the loss or a gradient is NaN.
    """

    def __init__(self, linter: Linter) -> None:
        super().__init__(linter)
        self.found = False
        self.infinite: str | None = None  # where the first infinite value of this step was made
        self.made: Made | None = None  # the op that made the first NaN of this step
        self.steep: Op | None = None  # the op whose gradient was the first to be infinite in this walk

    def module_begins(self, module: Module, args: tuple[Any, ...]) -> None:
        if self.found or len(self.linter.stack) > 1:
            return
        for i, x in enumerate(args):
            if isinstance(x, Value) and has_no_number(x):
                self.report(
                    f"argument {i} of the model contains NaN",
                    "Find it with x.isnan().any(), and fill in or drop such samples",
                )

    def op_ends(self, token: Any, op_class: Any, inputs: tuple[Any, ...], result: Any) -> None:
        if self.found:
            return
        for y in result if result.__class__ is tuple else (result,):
            if not isinstance(y, Value):
                continue
            if y.grad_fn is not None and y.grad_fn.spot is None:
                y.grad_fn.spot = user_place()
                y.grad_fn.place = y.grad_fn.place or self.linter.place
            if finite(y):
                continue
            if not has_no_number(y):
                if self.infinite is None and all(map(finite, inputs)):
                    self.infinite = f"{op_class.op_name} at {self.linter.here()}"
            elif not any(map(has_no_number, inputs)) and (
                self.made is None or (y._requires_grad and not self.made.recorded)
            ):
                cause = f"; the first infinite value came from {self.infinite}" if self.infinite else ""
                self.made = Made(op_class.op_name, cause, self.linter.here(), y._requires_grad)

    def walk_begins(self, walk: Walk) -> None:
        self.steep = None
        for root in walk.roots:
            if self.found or finite(root):
                continue
            if not has_no_number(root):
                made = self.infinite or "an operation before"
                self.report(f"the loss is infinite; the first infinite value came from {made}", REMEDY)
            elif self.made is not None:
                self.report_made(self.made)
            else:
                self.report(
                    "the loss is NaN; no operation made it of numbers: it came in with the targets or a parameter",
                    "Look at both with isnan().any()",
                )

    def finish(self, error: BaseException | None) -> None:
        if error is not None and self.made is not None and not self.found:
            self.report_made(self.made)

    def report_made(self, made: Made) -> None:
        """Tells of the op that made the first NaN."""
        self.report(f"{made.op_name} made NaN{made.cause}", REMEDIES.get(made.op_name, REMEDY), made.where)

    def node_ends(self, token: Any, node: Op, results: Any) -> None:
        results = results if results.__class__ is tuple else (results,)
        if self.found or all(map(finite, results)) or any(map(has_no_number, token)):
            return
        first = self.steep if self.steep and not all(map(finite, token)) else node
        if not any(map(has_no_number, results)):
            self.steep = first
            return
        line = line_at(first.spot) if first.spot else "a line that was not watched"
        what = f"the gradient of {first.op_name} is NaN, although its result is not"
        if first is not node:
            what = (
                f"the gradient of {first.op_name} is infinite, and that of {node.op_name} NaN for that reason"
            )
        self.report(
            what,
            "The derivative is not defined there, as of sqrt at 0 or of x/x at 0: keep away from such points with "
            "clamp, or add a small number",
            f"{first.place}, {line}" if first.place else line,
        )

    def step_begins(self, optimizer: Optimizer) -> None:
        self.look(optimizer, "the gradient of", lambda x: x._grad)

    def step_ends(self, optimizer: Optimizer) -> None:
        self.infinite = self.made = None
        self.look(optimizer, "after the step,", lambda x: x)

    def look(self, optimizer: Optimizer, prefix: str, part: Any) -> None:
        """Looks for infinite parameters or gradients."""
        for x in () if self.found else params_of(optimizer):
            y = part(x)
            if y is not None and not finite(y):
                name = self.linter.parameter_names().get(
                    id(x), f"a parameter of shape {tuple(x.array.shape)}"
                )
                self.report(
                    f"{prefix} {name} is NaN or infinite",
                    "Lower the learning rate, and clip with nn.utils.clip_grad_norm_(..., error_if_nonfinite=True)",
                )

    def report(self, what: str, remedy: str, where: str | None = None) -> None:
        """Tells of the first; what comes later follows from it."""
        self.found = True
        self.linter.find("error", "nan", what, where=where or self.linter.here(), why=SPOILED, remedy=remedy)


REMEDY = "Look at the values that go in; scale them, or clamp them to the domain of the function"
REMEDIES = {
    "log": "Use log(x.clamp(min=1e-12)), log1p, or log_softmax in place of log(softmax(x))",
    "sqrt": "Use sqrt(x.clamp(min=0) + 1e-12)",
    "div": "Add a small number to the divisor, or use where() to leave out zeros",
    "softmax": "A row that is −inf throughout has no softmax: leave at least one place of it unmasked",
    "log_softmax": "A row that is −inf throughout has no softmax: leave at least one place of it unmasked",
    "sub": "Infinity minus infinity: look for what became infinite before",
}


def has_no_number(x: Any) -> bool:
    """Whether there is a NaN in a value, an array or a number."""
    return not finite(x) and has_nan(x)


def finite(x: Any) -> bool:
    """Whether there is neither NaN nor infinity in a value, an array or a number."""
    array = array_of(x)
    if getattr(array, "dtype", None) is None:
        return not isinstance(x, float) or abs(x) < float("inf")
    if array.__class__ in BATCHES or array.dtype.kind not in "fc" or not array.size:
        return True
    return bool(backend_of(array).isfinite(array).all())
