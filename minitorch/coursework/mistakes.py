"""Planted mistakes: what a set of tests must notice, and what it must not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from minitorch.errors import ArgumentError

KINDS = ("sign", "broadcast", "hard-coded", "in place", "gradient")  # the last: right values, wrong gradient


@dataclass(frozen=True)
class Mistake:
    """A wrong solution: a part of the right one, replaced.

    Args:
        name: what is wrong, such as "sign error".
        old: a part of the master notebook's code, which must stand there exactly once.
        new: what takes its place.
        loses: the points that each task loses; tasks that are not named lose nothing.
        kind: if it is one of the usual kinds, which one; each assignment has all of them.

    >>> from minitorch.coursework import Mistake
    >>> Mistake("adds", "2 * x", "2 + x", {"1.1": 3}).planted("def double(x): return 2 * x")
    'def double(x): return 2 + x'
    """

    name: str
    old: str
    new: str
    loses: Mapping[str, float]
    kind: str = ""

    def planted(self, source: str) -> str:
        """The source with the mistake in it."""
        if source.count(self.old) != 1:
            raise ArgumentError(
                f"{self.name}: its `old` stands {source.count(self.old)} times in the code, not once"
            )
        return source.replace(self.old, self.new)
