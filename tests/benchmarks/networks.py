"""The networks that are timed, of either library."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np


def mlp(lib: Any, *hidden: int) -> Any:
    """784 inputs, hidden layers with relu, ten outputs."""
    nn, sizes = lib.nn, (784, *hidden)
    layers: list[Any] = []
    for inputs, outputs in pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], 10))


def cnn(lib: Any) -> Any:
    """Two convolutions with pools, two linear layers, for 32 × 32 pixels."""
    nn = lib.nn
    return nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64 * 8 * 8, 128), nn.ReLU(), nn.Linear(128, 10),
    )  # fmt: skip


def quickstart(lib: Any) -> Any:
    """The network of examples/quickstart.py."""
    nn = lib.nn
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1, bias=False), nn.BatchNorm2d(32), nn.ReLU(),
        nn.Conv2d(32, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64 * 4 * 4, 128), nn.ReLU(), nn.Linear(128, 10),
    )  # fmt: skip


def residual(lib: Any, main: Any, shortcut: Any, last: Any) -> Any:
    """last(main(x) + shortcut(x))."""

    class Residual(lib.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.main, self.shortcut, self.last = main, shortcut, last

        def forward(self, x: Any) -> Any:
            return self.last(self.main(x) + self.shortcut(x))

    return Residual()


def resnet18(lib: Any) -> Any:
    """ResNet-18 with the stem for 32 × 32 pixels: a 3 × 3 convolution, and no pool.

    Source: K. He et al., "Deep Residual Learning for Image Recognition" (2016).
    """
    nn = lib.nn

    def conv(inputs: int, outputs: int, kernel: int, stride: int) -> list[Any]:
        layer = nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False)
        return [layer, nn.BatchNorm2d(outputs)]

    def stage(inputs: int, outputs: int, stride: int) -> Any:
        main = nn.Sequential(*conv(inputs, outputs, 3, stride), nn.ReLU(), *conv(outputs, outputs, 3, 1))
        same = stride == 1 and inputs == outputs
        shortcut = nn.Identity() if same else nn.Sequential(*conv(inputs, outputs, 1, stride))
        return residual(lib, main, shortcut, nn.ReLU())

    layers: list[Any] = [*conv(3, 64, 3, 1), nn.ReLU()]
    for inputs, outputs, stride in ((64, 64, 1), (64, 128, 2), (128, 256, 2), (256, 512, 2)):
        layers += [stage(inputs, outputs, stride), stage(outputs, outputs, 1)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


def block(lib: Any) -> Any:
    """An inverted residual block: 1 × 1 up to 192 channels, depthwise 3 × 3, 1 × 1 down to 32.

    Source: M. Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks" (2018).
    """
    nn = lib.nn
    main = nn.Sequential(
        nn.Conv2d(32, 192, 1, bias=False), nn.BatchNorm2d(192), nn.ReLU6(),
        nn.Conv2d(192, 192, 3, padding=1, groups=192, bias=False), nn.BatchNorm2d(192), nn.ReLU6(),
        nn.Conv2d(192, 32, 1, bias=False), nn.BatchNorm2d(32),
    )  # fmt: skip
    return residual(lib, main, nn.Identity(), nn.Identity())


def recurrent(lib: Any, kind: str) -> Any:
    """Two recurrent layers over the rows of an image, and a linear layer on the last state."""

    class Reader(lib.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.layers = getattr(lib.nn, kind)(28, 128, 2, batch_first=True)
            self.head = lib.nn.Linear(128, 10)

        def forward(self, x: Any) -> Any:
            return self.head(self.layers(x)[0][:, -1])

    return Reader()


def transformer_layer(lib: Any, width: int, heads: int, causal: bool) -> Any:
    """Attention and two linear layers, each after a layer norm and beside a shortcut; keys and values are cached."""
    nn = lib.nn

    class Layer(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

        def forward(self, x: Any, cache: list[Any] | None = None) -> Any:
            x = x + self.attention(self.norm1(x), cache)
            return x + self.mlp(self.norm2(x))

        def attention(self, x: Any, cache: list[Any] | None) -> Any:
            b, t, c = x.shape
            q, k, v = (
                y.reshape(b, t, heads, c // heads).transpose(1, 2) for y in self.qkv(x).split(c, dim=2)
            )  # (B, T, C) → (B, heads, T, C/heads)
            if cache is not None:
                k, v = cache[:] = [
                    lib.cat((old, new), dim=2)
                    for old, new in zip(cache or (k[:, :, :0], v[:, :, :0]), (k, v), strict=True)
                ]
            y = lib.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=causal and t > 1)
            return self.out(y.transpose(1, 2).reshape(b, t, c))

    return Layer()


def gpt(lib: Any, depth: int, width: int, heads: int, length: int, words: int = 65) -> Any:
    """A language model over 65 tokens."""
    nn = lib.nn

    class GPT(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.words, self.places = nn.Embedding(words, width), nn.Embedding(length, width)
            self.layers = nn.ModuleList([transformer_layer(lib, width, heads, True) for _ in range(depth)])
            self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, words, bias=False)

        def forward(self, x: Any, caches: list[list[Any]] | None = None, start: int = 0) -> Any:
            y = self.words(x) + self.places(lib.arange(start, start + x.shape[1]))
            for i, layer in enumerate(self.layers):
                y = layer(y, None if caches is None else caches[i])
            return self.head(self.norm(y))

    return GPT()


def attention_generator(lib: Any) -> Callable[[], Any]:
    """64 tokens from a GPT, one after the other, with a cache of keys and values."""
    lib.manual_seed(0)
    net = gpt(lib, 6, 384, 6, 256).eval()

    def step() -> Any:
        caches: list[list[Any]] = [[] for _ in range(6)]
        token = lib.tensor([[0]])
        with lib.no_grad():
            for place in range(64):
                logits = net(token, caches, place)
                token = logits[:, -1].argmax(1).reshape(1, 1)
        return token

    return step


def vit(lib: Any) -> Any:
    """A vision transformer over patches of 4 × 4 pixels of 32 × 32.

    Source: A. Dosovitskiy et al., "An Image is Worth 16x16 Words" (2021).
    """
    nn = lib.nn

    class ViT(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.patches = nn.Conv2d(3, 192, 4, 4)
            self.places = nn.Parameter(lib.zeros(1, 64, 192))
            self.layers = nn.ModuleList([transformer_layer(lib, 192, 3, False) for _ in range(6)])
            self.norm, self.head = nn.LayerNorm(192), nn.Linear(192, 10)

        def forward(self, x: Any) -> Any:
            y = self.patches(x).flatten(2).transpose(1, 2) + self.places  # (B, 3, 32, 32) → (B, 64, 192)
            for layer in self.layers:
                y = layer(y)
            return self.head(self.norm(y).mean(1))

    return ViT()


def vae(lib: Any) -> Any:
    """A variational autoencoder.

    Source: D. Kingma, M. Welling, "Auto-Encoding Variational Bayes" (2014).
    """
    nn = lib.nn

    class VAE(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.encoder, self.mean, self.log_variance = (
                nn.Linear(784, 400),
                nn.Linear(400, 20),
                nn.Linear(400, 20),
            )
            self.decoder = nn.Sequential(nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784))

        def forward(self, x: Any) -> Any:
            h = lib.relu(self.encoder(x))
            mean, log_variance = self.mean(h), self.log_variance(h)
            z = mean + lib.randn_like(mean) * (log_variance * 0.5).exp()
            return self.decoder(z), mean, log_variance

    return VAE()


def scalar_net(lib: Any) -> Callable[[], Any]:
    """A net of 3-16-16-1 neurons, computed number by number for six examples: about 5,000 nodes."""
    rng = np.random.default_rng(0)

    def number() -> Any:
        return lib.tensor(float(rng.uniform(-1, 1)), requires_grad=True)

    sizes = (3, 16, 16, 1)
    layers = [
        [([number() for _ in range(inputs)], number()) for _ in range(outputs)]
        for inputs, outputs in pairwise(sizes)
    ]
    params = [p for layer in layers for weights, bias in layer for p in (*weights, bias)]
    examples = [([float(v) for v in rng.uniform(-1, 1, 3)], float(rng.choice([-1, 1]))) for _ in range(7)]

    def step() -> Any:
        for p in params:
            p.grad = None
        total: Any = 0.0
        for x, target in examples:
            values: list[Any] = list(x)
            for layer in layers:
                outs = []
                for weights, bias in layer:
                    activation = bias
                    for w, v in zip(weights, values, strict=True):
                        activation = activation + w * v
                    outs.append(activation.tanh())
                values = outs
            total = total + (values[0] - target) ** 2
        total.backward()
        with lib.no_grad():
            for p in params:
                p -= 0.01 * p.grad
        return total

    return step
