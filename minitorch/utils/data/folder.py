"""`FileFolder`: a sample from each file in a folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from minitorch.errors import DatasetError
from minitorch.utils.data.dataset import Dataset


class FileFolder(Dataset[Any]):
    """Sample i is what a function makes of the i-th file below a folder.

    The files are in the order of their paths, on every system the same; those that begin with a dot, and those in
    folders that do, are left out.

    Args:
        root: the folder.
        load: makes a sample of a `pathlib.Path`; may look at its name for a label.
        pattern: which files, as in `Path.rglob`: "*.npy", "train/*.txt".

    Raises:
        FileNotFoundError: if there is no such folder.
        DatasetError: if no file in it fits the pattern.

    >>> import pathlib, tempfile
    >>> from minitorch.utils.data import FileFolder
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = pathlib.Path(folder, "b.txt").write_text("second")
    ...     _ = pathlib.Path(folder, "a.txt").write_text("first")
    ...     list(FileFolder(folder, pathlib.Path.read_text))
    ['first', 'second']
    """

    def __init__(self, root: str | os.PathLike[str], load: Callable[[Path], Any], pattern: str = "*") -> None:
        self.root, self.load = Path(root), load
        if not self.root.is_dir():
            raise FileNotFoundError(2, "FileFolder: there is no such folder", str(self.root))
        found = [path.relative_to(self.root) for path in self.root.rglob(pattern) if path.is_file()]
        shown = [path for path in found if not any(part.startswith(".") for part in path.parts)]
        self.paths = [self.root / path for path in sorted(shown, key=lambda path: path.parts)]
        if not self.paths:
            raise DatasetError(f"FileFolder: no file below {self.root} fits the pattern {pattern!r}")

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> Any:
        path = self.paths[index]
        try:
            return self.load(path)
        except Exception as error:
            error.add_note(f"FileFolder: this happened to sample {index}, {path}.")
            raise
