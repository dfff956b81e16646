"""A run whose process is killed, again and again, and resumed ends where an uninterrupted one does."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = """
import os, sys
import minitorch as torch
from minitorch import nn, optim, train
from minitorch.utils.data import DataLoader, TensorDataset

train.seed_everything(0)
x = torch.randn(96, 4)
loader = DataLoader(TensorDataset(x, x.sum(1, keepdim=True)), batch_size=8, shuffle=True)
model = nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.Dropout(0.2), nn.Linear(16, 1))
optimizer = optim.Adam(model.parameters(), lr=0.01)
saving = train.ModelCheckpoint(sys.argv[1], every_steps=1)
trainer = train.Trainer(model, optimizer, nn.MSELoss(), callbacks=[saving, train.EMA(0.9)])
print("begun", flush=True)
history = trainer.fit(loader, 12, resume=saving.last if os.path.exists(saving.last) else None)
weights = b"".join(p.numpy().tobytes() for p in model.parameters())
print(hash(weights), history[-1], flush=True)
"""


def start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )


@pytest.mark.slow
def test_kills_change_nothing(tmp_path: Path) -> None:
    whole, _ = start(tmp_path / "whole").communicate(timeout=120)
    generator = random.Random(0)
    kills = 0
    for _ in range(40):
        process = start(tmp_path / "killed")
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(generator.uniform(0.02, 0.15))
        process.kill()
        rest, _ = process.communicate(timeout=60)
        if rest:  # it was through before it was killed
            break
        kills += 1
    rest, _ = start(tmp_path / "killed").communicate(timeout=120)
    assert kills > 2
    assert whole == rest
