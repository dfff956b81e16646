"""The picture of a profile: a flame graph over time, and bars of the ops that took longest."""

from __future__ import annotations

import os
from typing import Any

from minitorch.errors import MissingDependencyError
from minitorch.profiler.events import EventList, FunctionEvent, duration

COLOURS = {"op": "#4c78a8", "backward": "#f58518", "module": "#b9c6d6", "function": "#8ab17d"}
LABELS = {"op": "op", "backward": "walk back", "module": "module", "function": "block, optimizer"}


def draw(events: EventList, path: str | os.PathLike[str] | None, top: int) -> Any:
    """Draws the events, and writes the picture if a path is given."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingDependencyError(
            "profile.plot: matplotlib draws the picture; pip install 'minitorch-edu[train]'"
        ) from error
    figure: Any = Figure(figsize=(13, 8), layout="constrained")
    FigureCanvasAgg(figure)
    flames, bars = figure.subplots(2, 1, height_ratios=[3, 2])
    draw_flames(flames, events)
    draw_bars(bars, events, top)
    if path is not None:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        figure.savefig(os.fspath(path))
    return figure


def depth(event: FunctionEvent) -> int:
    """How many events an event is inside of."""
    count = 0
    while event.cpu_parent is not None:
        event, count = event.cpu_parent, count + 1
    return count


def draw_flames(axes: Any, events: EventList) -> None:
    """All events over time; each lies above those that ran inside of it."""
    whole = max((event.end for event in events), default=1.0)
    for kind, colour in COLOURS.items():
        mine = [event for event in events if event.kind == kind]
        if mine:
            axes.barh(
                [depth(event) for event in mine],
                [event.cpu_time_total / 1000 for event in mine],
                left=[event.start / 1000 for event in mine],
                height=0.92,
                color=colour,
                edgecolor="white",
                linewidth=0.3,
                label=LABELS[kind],
            )
    for event in events:
        letters = int(event.cpu_time_total / whole * 190)
        name = event.module.rpartition(".")[2] if event.kind == "module" else event.name
        if letters >= 4:
            middle = (event.start + event.end) / 2000
            text = name if len(name) <= letters else f"{name[: letters - 1]}…"
            axes.text(middle, depth(event), text, ha="center", va="center", fontsize=7, clip_on=True)
    axes.invert_yaxis()
    axes.set_yticks([])
    axes.set_xlabel("time in ms")
    axes.set_title("What ran when; inside of what stands above")
    if events:
        axes.legend(loc="lower right", fontsize=8, ncols=4)


def draw_bars(axes: Any, events: EventList, top: int) -> None:
    """The ops, formulas and blocks that took longest by themselves."""
    rows = sorted(events.key_averages(), key=lambda row: -row.self_cpu_time_total)[:top]
    axes.barh(
        range(len(rows)),
        [row.self_cpu_time_total / 1000 for row in rows],
        color=[COLOURS[row.kind] for row in rows],
    )
    axes.set_yticks(range(len(rows)), [f"{row.key} ×{row.count}" for row in rows], fontsize=8)
    for i, row in enumerate(rows):
        time = row.self_cpu_time_total
        axes.text(time / 1000, i, f" {duration(time)}", va="center", fontsize=8)
    axes.invert_yaxis()
    axes.set_xlabel("own time in ms")
    axes.set_title("What took longest")
