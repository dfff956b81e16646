"""`checkpoint`: saves memory by computing a part of the network a second time, in the walk back."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

from minitorch.absent import refuser
from minitorch.autograd.function import Function
from minitorch.engine import running_walk
from minitorch.errors import (
    ArgumentError,
    GradientError,
    NotSupportedError,
    RecomputationError as CheckpointError,
)
from minitorch.func.tree import is_tensor, leaves, tree_map
from minitorch.gradients import backward
from minitorch.modes import Setting, current, is_grad_enabled, no_grad
from minitorch.random import default_generator
from minitorch.saving import SavingHooks, saved_tensors_hooks
from minitorch.value import Value

Contexts = tuple[AbstractContextManager[Any], AbstractContextManager[Any]]
_early_stop: ContextVar[bool | None] = ContextVar("minitorch.checkpoint_early_stop", default=None)


def noop_context_fn() -> Contexts:
    """Contexts that do nothing, for the forward pass and for the second one."""
    return nullcontext(), nullcontext()


class Finished(Exception):
    """Ends the second computation as soon as everything that was needed is there."""


class Frame:
    """One checkpointed call.

    Attributes:
        count: how many tensors its operations wanted to save.
        shapes: their shapes and dtypes.
        again: those that a second computation has brought and that the walk has not fetched yet.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        preserve_rng_state: bool,
        context: AbstractContextManager[Any],
        early_stop: bool,
        check: bool,
    ) -> None:
        self.function, self.args, self.kwargs = function, args, kwargs
        self.state = default_generator.get_state() if preserve_rng_state else None
        self.context, self.early_stop, self.check = context, early_stop, check
        self.level, self.autocast = current().level, current_autocast()
        self.shapes: list[tuple[Any, Any]] = []
        self.again: dict[int, Any] = {}

    def pack(self, x: Any) -> int:
        """Notes that a tensor would have been saved, and lets it go."""
        self.shapes.append((tuple(x.shape), x.dtype))
        return len(self.shapes) - 1

    def unpack(self, i: int) -> Any:
        """The i-th tensor, computed a second time."""
        if i not in self.again:
            self.recompute()
        return self.again.pop(i)

    def recompute(self) -> None:
        """Runs the function again, and keeps what its operations save.

        Raises:
            RecomputationError: if it is something else than the first time.
        """
        self.again.clear()
        seen = 0

        def keep(x: Any) -> Any:
            nonlocal seen
            if seen < len(self.shapes) and self.check and (tuple(x.shape), x.dtype) != self.shapes[seen]:
                raise CheckpointError(
                    f"checkpoint: tensor {seen} that is saved for backward has shape {self.shapes[seen][0]} and "
                    f"{self.shapes[seen][1]} at first, but {tuple(x.shape)} and {x.dtype} when it is computed again; "
                    f"the function must do the same both times"
                )
            self.again[seen] = x.detach()
            seen += 1
            if seen == len(self.shapes) and self.early_stop:
                raise Finished
            return x

        args, kwargs = tree_map(cut_off, self.args), tree_map(cut_off, self.kwargs)
        hooks = SavingHooks(keep, lambda x: x)
        with (
            preserved_rng(self.state),
            Setting(grad=True, raw=False, saving=hooks, level=self.level, autocast=self.autocast),
            self.context,
        ):
            try:
                self.function(*args, **kwargs)
            except Finished:
                return
        if seen != len(self.shapes):
            raise CheckpointError(
                f"checkpoint: {len(self.shapes)} tensors were saved for backward at first, but {seen} when the "
                f"function was run again; it must do the same both times"
            )


def current_autocast() -> Any:
    """What autocast does just now, for the second time, when weights are cast anew."""
    autocast = current().autocast
    return None if autocast is None else autocast.but(cache={})


def cut_off(x: Any) -> Any:
    """A tensor outside of its graph that requires grad if it did; anything else as it is."""
    return x.detach().requires_grad_(x.requires_grad) if isinstance(x, Value) else x  # type: ignore[attr-defined]


@contextmanager
def preserved_rng(state: Any) -> Iterator[None]:
    """Within this block random numbers start from an earlier state, and afterwards go on as if nothing had been."""
    if state is None:
        yield
        return
    present = default_generator.get_state()
    default_generator.set_state(state)
    try:
        yield
    finally:
        default_generator.set_state(present)


