"""What `gradcheck` compares beside plain gradients, if asked to: forward mode, and batches of either."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.errors import GradcheckError
from minitorch.func.transforms import jvp
from minitorch.func.vectorize import vmap
from minitorch.gradients import grad
from minitorch.ops import stack
from minitorch.registry import backend_of
from minitorch.value import wrap

if TYPE_CHECKING:
    from minitorch.autograd.finite_differences import Check


def check_batched_grad(check: Check, outputs: list[tuple[int, Any]]) -> None:
    """One walk with two gradients to start with gives the same as two walks.

    Raises:
        GradcheckError: if it does not.
    """
    for k, y in outputs:
        starts = stack([wrap(check.direction(y)), wrap(check.direction(y))])
        settings: dict[str, Any] = {"retain_graph": True, "allow_unused": True}
        together: tuple[Any, ...] = grad(y, check.sources, starts, is_grads_batched=True, **settings)
        for i in range(2):
            alone = grad(y, check.sources, starts[i], **settings)
            for j, a, b in zip(check.checked, alone, together, strict=True):
                near(check, f"batched gradient of output {k} by input {j}", a, None if b is None else b[i])


def check_forward(check: Check, batched: bool) -> None:
    """Derivatives along a direction, by `func.jvp`, agree with central differences.

    Args:
        check: the check.
        batched: compare two directions under vmap with each on its own, too.

    Raises:
        GradcheckError: if they do not.
    """

    def function(*xs: Any) -> Any:
        arguments = list(check.arguments)
        for i, x in zip(check.checked, xs, strict=True):
            arguments[i] = x
        result = check.function(*arguments)
        return tuple(result) if isinstance(result, (tuple, list)) else (result,)

    points = tuple(x.detach() for x in check.sources)
    along = [tuple(wrap(check.direction(x)) for x in points) for _ in range(2)]
    exact = [jvp(function, points, v)[1] for v in along]
    for v, ys in zip(along, exact, strict=True):
        sides = []
        for sign in (1, -1):
            with_step = tuple(
                (x + sign * check.eps * t).requires_grad_() for x, t in zip(points, v, strict=True)
            )
            sides.append(function(*with_step))
        for k, (y, above, below) in enumerate(zip(ys, *sides, strict=True)):
            near(check, f"derivative of output {k} along a direction", (above - below) / (2 * check.eps), y)
    if batched:
        both = tuple(stack([a, b]) for a, b in zip(*along, strict=True))
        together = vmap(lambda *v: jvp(function, points, v)[1])(*both)
        for i, ys in enumerate(exact):
            for k, (y, many) in enumerate(zip(ys, together, strict=True)):
                near(check, f"batched derivative of output {k} along a direction", y, many[i])


def near(check: Check, what: str, expected: Any, actual: Any) -> None:
    """Raises a GradcheckError unless both are equal, within the tolerances of the check."""
    if expected is None and actual is None:
        return
    if expected is None or actual is None:
        apart = float("inf")
    else:
        a, b = expected.detach().array, actual.detach().array
        backend = backend_of(a)
        excess = backend.abs(a - b) - (check.atol + check.rtol * backend.abs(a))
        if bool((excess <= 0).all()):
            return
        apart = float(backend.abs(a - b).max())
    raise GradcheckError(f"gradcheck: the {what} is {apart:.3g} away from what it should be")
