"""What was recorded: `FunctionEvent`, one call; `FunctionEventAvg`, all calls of one name; and their table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from minitorch.errors import ArgumentError


class FunctionEvent:
    """One call of an op, a formula of the walk back, a module, or a `record_function` block; times in µs.

    Attributes:
        name: such as `linear`, `LinearBackward0`, or what `record_function` was given.
        kind: `"op"`, `"backward"`, `"module"` or `"function"`.
        start: when it began, counted from the start of the profile.
        end: when it ended.
        thread: in which it ran.
        module: the path of the module that it belongs to, such as `Net.features.3 (Conv2d)`.
        cpu_parent: the event inside of which it ran, or None.
        cpu_children: the events that ran inside of it.
        input_shapes: with `record_shapes`.
        stack: with `with_stack`, the lines of the program that led to it, the innermost first.
        allocated: with `profile_memory`, bytes that were allocated and not freed again meanwhile.
    """

    def __init__(self, name: str, kind: str, module: str, thread: int, id: int) -> None:
        self.name, self.kind, self.module, self.thread, self.id = name, kind, module, thread, id
        self.start = self.end = 0.0
        self.cpu_parent: FunctionEvent | None = None
        self.cpu_children: list[FunctionEvent] = []
        self.input_shapes: list[list[int]] = []
        self.stack: list[str] = []
        self.allocated = 0
        self.is_user_annotation = kind == "function"

    @property
    def key(self) -> str:
        """Its name."""
        return self.name

    @property
    def cpu_time_total(self) -> float:
        """How long it took, in µs."""
        return self.end - self.start

    cpu_time = cpu_time_total

    @property
    def self_cpu_time_total(self) -> float:
        """How long it took without what ran inside of it, in µs."""
        return self.cpu_time_total - sum(child.cpu_time_total for child in self.cpu_children)

    @property
    def cpu_memory_usage(self) -> int:
        """Bytes that were allocated and not freed again meanwhile."""
        return self.allocated

    @property
    def self_cpu_memory_usage(self) -> int:
        """The same without what ran inside of it."""
        return self.allocated - sum(child.allocated for child in self.cpu_children)

    def __repr__(self) -> str:
        return f"<FunctionEvent {self.name}: {duration(self.cpu_time_total)}>"


def inner_functions(event: FunctionEvent) -> Iterator[FunctionEvent]:
    """What ran inside of an event, as if modules were not there, which are no rows of the table by name."""
    for child in event.cpu_children:
        if child.kind == "module":
            yield from inner_functions(child)
        else:
            yield child


class FunctionEventAvg:
    """All calls of one name together; times in µs.

    Attributes:
        key: the name.
        count: the number of calls.
        cpu_time_total: their time; of calls inside of one another that of the outermost.
        self_cpu_time_total: their time without what ran inside of them.
        cpu_memory_usage: bytes allocated and not freed again, with `profile_memory`.
        self_cpu_memory_usage: the same without what ran inside of them.
        input_shapes: if calls were told apart by them.
        stack: if calls were told apart by it.
    """

    def __init__(self, first: FunctionEvent) -> None:
        self.key, self.kind = first.name, first.kind
        self.input_shapes, self.stack = first.input_shapes, first.stack
        self.count = 0
        self.cpu_time_total = self.self_cpu_time_total = 0.0
        self.cpu_memory_usage = self.self_cpu_memory_usage = 0

    def add(self, event: FunctionEvent) -> None:
        """Counts one more call."""
        self.count += 1
        inside = list(inner_functions(event))
        self.self_cpu_time_total += event.cpu_time_total - sum(x.cpu_time_total for x in inside)
        self.self_cpu_memory_usage += event.allocated - sum(x.allocated for x in inside)
        outer = event.cpu_parent
        while outer is not None and outer.name != event.name:
            outer = outer.cpu_parent
        if outer is None:
            self.cpu_time_total += event.cpu_time_total
            self.cpu_memory_usage += event.cpu_memory_usage

    @property
    def cpu_time(self) -> float:
        """The mean time of a call."""
        return self.cpu_time_total / self.count

    def __repr__(self) -> str:
        return f"<FunctionEventAvg {self.key}: {self.count} calls, {duration(self.cpu_time_total)}>"


SORT_KEYS = (
    "cpu_time",
    "cpu_time_total",
    "self_cpu_time_total",
    "cpu_memory_usage",
    "self_cpu_memory_usage",
    "count",
)


class EventList(list[Any]):
    """Events, or their averages, as a list that prints as a table."""

    profile_memory = False

    @property
    def self_cpu_time_total(self) -> float:
        """The time of all, in µs, each moment counted once."""
        return sum(event.self_cpu_time_total for event in self)

    def key_averages(
        self, group_by_input_shape: bool = False, group_by_stack_n: int = 0, **_: Any
    ) -> EventList:
        """The events by name; modules are left out, for they have a table of their own.

        Args:
            group_by_input_shape: keep calls with inputs of different shapes apart.
            group_by_stack_n: keep calls from different places apart, by this many lines of the stack.
        """
        found: dict[Any, FunctionEventAvg] = {}
        for event in self:
            if event.kind == "module":
                continue
            shapes = str(event.input_shapes) if group_by_input_shape else ""
            key = (event.name, event.kind, shapes, *event.stack[:group_by_stack_n])
            if key not in found:
                found[key] = FunctionEventAvg(event)
                found[key].stack = event.stack[:group_by_stack_n]
                if not group_by_input_shape:
                    found[key].input_shapes = []
            found[key].add(event)
        result = EventList(found.values())
        result.profile_memory = self.profile_memory
        return result

    def total_average(self) -> FunctionEventAvg:
        """All events together, under the name `Total`."""
        total = FunctionEventAvg(FunctionEvent("Total", "total", "", 0, 0))
        for event in self:
            total.count += getattr(event, "count", 1)
            for name in ("self_cpu_time_total", "self_cpu_memory_usage"):
                setattr(total, name, getattr(total, name) + getattr(event, name))
        total.cpu_time_total, total.cpu_memory_usage = total.self_cpu_time_total, total.self_cpu_memory_usage
        return total

    def table(
        self,
        sort_by: str | None = None,
        row_limit: int = 100,
        max_src_column_width: int = 75,
        max_name_column_width: int = 55,
        max_shapes_column_width: int = 80,
        header: str | None = None,
        top_level_events_only: bool = False,
    ) -> str:
        """The averages as text, one line for each.

        Args:
            sort_by: `"cpu_time"`, `"cpu_time_total"`, `"self_cpu_time_total"`, `"cpu_memory_usage"`,
                `"self_cpu_memory_usage"` or `"count"`, the largest first; None for the order of first calls.
            row_limit: so many lines; −1 for all.
            max_src_column_width: longer lines of source are cut off.
            max_name_column_width: longer names are cut off.
            max_shapes_column_width: longer lists of shapes are cut off.
            header: a line above the table.
            top_level_events_only: only what ran inside of nothing else; for events, before they are averaged.

        Raises:
            ArgumentError: for another `sort_by`.
        """
        rows: list[Any] = list(self)
        if top_level_events_only:
            rows = [row for row in rows if getattr(row, "cpu_parent", None) is None]
        if rows and isinstance(rows[0], FunctionEvent):
            rows = list(EventList(rows).key_averages())
        if sort_by is not None:
            known = sort_by.replace("_device_", "_cpu_")
            if known not in SORT_KEYS:
                raise ArgumentError(
                    f"table: sort_by must be one of {', '.join(SORT_KEYS)}, got {sort_by!r}: time on other "
                    f"devices than the CPU is not measured"
                )
            rows.sort(key=lambda row: getattr(row, known), reverse=True)
        whole = sum(row.self_cpu_time_total for row in rows) or 1.0
        titles = ["Name", "Self CPU %", "Self CPU", "CPU total %", "CPU total", "CPU time avg"]
        titles += ["CPU Mem", "Self CPU Mem"] if self.profile_memory else []
        titles += ["# of Calls"]
        shapes, lines = any(row.input_shapes for row in rows), any(row.stack for row in rows)
        titles += ["Input Shapes"] * shapes + ["Source Location"] * lines
        cells = []
        for row in rows if row_limit < 0 else rows[:row_limit]:
            total = row.cpu_time_total
            cell = [cut(row.key, max_name_column_width)]
            cell += [f"{row.self_cpu_time_total / whole:.2%}", duration(row.self_cpu_time_total)]
            cell += [f"{total / whole:.2%}", duration(total), duration(row.cpu_time)]
            if self.profile_memory:
                cell += [memory(row.cpu_memory_usage), memory(row.self_cpu_memory_usage)]
            cell += [str(row.count)]
            cell += [cut(str(row.input_shapes), max_shapes_column_width)] * shapes
            cell += [cut(row.stack[0] if row.stack else "", max_src_column_width)] * lines
            cells.append(cell)
        text = layout(titles, cells, left={0, len(titles) - 1} if lines or shapes else {0})
        end = f"Self CPU time total: {duration(whole if rows else 0.0)}\n"
        return f"{header}\n{text}{end}" if header else text + end

    def __str__(self) -> str:
        return self.table()


def layout(titles: list[str], rows: Iterable[list[str]], left: set[int]) -> str:
    """Cells in columns, with a line below the titles and one at the end."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    line = "  ".join("-" * width for width in widths) + "\n"

    def fill(row: list[str]) -> str:
        cells = [
            c.ljust(w) if i in left else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))
        ]
        return "  ".join(cells).rstrip() + "\n"

    return fill(titles) + line + "".join(map(fill, rows)) + line


def cut(text: str, width: int) -> str:
    """The text, shortened to this width."""
    return text if width < 4 or len(text) <= width else text[: width - 3] + "..."


def duration(microseconds: float) -> str:
    """A time in the unit that fits.

    >>> from minitorch.profiler.events import duration
    >>> duration(12.3456), duration(45_678), duration(3_200_000)
    ('12.346us', '45.678ms', '3.200s')
    """
    for size, unit in ((1e6, "s"), (1e3, "ms")):
        if abs(microseconds) >= size:
            return f"{microseconds / size:.3f}{unit}"
    return f"{microseconds:.3f}us"


def memory(count: int) -> str:
    """A number of bytes in the unit that fits.

    >>> from minitorch.profiler.events import memory
    >>> memory(0), memory(-2048), memory(3 * 2**20)
    ('0 B', '-2.00 KB', '3.00 MB')
    """
    for size, unit in ((2**30, "GB"), (2**20, "MB"), (2**10, "KB")):
        if abs(count) >= size:
            return f"{count / size:.2f} {unit}"
    return f"{count} B"
