"""Watchers, such as the profiler and the linter: they see ops, walks, modules, losses and optimizer steps of a thread.

While nobody watches, nothing is hooked to anything: `Op.apply` is the plain one, modules have no hooks. Only losses
and walks look, once each, whether `WATCHING` is empty.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from threading import Lock, get_ident
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minitorch.engine import Walk
    from minitorch.nn import Module
    from minitorch.op import Op

WATCHING: dict[int, tuple[Watcher, ...]] = {}  # by thread
RUNNING: dict[int, Any] = {}  # by thread: the class of the innermost op that is being applied
HANDLES: list[Any] = []  # of the hooks that are set while somebody watches
LOCK = Lock()


class Watcher:
    """Sees what the thread does in which it was started; subclasses override what they want to see.

    What `*_begins` returns is handed to `*_ends`, which is also called after an error, with None for a result.

    Attributes:
        stack: the modules that are being called, the innermost last, each with its path.
    """

    def __init__(self) -> None:
        self.stack: list[tuple[Module, str]] = []
        self.names: dict[int, str] = {}  # of the modules in the one that was called first
        self.thread: int | None = None  # in which it watches

    @property
    def place(self) -> str:
        """The path of the innermost module that is being called, such as `Net.features.3 (Conv2d)`."""
        return self.stack[-1][1] if self.stack else ""

    def op_begins(self, op_class: type[Op], inputs: tuple[Any, ...], settings: dict[str, Any]) -> Any:
        """An op is about to be applied."""

    def op_ends(self, token: Any, op_class: type[Op], inputs: tuple[Any, ...], result: Any) -> None:
        """It was applied."""

    def walk_begins(self, walk: Walk) -> Any:
        """A walk back is about to start."""

    def walk_ends(self, token: Any, walk: Walk) -> None:
        """It came to its end."""

    def node_begins(self, node: Op, gradients: tuple[Any, ...]) -> Any:
        """A walk is about to compute the gradients of a node's inputs, from those of its outputs."""

    def node_ends(self, token: Any, node: Op, results: Any) -> None:
        """They are computed."""

    def module_begins(self, module: Module, args: tuple[Any, ...]) -> None:
        """A module is about to be called; it is on the stack already."""

    def module_ends(self, module: Module, args: tuple[Any, ...], output: Any) -> None:
        """It was called; it is on the stack still."""

    def step_begins(self, optimizer: Any) -> None:
        """An optimizer is about to take a step."""

    def step_ends(self, optimizer: Any) -> None:
        """It took it; not called after an error."""

    def loss(self, op_name: str, input: Any, target: Any) -> None:
        """A loss is about to be computed."""

    def suspicion(self, code: str, message: str) -> bool:
        """The library suspects a mistake; True keeps it from warning of it itself."""
        return False


def start(watcher: Watcher) -> None:
    """Lets `watcher` see what this thread does from now on."""
    with LOCK:
        if not WATCHING:
            attach()
        watcher.thread = get_ident()
        WATCHING[watcher.thread] = (*WATCHING.get(watcher.thread, ()), watcher)


def stop(watcher: Watcher) -> None:
    """Ends that; with the last watcher the last hook goes."""
    with LOCK:
        if watcher.thread is None:
            return
        left = tuple(w for w in WATCHING.get(watcher.thread, ()) if w is not watcher)
        if left:
            WATCHING[watcher.thread] = left
        else:
            WATCHING.pop(watcher.thread, None)
            RUNNING.pop(watcher.thread, None)
        watcher.thread = None
        watcher.stack.clear()
        if not WATCHING:
            detach()


def here() -> tuple[Watcher, ...]:
    """Who watches this thread."""
    return WATCHING.get(get_ident(), ())


def attach() -> None:
    """Sets the hooks."""
    from minitorch.nn.hooks import everywhere
    from minitorch.op import Op
    from minitorch.optim.hooks import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

    HANDLES[:] = [
        everywhere("forward_pre", enter_module),
        everywhere("forward", leave_module, always=True),
        register_optimizer_step_pre_hook(enter_step),
        register_optimizer_step_post_hook(leave_step),
    ]
    watched.plain = Op.__dict__["apply"]  # type: ignore[attr-defined]
    Op.apply = classmethod(watched)  # type: ignore[assignment, method-assign]


def detach() -> None:
    """Removes them."""
    from minitorch.nn.hooks import release_everywhere
    from minitorch.op import Op

    Op.apply = watched.plain  # type: ignore[attr-defined, method-assign]
    for handle in HANDLES:
        handle.remove()
    HANDLES.clear()
    release_everywhere()


