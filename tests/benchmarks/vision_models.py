"""Prints the tables of `docs/models.md`: of each model the parameters, the multiplications, and the time for one input.

    python tests/benchmarks/vision_models.py [NAME …]

Multiplications are those of convolutions, linear and recurrent layers, and attention; images have the size that the
model was made for. Times are medians in evaluation, with the backend in use; the machine should be idle.
"""

from __future__ import annotations

import inspect
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import minitorch
from minitorch import nn
from minitorch.models import GPT, VAE, Discriminator, Generator, RNNModel, Seq2SeqTransformer
from minitorch.models.gpt import CausalSelfAttention
from minitorch.vision import models

SIZES = {"inception_v3": 299, "efficientnet_b1": 240, "efficientnet_b2": 288, "efficientnet_b3": 300}
SIZES |= {"nasnet_large": 331}
SIZES |= {"efficientnet_b4": 380, "efficientnet_b5": 456, "efficientnet_b6": 528, "efficientnet_b7": 600}
SLOW_TO_START = {"googlenet": {"init_weights": False}, "inception_v3": {"init_weights": False}}


def tokens(*shape: int) -> minitorch.Tensor:
    """Random words among the first 1000."""
    return minitorch.randint(2, 1000, shape)


def language_model() -> tuple[nn.Module, tuple[Any, ...]]:
    """The larger one of PyTorch's example, with the words of WikiText-2."""
    net = RNNModel("LSTM", 33278, 650, 650, 2, tie_weights=True)
    return net, (tokens(35, 1), net.init_hidden(1))


def translator() -> tuple[nn.Module, tuple[Any, ...]]:
    """That of PyTorch's tutorial, with 10,000 words of each language."""
    return Seq2SeqTransformer(3, 3, 512, 8, 10_000, 10_000), (tokens(30, 1), tokens(30, 1))


OTHERS: dict[str, tuple[str, Callable[[], tuple[nn.Module, tuple[Any, ...]]]]] = {
    "GPT": ("256 tokens", lambda: (GPT(), (tokens(1, 256),))),
    "RNNModel": ("35 words", language_model),
    "Seq2SeqTransformer": ("30 words to 30", translator),
    "VAE": ("28 × 28 pixels", lambda: (VAE(), (minitorch.rand(1, 784),))),
    "Generator": ("100 numbers", lambda: (Generator(), (minitorch.randn(1, 100, 1, 1),))),
    "Discriminator": ("64 × 64 pixels", lambda: (Discriminator(), (minitorch.randn(1, 3, 64, 64),))),
}


def products(module: Any, inputs: Any, output: Any) -> int:
    """How many numbers this layer multiplied."""
    match module:
        case nn.MultiheadAttention():
            q, k = (x.flatten(0, -2).shape[0] for x in inputs[:2])  # places of all sentences
            n, width = inputs[0].shape[0 if module.batch_first else 1], inputs[0].shape[-1]
            return 2 * (q + k) * width * width + 2 * q * k * width // n
        case CausalSelfAttention():
            n, length, width = inputs[0].shape
            return 2 * n * length * length * width
        case nn.ConvTranspose2d():
            return inputs[0].numel() * module.weight[0].numel()
        case nn.RNNBase():
            return inputs[0].flatten(0, 1).shape[0] * sum(
                p.numel() for p in module.parameters() if p.ndim == 2
            )
    return output.numel() * module.weight[0].numel()


COUNTED = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear, nn.MultiheadAttention, nn.RNNBase, CausalSelfAttention)


def multiplications(net: nn.Module, *inputs: Any) -> int:
    """How many numbers are multiplied in one forward pass."""
    counts: list[int] = []
    for module in net.modules():
        if isinstance(module, COUNTED):
            module.register_forward_hook(lambda *call: counts.append(products(*call)))
    net(*inputs)
    return sum(counts)


def milliseconds(net: nn.Module, *inputs: Any) -> float:
    """The median time of a forward pass."""
    times = []
    for _ in range(12):
        start = time.perf_counter()
        net(*inputs)
        times.append(time.perf_counter() - start)
    return median(times[3:]) * 1e3  # the first ones load kernels


def row(name: str, takes: object, net: nn.Module, *inputs: Any) -> None:
    """Prints the row of a model."""
    with minitorch.no_grad():
        took = milliseconds(net.eval(), *inputs)
        work = multiplications(net, *inputs) / 1e9
    count = sum(p.numel() for p in net.parameters()) / 1e6
    print(
        f"| `{name}` | {takes} | {count:.1f} | {work:.{2 if work >= 0.01 else 4}f} | {took:.{took < 1:d}f} |",
        flush=True,
    )


def main(names: list[str]) -> None:
    """Prints a row for each model."""
    minitorch.manual_seed(0)
    makers = [(n, make) for n, make in inspect.getmembers(models, inspect.isfunction) if n[0] != "_"]
    print(
        "| model | pixels | parameters (M) | multiplications (G) | one image (ms) |\n| --- | --: | --: | --: | --: |"
    )
    for name, make in makers:
        if names and name not in names:
            continue
        size = SIZES.get(name, 224)
        row(name, size, make(**SLOW_TO_START.get(name, {})), minitorch.randn(1, 3, size, size))
    print(
        "\n| model | takes | parameters (M) | multiplications (G) | time (ms) |\n| --- | --- | --: | --: | --: |"
    )
    for name, (takes, make_other) in OTHERS.items():
        if not names or name in names:
            net, inputs = make_other()
            row(name, takes, net, *inputs)


if __name__ == "__main__":
    minitorch.set_num_threads(2)
    main(sys.argv[1:])
