"""`SummaryWriter` has the methods of PyTorch's, with the same arguments, and writes the same values."""

from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path
from typing import Any

import pytest

import minitorch
from minitorch.utils.tensorboard import SummaryWriter

pytestmark = pytest.mark.oracle
torch = pytest.importorskip("torch")
board = pytest.importorskip("torch.utils.tensorboard")
event_accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")

METHODS = [name for name in vars(SummaryWriter) if not name.startswith("_") or name == "__init__"]


@pytest.mark.parametrize("name", METHODS)
def test_arguments(name: str) -> None:
    ours, theirs = (
        [(p.name, p.default) for p in inspect.signature(getattr(kind, name)).parameters.values()]
        for kind in (SummaryWriter, board.SummaryWriter)
    )
    assert ours == theirs


def test_no_method_is_missing() -> None:
    theirs = {name for name in vars(board.SummaryWriter) if not name.startswith("_")}
    assert theirs <= set(METHODS)


def written(folder: Path, kind: Any, library: Any) -> Any:
    writer = kind(str(folder))
    x = library.arange(24) / 16 - 0.75  # exact in binary
    writer.add_scalar("scalar", x[3], 7)
    writer.add_histogram("histogram", x, 7)
    writer.add_image("image", (x.reshape(1, 4, 6) + 1) / 2, 7)
    writer.add_audio("audio", x.reshape(1, 24), 7, sample_rate=8000)
    writer.add_pr_curve("curve", (x > 0).long(), (x + 1) / 2, 7)
    writer.close()
    accumulator = event_accumulator.EventAccumulator(str(folder), {"tensors": 0, "images": 0, "audio": 0})
    accumulator.Reload()
    return accumulator


def test_values(tmp_path: Path) -> None:
    ours = written(tmp_path / "ours", SummaryWriter, minitorch)
    theirs = written(tmp_path / "theirs", board.SummaryWriter, torch)
    for read, tag in (
        ("Scalars", "scalar"),
        ("Histograms", "histogram"),
        ("Images", "image"),
        ("Audio", "audio"),
        ("Tensors", "curve"),
    ):
        (a,), (b,) = getattr(ours, read)(tag), getattr(theirs, read)(tag)
        assert dataclasses.replace(a, wall_time=0) == dataclasses.replace(b, wall_time=0)
