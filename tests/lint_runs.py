"""Small training runs for the tests of the linter, with one thing or another done wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import minitorch as mt
from minitorch import nn, optim
from minitorch.nn import functional as F
from minitorch.train import Finding, Report, lint
from minitorch.utils.data import DataLoader, TensorDataset


def blobs(n: int = 256, classes: int = 4) -> tuple[Any, Any]:
    """Points around as many centres as there are classes, in no order."""
    y = mt.randint(0, classes, (n,))
    return mt.randn(n, 6) + 3 * F.one_hot(y, 6).float(), y


def mlp(*layers: nn.Module) -> nn.Sequential:
    return nn.Sequential(nn.Linear(6, 16), nn.ReLU(), *layers, nn.Linear(16, 4))


def run(
    model: nn.Module | None = None,
    *,
    loss: Callable[..., Any] = F.cross_entropy,
    data: tuple[Any, Any] | None = None,
    batch: int = 16,
    epochs: int = 3,
    shuffle: bool = True,
    lr: float = 0.05,
    zero: bool = True,
    accumulate: int = 1,
    optimizer: Any = None,
    each: Callable[[nn.Module], None] = lambda model: None,
) -> Report:
    """Trains as tutorials do, with one thing or another done wrong."""
    model = mlp() if model is None else model
    optimizer = optim.SGD(model.parameters(), lr=lr) if optimizer is None else optimizer
    loader = DataLoader(TensorDataset(*(data or blobs())), batch_size=batch, shuffle=shuffle)
    with lint(model, optimizer, warn=False) as report:
        for _ in range(epochs):
            each(model)
            for i, (x, y) in enumerate(loader):
                (loss(model(x), y) / accumulate).backward()
                if i % accumulate == accumulate - 1:
                    optimizer.step()
                    if zero:
                        optimizer.zero_grad()
    return report


def only(report: Report, code: str) -> Finding:
    """The single finding, which has this code."""
    assert [finding.code for finding in report] == [code], str(report)
    finding = report.findings[0]
    assert all(finding), "each says what, where, why, and the remedy"
    return finding
