"""From which size on a kernel beats NumPy, and two threads beat one: what the numbers in minitorch_numba come from.

    python tests/benchmarks/crossover.py [-k gelu]

Times are the shortest of many, in microseconds, of the whole method. On a busy machine they mean nothing.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import minitorch
from minitorch.registry import get_backend
from minitorch.windows import Windows
from minitorch_numba import arithmetic, jit, products, threads

SIZES = [1 << k for k in range(6, 21)]
Method = Callable[[Any, Any], Any]


def shortest(call: Callable[[], Any]) -> float:
    """Microseconds of the fastest of many calls, once threads of what ran before have fallen asleep."""
    time.sleep(0.1)
    call()  # compiles
    best, until = 1e9, time.perf_counter() + 0.05
    while time.perf_counter() < until:
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return best * 1e6


def rows(x: Any) -> Any:
    """As rows of 64."""
    return x.reshape(-1, 64)


def adam(backend: Any, x: Any) -> Any:
    """A step; the four arrays are parts of one."""
    x, g, m, v = x.reshape(4, -1)
    settings = {"lr": 0.0, "beta1": 0.9, "beta2": 0.99, "eps": 1e-8, "weight_decay": 0.0}
    backend.adam_step([x], [g], [m], [v], None, [1.0], decoupled=False, maximize=False, **settings)


def images(x: Any) -> Any:
    """As images of 8 × 8 of 8 channels, or as far as they go."""
    return x.reshape(-1, min(8, x.size // 64), 8, 8)


def over_images(kernel: int, stride: int) -> Windows:
    """Windows over such images."""
    count = 8 // stride
    pairs = ((n, n) for n in (8, kernel, stride, kernel // 3, 1, count))
    return Windows(*pairs)


def depthwise(backend: Any, x: Any) -> Any:
    """Of images with two channels."""
    size = (8, 8) if x.size > 64 else (8, 4)
    lies = SAME._replace(size=size, counts=size)
    return backend.conv(x.reshape(-1, 2, *size), x[:18].reshape(2, 1, 3, 3), None, lies, 2)


def conv(backend: Any, x: Any) -> Any:
    """Of images with 4 channels, or one, and as many results."""
    c = 4 if x.size > 64 else 1
    return backend.conv(x.reshape(-1, c, 8, 8), WEIGHT[:c, :c], None, SAME, 1)


def conv_weight(backend: Any, x: Any) -> Any:
    """The same for its weight."""
    x = x.reshape(-1, 4 if x.size > 64 else 1, 8, 8)
    return backend.conv_weight(x, x, SAME, 1)


WEIGHT = np.full((4, 4, 3, 3), 0.1, np.float32)
SAME, HALVES = over_images(3, 1), over_images(2, 2)
METHODS: dict[str, Method] = {
    "add": lambda b, x: b.add(x, x),
    "multiply by a number": lambda b, x: b.multiply(x, 2.0),
    "sum": lambda b, x: b.sum(x, axis=None),
    "sum of columns": lambda b, x: b.sum(rows(x), axis=0),
    "take_rows": lambda b, x: b.take_rows(rows(x), np.zeros(x.size // 64, np.int64)),
    "add_rows": lambda b, x: b.add_rows(rows(x), np.zeros(x.size // 64, np.int64), 4),
    "softplus": lambda b, x: b.softplus(x),
    "exp": lambda b, x: b.exp(x),
    "log": lambda b, x: b.log(x),
    "tanh": lambda b, x: b.tanh(x),
    "tanh_backward": lambda b, x: b.tanh_backward(x, x),
    "sigmoid": lambda b, x: b.sigmoid(x),
    "sigmoid_backward": lambda b, x: b.sigmoid_backward(x, x),
    "erf": lambda b, x: b.erf(x),
    "silu": lambda b, x: b.silu(x),
    "gelu": lambda b, x: b.gelu(x, False),
    "gelu tanh": lambda b, x: b.gelu(x, True),
    "softmax": lambda b, x: b.softmax(rows(x), 1),
    "softmax_backward": lambda b, x: b.softmax_backward(rows(x), rows(x), 1),
    "log_softmax": lambda b, x: b.log_softmax(rows(x), 1),
    "cross_entropy": lambda b, x: b.cross_entropy(rows(x), np.zeros(x.size // 64, np.int64)),
    "layer_norm": lambda b, x: b.layer_norm(rows(x), x[:64], x[:64], 1e-5),
    "rms_norm": lambda b, x: b.rms_norm(rows(x), x[:64], 1e-5),
    "batch_norm": lambda b, x: b.batch_norm(images(x), None, None, 1e-5),
    "batch_norm_backward": lambda b, x: b.batch_norm_backward(
        images(x), None, *[images(x)[:1, :, :1, :1].copy()] * 2, images(x)
    ),
    "scale_channels": lambda b, x: b.scale_channels(images(x), images(x)[0, :, 0, 0].copy(), None),
    "conv": conv,
    "conv_weight": conv_weight,
    "depthwise": depthwise,
    "max_pool": lambda b, x: b.max_pool(images(x), HALVES),
    "max_pool 3×3": lambda b, x: b.max_pool(images(x), SAME),
    "max_pool_backward": lambda b, x: b.max_pool_backward(
        images(x), *[x[: x.size // 4].reshape(*images(x).shape[:2], 4, 4)] * 2, HALVES
    ),
    "sum_pool": lambda b, x: b.sum_pool(images(x), HALVES),
    "sum_pool 3×3": lambda b, x: b.sum_pool(images(x), SAME),
    "relu": lambda b, x: b.relu(x),
    "relu_backward": lambda b, x: b.relu_backward(x, x),
    "clip": lambda b, x: b.clip(x, 0.2, 0.8),
    "hardtanh_backward": lambda b, x: b.hardtanh_backward(x, x, 0.2, 0.8),
    "leaky_relu": lambda b, x: b.leaky_relu(x, 0.1),
    "leaky_relu_backward": lambda b, x: b.leaky_relu_backward(x, x, 0.1),
    "dropout": lambda b, x: b.dropout(x, x > 0, 0.5),
    "adam_step": adam,
}
SQUARES = [8, 16, 24, 32, 48, 64, 96, 128, 192, 256]


def compare(name: str, method: Method, argument: Any, size: int) -> None:
    """One line: NumPy, one thread, two threads."""
    numpy, numba = get_backend("numpy"), get_backend("numba")
    with numpy.quiet():
        times = [shortest(lambda: method(numpy, argument))]
        for count in (1, 2):
            threads.set_num_threads(count)
            times.append(shortest(lambda: method(numba, argument)))
    best = ("NumPy", "one thread", "two threads")[times.index(min(times))]
    print(f"{name:20} {size:9,} {times[0]:10.1f} {times[1]:10.1f} {times[2]:10.1f}   {best}", flush=True)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-k", default="", help="only methods whose name contains this")
    wanted = parser.parse_args().k
    get_backend("numba")
    minitorch.set_num_threads(2)
    jit.threshold, products.SMALLEST, arithmetic.LARGE = 0.0, 0, 0
    print(f"{'float32':20} {'elements':>9} {'NumPy':>10} {'1 thread':>10} {'2 threads':>10}   (µs)")
    for name, method in METHODS.items():
        if wanted in name:
            for size in SIZES:
                x = np.random.default_rng(0).uniform(0.1, 1, size).astype(np.float32)
                compare(name, method, x, size)
    for side in SQUARES:
        if wanted in "matmul":
            x = np.random.default_rng(0).uniform(0.1, 1, (side, side)).astype(np.float32)
            compare("matmul", lambda b, x: b.matmul(x, x), x, side**3)


if __name__ == "__main__":
    main()
