"""Remembers when the frames of films are shown, so that they are looked through once.

The file is JSON: for each film its size and time of change, its frames per second, the time of its first frame, and
the distances between frames, each with how often it occurs in a row.
"""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from itertools import groupby, pairwise, repeat
from typing import Any

from minitorch.atomic import replace_file
from minitorch.downloads import cache_folder

Times = tuple["array[int]", float | None]


class VideoIndex:
    """What is known about a list of films.

    Attributes:
        known: by path, the times of all frames, and frames per second.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        self.known: dict[str, Times] = {}
        if not paths:
            return
        places = [os.path.abspath(path) for path in paths]
        folder = os.path.commonpath([os.path.dirname(place) for place in places])
        self.path = cache_folder("clips") / f"{sha256(folder.encode()).hexdigest()[:16]}.json"
        self.names = {path: os.path.relpath(place, folder) for path, place in zip(paths, places, strict=True)}
        self.stamps = {path: _stamp(path) for path in paths}
        self.saved = self._load()
        for path, name in self.names.items():
            # Anything may be in the file; what does not look as it should is found out anew.
            with suppress(LookupError, ValueError, TypeError, OverflowError):
                size, changed, fps, first, runs = self.saved[name]
                if (size, changed) == self.stamps[path]:
                    self.known[path] = (unpacked(first, runs), None if fps is None else float(fps))

    def _load(self) -> dict[str, Any]:
        try:
            saved = json.loads(self.path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        return saved if isinstance(saved, dict) else {}

    def save(self) -> None:
        """Writes what is known, and what is known of other films in the folder; where that is not allowed, nothing."""
        for path, (times, fps) in self.known.items():
            self.saved[self.names[path]] = [*self.stamps[path], fps, *packed(times)]
        data = json.dumps(self.saved, separators=(",", ":")).encode()
        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(str(self.path), lambda file: file.writelines((data,)))


def _stamp(path: str) -> tuple[int, int]:
    """Size and time of change of a file."""
    found = os.stat(path)
    return found.st_size, found.st_mtime_ns


def packed(times: array[int]) -> list[Any]:
    """The first time, and the distances between times with how often each occurs in a row.

    >>> from array import array
    >>> from minitorch.vision.datasets.video_index import packed
    >>> packed(array("q", [5, 15, 25, 36]))
    [5, [[10, 2], [11, 1]]]
    """
    steps = (b - a for a, b in pairwise(times))
    return [times[0] if times else None, [[step, len(list(run))] for step, run in groupby(steps)]]


def unpacked(first: int | None, runs: list[list[int]]) -> array[int]:
    """The times of which `packed` made this.

    >>> from minitorch.vision.datasets.video_index import unpacked
    >>> list(unpacked(5, [[10, 2], [11, 1]]))
    [5, 15, 25, 36]
    """
    times = array("q", [] if first is None else [first])
    for step, count in runs:
        if step <= 0 or count > 10**8:
            raise ValueError("times must grow")
        for _ in repeat(None, count):
            times.append(times[-1] + step)
    return times
