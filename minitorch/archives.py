"""Unpacks archives that come from elsewhere: nothing is written outside the folder, and nothing half.

Only files and folders are unpacked; an archive that holds links, devices or paths that lead outside is refused, and
so is one that grows without bound.  What is in it appears in the folder only when all of it has been unpacked.
"""

from __future__ import annotations

import lzma
import os
import re
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from errno import EEXIST, EINVAL, EISDIR, ENAMETOOLONG, ENOTDIR
from pathlib import Path, PurePosixPath
from typing import IO, Any

from minitorch.errors import DownloadError
from minitorch.locks import locked

EXPANSION = 100  # how many times its own size an archive may fill; published ones stay below 20
ENTRIES = 5_000_000
CHUNK = 2**20
# Errors of the system to which a damaged archive leads; a full disk is not among them.
CAUSED_BY_ARCHIVES = (None, EEXIST, EINVAL, EISDIR, ENAMETOOLONG, ENOTDIR)


def extract(archive: str | os.PathLike[str], folder: str | os.PathLike[str]) -> Path:
    """Unpacks a tar or zip archive, compressed or not, into a folder, beside what is there already.

    Args:
        archive: its path.
        folder: where its entries go; it is made if need be.

    Returns:
        The folder.

    Raises:
        DownloadError: if it is no such archive, damaged, or would write elsewhere; nothing appears in the folder
            then.

    >>> import pathlib, tempfile, zipfile
    >>> from minitorch.downloads import extract
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with zipfile.ZipFile(f"{folder}/a.zip", "w") as archive:
    ...         archive.writestr("set/one.txt", "1")
    ...     (extract(f"{folder}/a.zip", f"{folder}/data") / "set" / "one.txt").read_text()
    '1'
    """
    archive, folder = Path(archive), Path(folder).expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f".{archive.name}.unpacking"
    with locked(fresh):
        shutil.rmtree(fresh, ignore_errors=True)  # of a process that was killed
        try:
            fresh.mkdir()
            _unpack(archive, fresh)
            _move_into(fresh, folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return folder


def make_folder(folder: Path, fill: Callable[[Path], None]) -> None:
    """Makes a folder, unless it is there: it gets its name when everything is in it.

    Args:
        folder: its path.
        fill: gets another path, of an empty folder, and puts everything in.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = folder.with_name(f".{folder.name}.unpacking")
    with locked(fresh):
        if folder.is_dir():  # another process made it while this one waited
            return
        shutil.rmtree(fresh, ignore_errors=True)  # of a process that was killed
        try:
            fresh.mkdir()
            fill(fresh)
            os.replace(fresh, folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def _unpack(archive: Path, folder: Path) -> None:
    allowance = EXPANSION * archive.stat().st_size + CHUNK
    try:
        with ExitStack() as stack:
            for number, (name, file) in enumerate(_entries(archive, stack)):
                if number >= ENTRIES:
                    raise _refused(archive, f"it has more than {ENTRIES} entries")
                target = folder / _checked(archive, name)
                if file is None:
                    target.mkdir(parents=True, exist_ok=True)
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                with file, target.open("wb") as out:
                    while piece := file.read(CHUNK):
                        allowance -= len(piece)
                        if allowance < 0:
                            raise _refused(archive, f"it unpacks to more than {EXPANSION} times its size")
                        out.write(piece)
    except (
        tarfile.TarError,
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        EOFError,
        OSError,
        ValueError,
        RuntimeError,
    ) as error:
        ours = isinstance(error, DownloadError)
        if ours or (isinstance(error, OSError) and error.errno not in CAUSED_BY_ARCHIVES):
            raise
        raise DownloadError(
            f"{archive}: damaged or cut off, or no archive ({error}); remove it and download it again"
        ) from None


def _entries(archive: Path, stack: ExitStack) -> Iterator[tuple[str, IO[bytes] | None]]:
    """The name of each entry, and its contents, open for reading; None for folders."""
    if zipfile.is_zipfile(archive):
        pack = stack.enter_context(zipfile.ZipFile(archive))
        for info in pack.infolist():
            kind = info.external_attr >> 28  # of a file on a Unix system; 0 if it was written elsewhere
            if kind not in (0, 0o10, 0o4):
                raise _refused(archive, f"the entry {info.filename!r} is a link or a device")
            yield info.filename, None if info.is_dir() else pack.open(info)
        return
    tar: Any = stack.enter_context(tarfile.open(archive))  # noqa: SIM115
    for member in tar:
        if not member.isreg() and not member.isdir():
            raise _refused(archive, f"the entry {member.name!r} is a link or a device")
        yield member.name, tar.extractfile(member) if member.isreg() else None
    while tar.fileobj.read(CHUNK):  # at the end of compressed data stands their checksum
        pass


def _checked(archive: Path, name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or re.search(r"\\|^[A-Za-z]:|\0", name):
        raise _refused(archive, f"the entry {name!r} leads out of the folder")
    return path


def _refused(archive: Path, why: str) -> DownloadError:
    return DownloadError(f"{archive} is not unpacked: {why}. Get the archive from its publisher")


def _move_into(fresh: Path, folder: Path) -> None:
    """Renames what is in one folder into another; a folder that is there already is gone into."""
    for entry in sorted(fresh.iterdir()):
        target = folder / entry.name
        if entry.is_dir() and target.is_dir():
            _move_into(entry, target)
        else:
            os.replace(entry, target)
