"""Writes the pictures of graphs on the site, `docs/pictures/`, with the programs that stand beside them.

A hook of mkdocs, run before each build; `python docs/extensions/pictures.py` does the same by hand.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import minitorch
from minitorch import nn, viz

OUT = Path(__file__).resolve().parents[1] / "pictures"


def first() -> viz.Picture:
    """The picture on the home page, of the program beside it."""
    x, y = minitorch.tensor(3.0), minitorch.tensor(5.0)
    w = minitorch.tensor(2.0, requires_grad=True)
    b = minitorch.tensor(1.0, requires_grad=True)
    with viz.watch():
        loss = (w * x + b - y) ** 2
    return viz.step(loss)


def step() -> viz.Picture:
    """The first picture of docs/looking-inside.md."""
    x = minitorch.tensor(2.0)
    w = minitorch.tensor(-0.3, requires_grad=True)
    b = minitorch.tensor(1.0, requires_grad=True)
    with viz.watch():
        h = (w * x + b).tanh()
        loss = (h - 0.5) ** 2
    return viz.step(loss)


def model() -> viz.Picture:
    """The second one."""
    minitorch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 10))
    images, labels = minitorch.rand(8, 1, 8, 8), minitorch.arange(8)
    with viz.watch():
        loss = nn.functional.cross_entropy(model(images), labels)
    return viz.step(loss)


def on_pre_build(config: Any = None) -> None:
    """Writes the pictures that are missing or out of date; no other, or `mkdocs serve` would never rest."""
    OUT.mkdir(exist_ok=True)
    files = {
        "first.svg": first().to_svg(),
        "step.html": step().to_html(),
        "model.html": model().to_html(),
    }
    for name, text in files.items():
        path = OUT / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


if __name__ == "__main__":
    on_pre_build()
