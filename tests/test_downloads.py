"""Downloads from a server on this machine: mirrors, hashes, what was cut off, two at once."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from file_server import FileServer, serving

from minitorch import downloads
from minitorch.downloads import cache_folder, fetch, verify
from minitorch.errors import ArgumentError, DownloadError, MissingDependencyError

pytest.importorskip("pooch")

BODY = bytes(range(256)) * 400
SHA = hashlib.sha256(BODY).hexdigest()
MD5 = hashlib.md5(BODY).hexdigest()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    monkeypatch.setenv("NO_PROXY", "*")
    with serving() as state:
        state.files["/a.bin"] = BODY
        yield state


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("hashes", [{"sha256": SHA}, {"md5": MD5.upper()}, {"hash_prefix": SHA[:8]}, {}])
def test_a_file_is_brought_once(server: FileServer, tmp_path: Path, hashes: dict[str, str]) -> None:
    path = fetch(f"{server.url}/a.bin", tmp_path / "new", **hashes)  # type: ignore[arg-type]
    assert path == tmp_path / "new" / "a.bin"
    assert path.read_bytes() == BODY
    assert fetch(f"{server.url}/a.bin", tmp_path / "new", **hashes) == path  # type: ignore[arg-type]
    assert len(server.asked) == 1
    assert names(tmp_path / "new") == ["a.bin"]


def test_the_next_mirror_is_asked(server: FileServer, tmp_path: Path) -> None:
    server.files["/other/a.bin"] = BODY[::-1]
    urls = [
        f"{server.url}/gone/a.bin",
        f"{server.url}/other/a.bin",
        "http://127.0.0.1:9/a.bin",
        f"{server.url}/a.bin",
    ]
    assert fetch(urls, tmp_path, sha256=SHA).read_bytes() == BODY
    assert [path for path, _ in server.asked] == ["/gone/a.bin", "/other/a.bin", "/a.bin"]


def test_a_file_that_moved(server: FileServer, tmp_path: Path) -> None:
    server.moved["/old"] = f"{server.url}/a.bin"
    server.cut, server.times = 40_000, 1
    assert fetch(f"{server.url}/old", tmp_path, sha256=SHA).read_bytes() == BODY
    assert [path for path, _ in server.asked] == ["/old", "/a.bin"] * 2
    assert server.asked[3][1]  # it went on where it was cut off


def test_a_server_that_stops_sending(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "TIMEOUT", (0.2, 0.2))
    with serving() as slow:
        slow.files["/a.bin"], slow.slow = BODY, 0.6
        assert fetch([f"{slow.url}/a.bin", f"{server.url}/a.bin"], tmp_path, sha256=SHA).read_bytes() == BODY
        assert slow.asked


def test_a_wrong_file_is_not_kept(server: FileServer, tmp_path: Path) -> None:
    wrong = "0" * 64
    with pytest.raises(
        DownloadError, match=f"(?s)its sha256 is {SHA}, and should be sha256 {wrong}.*put the file"
    ):
        fetch(f"{server.url}/a.bin", tmp_path, sha256=wrong)
    assert names(tmp_path) == []
    with pytest.raises(DownloadError, match="404"):
        fetch(f"{server.url}/none", tmp_path, sha256=wrong)
    with pytest.raises(DownloadError, match="Check the connection"):
        fetch("http://127.0.0.1:9/a.bin", tmp_path, sha256=wrong)
    assert names(tmp_path) == []


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("hashes", [{"sha256": SHA}, {}])
def test_what_was_cut_off_goes_on(
    server: FileServer, tmp_path: Path, ranges: bool, hashes: dict[str, str]
) -> None:
    server.ranges, server.cut, server.times = ranges, 40_000, 1
    assert fetch(f"{server.url}/a.bin", tmp_path, **hashes).read_bytes() == BODY  # type: ignore[arg-type]
    (first, second) = server.asked
    assert first == ("/a.bin", None)
    assert second[1] in [f"bytes={n}-" for n in range(20_000, 40_001)]
    assert names(tmp_path) == ["a.bin"]


def test_a_piece_is_kept_for_the_next_time(server: FileServer, tmp_path: Path) -> None:
    server.cut, server.times = 18_000, 99
    with pytest.raises(DownloadError, match="Check the connection"):
        fetch(f"{server.url}/a.bin", tmp_path, sha256=SHA)
    assert names(tmp_path) == ["a.bin.part"]
    piece = (tmp_path / "a.bin.part").read_bytes()
    assert piece
    assert BODY.startswith(piece)
    server.times = 0
    assert fetch(f"{server.url}/a.bin", tmp_path, sha256=SHA).read_bytes() == BODY
    assert server.asked[-1] == ("/a.bin", f"bytes={len(piece)}-")


@pytest.mark.parametrize("piece", [BODY, b"x" * 500, b"x" * len(BODY), BODY + b"more"])
@pytest.mark.parametrize("ranges", [True, False])
def test_any_piece_that_lies_there(server: FileServer, tmp_path: Path, piece: bytes, ranges: bool) -> None:
    server.ranges = ranges
    (tmp_path / "a.bin.part").write_bytes(piece)
    assert fetch(f"{server.url}/a.bin", tmp_path, sha256=SHA).read_bytes() == BODY
    assert names(tmp_path) == ["a.bin"]


def test_without_a_hash_no_old_piece_is_trusted(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "a.bin.part").write_bytes(b"another file")
    assert fetch(f"{server.url}/a.bin", tmp_path).read_bytes() == BODY


def test_a_damaged_file_is_named_and_replaced(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(BODY[:-1])
    with pytest.raises(DownloadError, match=f"its md5 is .*, and should be md5 {MD5}; remove it"):
        verify(tmp_path / "a.bin", md5=MD5)
    with pytest.warns(UserWarning, match="damaged or another file"):
        fetch(f"{server.url}/a.bin", tmp_path, md5=MD5)
    verify(tmp_path / "a.bin", md5=MD5)
    (tmp_path / "a.bin").write_bytes(b"mine")
    with pytest.warns(UserWarning, match="damaged"), pytest.raises(DownloadError):
        fetch(f"{server.url}/none", tmp_path, "a.bin", md5=MD5)
    assert (tmp_path / "a.bin").read_bytes() == b"mine"
    with pytest.raises(DownloadError, match="is not there"):
        verify(tmp_path / "b", md5=MD5)


def test_with_the_file_in_place_nothing_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'minitorch-edu\[vision\]'"):
        fetch("http://127.0.0.1:9/a.bin", tmp_path / "new", sha256=SHA)
    assert names(tmp_path) == []
    (tmp_path / "a.bin").write_bytes(BODY)
    assert fetch("http://127.0.0.1:9/a.bin", tmp_path, sha256=SHA) == tmp_path / "a.bin"


@pytest.mark.parametrize(
    ("arguments", "hashes"),
    [
        (("ftp://x/a", "."), {}),
        (("file:///etc/passwd", "."), {}),
        (([], "."), {}),
        (("http://x/", "."), {}),
        (("http://x/a", ".", "../a"), {}),
        (("http://x/%2e%2e%2fa/..", "."), {}),
        (("http://x/a", "."), {"sha256": "12"}),
        (("http://x/a", "."), {"hash_prefix": ""}),
        (("http://x/a", "."), {"md5": "z" * 32}),
        (("http://x/a", "."), {"md5": MD5, "sha256": SHA}),
    ],
)
def test_bad_arguments(arguments: tuple[str, str], hashes: dict[str, str]) -> None:
    with pytest.raises(ArgumentError):
        fetch(*arguments, **hashes)  # type: ignore[arg-type]


def test_the_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MINITORCH_HOME", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/x")
    assert cache_folder("a", "b") == Path("/x/minitorch/a/b")
    monkeypatch.setenv("MINITORCH_HOME", "~/m")
    assert cache_folder() == Path.home() / "m"


# Several processes -----------------------------------------------------------------------------------


def bring(url: str, folder: str) -> None:
    fetch(url, folder, sha256=SHA)


def test_two_processes_at_once(server: FileServer, tmp_path: Path) -> None:
    server.slow = 0.002
    start = multiprocessing.get_context("spawn").Process
    both = [start(target=bring, args=(f"{server.url}/a.bin", str(tmp_path))) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
        assert process.exitcode == 0
    assert len(server.asked) == 1
    assert names(tmp_path) == ["a.bin"]


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_killed_in_the_middle(server: FileServer, tmp_path: Path) -> None:
    server.files["/a.bin"] = big = BODY * 10
    sha = hashlib.sha256(big).hexdigest()
    server.slow = 0.001
    code = (
        f"from minitorch.downloads import fetch; fetch('{server.url}/a.bin', r'{tmp_path}', sha256='{sha}')"
    )
    process = subprocess.Popen([sys.executable, "-c", code])
    part = tmp_path / "a.bin.part"
    while not part.exists() or not part.stat().st_size:
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "a.bin").exists()
    server.slow = 0.0
    assert fetch(f"{server.url}/a.bin", tmp_path, sha256=sha).read_bytes() == big
    assert server.asked[-1][1]  # it went on from the piece
    assert names(tmp_path) == ["a.bin"]
