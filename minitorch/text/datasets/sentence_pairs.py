"""Sentences and their translations: in columns of one file, or in two files side by side."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from minitorch.errors import DatasetError
from minitorch.text.data.functional import MapStyleDataset
from minitorch.text.datasets.files import lines


class SentencePairs(MapStyleDataset):
    r"""Pairs of sentences from a file with tabs between its columns.

    The files of manythings.org/anki (`fra.txt` in `fra-eng.zip`) have a sentence in English, its translation, and
    whom to thank; those that tatoeba.org exports have a number before each of the sentences: `columns=(1, 3)`.

    Args:
        path: of the file.
        columns: which two hold the sentence and its translation, from 0 on.
        encoding: of the text.

    Raises:
        DatasetError: for a line with too few columns or an empty sentence, or bytes that are no text.

    >>> import pathlib, tempfile
    >>> from minitorch.text.datasets import SentencePairs
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "fra.txt")
    ...     _ = path.write_text("Go.\tVa !\tCC-BY 2.0 (France) Attribution: tatoeba.org", encoding="utf-8")
    ...     SentencePairs(path)[0]
    ('Go.', 'Va !')
    """

    def __init__(
        self, path: str | os.PathLike[str], columns: tuple[int, int] = (0, 1), encoding: str = "utf-8"
    ) -> None:
        super().__init__(pairs(path, columns, encoding))


def pairs(path: str | os.PathLike[str], columns: tuple[int, int], encoding: str) -> Iterator[tuple[str, str]]:
    """The two sentences of each line."""
    first, second = columns
    for number, text in lines(path, "SentencePairs", encoding):
        fields = text.split("\t")
        if len(fields) <= max(columns) or not fields[first].strip() or not fields[second].strip():
            raise DatasetError(
                f"SentencePairs: {os.fspath(path)}, line {number}: expected sentences in columns {first} and {second}, "
                f"with tabs between columns, got {text[:100]!r}"
            )
        yield fields[first].strip(), fields[second].strip()


class ParallelText(MapStyleDataset):
    """Pairs of sentences from two files, of which line k of one is the translation of line k of the other.

    Args:
        source: the path of one file.
        target: the path of the other.
        encoding: of both.

    Raises:
        DatasetError: if one has more lines than the other, or bytes that are no text.

    >>> import pathlib, tempfile
    >>> from minitorch.text.datasets import ParallelText
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     de, en = pathlib.Path(folder, "train.de"), pathlib.Path(folder, "train.en")
    ...     _ = de.write_text("Ein Hund."), en.write_text("A dog.")
    ...     list(ParallelText(de, en))
    [('Ein Hund.', 'A dog.')]
    """

    def __init__(
        self, source: str | os.PathLike[str], target: str | os.PathLike[str], encoding: str = "utf-8"
    ) -> None:
        one, other = (lines(path, "ParallelText", encoding) for path in (source, target))
        where = f"ParallelText: {os.fspath(source)} and {os.fspath(target)}"
        super().__init__(side_by_side(one, other, where))


def side_by_side(
    source: Iterable[tuple[int, str]], target: Iterable[tuple[int, str]], where: str
) -> Iterator[tuple[str, str]]:
    """The lines of two files in pairs.

    Raises:
        DatasetError: if one has more lines.
    """
    for one, other in zip_longest(source, target):
        if one is None or other is None:
            longer, shorter = ("first", "second") if other is None else ("second", "first")
            raise DatasetError(
                f"{where}: the {longer} file has a line {(one or other)[0]}, the {shorter} one has not; "
                f"one of them is cut off, or they do not belong together"
            )
        yield one[1].strip(), other[1].strip()
