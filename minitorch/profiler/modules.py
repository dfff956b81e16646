"""Time and memory by module: `ModuleTable`."""

from __future__ import annotations

from minitorch.profiler.events import FunctionEvent, duration, layout, memory


class ModuleAvg:
    """All calls of one module together; times in µs, and those of the walk back where it computed with its ops.

    Attributes:
        path: where the module stands, such as `Net.features.3 (Conv2d)`.
        count: the number of calls.
        forward_total: the time of its forward.
        self_forward: the same without the modules inside of it.
        backward_total: the time of the formulas of its ops, and of those of the modules inside of it.
        self_backward: that of its own ops.
        memory: bytes that its forward allocated and did not free again, with `profile_memory`.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.count = 0
        self.forward_total = self.self_forward = self.backward_total = self.self_backward = 0.0
        self.memory = 0

    @property
    def dotted(self) -> str:
        """The path without the class at its end."""
        return self.path.partition(" ")[0]


class ModuleTable(list[ModuleAvg]):
    """The modules in the order in which they were first called; prints as a table."""

    profile_memory = False

    def table(self, row_limit: int = 100) -> str:
        """The modules as text, one line for each.

        Args:
            row_limit: so many lines; −1 for all.
        """
        titles = ["Module", "Calls", "Forward", "Self forward", "Backward", "Self backward"]
        titles += ["Memory"] * self.profile_memory
        rows = []
        for m in self if row_limit < 0 else self[:row_limit]:
            times = (m.forward_total, m.self_forward, m.backward_total, m.self_backward)
            row = [m.path, str(m.count), *map(duration, times)]
            rows.append(row + [memory(m.memory)] * self.profile_memory)
        return layout(titles, rows, left={0})

    def __str__(self) -> str:
        return self.table()


def by_module(events: list[FunctionEvent], profile_memory: bool) -> ModuleTable:
    """The table of these events."""
    found: dict[str, ModuleAvg] = {}
    table = ModuleTable()
    table.profile_memory = profile_memory
    for event in events:
        if event.kind == "module":
            if event.module not in found:
                found[event.module] = ModuleAvg(event.module)
                table.append(found[event.module])
            add_call(found[event.module], event)
    for event in events:
        if event.kind == "backward" and event.module in found:
            own = found[event.module]
            own.self_backward += event.cpu_time_total
            for m in table:
                if m is own or own.dotted.startswith(f"{m.dotted}."):
                    m.backward_total += event.cpu_time_total
    return table


def add_call(m: ModuleAvg, event: FunctionEvent) -> None:
    """Counts one call of a module; a module that calls itself counts its time once."""
    m.count += 1
    m.self_forward += event.cpu_time_total - inner_modules(event)
    outer = event.cpu_parent
    while outer is not None and outer.module != m.path:
        outer = outer.cpu_parent
    if outer is None:
        m.forward_total += event.cpu_time_total
        m.memory += event.allocated


def inner_modules(event: FunctionEvent) -> float:
    """The time of the outermost module calls inside of an event."""
    return sum(
        child.cpu_time_total if child.kind == "module" else inner_modules(child)
        for child in event.cpu_children
    )
