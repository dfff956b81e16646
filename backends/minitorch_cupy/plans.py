"""Plans of cuDNN: which there are is asked once for each kind of work, and remembered, also where there is none.

A plan is for shapes, strides and dtypes, all of which are in its key; to find one takes milliseconds, to look it up
none. What was not used for longest is given up first. Nothing here needs a GPU.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any

from minitorch.windows import Windows

MOST = 512


class Plans:
    """A cache of plans by key, shared by threads.

    Attributes:
        most: how many are kept.

    >>> plans = Plans(most=2)
    >>> [plans.get(key, str) for key in (1, 2, 1)], len(plans)
    (['1', '2', '1'], 2)
    """

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self._found: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._found)

    def get(self, key: Hashable, build: Callable[[Any], Any]) -> Any:
        """What `build(key)` gave, now or earlier."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
            plan = self._found[key] = build(key)
            if len(self._found) > self.most:
                self._found.popitem(last=False)
            return plan


def contiguous_strides(shape: tuple[int, ...]) -> list[int]:
    """Of an array row by row, in elements.

    >>> contiguous_strides((2, 3, 4))
    [12, 4, 1]
    """
    strides = [1] * len(shape)
    for dim in range(len(shape) - 2, -1, -1):
        strides[dim] = strides[dim + 1] * max(shape[dim + 1], 1)
    return strides


def padding(windows: Windows) -> tuple[list[int], list[int]] | None:
    """Elements before and after the input, as cuDNN takes them; None where it would lay other windows.

    It lays as many windows as fit. So an end that no window reaches is left out if it is shorter than a step; a longer
    one, or an input that is cut at its beginning, it cannot have.

    >>> padding(Windows((7, 7), (3, 3), (2, 2), (1, 1), (1, 1), (4, 4)))
    ([1, 1], [1, 1])
    >>> padding(Windows((8,), (3,), (2,), (0,), (1,), (3,)))
    ([0], [0])
    >>> padding(Windows((9,), (3,), (2,), (0,), (1,), (2,))) is None
    True
    """
    after = [after for _, after in windows.padding]
    fits = all(-end < step for end, step in zip(after, windows.stride, strict=True))
    if not fits or min(windows.before, default=0) < 0:
        return None
    return list(windows.before), [max(end, 0) for end in after]


def in_two_dims(windows: Windows) -> Windows:
    """The same windows with a dim of size 1 in front, if they have one dim only: cuDNN knows images and volumes.

    >>> in_two_dims(Windows((8,), (3,), (2,), (0,), (1,), (3,))).kernel
    (1, 3)
    """
    if len(windows.size) != 1:
        return windows
    first = zip((1, 1, 1, 0, 1, 1), windows, strict=True)
    return Windows(*((one, *along) for one, along in first))
