"""Writes the pictures of graphs on the site, `docs/pictures/`, with the programs that stand beside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

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


def start() -> viz.Picture:
    """The one of docs/start.md."""
    x = minitorch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    w = minitorch.tensor([1.0, -2.0, 0.5], requires_grad=True)
    with viz.watch():
        loss = ((x @ w) ** 2).sum()
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


def pages() -> Iterator[tuple[Path, str]]:
    """Each picture, and where it goes."""
    yield OUT / "first.svg", first().to_svg()
    for draw in (start, step, model):
        yield OUT / f"{draw.__name__}.html", draw().to_html()