# What is hooked ------------------------------------------------------------------------------------------


def watched(op_class: Any, *inputs: Any, **settings: Any) -> Any:
    """`Op.apply` while somebody watches."""
    from minitorch.modes import current

    apply: Callable[..., Any] = watched.plain.__get__(None, op_class)  # type: ignore[attr-defined]
    thread = get_ident()
    watchers, outer = WATCHING.get(thread), RUNNING.get(thread)
    if watchers is None or outer is op_class or current().raw:  # an op that prepares its inputs calls itself
        return apply(*inputs, **settings)
    tokens = [w.op_begins(op_class, inputs, settings) for w in watchers]
    RUNNING[thread] = op_class
    result = None
    try:
        result = apply(*inputs, **settings)
    finally:
        RUNNING[thread] = outer
        for w, token in zip(watchers, tokens, strict=True):
            w.op_ends(token, op_class, inputs, result)
    return result


def run(walk: Walk) -> None:
    """`walk.run()` while somebody watches."""
    watchers, inner = here(), walk.for_batches

    def for_node(node: Any, g: Any) -> Any:
        worker = node if inner is None else inner(node, g)
        return WatchedFormula(walk, watchers, node, worker)

    if watchers:
        walk.for_batches = for_node
    thread, tokens = get_ident(), [w.walk_begins(walk) for w in watchers]
    outer, RUNNING[thread] = RUNNING.get(thread), None
    try:
        walk.run()
    finally:
        RUNNING[thread] = outer
        for w, token in zip(watchers, tokens, strict=True):
            w.walk_ends(token, walk)


class WatchedFormula:
    """The backward of a node, between the calls of those who watch."""

    fused_backward = None

    def __init__(self, walk: Walk, watchers: tuple[Watcher, ...], node: Op, worker: Any) -> None:
        self.walk, self.watchers, self.node, self.worker = walk, watchers, node, worker

    def backward(self, *g: Any) -> Any:
        """The gradients of the node's inputs."""
        worker = self.worker
        formula = worker.backward
        if not self.walk.create_graph and worker.fused_backward is not None:
            formula = worker.fused_backward
        tokens = [w.node_begins(self.node, g) for w in self.watchers]
        results = None
        try:
            results = formula(*g)
        finally:
            for w, token in zip(self.watchers, tokens, strict=True):
                w.node_ends(token, self.node, results)
        return results


def enter_module(module: Module, args: tuple[Any, ...]) -> None:
    """The hook before each forward."""
    for w in here():
        if not w.stack:
            w.names = {id(m): name for name, m in module.named_modules()}
        w.stack.append((module, path_within(w.stack[0][0] if w.stack else module, module, w.names)))
        w.module_begins(module, args)


def leave_module(module: Module, args: tuple[Any, ...], output: Any) -> None:
    """The hook after each forward; modules that other hooks broke off are taken from the stack, too."""
    for w in here():
        if all(m is not module for m, _ in w.stack):  # the watcher came in the middle of the call
            continue
        while w.stack[-1][0] is not module:
            w.stack.pop()
        w.module_ends(module, args, output)
        w.stack.pop()


def enter_step(optimizer: Any, args: Any, kwargs: Any) -> None:
    """The hook before each step of an optimizer."""
    for w in here():
        w.stack.clear()  # of modules that Ctrl-C broke off, which calls no hooks
        w.step_begins(optimizer)


def leave_step(optimizer: Any, args: Any, kwargs: Any) -> None:
    """The hook after it."""
    for w in here():
        w.step_ends(optimizer)


def path_within(root: Module, module: Module, names: dict[int, str]) -> str:
    """Where a module stands in a model, as errors say it: `Net.features.3 (Conv2d)`."""
    kind = type(module).__name__
    return kind if module is root else f"{type(root).__name__}.{names.get(id(module), '?')} ({kind})"


# What the library itself tells --------------------------------------------------------------------------


def loss(op_name: str, input: Any, target: Any) -> None:
    """Tells those who watch that a loss is about to be computed."""
    if WATCHING:
        for w in here():
            w.loss(op_name, input, target)


def suspect(code: str, message: str, stacklevel: int) -> None:
    """Says that a program is probably mistaken: to those who watch or, if none of them reports it, as a warning."""
    reported = [w.suspicion(code, message) for w in here()]
    if not any(reported):
        warnings.warn(message, UserWarning, stacklevel + 1)
