"""Results that are tuples with names: `x.max(dim=0)` gives `.values` and `.indices`."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

MADE: dict[str, type[Any]] = {}


class Named:
    """What named results have beside being tuples: how they print, and how they are pickled."""

    __slots__ = ()
    _fields: tuple[str, ...]

    def __repr__(self) -> str:
        fields = ",\n".join(f"{field}={getattr(self, field)!r}" for field in self._fields)
        return f"minitorch.return_types.{type(self).__name__}(\n{fields})"

    def __reduce__(self) -> Any:
        return rebuild, (type(self).__name__, self._fields, *self)  # type: ignore[misc]


def named(name: str, *fields: str) -> type[Any]:
    """The class of the results of the function `name`, a tuple whose parts are called `fields`.

    >>> from minitorch.return_types import named
    >>> pair = named("extremes", "low", "high")(1, 2)
    >>> pair
    minitorch.return_types.extremes(
    low=1,
    high=2)
    >>> low, high = pair
    >>> pair.high == high
    True
    """
    if name not in MADE:
        plain: Any = namedtuple(name, fields)  # type: ignore[misc]  # the fields are known only here
        MADE[name] = type(name, (Named, plain), {"__slots__": (), "__module__": __name__})
    return MADE[name]


def rebuild(name: str, fields: tuple[str, ...], *values: Any) -> Any:
    """The result that was pickled."""
    return named(name, *fields)(*values)


def __getattr__(name: str) -> type[Any]:
    if name in MADE:
        return MADE[name]
    raise AttributeError(
        f"minitorch.return_types has no {name!r}: no function that was loaded has such results"
    )
