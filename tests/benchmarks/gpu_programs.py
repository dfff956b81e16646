"""What is timed on a GPU, of either library: each function makes a training step.

With the sizes of `TINY` all of it runs on a CPU in seconds, which shows that it runs at all.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

from networks import residual, transformer_layer

Step = Callable[[], Any]


class Sizes(NamedTuple):
    """Of networks and data."""

    images: int = 128
    pixels: int = 224
    channels: int = 64  # of ResNet's first layer
    texts: int = 8
    tokens: int = 1024
    words: int = 50257
    width: int = 768  # of GPT-2
    layers: int = 12
    sequences: int = 64
    steps: int = 128
    cells: int = 1024
    rows: int = 64


FULL = Sizes()
TINY = Sizes(2, 32, 4, 2, 16, 100, 24, 2, 2, 5, 8, 4)


def resnet50(lib: Any, sizes: Sizes) -> Any:
    """ResNet-50, for 224 × 224 pixels, with the stride in the 3 × 3 convolutions.

    Source: K. He et al., "Deep Residual Learning for Image Recognition" (2016); NVIDIA's version 1.5 of it.
    """
    nn = lib.nn

    def conv(inputs: int, outputs: int, kernel: int, stride: int = 1) -> list[Any]:
        layer = nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False)
        return [layer, nn.BatchNorm2d(outputs)]

    def bottleneck(inputs: int, width: int, stride: int) -> Any:
        main = nn.Sequential(
            *conv(inputs, width, 1), nn.ReLU(inplace=True),
            *conv(width, width, 3, stride), nn.ReLU(inplace=True), *conv(width, 4 * width, 1),
        )  # fmt: skip
        same = stride == 1 and inputs == 4 * width
        shortcut = nn.Identity() if same else nn.Sequential(*conv(inputs, 4 * width, 1, stride))
        return residual(lib, main, shortcut, nn.ReLU(inplace=True))

    inputs = narrow = sizes.channels
    layers: list[Any] = [*conv(3, narrow, 7, 2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, padding=1)]
    for wider, count, stride in ((1, 3, 1), (2, 4, 2), (4, 6, 2), (8, 3, 2)):
        for i in range(count):
            layers.append(bottleneck(inputs, narrow * wider, stride if i == 0 else 1))
            inputs = 4 * narrow * wider
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, 1000))


def gpt2(lib: Any, sizes: Sizes) -> Any:
    """GPT-2 with 124 million parameters: 12 layers of width 768, 12 heads, 1024 places; embedding and head are one.

    Source: A. Radford et al., "Language Models are Unsupervised Multitask Learners" (2019).
    """
    nn, width, words, length = lib.nn, sizes.width, sizes.words, sizes.tokens

    class GPT2(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.words, self.places = nn.Embedding(words, width), nn.Embedding(length, width)
            layers = [transformer_layer(lib, width, 12, True) for _ in range(sizes.layers)]
            self.layers = nn.ModuleList(layers)
            self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, words, bias=False)
            self.head.weight = self.words.weight
            self.register_buffer("positions", lib.arange(length))

        def forward(self, x: Any) -> Any:
            y = self.words(x) + self.places(self.positions[: x.shape[1]])
            for layer in self.layers:
                y = layer(y)
            return self.head(self.norm(y)).reshape(-1, words)

    return GPT2()


def lstm(lib: Any, sizes: Sizes) -> Any:
    """Two layers of 1024 cells, and a linear layer on every state."""
    nn, cells = lib.nn, sizes.cells

    class Reader(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.cells, self.head = nn.LSTM(cells, cells, 2), nn.Linear(cells, 100)

        def forward(self, x: Any) -> Any:
            return self.head(self.cells(x)[0]).reshape(-1, 100)

    return Reader()


def mlp(lib: Any, sizes: Sizes) -> Any:
    """So small that a GPU waits for Python."""
    nn = lib.nn
    return nn.Sequential(
        nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(),
        nn.Linear(128, 10),
    )  # fmt: skip


def images(lib: Any, sizes: Sizes, device: str) -> tuple[Any, Any]:
    """128 images and their classes."""
    n, pixels = sizes.images, sizes.pixels
    return lib.randn(n, 3, pixels, pixels, device=device), lib.randint(0, 1000, (n,), device=device)


def text(lib: Any, sizes: Sizes, device: str) -> tuple[Any, Any]:
    """8 texts of 1024 tokens, and what comes next."""
    tokens = lib.randint(0, sizes.words, (sizes.texts, sizes.tokens + 1), device=device)
    return tokens[:, :-1].contiguous(), tokens[:, 1:].reshape(-1)


def sequences(lib: Any, sizes: Sizes, device: str) -> tuple[Any, Any]:
    """64 sequences of 128 steps."""
    shape = sizes.steps, sizes.sequences
    target = lib.randint(0, 100, (shape[0] * shape[1],), device=device)
    return lib.randn(*shape, sizes.cells, device=device), target


def rows(lib: Any, sizes: Sizes, device: str) -> tuple[Any, Any]:
    """64 rows of 64 numbers."""
    return lib.randn(sizes.rows, 64, device=device), lib.randint(0, 10, (sizes.rows,), device=device)


def momentum(lib: Any, params: Any) -> Any:
    """For images."""
    return lib.optim.SGD(params, lr=0.01, momentum=0.9, weight_decay=1e-4)


def adamw(lib: Any, params: Any) -> Any:
    """For everything else; capturable, since PyTorch has to be told, and refuses it on a CPU."""
    params = list(params)
    return lib.optim.AdamW(params, lr=1e-4, capturable=params[0].device.type == "cuda")


class Program:
    """One row: a network, its data, how it is optimized, and the dtype of autocast.

    Attributes:
        name: of the row.
        unit: what a step takes many of.
    """

    def __init__(
        self,
        name: str,
        unit: str,
        net: Callable[[Any, Sizes], Any],
        data: Callable[[Any, Sizes, str], Any],
        optimizer: Callable[[Any, Any], Any],
        half: str | None = None,
        tf32: bool = False,
    ) -> None:
        self.name, self.unit, self.net, self.data = name, unit, net, data
        self.optimizer, self.half, self.tf32 = optimizer, half, tf32

    def items(self, sizes: Sizes) -> int:
        """How many images, tokens, … a step takes."""
        return {
            "images": sizes.images,
            "tokens": sizes.texts * sizes.tokens,
            "steps": sizes.sequences * sizes.steps,
            "rows": sizes.rows,
        }[self.unit]

    def build(self, lib: Any, sizes: Sizes = FULL, device: str = "cuda", compiled: bool = False) -> Step:
        """A training step: forward, loss, backward, optimizer."""
        lib.manual_seed(0)
        lib.backends.cuda.matmul.allow_tf32 = lib.backends.cudnn.allow_tf32 = self.tf32
        net = self.net(lib, sizes).to(device)
        x, target = self.data(lib, sizes, device)
        optimizer = self.optimizer(lib, net.parameters())
        called = lib.compile(net) if compiled else net
        cross_entropy = lib.nn.functional.cross_entropy

        def half() -> AbstractContextManager[Any]:
            return lib.amp.autocast(device, getattr(lib, self.half)) if self.half else nullcontext()

        def step() -> Any:
            with half():
                loss = cross_entropy(called(x), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss

        return step


PROGRAMS = [
    Program("ResNet-50, batch 128, fp32", "images", resnet50, images, momentum),
    Program("ResNet-50, batch 128, TF32", "images", resnet50, images, momentum, tf32=True),
    Program("ResNet-50, batch 128, AMP bf16", "images", resnet50, images, momentum, "bfloat16", True),
    Program("GPT-2 124M, B=8 T=1024, AMP bf16", "tokens", gpt2, text, adamw, "bfloat16", True),
    Program("LSTM 2×1024, B=64 T=128, TF32", "steps", lstm, sequences, adamw, tf32=True),
    Program("MLP 4 layers, B=64", "rows", mlp, rows, adamw, tf32=True),
]


def operations(lib: Any, device: str) -> dict[str, Step]:
    """Single operations on tensors so small that their time is the CPU's."""
    x, w = lib.ones(8, device=device), lib.ones(8, device=device, requires_grad=True)
    m, f = lib.ones(8, 8, device=device), lib.nn.functional

    def backward() -> None:
        (w * 2).sum().backward()

    return {
        "x + 1": lambda: x + 1,
        "x * x": lambda: x * x,
        "exp": lambda: lib.exp(x),
        "sum": lambda: x.sum(),
        "w * 2, recorded": lambda: w * 2,
        "m @ m": lambda: m @ m,
        "relu": lambda: f.relu(x),
        "softmax": lambda: f.softmax(m, -1),
        "(w * 2).sum().backward()": backward,
    }
