"""vmap for functions that look into arrays in a way that no batch can answer: one call for each slice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minitorch.errors import VmapError
from minitorch.func.batch import Level
from minitorch.func.batch_ops import Collect
from minitorch.func.tree import is_tensor, leaves, unflatten
from minitorch.modes import Setting
from minitorch.random import default_generator
from minitorch.value import Value


class LoopLevel(Level):
    """A vmap that goes from slice to slice.

    Attributes:
        turn: the slice at work.
        changed: the version counters of what was changed in place, with the slice that did so.
    """

    def __init__(self, level: Level) -> None:
        super().__init__(level.size, level.randomness, level.outer)
        self.turn = 0
        self.changed: dict[int, tuple[Any, int]] = {}

    def own(self, y: Any) -> Any:
        """A slice's copy is its own already."""
        return y if self.outer is None else self.outer.own(y)

    def note_change(self, op_name: str, x: Any) -> None:
        """Refuses that several slices change one tensor.

        Raises:
            VmapError: if another slice has changed it.
        """
        if self.outer is not None:
            self.outer.note_change(op_name, x)
        counter = x._version_counter()
        _, turn = self.changed.setdefault(id(counter), (counter, self.turn))
        if turn != self.turn:
            raise VmapError(
                f"{op_name}: inside of vmap a tensor of shape {tuple(x.shape)} that is the same for all slices cannot "
                f"be changed in place; use a clone() of it, or the out-of-place operation"
            )

    def source(self, source: Any) -> Any:
        """The source itself: slices draw one after the other, if they may."""
        if self.randomness == "error":
            return super().source(source)
        return source if self.outer is None else self.outer.source(source)


def loop(
    func: Callable[..., Any],
    args: tuple[Any, ...],
    flat: list[Any],
    dims: list[Any],
    kwargs: dict[str, Any],
    level: Level,
) -> Any:
    """Calls the function for each slice, and puts the results together as a batch of `level`."""
    own = LoopLevel(level)
    state = default_generator.get_state() if level.randomness == "same" else None
    results = []
    for i in range(level.size):
        own.turn = i
        if state is not None:
            default_generator.set_state(state)
        some = [x if d is None else x.select(d, i) for x, d in zip(flat, dims, strict=True)]
        words = [x.select(0, i) if is_tensor(x) else x for x in leaves(kwargs)]
        with Setting(level=own):
            results.append(func(*unflatten(args, some), **unflatten(kwargs, words)))
    columns = zip(*map(leaves, results), strict=True)
    return unflatten(results[0], [together(list(ys), level) for ys in columns])


def together(ys: list[Any], level: Level) -> Any:
    """One result of all slices as a batch; what is no tensor as it is.

    Raises:
        VmapError: if shapes differ.
    """
    if not isinstance(ys[0], Value):
        return ys[0]
    if all(y is ys[0] for y in ys):
        return ys[0]
    shapes = {tuple(y.shape) for y in ys}
    if len(shapes) > 1:
        raise VmapError(
            f"vmap: the result would have another shape for each slice: {', '.join(map(str, sorted(shapes)))}; "
            f"compute with minitorch.where instead of masks and nonzero()"
        )
    return Collect.apply(*ys, level=level)
