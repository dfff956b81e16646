"""Weights from an address: downloaded once, compared with the hash in their name, found again without a network."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from file_server import FileServer, serving

import minitorch
from minitorch import hub
from minitorch.errors import ArgumentError, ArgumentTypeError, CheckpointError, DownloadError

pytest.importorskip("pooch")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FileServer]:
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("MINITORCH_HOME", str(tmp_path / "home"))
    with serving() as state:
        yield state


def publish(server: FileServer, tmp_path: Path, values: object) -> str:
    """The address of a file in PyTorch's format, with the digits of its hash in its name."""
    path = tmp_path / "made.pth"
    minitorch.save(values, path, format="torch")
    body = path.read_bytes()
    name = f"/models/net-{hashlib.sha256(body).hexdigest()[:8]}.pth"
    server.files[name] = body
    return server.url + name


def test_once_and_then_without_the_network(server: FileServer, tmp_path: Path) -> None:
    url = publish(server, tmp_path, {"weight": minitorch.arange(3.0)})
    got = hub.load_state_dict_from_url(url, check_hash=True)
    assert got["weight"].tolist() == [0, 1, 2]
    assert os.listdir(tmp_path / "home" / "hub" / "checkpoints") == [url.rpartition("/")[2]]
    assert len(server.asked) == 1
    gone = url.replace(server.url, "http://127.0.0.1:9")  # nobody listens there
    again = hub.load_state_dict_from_url(gone, check_hash=True)
    assert again["weight"].tolist() == [0, 1, 2]
    assert len(server.asked) == 1


def test_other_folders_and_names(server: FileServer, tmp_path: Path) -> None:
    url = publish(server, tmp_path, {"weight": minitorch.ones(1)})
    hub.load_state_dict_from_url(
        url, tmp_path / "models", file_name="other.pth", check_hash=True, map_location="cpu"
    )
    assert (tmp_path / "models" / "other.pth").is_file()
    with pytest.raises(ArgumentError, match=r"'net\.pth' has none"):
        hub.load_state_dict_from_url(f"{server.url}/net.pth", check_hash=True)


@pytest.mark.parametrize("check_hash", [False, True])
def test_what_is_no_address(tmp_path: Path, check_hash: bool) -> None:
    with pytest.raises(ArgumentTypeError, match="url must be a string, got NoneType"):
        hub.load_state_dict_from_url(None, tmp_path, check_hash=check_hash)  # type: ignore[arg-type]
    with pytest.raises(ArgumentTypeError, match="file_name must be a string, got int"):
        hub.load_state_dict_from_url("https://a.b/c.pth", tmp_path, file_name=3)  # type: ignore[arg-type]


def test_the_wrong_hash_is_found(server: FileServer, tmp_path: Path) -> None:
    url = publish(server, tmp_path, {"weight": minitorch.ones(1)})
    path = url.removeprefix(server.url)
    server.files[path] = server.files[path].replace(b"weight", b"wEight")
    with pytest.raises(DownloadError, match=path.rpartition("/")[2]):
        hub.load_state_dict_from_url(url, check_hash=True)
    assert not list((tmp_path / "home").rglob("*.pth"))


def test_a_damaged_file_is_found_and_brought_again(server: FileServer, tmp_path: Path) -> None:
    url = publish(server, tmp_path, {"weight": minitorch.ones(1)})
    hub.load_state_dict_from_url(url, check_hash=True)
    kept = next((tmp_path / "home").rglob("*.pth"))
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-30])
    with pytest.warns(UserWarning, match=f"{kept.name} is damaged"):
        got = hub.load_state_dict_from_url(url, check_hash=True)
    assert got["weight"].tolist() == [1]
    assert kept.read_bytes() == whole
    kept.write_bytes(whole[:-30])
    gone = url.replace(server.url, "http://127.0.0.1:9")
    with pytest.warns(UserWarning, match="damaged"), pytest.raises(DownloadError, match=kept.name):
        hub.load_state_dict_from_url(gone, check_hash=True)
    with pytest.raises(CheckpointError, match=kept.name):  # without its hash, the format tells
        hub.load_state_dict_from_url(gone)


def test_a_file_of_ones_own(server: FileServer, tmp_path: Path) -> None:
    url = publish(server, tmp_path, [1])
    target = tmp_path / "mine.bin"
    target.write_text("old")
    with pytest.raises(DownloadError, match=r"mine\.bin"):
        hub.download_url_to_file(url, target, hash_prefix="00000000")
    assert target.read_text() == "old"
    hub.download_url_to_file(url, str(target), hash_prefix=url[-12:-4], progress=False)
    assert minitorch.load(target) == [1]
    assert sorted(os.listdir(tmp_path)) == ["made.pth", "mine.bin"]
    with pytest.raises(ArgumentError, match="does not exist"):
        hub.download_url_to_file(url, tmp_path / "no" / "mine.bin")


def test_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("MINITORCH_HOME", "TORCH_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert hub.get_dir() == os.path.expanduser("~/.cache/torch/hub")
    monkeypatch.setenv("XDG_CACHE_HOME", "/x")
    assert hub.get_dir() == "/x/torch/hub"
    monkeypatch.setenv("TORCH_HOME", "/t")
    assert hub.get_dir() == "/t/hub"
    monkeypatch.setenv("MINITORCH_HOME", "/m")
    assert hub.get_dir() == "/m/hub"
    monkeypatch.setattr("minitorch.hub.files._folder", None)  # put back afterwards
    hub.set_dir(tmp_path)
    assert hub.get_dir() == str(tmp_path)
