"""Where the files of published texts are, and the lines in them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

from minitorch import downloads
from minitorch.errors import ArgumentError, DatasetError, DownloadError
from minitorch.text.data.functional import MapStyleDataset


class Published(NamedTuple):
    """A file as it was published."""

    url: str
    md5: str | None = None
    sha256: str | None = None


class Place(NamedTuple):
    """Where to look for the files of a dataset, and what to do if they are not there."""

    name: str
    root: str | os.PathLike[str] | None
    download: bool
    verify: bool

    def folders(self) -> list[Path]:
        """The folder of the dataset below `root`, where downloads go, and `root` itself."""
        root = downloads.cache_folder("text") if self.root is None else Path(self.root).expanduser()
        return [root / "datasets" / self.name, root]

    def present(self, name: str) -> Path | None:
        """The path of a file, if it is there."""
        return next((folder / name for folder in self.folders() if (folder / name).is_file()), None)

    def path(self, file: Published, name: str) -> Path:
        """The path of a published file, which is downloaded if it is not there.

        Raises:
            DatasetError: if it is there with another hash, or is not there and shall not be downloaded.
            DownloadError: if it cannot be downloaded.
        """
        path = self.present(name)
        if path is None:
            if not self.download:
                looked = " and ".join(map(str, self.folders()))
                raise DatasetError(
                    f"{self.name}: there is no {name} in {looked}; pass download=True, or put it there yourself, "
                    f"from {file.url}"
                )
            return downloads.fetch(file.url, self.folders()[0], name, sha256=file.sha256, md5=file.md5)
        if self.verify:
            try:
                downloads.verify(path, sha256=file.sha256, md5=file.md5)
            except DownloadError as error:
                raise DatasetError(
                    f"{self.name}: {error}. A file of your own in the same format needs verify=False"
                ) from None
        return path


def by_split(
    name: str, split: str | Sequence[str], known: Sequence[str], read: Callable[[str], Iterable[Any]]
) -> Any:
    """The dataset of one split, or a tuple of those of several.

    Raises:
        ArgumentError: for a split that there is not.
    """
    splits = [split] if isinstance(split, str) else list(split)
    for one in splits:
        if one not in known:
            raise ArgumentError(f"{name}: there is no split {one!r}, only {', '.join(known)}")
    found = [MapStyleDataset(read(one)) for one in splits]
    return found[0] if isinstance(split, str) else tuple(found)


def lines(path: str | os.PathLike[str], where: str, encoding: str = "utf-8") -> Iterator[tuple[int, str]]:
    """The number and the text of each line of a file.

    Raises:
        DatasetError: for bytes that are no text; names the file and the line.
    """
    with open(path, "rb") as file:
        yield from lines_of(file, f"{where}: {os.fspath(path)}", encoding)


def lines_of(file: IO[bytes], where: str, encoding: str = "utf-8") -> Iterator[tuple[int, str]]:
    """The number and the text of each line of an open file; a line ends in a line feed and in nothing else."""
    for number, line in enumerate(file, 1):
        try:
            text = line.decode(encoding)
        except UnicodeDecodeError as error:
            raise DatasetError(f"{where}, line {number}: not {encoding} ({error})") from None
        yield number, text.removeprefix("\ufeff").rstrip("\r\n") if number == 1 else text.rstrip("\r\n")
