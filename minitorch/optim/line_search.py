"""How far to go along a direction: a line search for the strong Wolfe conditions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class Point(NamedTuple):
    """A point on the line: how far it is, and the loss, its gradient, and its slope along the line there."""

    distance: Any
    loss: float
    grad: Any
    slope: Any


def strong_wolfe(
    evaluate: Callable[[Any], Point],
    start: Point,
    distance: Any,
    reach: Any,
    max_evaluations: int,
    *,
    decrease: float = 1e-4,
    flatness: float = 0.9,
    tolerance: float = 1e-9,
) -> tuple[Point, int]:
    """A point with f(t) ≤ f(0) + c₁·t·f′(0) and |f′(t)| ≤ −c₂·f′(0), and the number of evaluations.

    First steps grow until they enclose such a point; then the enclosure shrinks around it.

    Args:
        evaluate: gives the point at a distance.
        start: the point at distance 0.
        distance: the one to try first.
        reach: the largest element of the direction, to tell when an enclosure is too small.
        max_evaluations: where to stop, apart from one.
        decrease: c₁, how much of the initial slope the loss must fall by.
        flatness: c₂, how much of the initial slope may be left.
        tolerance: the size of the smallest enclosure.

    Source: J. Nocedal, S. Wright, Numerical Optimization, 2nd ed., algorithms 3.5 and 3.6.
    """

    def too_high(point: Point) -> Any:
        return point.loss > start.loss + decrease * point.distance * start.slope

    def flat(point: Point) -> Any:
        return abs(point.slope) <= -flatness * start.slope

    before, new, count = start, evaluate(distance), 0
    while count < max_evaluations:
        if too_high(new) or (count > 1 and new.loss >= before.loss):
            ends = [before, new]
            break
        if flat(new):
            return new, count + 1
        if new.slope >= 0:
            ends = [before, new]
            break
        t = new.distance
        bounds = t + 0.01 * (t - before.distance), t * 10
        before, new = new, evaluate(lowest_of_cubic(before, new, *bounds))
        count += 1
    else:
        ends = [start, new]

    low, high = (0, 1) if ends[0].loss <= ends[1].loss else (1, 0)
    slow = False
    while count < max_evaluations:
        left, right = sorted(end.distance for end in ends)
        if (right - left) * reach < tolerance:
            break
        t = lowest_of_cubic(ends[0], ends[1], left, right)
        margin = 0.1 * (right - left)
        near = min(right - t, t - left) < margin
        if near and (slow or t >= right or t <= left):
            t = right - margin if abs(t - right) < abs(t - left) else left + margin
            slow = False
        else:
            slow = bool(near)  # twice in a row would be no progress
        new = evaluate(t)
        count += 1
        if too_high(new) or new.loss >= ends[low].loss:
            ends[high] = new
            low, high = (0, 1) if ends[0].loss <= ends[1].loss else (1, 0)
            continue
        if flat(new):
            return new, count + 1
        if new.slope * (ends[high].distance - ends[low].distance) >= 0:
            ends[high] = ends[low]
        ends[low] = new
    return ends[low], count + 1


def lowest_of_cubic(p: Point, q: Point, least: Any, most: Any) -> Any:
    """Where the cubic through two points with their slopes is lowest, within bounds; their middle if nowhere.

    Source: J. Nocedal, S. Wright, Numerical Optimization, 2nd ed., equation 3.59.
    """
    if not p.distance <= q.distance:
        p, q = q, p
    d1 = p.slope + q.slope - 3 * (p.loss - q.loss) / (p.distance - q.distance)
    square = d1**2 - p.slope * q.slope
    if not square >= 0:
        return (least + most) / 2.0
    d2 = square.sqrt()
    width = q.distance - p.distance
    t = q.distance - width * ((q.slope + d2 - d1) / (q.slope - p.slope + 2 * d2))
    return min(max(t, least), most)
