"""Events as files: the trace format that chrome://tracing and Perfetto read, and stacks for flame graphs."""

from __future__ import annotations

import gzip
import json
import os
from typing import Any, BinaryIO

from minitorch.atomic import replace_file
from minitorch.profiler.events import FunctionEvent

CATEGORIES = {
    "op": "cpu_op",
    "backward": "cpu_op",
    "module": "python_function",
    "function": "user_annotation",
}


def trace(events: list[FunctionEvent], metadata: dict[str, Any]) -> str:
    """The events in the trace format, which is JSON.

    Source: "Trace Event Format", the Chromium project.
    """
    process = os.getpid()
    threads = {event.thread for event in events}
    notes: list[dict[str, Any]] = [
        {"ph": "M", "name": "process_name", "pid": process, "tid": 0, "args": {"name": "minitorch"}}
    ]
    for thread in sorted(threads):
        label = {"name": f"thread {thread}"}
        notes.append({"ph": "M", "name": "thread_name", "pid": process, "tid": thread, "args": label})
    complete = [
        {
            "ph": "X",
            "cat": CATEGORIES[event.kind],
            "name": f"nn.Module: {event.module}" if event.kind == "module" else event.name,
            "pid": process,
            "tid": event.thread,
            "ts": round(event.start, 3),
            "dur": round(event.cpu_time_total, 3),
            "args": details(event),
        }
        for event in events
    ]
    shown = {"schemaVersion": 1, "displayTimeUnit": "ms", "deviceProperties": [], **metadata}
    return json.dumps({**shown, "traceEvents": notes + complete})


def details(event: FunctionEvent) -> dict[str, Any]:
    """What a click on an event shows."""
    shown: dict[str, Any] = {"External id": event.id}
    if event.module:
        shown["Module"] = event.module
    if event.input_shapes:
        shown["Input Dims"] = event.input_shapes
    if event.stack:
        shown["Call stack"] = ";".join(event.stack)
    if event.allocated:
        shown["Bytes"] = event.allocated
    return shown


def write(path: str | os.PathLike[str], text: str) -> None:
    """Writes a file whole or not at all; packed if its name ends in `.gz`."""
    name, data = os.fspath(path), text.encode()
    if name.endswith(".gz"):
        data = gzip.compress(data)

    def fill(file: BinaryIO) -> None:
        file.write(data)

    replace_file(name, fill)


def stacks(events: list[FunctionEvent], metric: str) -> str:
    """One line for each stack, the outermost call first, with its time in µs, as flame-graph tools read it."""
    total: dict[str, float] = {}
    for event in events:
        if event.stack:
            line = ";".join(reversed([place.replace(";", ",") for place in event.stack]))
            total[line] = total.get(line, 0.0) + getattr(event, metric)
    return "".join(f"{line} {int(time)}\n" for line, time in total.items() if int(time) > 0)
