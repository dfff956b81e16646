"""The programs that are timed: each takes a library and returns one step; the library is minitorch or torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Step = Callable[[], Any]


def chain(link: Callable[[Any, Any], Any], length: int = 1000) -> Callable[[Any], Step]:
    """A chain of scalar operations, forward and backward."""

    def build(lib: Any) -> Step:
        def step() -> Any:
            x = lib.tensor(1.0, requires_grad=True)
            y = x
            for _ in range(length):
                y = link(y, x)
            y.backward()
            return x.grad

        return step

    return build


def training(
    model: Callable[[Any], Any], optimizer: Callable[[Any, Any], Any], shape: tuple[int, ...]
) -> Any:
    """A training step for ten classes on one batch of random numbers."""

    def build(lib: Any) -> Step:
        rng = np.random.default_rng(0)
        lib.manual_seed(0)
        inputs = lib.from_numpy(rng.standard_normal(shape).astype(np.float32))
        labels = lib.from_numpy(rng.integers(0, 10, shape[0]))
        net = model(lib.nn)
        loss_function = lib.nn.CrossEntropyLoss()
        rule = optimizer(lib.optim, net.parameters())

        def step() -> Any:
            rule.zero_grad()
            loss = loss_function(net(inputs), labels)
            loss.backward()
            rule.step()
            return loss

        return step

    return build


def mlp(nn: Any) -> Any:
    """784-128-10."""
    return nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))


def cnn(nn: Any) -> Any:
    """The quickstart's network."""
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1, bias=False),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3, padding=1, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 4 * 4, 128),
        nn.ReLU(),
        nn.Linear(128, 10),
    )


PROGRAMS: dict[str, Callable[[Any], Step]] = {
    "chain of 1,000: y + 1.0": chain(lambda y, x: y + 1.0),
    "chain of 1,000: y + x": chain(lambda y, x: y + x),
    "chain of 1,000: y * 1.001": chain(lambda y, x: y * 1.001),
    "chain of 1,000: y * x": chain(lambda y, x: y * x),
    "MLP 784-128-10, batch 64, SGD": training(mlp, lambda optim, p: optim.SGD(p, lr=0.01), (64, 784)),
    "CNN of the quickstart, batch 64, Adam": training(cnn, lambda optim, p: optim.Adam(p), (64, 1, 8, 8)),
}
