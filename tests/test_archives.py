"""Unpacking: what is in an archive, and nothing outside the folder, whatever the archive says."""

from __future__ import annotations

import io
import random
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest

from minitorch.downloads import extract
from minitorch.errors import DownloadError

FILES = {"set/a.txt": b"a", "set/deep/b.txt": b"b" * 5000, "c.txt": b""}


def tar(path: Path, files: dict[str, bytes], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as out:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            out.addfile(info, io.BytesIO(data))
    return path


def pack(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in files.items():
            out.writestr(name, data)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("kind", ["x.tar", "x.tar.gz", "x.tar.xz", "x.zip"])
def test_what_is_in_an_archive(tmp_path: Path, kind: str) -> None:
    mode = {"gz": "w:gz", "xz": "w:xz"}.get(kind.rpartition(".")[2], "w")
    archive = pack(tmp_path / kind, FILES) if kind == "x.zip" else tar(tmp_path / kind, FILES, mode)
    out = tmp_path / "out"
    (out / "set").mkdir(parents=True)
    (out / "set" / "mine.txt").write_bytes(b"mine")
    (out / "c.txt").write_bytes(b"old")
    assert extract(archive, out) == out
    assert contents(out) == FILES | {"set/mine.txt": b"mine"}


@pytest.mark.parametrize(
    "name", ["../out.txt", "/tmp/out.txt", "a/../../out.txt", "C:/x.txt", "a\\..\\x.txt"]
)
@pytest.mark.parametrize("kind", ["x.tar", "x.zip"])
def test_a_path_that_leads_outside(tmp_path: Path, name: str, kind: str) -> None:
    files = {"fine.txt": b"1", name: b"2"}
    archive = pack(tmp_path / kind, files) if kind == "x.zip" else tar(tmp_path / kind, files)
    with pytest.raises(DownloadError, match="leads out of the folder"):
        extract(archive, tmp_path / "out")
    assert contents(tmp_path / "out") == {}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", kind]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices(tmp_path: Path, kind: bytes) -> None:
    with tarfile.open(tmp_path / "x.tar", "w") as out:
        info = tarfile.TarInfo("link")
        info.type, info.linkname = kind, "/etc/passwd"
        out.addfile(info)
    with pytest.raises(DownloadError, match="a link or a device"):
        extract(tmp_path / "x.tar", tmp_path / "out")
    info = zipfile.ZipInfo("link")  # type: ignore[assignment]
    info.external_attr = 0o120777 << 16  # type: ignore[attr-defined]
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as out:  # type: ignore[assignment]
        out.writestr(info, "/etc/passwd")  # type: ignore[attr-defined]
    with pytest.raises(DownloadError, match="a link or a device"):
        extract(tmp_path / "x.zip", tmp_path / "out")


@pytest.mark.parametrize("kind", ["x.tar.gz", "x.zip"])
def test_a_bomb(tmp_path: Path, kind: str) -> None:
    files = {"fine.txt": b"1", "bomb": bytes(20_000_000)}
    archive = pack(tmp_path / kind, files) if kind == "x.zip" else tar(tmp_path / kind, files, "w:gz")
    with pytest.raises(DownloadError, match="more than 100 times its size"):
        extract(archive, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("kind", ["x.tar.gz", "x.tar.xz", "x.zip", "x.tar"])
def test_cut_off_anywhere(tmp_path: Path, kind: str) -> None:
    mode = {"gz": "w:gz", "xz": "w:xz"}.get(kind.rpartition(".")[2], "w")
    archive = pack(tmp_path / kind, FILES) if kind == "x.zip" else tar(tmp_path / kind, FILES, mode)
    whole = archive.read_bytes()
    for size in range(0, min(len(whole), 6000), max(len(whole) // 40, 1)):
        archive.write_bytes(whole[:size])
        try:
            extract(archive, tmp_path / f"out{size}")
        except DownloadError:
            assert contents(tmp_path / f"out{size}") == {}
        else:
            assert kind == "x.tar"  # which has no checksum; its end is zeros, and may be cut at an entry
            assert contents(tmp_path / f"out{size}").items() <= FILES.items()


def test_mutations_give_typed_errors(tmp_path: Path) -> None:
    chance = random.Random(1)
    goods = [tar(tmp_path / "a", FILES, mode).read_bytes() for mode in ("w", "w:gz", "w:xz")]
    goods.append(pack(tmp_path / "a", FILES).read_bytes())
    for _ in range(200):
        data = bytearray(chance.choice(goods))
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(min(len(data), 3000))] = chance.randrange(256)
        (tmp_path / "x").write_bytes(data)
        try:
            extract(tmp_path / "x", tmp_path / "out")
        except DownloadError:
            assert list((tmp_path / "out").iterdir()) == []
        shutil.rmtree(tmp_path / "out")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "x"]


def test_no_archive(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(b"<html>not found</html>")
    with pytest.raises(DownloadError, match="no archive"):
        extract(tmp_path / "x.tar", tmp_path / "out")
    archive = tar(tmp_path / "y.tar", {"a": b"1", "a/b": b"2"})
    with pytest.raises(DownloadError):
        extract(archive, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
