"""The hub takes what PyTorch's takes, keeps files where it does, and reads the files that it has fetched."""

from __future__ import annotations

import hashlib
import inspect
import shutil
from pathlib import Path

import pytest

import minitorch
from minitorch import hub

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle


@pytest.mark.parametrize(
    "name",
    ["download_url_to_file", "get_dir", "help", "list", "load", "load_state_dict_from_url", "set_dir"],
)
def test_arguments(name: str) -> None:
    theirs = inspect.signature(getattr(torch.hub, name)).parameters
    ours = inspect.signature(getattr(hub, name)).parameters
    shared = [(n, p.default, p.kind) for n, p in ours.items() if n in theirs]
    assert shared == [(n, p.default, p.kind) for n, p in theirs.items()]
    assert set(ours) - set(theirs) <= {"source", "weights_file"}


def test_files_that_pytorch_has_fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("MINITORCH_HOME", raising=False)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    assert hub.get_dir() == torch.hub.get_dir()
    torch.save(torch.nn.Linear(2, 3).state_dict(), tmp_path / "net.pth")
    digits = hashlib.sha256((tmp_path / "net.pth").read_bytes()).hexdigest()[:8]
    folder = Path(torch.hub.get_dir(), "checkpoints")
    folder.mkdir(parents=True)
    shutil.move(tmp_path / "net.pth", folder / f"net-{digits}.pth")
    url = f"https://example.org/net-{digits}.pth"
    theirs = torch.hub.load_state_dict_from_url(url, check_hash=True)
    net = minitorch.nn.Linear(2, 3)
    net.load_state_dict(hub.load_state_dict_from_url(url, check_hash=True))
    assert net.weight.tolist() == theirs["weight"].tolist()
