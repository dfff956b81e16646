"""L-BFGS."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, cast

from minitorch import ops
from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.like import zeros_like
from minitorch.modes import enable_grad, no_grad
from minitorch.optim.line_search import Point, strong_wolfe
from minitorch.optim.optimizer import Group, Optimizer
from minitorch.optim.settings import check_number
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.variable import Variable


class LBFGS(Optimizer):
    """A quasi-Newton method: the curvature along the last steps stands for the whole Hessian.

    With s the last steps, y the changes of the gradient over them, and ρ = 1/(y·s), the direction is

        q ← −g;   newest first: α = ρ·(s·q), q ← q − α·y;   q ← q·(s·y)/(y·y);   oldest first: q ← q + s·(α − ρ·(y·q))

    One `step(closure)` takes up to `max_iter` such steps, and calls `closure` for each; it must clear the
    gradients, compute the loss and its gradients anew, and return the loss. For losses without noise.

    Args:
        params: tensors, or (name, tensor) pairs; one group only.
        lr: how far to go along the direction, or where the line search begins.
        max_iter: the most steps in one call of `step`.
        max_eval: the most calls of the closure in it; 5/4 · max_iter if None.
        tolerance_grad: stop where no element of the gradient is larger.
        tolerance_change: stop where neither the loss nor the parameters change by more.
        history_size: how many steps to remember.
        line_search_fn: `"strong_wolfe"`, or None for steps of fixed length.

    Raises:
        ArgumentError: for settings out of range, several groups, and parameters as in `Optimizer`.

    Source: D. Liu, J. Nocedal, On the Limited Memory BFGS Method for Large Scale Optimization, 1989.

    >>> import minitorch
    >>> x = minitorch.tensor([-1.0, 2.0], requires_grad=True)
    >>> optimizer = minitorch.optim.LBFGS([x], line_search_fn="strong_wolfe", max_iter=50)
    >>> def rosenbrock():
    ...     optimizer.zero_grad()
    ...     loss = (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2
    ...     loss.backward()
    ...     return loss
    >>> _ = optimizer.step(rosenbrock)
    >>> x.detach().round(decimals=3)
    tensor([1., 1.])
    """

    state_required = False
    number_names = ()

    def __init__(
        self,
        params: Iterable[Any],
        lr: Any = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        defaults = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, defaults)

    def add_param_group(self, param_group: Group) -> None:
        """Takes the one group of parameters."""
        if self.param_groups:
            raise ArgumentError(
                "LBFGS: there can be only one parameter group, with the same settings for all"
            )
        super().add_param_group(param_group)

    def check_group(self, group: Group, where: str) -> None:
        """Refuses settings out of range."""
        check_number(where, "lr", group["lr"])
        if group["line_search_fn"] not in (None, "strong_wolfe"):
            raise ArgumentError(
                f"{where}: line_search_fn must be 'strong_wolfe' or None, got {group['line_search_fn']!r}"
            )

    def state_shapes(self, group: Group, x: Variable) -> dict[str, tuple[int, ...]]:
        """The direction and the gradient of the last step, flat; the first parameter holds them for all."""
        if x is not self._params[0]:
            return {}
        size = sum(p.numel() * (1 + p.is_complex()) for p in self._params)
        return {"d": (size,), "prev_flat_grad": (size,)}

    @property
    def _params(self) -> list[Variable]:
        return cast("list[Variable]", self.param_groups[0]["params"])

    def _flat_grad(self) -> Variable:
        """All gradients in one vector, complex ones as pairs of real and imaginary part."""
        parts = []
        for x in self._params:
            g = zeros_like(x) if x.grad is None else x.grad.detach()
            if g.is_complex():
                g = ops.stack([g.real, g.imag], -1)
            parts.append(g.reshape(-1))
        return ops.cat(parts)

    def _move(self, distance: Any, direction: Variable) -> None:
        """x ← x + distance · direction."""
        start = 0
        for x in self._params:
            size = x.numel() * (1 + x.is_complex())
            step = direction[start : start + size] * distance
            if x.is_complex():
                step = ops.complex(step[0::2], step[1::2])
            x += step.reshape(x.shape)
            start += size

    def _search(
        self, closure: Callable[[], Any], start: Point, distance: Any, d: Variable
    ) -> tuple[Point, int]:
        """The point of the line search; the parameters stay where they were."""
        group, origin = self.param_groups[0], [x.detach().clone() for x in self._params]

        def evaluate(distance: Any) -> Point:
            self._move(distance, d)
            loss, grad = float(closure()), self._flat_grad()
            for x, value in zip(self._params, origin, strict=True):
                x.copy_(value)
            return Point(distance, loss, grad, grad.dot(d))

        return strong_wolfe(evaluate, start, distance, d.abs().max(), group["max_eval"] - self._evaluations)

    @no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Takes up to `max_iter` steps.

        Args:
            closure: computes the loss and its gradients anew, and returns the loss.

        Returns:
            What `closure` returned first.
        """
        if closure is None:
            raise ArgumentTypeError(
                "LBFGS.step: it evaluates the loss several times; give a closure that clears the gradients, "
                "calls backward, and returns the loss"
            )
        closure = enable_grad()(closure)
        group, state = self.param_groups[0], self.state[self._params[0]]
        lr, tolerance = group["lr"], group["tolerance_change"]
        lr = lr.reshape(()) if isinstance(lr, Value) else lr  # type: ignore[attr-defined]
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)
        first = closure()
        loss, grad = float(first), self._flat_grad()
        self._evaluations = 1
        state["func_evals"] += 1
        if grad.abs().max() <= group["tolerance_grad"]:
            return first
        for iteration in range(1, group["max_iter"] + 1):
            state["n_iter"] += 1
            d = direction(state, grad, group["history_size"])
            if state["n_iter"] == 1:
                t = min(1.0, 1.0 / grad.abs().sum()) * lr
            else:
                t = lr
            state.update(d=d, t=t, prev_flat_grad=grad, prev_loss=loss)
            before, slope = loss, grad.dot(d)
            if slope > -tolerance:
                break
            evaluations = 0
            if group["line_search_fn"] is not None:
                point, evaluations = self._search(closure, Point(0, loss, grad, slope), t, d)
                t, loss, grad = point.distance, point.loss, point.grad
                self._move(t, d)
            else:
                self._move(t, d)
                if iteration < group["max_iter"]:  # the next call evaluates the loss there in any case
                    loss, grad, evaluations = float(closure()), self._flat_grad(), 1
            state["t"] = t
            self._evaluations += evaluations
            state["func_evals"] += evaluations
            if (
                self._evaluations >= group["max_eval"]
                or grad.abs().max() <= group["tolerance_grad"]
                or (d * t).abs().max() <= tolerance
                or abs(loss - before) < tolerance
            ):
                break
        return first


def direction(state: dict[str, Any], grad: Variable, history_size: int) -> Variable:
    """−H·g, after the last step has entered the history in `state`."""
    if state["n_iter"] == 1:
        state.update(old_dirs=[], old_stps=[], ro=[], H_diag=1)
        return -grad
    changes, steps, inverse = state["old_dirs"], state["old_stps"], state["ro"]
    y, s = grad - state["prev_flat_grad"], state["d"] * state["t"]
    curvature = y.dot(s)
    if curvature > 1e-10:
        if len(changes) == history_size:
            for history in (changes, steps, inverse):
                history.pop(0)
        changes.append(y)
        steps.append(s)
        inverse.append(1.0 / curvature)
        state["H_diag"] = curvature / y.dot(y)
    shares = state.setdefault("al", [None] * history_size)
    q = -grad
    for k in reversed(range(len(steps))):
        shares[k] = steps[k].dot(q) * inverse[k]
        q = q - changes[k] * shares[k]
    q = q * state["H_diag"]
    for k in range(len(steps)):
        q = q + steps[k] * (shares[k] - changes[k].dot(q) * inverse[k])
    return q
