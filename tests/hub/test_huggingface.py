"""Repositories of Hugging Face: a server on this machine answers as theirs does."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import minitorch
from minitorch import hub, nn
from minitorch.errors import ArgumentError, CheckpointError, DownloadError, StateDictError

constants = pytest.importorskip("huggingface_hub.constants")
COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Repositories:
    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []

    def put(self, path: Path, name: str) -> None:
        self.files[name] = path.read_bytes()


@pytest.fixture
def theirs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Repositories]:
    state = Repositories()

    class Handler(BaseHTTPRequestHandler):
        def answer(self, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(200)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            state.asked.append(path)
            name = path.partition(f"/resolve/{self.revision(path)}/")[2]
            if path.startswith("/api/models/me/net/tree/"):
                entries = [
                    {"type": "file", "path": n, "size": len(b), "oid": "0"} for n, b in state.files.items()
                ]
                self.answer(json.dumps(entries).encode(), {"Content-Type": "application/json"})
            elif path.startswith("/api/models/me/net"):
                files = [{"rfilename": n} for n in state.files]
                about = {"id": "me/net", "modelId": "me/net", "sha": COMMIT, "siblings": files, "tags": []}
                self.answer(json.dumps(about).encode(), {"Content-Type": "application/json"})
            elif path.startswith("/me/net/resolve/") and name in state.files:
                body = state.files[name]
                etag = f'"{hashlib.sha256(body).hexdigest()}"'
                self.answer(body, {"ETag": etag, "X-Repo-Commit": COMMIT})
            else:
                self.send_error(404)

        do_HEAD = do_GET

        def revision(self, path: str) -> str:
            return path.split("/resolve/")[-1].split("/")[0]

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr(constants, "ENDPOINT", url)
    template = url + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def net() -> nn.Linear:
    minitorch.manual_seed(0)
    return nn.Linear(3, 2)


def test_weights_for_a_model_of_ones_own(theirs: Repositories, tmp_path: Path, net: nn.Linear) -> None:
    minitorch.save(net.state_dict(), tmp_path / "x.safetensors")
    theirs.put(tmp_path / "x.safetensors", "model.safetensors")
    theirs.files["hubconf.py"] = b"raise SystemExit('code of others was run')"
    got = hub.load("me/net", nn.Linear, 3, out_features=2, source="huggingface")
    assert minitorch.equal(got.weight, net.weight)
    theirs.asked.clear()
    mine = nn.Linear(3, 2)
    assert hub.load("me/net", mine, source="huggingface") is mine
    assert minitorch.equal(mine.bias, net.bias)
    assert theirs.asked == []
    hub.load("me/net", mine, source="huggingface", force_reload=True)
    assert theirs.asked


def test_a_damaged_file_is_named_and_can_come_again(
    theirs: Repositories, tmp_path: Path, net: nn.Linear
) -> None:
    minitorch.save(net.state_dict(), tmp_path / "x.safetensors")
    theirs.put(tmp_path / "x.safetensors", "model.safetensors")
    mine = nn.Linear(3, 2)
    hub.load("me/net", mine, source="huggingface")
    kept = next((tmp_path / "cache").rglob("snapshots/*/model.safetensors")).resolve()
    kept.write_bytes(kept.read_bytes()[:-1])
    with pytest.raises(CheckpointError, match=r"model\.safetensors.*force_reload=True"):
        hub.load("me/net", mine, source="huggingface")
    hub.load("me/net", mine, source="huggingface", force_reload=True)
    assert minitorch.equal(mine.weight, net.weight)


def test_files_with_other_names(theirs: Repositories, tmp_path: Path, net: nn.Linear) -> None:
    minitorch.save(net.state_dict(), tmp_path / "x.pth")
    theirs.put(tmp_path / "x.pth", "best.pth")
    theirs.files["README.md"] = b"# A net"
    got = hub.load("me/net:main", nn.Linear, 3, 2, source="huggingface")
    assert minitorch.equal(got.weight, net.weight)
    theirs.put(tmp_path / "x.pth", "last.pth")
    with pytest.raises(ArgumentError, match=r"best\.pth, last\.pth; pass one as weights_file="):
        hub.load("me/net", nn.Linear, 3, 2, source="huggingface")
    hub.load("me/net", nn.Linear, 3, 2, source="huggingface", weights_file="last.pth")
    theirs.files.clear()
    with pytest.raises(ArgumentError, match="no others"):
        hub.load("me/net", nn.Linear, 3, 2, source="huggingface")


def test_weights_in_several_files(theirs: Repositories, tmp_path: Path, net: nn.Linear) -> None:
    parts = {"weight": "model-00001-of-00002.safetensors", "bias": "model-00002-of-00002.safetensors"}
    for name, part in parts.items():
        minitorch.save({name: net.state_dict()[name]}, tmp_path / part)
        theirs.put(tmp_path / part, part)
    theirs.files["model.safetensors.index.json"] = json.dumps({"weight_map": parts}).encode()
    got = hub.load("me/net", nn.Linear, 3, 2, source="huggingface")
    assert minitorch.equal(got.weight, net.weight)
    assert minitorch.equal(got.bias, net.bias)
    bad = "bad.safetensors.index.json"
    theirs.files[bad] = b'{"weight_map": {"weight": "../secret"}}'
    with pytest.raises(CheckpointError, match="beside itself only"):
        hub.load("me/net", nn.Linear, 3, 2, source="huggingface", weights_file=bad)


def test_code_of_others_needs_trust(theirs: Repositories, tmp_path: Path, net: nn.Linear) -> None:
    minitorch.save(net.state_dict(), tmp_path / "x.safetensors")
    theirs.put(tmp_path / "x.safetensors", "model.safetensors")
    hub.load("me/net", net, source="huggingface")
    theirs.asked.clear()
    theirs.files["hubconf.py"] = b"def answer(x):\n    return x + 42"
    with pytest.raises(ArgumentError, match="code that others wrote"):
        hub.load("me/net", "answer", 0, source="huggingface")
    assert theirs.asked == []
    assert hub.load("me/net", "answer", 0, source="huggingface", trust_repo=True) == 42
    theirs.asked.clear()
    assert hub.list("me/net", source="huggingface", trust_repo=True) == ["answer"]
    assert theirs.asked == []


def test_what_goes_wrong(theirs: Repositories, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="'me/gone'"):
        hub.load("me/gone", nn.Linear, 1, 1, source="huggingface", weights_file="a.pth")
    with pytest.raises(DownloadError, match="list of files of 'me/gone'"):
        hub.load("me/gone", nn.Linear, 1, 1, source="huggingface")
    with pytest.raises(ArgumentError, match="owner/name"):
        hub.load("no such//name", nn.Linear, 1, 1, source="huggingface")
    minitorch.save([1], tmp_path / "x.pth")
    theirs.put(tmp_path / "x.pth", "list.pth")
    with pytest.raises(CheckpointError, match="holds a list"):
        hub.load("me/net", nn.Linear, 1, 1, source="huggingface", weights_file="list.pth")
    minitorch.save({"weight": minitorch.ones(1, 2)}, tmp_path / "y.pth")
    theirs.put(tmp_path / "y.pth", "other.pth")
    mine = nn.Linear(1, 1)
    with pytest.raises(StateDictError, match=r"weight.*(1, 2)"):
        hub.load("me/net", mine, source="huggingface", weights_file="other.pth")
    theirs.files["half.pth"] = theirs.files["other.pth"][:-40]
    with pytest.raises(CheckpointError, match=r"half\.pth"):
        hub.load("me/net", mine, source="huggingface", weights_file="half.pth")
