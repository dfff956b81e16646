"""Prints the table of `docs/models.md`: of each model the parameters, the multiplications, and the time for one image.

    python tests/benchmarks/vision_models.py [NAME …]

Multiplications are those of convolutions, linear layers and attention, for an image of the size that the model was made
for. Times are medians in evaluation, with the backend in use; the machine should be idle.
"""

from __future__ import annotations

import inspect
import sys
import time
from statistics import median
from typing import Any

import minitorch
from minitorch import nn
from minitorch.vision import models

SIZES = {"inception_v3": 299, "efficientnet_b1": 240, "efficientnet_b2": 288, "efficientnet_b3": 300}
SIZES |= {"efficientnet_b4": 380, "efficientnet_b5": 456, "efficientnet_b6": 528, "efficientnet_b7": 600}
SLOW_TO_START = {"googlenet": {"init_weights": False}, "inception_v3": {"init_weights": False}}


def multiplications(net: nn.Module, x: Any) -> int:
    """How many numbers are multiplied in one forward pass."""
    total = 0

    def count(module: Any, inputs: Any, output: Any) -> None:
        nonlocal total
        if isinstance(module, nn.MultiheadAttention):
            n, length, width = inputs[0].shape
            total += n * length * (4 * width * width + 2 * length * width)
        else:
            total += output.numel() * module.weight[0].numel()

    for module in net.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear, nn.MultiheadAttention)):
            module.register_forward_hook(count)
    net(x)
    return total


def milliseconds(net: nn.Module, x: Any) -> float:
    """The median time of a forward pass."""
    times = []
    for _ in range(12):
        start = time.perf_counter()
        net(x)
        times.append(time.perf_counter() - start)
    return median(times[3:]) * 1e3  # the first ones load kernels


def main(names: list[str]) -> None:
    """Prints a row for each model."""
    makers = [(n, make) for n, make in inspect.getmembers(models, inspect.isfunction) if n[0] != "_"]
    print(
        "| model | pixels | parameters (M) | multiplications (G) | one image (ms) |\n| --- | --: | --: | --: | --: |"
    )
    for name, make in makers:
        if names and name not in names:
            continue
        minitorch.manual_seed(0)
        net, size = make(**SLOW_TO_START.get(name, {})).eval(), SIZES.get(name, 224)
        x = minitorch.randn(1, 3, size, size)
        with minitorch.no_grad():
            took = milliseconds(net, x)
            products = multiplications(net, x) / 1e9
        count = sum(p.numel() for p in net.parameters()) / 1e6
        print(f"| `{name}` | {size} | {count:.1f} | {products:.2f} | {took:.0f} |", flush=True)


if __name__ == "__main__":
    minitorch.set_num_threads(2)
    main(sys.argv[1:])