class CheckpointFunction(Function):
    """The reentrant variant: an operation whose backward runs the function again, and a walk of its own."""

    @staticmethod
    def forward(ctx: Any, run_function: Any, preserve_rng_state: bool, *args: Any) -> Any:
        """Runs the function without recording it."""
        ctx.run_function, ctx.autocast = run_function, current_autocast()
        ctx.state = default_generator.get_state() if preserve_rng_state else None
        ctx.places = [i for i, x in enumerate(args) if isinstance(x, Value)]
        ctx.rest = [None if isinstance(x, Value) else x for x in args]
        ctx.save_for_backward(*(args[i] for i in ctx.places))
        with no_grad():
            return run_function(*args)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        """Runs it again, recorded, and walks back from there."""
        if running_walk.get().needed is not None:
            raise GradientError(
                "checkpoint: with use_reentrant=True gradients can only be computed by backward() without inputs=, "
                "not by autograd.grad(); pass use_reentrant=False"
            )
        args = list(ctx.rest)
        for i, x in zip(ctx.places, ctx.saved_tensors, strict=True):
            args[i] = x.detach()
            args[i].requires_grad_(ctx.needs_input_grad[i + 2])
        with preserved_rng(ctx.state), Setting(grad=True, autocast=ctx.autocast):
            result = ctx.run_function(*args)
        outputs = result if isinstance(result, tuple) else (result,)
        pairs = [(y, g) for y, g in zip(outputs, grads, strict=True) if is_tensor(y) and y.requires_grad]
        if not pairs:
            raise GradientError("checkpoint: none of the outputs of the function requires grad")
        backward([y for y, _ in pairs], [g for _, g in pairs])
        return (None, None, *(x.grad if is_tensor(x) else None for x in args))


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    use_reentrant: bool | None = None,
    context_fn: Callable[[], Contexts] = noop_context_fn,
    determinism_check: str = "default",
    debug: bool = False,
    early_stop: bool = True,
    **kwargs: Any,
) -> Any:
    """Runs a function without keeping what `backward` would need of it; the walk back runs it a second time.

    Args:
        function: a function of tensors, or a module.
        args: its arguments.
        use_reentrant: False for the better variant, which works with everything; True for the older one, whose
            backward starts a walk of its own, so that `autograd.grad` does not work, and that needs an argument
            that requires grad. To be given; without it a warning, and True.
        context_fn: returns two contexts, in which the function runs the first and the second time.
        determinism_check: "default" to compare shapes and dtypes of both times, or "none".
        debug: not supported.
        early_stop: end the second computation as soon as everything is there that the walk needs.
        kwargs: `preserve_rng_state=True`, to draw the same random numbers the second time; with
            use_reentrant=False also the function's keyword arguments.

    Raises:
        RecomputationError: in the walk back, if the function does something else the second time.

    >>> import minitorch
    >>> from minitorch.utils.checkpoint import checkpoint
    >>> x = minitorch.tensor([1.0, 2.0], requires_grad=True)
    >>> y = checkpoint(lambda x: (x * x).exp().sum(), x, use_reentrant=False)
    >>> y.backward()
    >>> x.grad
    tensor([  5.4366, 218.3926])
    """
    if use_reentrant is None:
        warnings.warn(
            "checkpoint: pass use_reentrant=False (recommended) or use_reentrant=True; without it True is taken",
            stacklevel=2,
        )
        use_reentrant = True
    preserve = kwargs.pop("preserve_rng_state", True)
    if determinism_check not in ("default", "none"):
        raise ArgumentError(
            f"checkpoint: determinism_check must be 'default' or 'none', got {determinism_check!r}"
        )
    if use_reentrant:
        if kwargs:
            raise ArgumentError(
                f"checkpoint: with use_reentrant=True the function takes no keyword arguments, got {', '.join(kwargs)}"
            )
        if context_fn is not noop_context_fn or debug:
            raise ArgumentError("checkpoint: context_fn and debug need use_reentrant=False")
        if is_grad_enabled() and not any(isinstance(x, Value) and x._requires_grad for x in leaves(args)):
            warnings.warn(
                "checkpoint: no argument requires grad, so there will be no gradients", stacklevel=2
            )
        return CheckpointFunction.apply(function, preserve, *args)
    if debug:
        raise NotSupportedError(
            "checkpoint: debug=True is not supported; run the function under detect_anomaly"
        )
    forward_context, recompute_context = context_fn()
    if not is_grad_enabled():
        with forward_context:
            return function(*args, **kwargs)
    chosen = _early_stop.get()
    stop = early_stop if chosen is None else chosen
    frame = Frame(function, args, kwargs, preserve, recompute_context, stop, determinism_check == "default")
    with saved_tensors_hooks(frame.pack, frame.unpack), forward_context:
        return function(*args, **kwargs)


def checkpoint_sequential(
    functions: Any, segments: int, input: Any, use_reentrant: bool | None = None, **kwargs: Any
) -> Any:
    """Runs functions one after the other, in segments that are checkpointed, except for the last.

    Args:
        functions: an `nn.Sequential`, or a list of functions or modules.
        segments: how many.
        input: what the first function takes.
        use_reentrant: as in `checkpoint`.
        kwargs: `preserve_rng_state=True`, as in `checkpoint`.

    >>> import minitorch
    >>> from minitorch.utils.checkpoint import checkpoint_sequential
    >>> net = minitorch.nn.Sequential(*(minitorch.nn.Linear(4, 4) for _ in range(6)))
    >>> checkpoint_sequential(net, 3, minitorch.ones(2, 4), use_reentrant=False).sum().backward()
    """
    if use_reentrant is None:
        warnings.warn(
            "checkpoint_sequential: pass use_reentrant=False (recommended) or use_reentrant=True; "
            "without it True is taken",
            stacklevel=2,
        )
        use_reentrant = True
    preserve = kwargs.pop("preserve_rng_state", True)
    if kwargs:
        raise ArgumentError(f"checkpoint_sequential: unknown keyword arguments {', '.join(kwargs)}")
    steps = list(functions.children() if hasattr(functions, "children") else functions)

    def part(start: int, stop: int) -> Callable[[Any], Any]:
        def run(x: Any) -> Any:
            for step in steps[start:stop]:
                x = step(x)
            return x

        return run

    size = len(steps) // segments
    last = size * (segments - 1)
    for start in range(0, last, max(size, 1)):
        input = checkpoint(
            part(start, start + size), input, use_reentrant=use_reentrant, preserve_rng_state=preserve
        )
    return part(last, len(steps))(input)


@contextmanager
def set_checkpoint_early_stop(enable: bool) -> Iterator[None]:
    """Within this block, whether checkpoints end their second computation as soon as possible.

    >>> import minitorch
    >>> from minitorch.utils.checkpoint import checkpoint, set_checkpoint_early_stop
    >>> x = minitorch.ones(2, requires_grad=True)
    >>> with set_checkpoint_early_stop(False):
    ...     y = checkpoint(minitorch.exp, x, use_reentrant=False)
    """
    token = _early_stop.set(enable)
    try:
        yield
    finally:
        _early_stop.reset(token)


__getattr__ = refuser("utils.checkpoint")
