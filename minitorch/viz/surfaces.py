"""The ways of optimizers over a surface."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from minitorch.creation import tensor
from minitorch.errors import ArgumentError
from minitorch.modes import enable_grad, no_grad
from minitorch.ops import meshgrid
from minitorch.ranges import linspace
from minitorch.viz.figures import figure

POINTS = 200  # of the grid, along each axis


def trajectories(
    surface: Callable[[Any, Any], Any],
    optimizers: dict[str, Callable[[list[Any]], Any]],
    start: Sequence[float],
    *,
    steps: int = 100,
    xlim: tuple[float, float] | None = None,
    ylim: tuple[float, float] | None = None,
) -> Any:
    """Draws how optimizers walk over a surface of two variables, from one point.

    Args:
        surface: f(x, y), made of operations that work element by element.
        optimizers: for each name what makes the optimizer of a list of parameters, such as
            `lambda parameters: optim.SGD(parameters, lr=0.1)`.
        start: x and y of the point where all begin.
        steps: how many each one takes; one that leaves the numbers stops there.
        xlim: the left and right end of the picture; by default what the ways need, where they do not climb.
        ylim: its lower and upper end.

    Raises:
        ArgumentError: without optimizers, or for a start that is not a point.

    >>> from minitorch import optim, viz
    >>> bowl = lambda x, y: x**2 + 10 * y**2
    >>> ways = {"SGD": lambda p: optim.SGD(p, lr=0.05), "Adam": lambda p: optim.Adam(p, lr=0.3)}
    >>> [line.get_label() for line in viz.trajectories(bowl, ways, (2.0, 1.0), steps=20).axes[0].lines]
    ['SGD', 'Adam']
    """
    if not optimizers:
        raise ArgumentError("viz.trajectories: expected at least one optimizer, as in {'SGD': lambda p: …}")
    if len(start) != 2:
        raise ArgumentError(f"viz.trajectories: the start must be a point (x, y), got {len(start)} numbers")
    ways = {name: walk(surface, make, start, steps) for name, make in optimizers.items()}
    near = not_far_above(surface, [point for way in ways.values() for point in way])
    xlim = xlim or margin([x for x, _ in near])
    ylim = ylim or margin([y for _, y in near])
    x, y = meshgrid(linspace(*xlim, POINTS), linspace(*ylim, POINTS), indexing="xy")
    with no_grad():
        z = surface(x, y).double()
    lowest = z[z.isfinite()].min()
    picture = figure("viz.trajectories", 6.4, 4.8)
    axes = picture.subplots()
    heights = (z - lowest).log1p().numpy(force=True)  # so that valleys show beside walls
    axes.contourf(x.numpy(), y.numpy(), heights, levels=24, cmap="Greys", alpha=0.6)
    for name, way in ways.items():
        axes.plot(*zip(*way, strict=True), marker=".", markersize=4, linewidth=1.4, label=name)
        axes.scatter(*way[-1], s=50, zorder=3, color=axes.lines[-1].get_color(), edgecolor="white")
    axes.scatter(*start, marker="*", s=110, color="black", zorder=4)
    axes.set(xlim=xlim, ylim=ylim, xlabel="x", ylabel="y")
    axes.legend()
    return picture


def walk(
    surface: Callable[[Any, Any], Any],
    make: Callable[[list[Any]], Any],
    start: Sequence[float],
    steps: int,
) -> list[tuple[float, float]]:
    """The points that an optimizer visits."""
    point = tensor([float(x) for x in start], requires_grad=True)
    optimizer = make([point])

    def closure() -> Any:
        optimizer.zero_grad()
        height = surface(point[0], point[1])
        height.backward()
        return height

    way = [(float(start[0]), float(start[1]))]
    with enable_grad():
        for _ in range(steps):
            optimizer.step(closure)
            x, y = point.detach().tolist()
            if not (math.isfinite(x) and math.isfinite(y)):
                break
            way.append((x, y))
    return way


def not_far_above(
    surface: Callable[[Any, Any], Any], points: list[tuple[float, float]]
) -> list[tuple[float, float]]:
    """Those points that lie at most twice as high above the lowest as the first one, where all ways begin."""
    x, y = (tensor([point[k] for point in points]) for k in (0, 1))
    with no_grad():
        heights = surface(x, y).tolist()
    lowest = min(height for height in heights if height == height)
    limit = lowest + 2 * (heights[0] - lowest)
    return [point for point, height in zip(points, heights, strict=True) if height <= limit]


def margin(values: list[float]) -> tuple[float, float]:
    """The range of some values, and a little more."""
    low, high = min(values), max(values)
    more = 0.15 * (high - low) or 1.0
    return low - more, high + more
