"""Multi30k: descriptions of pictures in German and English."""

from __future__ import annotations

import os
import tarfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import IO, Any

from minitorch.errors import ArgumentError, DatasetError
from minitorch.text.datasets.files import Place, Published, by_split, lines, lines_of
from minitorch.text.datasets.sentence_pairs import side_by_side

FOLDER = "https://raw.githubusercontent.com/neychev/small_DL_repo/master/datasets/Multi30k/"
FILES = {
    "train": Published(
        FOLDER + "training.tar.gz",
        sha256="20140d013d05dd9a72dfde46478663ba05737ce983f478f960c1123c6671be5e",
    ),
    "valid": Published(
        FOLDER + "validation.tar.gz",
        sha256="a7aa20e9ebd5ba5adce7909498b94410996040857154dab029851af3a866da8c",
    ),
    "test": Published(
        FOLDER + "mmt16_task1_test.tar.gz",
        sha256="6d1ca1dba99e2c5dd54cae1226ff11c2551e6ce63527ebb072a1f70f72a5cd36",
    ),
}
STEMS = {"train": "train", "valid": "val", "test": "test"}


def Multi30k(
    root: str | os.PathLike[str] | None = None,
    split: str | Sequence[str] = ("train", "valid", "test"),
    language_pair: Sequence[str] = ("de", "en"),
    *,
    download: bool = True,
    verify: bool = True,
) -> Any:
    """Multi30k: 29,000 + 1,014 + 1,000 pairs of a sentence and its translation, which describe a picture.

    The sentences are the lines of `train.de` and `train.en` (`val.…`, `test.…`), unpacked, or in the archives
    `training.tar.gz`, `validation.tar.gz` and `mmt16_task1_test.tar.gz`.

    Args:
        root: the folder that has the files, or has them in `datasets/Multi30k`; by default the cache folder.
        split: "train", "valid" or "test", for a dataset; or several, for a tuple of datasets.
        language_pair: ("de", "en"), or ("en", "de").
        download: whether to download an archive if neither it nor what is in it is there.
        verify: whether the archives must be those published, by their SHA-256.

    Raises:
        DatasetError: if a file is missing, is not the one published, or has fewer lines than its translation.
        DownloadError: if it cannot be downloaded.

    Source: D. Elliott et al., Multi30K: Multilingual English-German image descriptions, 2016.

    >>> import pathlib, tempfile
    >>> from minitorch.text.datasets import Multi30k
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = pathlib.Path(folder, "val.de").write_text("Ein Hund.")
    ...     _ = pathlib.Path(folder, "val.en").write_text("A dog.")
    ...     Multi30k(folder, "valid", ("en", "de"))[0]
    ('A dog.', 'Ein Hund.')
    """
    if sorted(language_pair) != ["de", "en"]:
        raise ArgumentError(
            f"Multi30k: language_pair must be ('de', 'en') or ('en', 'de'), got {tuple(language_pair)}"
        )
    place = Place("Multi30k", root, download, verify)
    return by_split("Multi30k", split, tuple(FILES), lambda one: read(place, one, language_pair))


def read(place: Place, split: str, languages: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The pairs of a split, from two files or from the archive."""
    names = [f"{STEMS[split]}.{language}" for language in languages]
    unpacked = [place.present(name) for name in names]
    if all(unpacked):
        source, target = (lines(path, "Multi30k") for path in unpacked if path is not None)
        yield from side_by_side(source, target, f"Multi30k: {unpacked[0]} and {unpacked[1]}")
        return
    path = place.path(FILES[split], FILES[split].url.rpartition("/")[2])
    try:
        with tarfile.open(path) as archive:
            members = {PurePosixPath(member.name).name: member for member in archive if member.isreg()}
            files = [opened(archive, members.get(name), path, name) for name in names]
            source, target = (
                lines_of(file, f"Multi30k: {name} in {path}") for file, name in zip(files, names, strict=True)
            )
            yield from side_by_side(source, target, f"Multi30k: {path}")
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise DatasetError(f"Multi30k: {path} is no complete archive ({error}); download it again") from None


def opened(archive: tarfile.TarFile, member: Any, path: Path, name: str) -> IO[bytes]:
    """A file in the archive."""
    file = None if member is None else archive.extractfile(member)
    if file is None:
        raise DatasetError(f"Multi30k: there is no {name} in {path}")
    return file
