"""Files that are published somewhere: brought once, compared with their hash, kept in a folder.

A file has its own name only when it is complete and its hash fits.  Until then it lies beside it, as `NAME.part`; a
download that was cut off goes on from there.  Two processes that want the same file at once do not disturb each
other: one brings it, the other waits.  Where the file is there already, nothing is asked of the network, and no
other library is needed.
"""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Sequence
from hashlib import file_digest
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import unquote, urlsplit

from minitorch.archives import extract as extract
from minitorch.atomic import sync_folder
from minitorch.errors import ArgumentError, ArgumentTypeError, DownloadError, MissingDependencyError
from minitorch.locks import locked

TIMEOUT = (15, 60)  # seconds until a server must have answered, and until more bytes must have come
CHUNK = 2**14  # bytes; of those that came before a connection broke, less than this is lost
ATTEMPTS = 5  # how often one server may break off before the next is asked
LENGTHS = {"sha256": 64, "md5": 32}


class Digest(NamedTuple):
    """What the hash of a file should be, or begin with."""

    algorithm: str
    start: str

    def of(self, path: Path) -> str:
        """The hash that a file has."""
        with path.open("rb") as file:
            return file_digest(file, self.algorithm).hexdigest()

    def __str__(self) -> str:
        short = len(self.start) < LENGTHS[self.algorithm]
        return f"{self.algorithm} {self.start}{'…' if short else ''}"


def cache_folder(*parts: str) -> Path:
    """The folder in which downloaded files are kept, or one below it.

    It is `$MINITORCH_HOME`, or else `$XDG_CACHE_HOME/minitorch`, or else `~/.cache/minitorch`.

    >>> import os
    >>> os.environ["MINITORCH_HOME"] = "/tmp/elsewhere"
    >>> cache_folder("hub").as_posix()
    '/tmp/elsewhere/hub'
    >>> del os.environ["MINITORCH_HOME"]
    """
    default = os.path.join(os.getenv("XDG_CACHE_HOME", "~/.cache"), "minitorch")
    return Path(os.getenv("MINITORCH_HOME", default)).expanduser().joinpath(*parts)


