"""AG News: the first lines of newspaper articles, in four classes."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Sequence
from typing import Any

from minitorch.errors import DatasetError
from minitorch.text.datasets.files import Place, Published, by_split, lines

FOLDER = "https://raw.githubusercontent.com/mhjabreel/CharCnn_Keras/master/data/ag_news_csv/"
FILES = {
    "train": Published(FOLDER + "train.csv", md5="b1a00f826fdfbd249f79597b59e1dc12"),
    "test": Published(FOLDER + "test.csv", md5="d52ea96a97a2d943681189a97654912d"),
}
CLASSES = ("World", "Sports", "Business", "Sci/Tech")


def AG_NEWS(
    root: str | os.PathLike[str] | None = None,
    split: str | Sequence[str] = ("train", "test"),
    *,
    download: bool = True,
    verify: bool = True,
) -> Any:
    """AG News: 120,000 + 7,600 pairs of a class (1 World, 2 Sports, 3 Business, 4 Sci/Tech) and a text.

    Each line of `train.csv` and `test.csv` is `"class","title","description"`; the text is title and description.

    Args:
        root: the folder that has the files, or has them in `datasets/AG_NEWS`; by default minitorch's cache folder.
        split: "train" or "test", for a dataset; or several, for a tuple of datasets.
        download: whether to download a file that is not there.
        verify: whether the files must be those published, by their MD5.

    Raises:
        DatasetError: if a file is missing, is not the one published, or has a malformed line.
        DownloadError: if it cannot be downloaded.

    Source: X. Zhang, J. Zhao, Y. LeCun, Character-level convolutional networks for text classification, 2015.

    >>> import pathlib, tempfile
    >>> from minitorch.text.datasets import AG_NEWS
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = pathlib.Path(folder, "test.csv").write_text('"2","Goal","It was the ""first"" one."')
    ...     list(AG_NEWS(folder, "test", verify=False))
    [(2, 'Goal It was the "first" one.')]
    """
    place = Place("AG_NEWS", root, download, verify)
    return by_split("AG_NEWS", split, tuple(FILES), lambda one: read(place.path(FILES[one], f"{one}.csv")))


def read(path: os.PathLike[str]) -> Iterator[tuple[int, str]]:
    """The class and the text of each row."""
    where = f"AG_NEWS: {os.fspath(path)}"
    rows = csv.reader((text + "\n" for _, text in lines(path, "AG_NEWS")), strict=True)
    try:
        for row in rows:
            if len(row) != 3 or row[0] not in ("1", "2", "3", "4"):
                shown = ", ".join(map(repr, row))[:100]
                raise DatasetError(
                    f"{where}, line {rows.line_num}: expected a class from 1 to 4, a title and a description, "
                    f"got {len(row)} fields: {shown}"
                )
            yield int(row[0]), f"{row[1]} {row[2]}"
        if not rows.line_num:
            raise DatasetError(f"{where}: the file is empty; download it again")
    except csv.Error as error:
        raise DatasetError(f"{where}, line {rows.line_num}: {error}") from None
