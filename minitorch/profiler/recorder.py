"""`Recorder`: makes an event of each op, formula, module call, optimizer step and block of one thread."""

from __future__ import annotations

import os
import sys
import tracemalloc
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

import minitorch
from minitorch import watch
from minitorch.profiler.events import EventList, FunctionEvent
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.engine import Walk
    from minitorch.nn import Module
    from minitorch.op import Op

LIBRARY = os.path.dirname(os.path.abspath(minitorch.__file__)) + os.sep


class Recorder(watch.Watcher):
    """Records events while it watches.

    Attributes:
        events: the events in the order in which they began.
        began: when the first could begin, in ns of `perf_counter_ns`.
    """

    def __init__(self, record_shapes: bool, profile_memory: bool, with_stack: bool) -> None:
        super().__init__()
        self.record_shapes, self.profile_memory, self.with_stack = record_shapes, profile_memory, with_stack
        self.events = EventList()
        self.events.profile_memory = profile_memory
        self.open: list[FunctionEvent] = []
        self.traces_memory = False
        self.began = 0

    def start(self) -> None:
        """Records from now on."""
        if self.profile_memory and not tracemalloc.is_tracing():
            tracemalloc.start()
            self.traces_memory = True
        self.began = perf_counter_ns()
        watch.start(self)

    def stop(self) -> None:
        """Ends that; what is still running ends here, too."""
        thread = self.thread
        watch.stop(self)
        if thread is not None and self.open:
            self.end(self.open[0])
        if self.traces_memory:
            tracemalloc.stop()
            self.traces_memory = False

    def begin(
        self, name: str, kind: str, module: str, shapes: list[list[int]] | None = None
    ) -> FunctionEvent:
        """Opens an event inside of the one that is open."""
        event = FunctionEvent(name, kind, module, self.thread or 0, len(self.events))
        if self.open:
            event.cpu_parent = self.open[-1]
            self.open[-1].cpu_children.append(event)
        if shapes is not None:
            event.input_shapes = shapes
        if self.with_stack:
            event.stack = stack()
        self.events.append(event)
        self.open.append(event)
        if self.profile_memory:
            event.allocated = -tracemalloc.get_traced_memory()[0]
        event.start = (perf_counter_ns() - self.began) / 1000
        return event

    def end(self, event: FunctionEvent) -> None:
        """Closes an event, and those inside of it that an error left open."""
        now = (perf_counter_ns() - self.began) / 1000
        if event not in self.open:
            return
        held = tracemalloc.get_traced_memory()[0] if self.profile_memory else 0
        while True:
            last = self.open.pop()
            last.end = now
            last.allocated += held
            if last is event:
                return

    # What a watcher sees ---------------------------------------------------------------------------------

    def op_begins(self, op_class: type[Op], inputs: tuple[Any, ...], settings: dict[str, Any]) -> Any:
        """Opens the event of an op."""
        shapes = [shape_of(x) for x in inputs] if self.record_shapes else None
        return self.begin(op_class.op_name, "op", self.place, shapes)

    def op_ends(self, token: Any, op_class: type[Op], inputs: tuple[Any, ...], result: Any) -> None:
        """Closes it, and marks the node with the module that it belongs to."""
        self.end(token)
        first = result[0] if result.__class__ is tuple and result else result
        node = getattr(first, "grad_fn", None)
        if node is not None and self.place:
            node.place = self.place

    def walk_begins(self, walk: Walk) -> Any:
        """Opens the event of a walk back."""
        return self.begin("backward", "backward", "")

    def walk_ends(self, token: Any, walk: Walk) -> None:
        """Closes it."""
        self.end(token)

    def node_begins(self, node: Op, gradients: tuple[Any, ...]) -> Any:
        """Opens the event of a formula."""
        shapes = [shape_of(g) for g in gradients] if self.record_shapes else None
        return self.begin(node.name(), "backward", node.place, shapes)

    def node_ends(self, token: Any, node: Op, results: Any) -> None:
        """Closes it."""
        self.end(token)

    def module_begins(self, module: Module, args: tuple[Any, ...]) -> None:
        """Opens the event of a module."""
        shapes = [shape_of(x) for x in args] if self.record_shapes else None
        self.begin(type(module).__name__, "module", self.place, shapes)

    def module_ends(self, module: Module, args: tuple[Any, ...], output: Any) -> None:
        """Closes it."""
        path = self.place
        for event in reversed(self.open):
            if event.kind == "module" and event.module == path:
                self.end(event)
                return

    def step_begins(self, optimizer: Any) -> None:
        """Opens the event of an optimizer's step."""
        self.begin(step_name(optimizer), "function", "")

    def step_ends(self, optimizer: Any) -> None:
        """Closes it."""
        name = step_name(optimizer)
        for event in reversed(self.open):
            if event.name == name:
                self.end(event)
                return


def step_name(optimizer: Any) -> str:
    """What the step of an optimizer is called in the table."""
    return f"Optimizer.step#{type(optimizer).__name__}.step"


def shape_of(x: Any) -> list[int]:
    """The shape of a tensor; empty for anything else."""
    array = x.array if isinstance(x, Value) else x
    return list(getattr(array, "shape", ()))


def stack() -> list[str]:
    """The lines of the program that are running, the innermost first; those of the library are left out."""
    lines, frame = [], sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if not code.co_filename.startswith(LIBRARY):
            lines.append(f"{code.co_filename}({frame.f_lineno}): {code.co_name}")
        frame = frame.f_back  # type: ignore[assignment]
    return lines