def fetch(
    urls: str | Sequence[str],
    folder: str | os.PathLike[str],
    filename: str | None = None,
    *,
    sha256: str | None = None,
    md5: str | None = None,
    hash_prefix: str | None = None,
    progress: bool = True,
) -> Path:
    """The path of a published file, which is downloaded unless it is there.

    Args:
        urls: where it is published: one address, or several that are tried in order.
        folder: where it is kept; it is made if need be.
        filename: its name there; by default the last part of the first address.
        sha256: its SHA-256, in hexadecimal digits. At most one of the three is given.
        md5: its MD5, where nothing better is published.
        hash_prefix: the first digits of its SHA-256.
        progress: whether a bar shows how far it is, on a terminal, where tqdm is installed.

    Without a hash, all that can be checked is that as many bytes came as the server said.

    Raises:
        DownloadError: if no address gave the file, or what came is not what it should be. What has come so far
            stays in `NAME.part`, and the next call goes on from there; a file with the wrong hash is removed.
        MissingDependencyError: if there is something to download, and pooch is not installed.
        ArgumentError: for addresses other than http and https, names with folders in them, malformed hashes.
        ArgumentTypeError: for addresses and names that are no strings.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = pathlib.Path(folder, "a.txt").write_bytes(b"abc")  # it is there already: no network is needed
    ...     path = fetch("https://example.org/a.txt", folder, md5="900150983cd24fb0d6963f7d28e17f72")
    >>> path.name
    'a.txt'
    """
    given: list[Any] = list(urls) if isinstance(urls, (list, tuple)) else [urls]
    urls = [require_text("urls", url) for url in given]
    if not urls or any(urlsplit(url).scheme not in ("http", "https") for url in urls):
        raise ArgumentError(f"fetch: urls must be addresses that begin with http:// or https://, got {urls}")
    filename = name_in(urls[0]) if filename is None else require_text("filename", filename)
    if not filename or filename in (".", "..") or re.search(r"[/\\\0]", filename):
        raise ArgumentError(f"fetch: filename must be a name without a folder, got {filename!r}")
    expected = digest(sha256, md5, hash_prefix)
    path = Path(folder).expanduser() / filename
    if _is_there(path, expected, warn=False):
        return path
    pooch = _pooch(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with locked(path):  # another process may have brought it while this one waited
        if not _is_there(path, expected, warn=True):
            _download(pooch, urls, path, expected, progress)
    return path


def name_in(url: str) -> str:
    """The last part of an address, which is the name of a file."""
    return unquote(urlsplit(require_text("url", url)).path).rpartition("/")[2]


def require_text(what: str, value: Any) -> str:
    """A string as it is.

    Raises:
        ArgumentTypeError: for anything else.
    """
    if not isinstance(value, str):
        raise ArgumentTypeError(f"download: {what} must be a string, got {type(value).__name__}")
    return value


def verify(
    path: str | os.PathLike[str],
    *,
    sha256: str | None = None,
    md5: str | None = None,
    hash_prefix: str | None = None,
) -> None:
    """Makes sure that a file is the one that was published.

    Raises:
        DownloadError: if it is not there, or has another hash; the message names both.
    """
    expected, path = digest(sha256, md5, hash_prefix), Path(path)
    if not path.is_file():
        raise DownloadError(f"{path} is not there; download it, or put it there")
    if expected is not None and not (found := expected.of(path)).startswith(expected.start):
        raise DownloadError(
            f"{path} is damaged or another file: its {expected.algorithm} is {found}, and should be {expected}; "
            f"remove it and download it again"
        )


def digest(sha256: str | None, md5: str | None, hash_prefix: str | None) -> Digest | None:
    """The hash that is given, if one is.

    Raises:
        ArgumentError: if several are, or one is malformed.
    """
    choices = (("sha256", sha256), ("md5", md5), ("hash_prefix", hash_prefix))
    given = {name: value for name, value in choices if value is not None}
    if not given:
        return None
    (name, value), *others = given.items()
    algorithm = "md5" if name == "md5" else "sha256"
    most = LENGTHS[algorithm]
    least = 1 if name == "hash_prefix" else most
    if others or not re.fullmatch(f"[0-9a-fA-F]{{{least},{most}}}", value):
        raise ArgumentError(
            f"one of sha256 (64 hexadecimal digits), md5 (32) and hash_prefix (up to 64) may be given, got {given}"
        )
    return Digest(algorithm, value.lower())


def _is_there(path: Path, expected: Digest | None, warn: bool) -> bool:
    if not path.is_file():
        return False
    if expected is None or (found := expected.of(path)).startswith(expected.start):
        return True
    if warn:
        warnings.warn(
            f"{path} is damaged or another file: its {expected.algorithm} is {found}, and should be {expected}; it is "
            f"downloaded again, and replaced when the new one is complete",
            stacklevel=3,
        )
    return False


def _pooch(path: Path) -> Any:
    try:
        import pooch
    except ImportError:
        raise MissingDependencyError(
            f"{path} is not there, and downloading it needs pooch, which is not installed; "
            f"pip install 'minitorch-edu[vision]', or put the file there yourself"
        ) from None
    return pooch


# One file of one server ------------------------------------------------------------------------------


def _download(pooch: Any, urls: list[str], path: Path, expected: Digest | None, progress: bool) -> None:
    """Tries the addresses in order until one gave the file; gives it its name."""
    part = path.with_name(path.name + ".part")
    failures = []
    for url in urls:
        if expected is None:
            part.unlink(missing_ok=True)  # nothing would show that a piece of another file was continued
        for _ in range(ATTEMPTS):
            before = part.stat().st_size if part.exists() else 0
            problem = _stream(pooch, url, part, path.name, progress)
            if problem is None:
                found = expected.of(part) if expected else ""
                if expected is None or found.startswith(expected.start):
                    os.replace(part, path)
                    sync_folder(str(path.parent))
                    return
                part.unlink()
                problem = f"its {expected.algorithm} is {found}, and should be {expected}"
                if not before:
                    break
            elif not part.exists() or part.stat().st_size <= before:
                break  # it sends nothing; asking again would not help
        failures.append(f"{url}: {problem}")
    if part.exists() and not part.stat().st_size:
        part.unlink()
    raise DownloadError(
        f"{path.name} could not be downloaded:\n  "
        + "\n  ".join(failures)
        + f"\nCheck the connection and try again, or put the file there yourself: {path}"
    )


def _stream(pooch: Any, url: str, part: Path, name: str, progress: bool) -> str | None:
    """Appends to `part` what is missing of the file; says what went wrong, or None if it is complete."""
    from requests.exceptions import RequestException  # pooch brings it
    from urllib3.exceptions import HTTPError

    start = part.stat().st_size if part.exists() else 0
    with part.open("ab") as file:
        target = _Target(file, start, name, progress)
        download = pooch.HTTPDownloader(
            chunk_size=CHUNK,
            timeout=TIMEOUT,
            headers={"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {}),
            hooks={"response": target.begin},
        )
        try:
            download(url, target, None)
        except _Complete:
            return None
        except (RequestException, HTTPError, _OtherPiece) as error:
            return f"{error}"
        finally:
            target.close()
        os.fsync(file.fileno())
        size = os.fstat(file.fileno()).st_size
        if target.total is not None and size != target.total:
            return f"the connection ended after {size} of {target.total} bytes"
    return None


class _OtherPiece(Exception):
    """The server cannot continue the file where it was cut off."""


class _Complete(Exception):
    """There is nothing behind what has come already."""


class _Target:
    """The file that pooch writes to: it looks at the answer first, to know where the bytes belong."""

    def __init__(self, file: BinaryIO, start: int, name: str, progress: bool) -> None:
        self.file, self.start, self.name, self.progress = file, start, name, progress
        self.total: int | None = None
        self.bar: Any = None

    def begin(self, response: Any, **_: Any) -> None:
        """Makes ready for the body of an answer."""
        if response.is_redirect:
            return
        length = response.headers.get("Content-Length", "")
        if response.status_code == 206:
            found = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
            if found is None or int(found[1]) != self.start:
                self._anew()
                response.close()
                raise _OtherPiece("the server sent another piece than the one that is missing")
            self.total = int(found[2]) if found[2] != "*" else None
        elif response.status_code == 416 and self.start:
            response.close()
            raise _Complete
        elif response.ok:
            self._anew()  # the server sends the whole file
            self.total = int(length) if length.isdigit() else None
        if response.ok and self.progress and sys.stderr.isatty():
            self.bar = _bar(self.name, self.start, self.total)

    def _anew(self) -> None:
        self.start = 0
        self.file.truncate(0)

    def write(self, piece: bytes) -> None:
        self.file.write(piece)
        if self.bar is not None:
            self.bar.update(len(piece))

    def flush(self) -> None:
        """The file is flushed when it is closed."""

    def close(self) -> None:
        self.file.flush()
        if self.bar is not None:
            self.bar.close()


def _bar(name: str, start: int, total: int | None) -> Any:
    try:
        from tqdm import tqdm
    except ImportError:
        return None
    return tqdm(desc=name, initial=start, total=total, unit="B", unit_scale=True, unit_divisor=1024)
