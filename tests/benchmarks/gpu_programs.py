"""What is timed on a GPU, of either library: each function makes a training step."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from networks import residual, transformer_layer

Step = Callable[[], Any]


def resnet50(lib: Any) -> Any:
    """ResNet-50 for 224 × 224 pixels, with the stride in the 3 × 3 convolutions.

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

    layers: list[Any] = [*conv(3, 64, 7, 2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, padding=1)]
    inputs = 64
    for width, count, stride in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
        for i in range(count):
            layers.append(bottleneck(inputs, width, stride if i == 0 else 1))
            inputs = 4 * width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, 1000))


def gpt2(lib: Any) -> Any:
    """GPT-2 with 124 million parameters: 12 layers of width 768, 12 heads, 1024 places; embedding and head are one.

    Source: A. Radford et al., "Language Models are Unsupervised Multitask Learners" (2019).
    """
    nn, width, words, length = lib.nn, 768, 50257, 1024

    class GPT2(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.words, self.places = nn.Embedding(words, width), nn.Embedding(length, width)
            self.layers = nn.ModuleList([transformer_layer(lib, width, 12, True) for _ in range(12)])
            self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, words, bias=False)
            self.head.weight = self.words.weight
            self.register_buffer("positions", lib.arange(length))

        def forward(self, x: Any) -> Any:
            y = self.words(x) + self.places(self.positions[: x.shape[1]])
            for layer in self.layers:
                y = layer(y)
            return self.head(self.norm(y)).reshape(-1, words)

    return GPT2()


def lstm(lib: Any) -> Any:
    """Two layers of 1024 cells, and a linear layer on every state."""
    nn = lib.nn

    class Reader(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.cells, self.head = nn.LSTM(1024, 1024, 2), nn.Linear(1024, 100)

        def forward(self, x: Any) -> Any:
            return self.head(self.cells(x)[0]).reshape(-1, 100)

    return Reader()


def mlp(lib: Any) -> Any:
    """So small that a GPU waits for Python."""
    nn = lib.nn
    return nn.Sequential(
        nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(),
        nn.Linear(128, 10),
    )  # fmt: skip


def images(lib: Any) -> tuple[Any, Any]:
    """128 images and their classes."""
    return lib.randn(128, 3, 224, 224, device="cuda"), lib.randint(0, 1000, (128,), device="cuda")


def text(lib: Any) -> tuple[Any, Any]:
    """8 texts of 1024 tokens, and what comes next."""
    tokens = lib.randint(0, 50257, (8, 1025), device="cuda")
    return tokens[:, :-1].contiguous(), tokens[:, 1:].reshape(-1)


def sequences(lib: Any) -> tuple[Any, Any]:
    """64 sequences of 128 steps."""
    return lib.randn(128, 64, 1024, device="cuda"), lib.randint(0, 100, (128 * 64,), device="cuda")


def rows(lib: Any) -> tuple[Any, Any]:
    """64 rows of 64 numbers."""
    return lib.randn(64, 64, device="cuda"), lib.randint(0, 10, (64,), device="cuda")


def momentum(lib: Any, params: Any) -> Any:
    """For images."""
    return lib.optim.SGD(params, lr=0.01, momentum=0.9, weight_decay=1e-4)


def adamw(lib: Any, params: Any) -> Any:
    """For everything else; capturable, since PyTorch has to be told."""
    return lib.optim.AdamW(params, lr=1e-4, capturable=True)


class Program:
    """One row: a network, its data, how it is optimized, and the dtype of autocast.

    Attributes:
        name: of the row.
        items: how many images, tokens or rows a step takes, and what they are.
    """

    def __init__(
        self,
        name: str,
        items: tuple[int, str],
        net: Callable[[Any], Any],
        data: Callable[[Any], Any],
        optimizer: Callable[[Any, Any], Any],
        half: str | None = None,
        tf32: bool = False,
    ) -> None:
        self.name, self.items, self.net, self.data = name, items, net, data
        self.optimizer, self.half, self.tf32 = optimizer, half, tf32

    def build(self, lib: Any, compiled: bool = False) -> Step:
        """A training step: forward, loss, backward, optimizer."""
        lib.manual_seed(0)
        lib.backends.cuda.matmul.allow_tf32 = lib.backends.cudnn.allow_tf32 = self.tf32
        net = self.net(lib).to("cuda")
        x, target = self.data(lib)
        optimizer = self.optimizer(lib, net.parameters())
        called = lib.compile(net) if compiled else net
        cross_entropy = lib.nn.functional.cross_entropy

        def half() -> AbstractContextManager[Any]:
            return lib.amp.autocast("cuda", getattr(lib, self.half)) if self.half else nullcontext()

        def step() -> Any:
            with half():
                loss = cross_entropy(called(x), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss

        return step


PROGRAMS = [
    Program("ResNet-50, batch 128, fp32", (128, "images"), resnet50, images, momentum),
    Program("ResNet-50, batch 128, TF32", (128, "images"), resnet50, images, momentum, tf32=True),
    Program("ResNet-50, batch 128, AMP bf16", (128, "images"), resnet50, images, momentum, "bfloat16", True),
    Program("GPT-2 124M, B=8 T=1024, AMP bf16", (8192, "tokens"), gpt2, text, adamw, "bfloat16", True),
    Program("LSTM 2×1024, B=64 T=128, TF32", (8192, "steps"), lstm, sequences, adamw, tf32=True),
    Program("MLP 4 layers, B=64", (64, "rows"), mlp, rows, adamw, tf32=True),
]


def operations(lib: Any) -> dict[str, Step]:
    """Single operations on tensors so small that their time is the CPU's."""
    x, w = lib.ones(8, device="cuda"), lib.ones(8, device="cuda", requires_grad=True)
    m, f = lib.ones(8, 8, device="cuda"), lib.nn.functional

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
