"""Random numbers inside of vmap: the same for every slice, different ones, or none at all."""

from __future__ import annotations

from typing import Any

from minitorch.errors import VmapError
from minitorch.func.batch import Level
from minitorch.func.batch_rules import collect, has, slice_of


class BatchedSource:
    """A backend's random source whose draws follow the `randomness` of a vmap."""

    def __init__(self, source: Any, level: Level) -> None:
        self.source_below, self.level = source, level

    def get_state(self) -> Any:
        """The state of the source."""
        return self.source_below.get_state()

    def set_state(self, state: Any) -> None:
        """Continues from a state."""
        self.source_below.set_state(state)

    def __getattr__(self, name: str) -> Any:
        """A method that draws."""
        method, level = getattr(self.source_below, name), self.level

        def draw(*args: Any, **settings: Any) -> Any:
            if level.randomness == "error":
                raise VmapError(
                    "vmap: random numbers are drawn inside of vmap, which does not say whether they shall differ "
                    "from slice to slice; pass randomness='different' or randomness='same'"
                )
            values = (*args, *settings.values())
            if level.randomness == "same":
                if any(has(x, level) for x in values):
                    raise VmapError(
                        "vmap: with randomness='same' nothing can be drawn whose distribution differs from slice "
                        "to slice"
                    )
                return method(*args, **settings)
            draws = [
                method(*slice_of(args, level, i), **slice_of(settings, level, i)) for i in range(level.size)
            ]
            return collect(draws, level) if draws else method(*args, **settings)

        return draw
