"""The programs that are timed: each takes a library and returns one step; the library is minitorch or torch.

Both run the same text. What only helps PyTorch it gets, too: fused optimizers, which minitorch takes as a word without
effect, and images with their channels last where that is faster (`channels_last`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from networks import (
    attention_generator,
    block,
    cnn,
    gpt,
    mlp,
    quickstart,
    recurrent,
    resnet18,
    scalar_net,
    vae,
    vit,
)

Step = Callable[[], Any]
Build = Callable[[Any], Step]


def data(lib: Any, shape: tuple[int, ...], seed: int = 0) -> Any:
    """Normal random numbers, the same for both libraries."""
    return lib.from_numpy(np.random.default_rng(seed).standard_normal(shape).astype(np.float32))


def classes(lib: Any, shape: tuple[int, ...], count: int) -> Any:
    """Random classes, the same for both libraries."""
    return lib.from_numpy(np.random.default_rng(1).integers(0, count, shape))


def chain(link: Callable[[Any, Any], Any], length: int = 1000) -> Build:
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
    model: Callable[[Any], Any],
    optimizer: Callable[[Any, Any], Any],
    inputs: Callable[[Any], Any],
    loss_of: Callable[[Any, Any, Any], Any] | None = None,
    channels_last: bool = False,
) -> Build:
    """A training step on one batch.

    Args:
        model: makes the network, of a library.
        optimizer: makes the update rule, of `lib.optim` and parameters.
        inputs: makes the batch.
        loss_of: (lib, net, batch) → the loss; by default cross-entropy over ten classes.
        channels_last: whether PyTorch gets images with their channels last.
    """

    def build(lib: Any) -> Step:
        lib.manual_seed(0)
        batch, net = inputs(lib), model(lib)
        if channels_last and lib.__name__ == "torch":
            batch, net = (x.to(memory_format=lib.channels_last) for x in (batch, net))
        labels = classes(lib, (batch.shape[0],), 10)
        cross_entropy = lib.nn.CrossEntropyLoss()
        rule = optimizer(lib.optim, net.parameters())

        def step() -> Any:
            rule.zero_grad()
            loss = cross_entropy(net(batch), labels) if loss_of is None else loss_of(lib, net, batch)
            loss.backward()
            rule.step()
            return loss

        return step

    return build


def inference(model: Callable[[Any], Any], shape: tuple[int, ...], channels_last: bool = False) -> Build:
    """The forward pass of a network in evaluation."""

    def build(lib: Any) -> Step:
        lib.manual_seed(0)
        batch, net = data(lib, shape), model(lib).eval()
        if channels_last and lib.__name__ == "torch":
            batch, net = (x.to(memory_format=lib.channels_last) for x in (batch, net))

        def step() -> Any:
            with lib.no_grad():
                return net(batch)

        return step

    return build


def normal(*shape: int) -> Callable[[Any], Any]:
    """Makes a batch of random numbers."""
    return lambda lib: data(lib, shape)


def tokens(*shape: int) -> Callable[[Any], Any]:
    """Makes a batch of random tokens."""
    return lambda lib: classes(lib, shape, 65)


def next_token(lib: Any, net: Any, batch: Any) -> Any:
    """Cross-entropy of each token after the ones before."""
    logits = net(batch[:, :-1])
    return lib.nn.functional.cross_entropy(logits.reshape(-1, logits.shape[-1]), batch[:, 1:].reshape(-1))


def evidence(lib: Any, net: Any, batch: Any) -> Any:
    """The loss of a variational autoencoder: reconstruction, and distance from the prior."""
    x = lib.sigmoid(batch)
    logits, mean, log_variance = net(x)
    reconstruction = lib.nn.functional.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    distance = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum()
    return (reconstruction + distance) / len(x)


def mean_square(lib: Any, net: Any, batch: Any) -> Any:
    """The mean square of what comes out."""
    return (net(batch) ** 2).mean()


def adamw_step(lib: Any, **settings: Any) -> Step:
    """One update of 10 million parameters in 100 tensors."""
    params = [data(lib, (100, 1000), seed).requires_grad_() for seed in range(100)]
    for x in params:
        x.grad = data(lib, (100, 1000), 7)
    return lib.optim.AdamW(params, **settings).step  # type: ignore[no-any-return]


def cross_entropy(lib: Any) -> Step:
    """4,096 rows over 10,000 classes, forward and backward."""
    logits, labels = data(lib, (4096, 10000)).requires_grad_(), classes(lib, (4096,), 10000)

    def step() -> Any:
        logits.grad = None
        lib.nn.functional.cross_entropy(logits, labels).backward()
        return logits.grad

    return step


def elementwise(lib: Any) -> Step:
    """sigmoid(x)·tanh(x) + exp(−x²), forward and backward."""
    x = data(lib, (1024, 1024)).requires_grad_()

    def step() -> Any:
        x.grad = None
        y = lib.sigmoid(x) * lib.tanh(x) + lib.exp(-(x**2))
        y.sum().backward()
        return x.grad

    return step


def sgd(optim: Any, params: Any) -> Any:
    """Plain steps."""
    return optim.SGD(params, lr=0.01)


def momentum(optim: Any, params: Any) -> Any:
    """Steps with momentum."""
    return optim.SGD(params, lr=0.01, momentum=0.9, fused=True)


def adam(optim: Any, params: Any) -> Any:
    """Adam."""
    return optim.Adam(params, fused=True)


def adamw(optim: Any, params: Any) -> Any:
    """AdamW."""
    return optim.AdamW(params, fused=True)


# name: program, and the ratio that is aimed at
GOALS: dict[str, tuple[Build, float]] = {
    "MLP 784-128-10, batch 64, SGD": (training(lambda lib: mlp(lib, 128), sgd, normal(64, 784)), 1.5),
    "MLP 784-1024-1024-10, batch 256, Adam": (
        training(lambda lib: mlp(lib, 1024, 1024), adam, normal(256, 784)), 1.2,
    ),
    "CNN 3-32-64, batch 64×3×32×32, momentum": (training(cnn, momentum, normal(64, 3, 32, 32)), 1.3),
    "ResNet-18, batch 32×3×32×32": (
        training(resnet18, momentum, normal(32, 3, 32, 32), channels_last=True), 1.1,
    ),
    "inverted residual 32-192-32, 32×32×64×64": (
        training(block, momentum, normal(32, 32, 64, 64), mean_square, channels_last=True), 3.0,
    ),
    "LSTM 28-128, 2 layers, batch 64, Adam": (
        training(lambda lib: recurrent(lib, "LSTM"), adam, normal(64, 28, 28)), 1.5,
    ),
    "GRU 28-128, 2 layers, batch 64, Adam": (
        training(lambda lib: recurrent(lib, "GRU"), adam, normal(64, 28, 28)), 1.5,
    ),
    "GPT 4 layers, C=128, B=16, T=64, AdamW": (
        training(lambda lib: gpt(lib, 4, 128, 4, 64), adamw, tokens(16, 65), next_token), 1.5,
    ),
    "GPT 6 layers, C=384, B=4, T=256, AdamW": (
        training(lambda lib: gpt(lib, 6, 384, 6, 256), adamw, tokens(4, 257), next_token), 1.1,
    ),
    "ViT 6 layers, C=192, batch 32×3×32×32": (training(vit, adamw, normal(32, 3, 32, 32)), 1.1),
    "VAE 784-400-20, batch 128": (training(vae, adam, normal(128, 784), evidence), 1.5),
    "scalar net, graph of 5,000 nodes": (scalar_net, 1.5),
    "AdamW step, 10 M in 100 tensors": (adamw_step, 2.0),  # as one writes it: AdamW(params)
    "cross-entropy 4096×10000": (cross_entropy, 2.0),
    "sigmoid·tanh + exp(−x²), 1024²": (elementwise, 1.5),
}  # fmt: skip

MORE: dict[str, Build] = {
    "AdamW step, the same, fused=True": lambda lib: adamw_step(lib, fused=True),
    "inference: CNN, batch 64": inference(cnn, (64, 3, 32, 32)),
    "inference: ResNet-18, batch 32": inference(resnet18, (32, 3, 32, 32), channels_last=True),
    "inference: GPT 6 layers, 64 tokens": attention_generator,
    "chain of 1,000: y + 1.0": chain(lambda y, x: y + 1.0),
    "chain of 1,000: y + x": chain(lambda y, x: y + x),
    "chain of 1,000: y * 1.001": chain(lambda y, x: y * 1.001),
    "chain of 1,000: y * x": chain(lambda y, x: y * x),
    "CNN of the quickstart, batch 64, Adam": training(
        quickstart, lambda optim, p: optim.Adam(p), normal(64, 1, 8, 8)
    ),
}
TOKENS = {"inference: GPT 6 layers, 64 tokens": 64}  # how many a step makes
PROGRAMS: dict[str, Build] = {**{name: build for name, (build, _) in GOALS.items()}, **MORE}
