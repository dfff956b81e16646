"""Some of the rows in JAX, each step compiled as a whole (`jax.jit`); used where JAX is installed.

Networks are functions of their parameters, which is what JAX wants; sizes, batches and update rules are those of
programs.py, weights are random numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, nn

Tree = Any
Step = Callable[[], Any]


def normal(*shape: int, scale: float = 1.0) -> Any:
    """Normal random numbers."""
    return jnp.asarray(np.random.default_rng(0).standard_normal(shape) * scale, jnp.float32)


def classes(shape: tuple[int, ...], count: int) -> Any:
    """Random classes."""
    return jnp.asarray(np.random.default_rng(1).integers(0, count, shape))


def dense(inputs: int, outputs: int) -> Tree:
    """Weight and bias of a linear layer."""
    return normal(inputs, outputs, scale=inputs**-0.5), jnp.zeros(outputs)


def linear(layer: Tree, x: Any) -> Any:
    """x·W + b."""
    return x @ layer[0] + layer[1]


def cross_entropy(logits: Any, labels: Any) -> Any:
    """The mean of −log softmax of the labels."""
    return -jnp.take_along_axis(nn.log_softmax(logits), labels[..., None], -1).mean()


# Update rules: (settings) → how state begins, and (params, grads, state) → params, state ---------------------------


def sgd(lr: float = 0.01, momentum: float = 0.0) -> tuple[Any, Any]:
    """Steps along the gradient, with momentum."""

    def update(params: Tree, grads: Tree, state: Tree) -> tuple[Tree, Tree]:
        state = jax.tree.map(lambda b, g: momentum * b + g, state, grads) if momentum else grads
        return jax.tree.map(lambda x, b: x - lr * b, params, state), state

    return lambda params: jax.tree.map(jnp.zeros_like, params), update


def adam(lr: float = 1e-3, decay: float = 0.0) -> tuple[Any, Any]:
    """Adam; AdamW with weight decay."""

    def start(params: Tree) -> Tree:
        zeros = jax.tree.map(jnp.zeros_like, params)
        return zeros, jax.tree.map(jnp.zeros_like, params), jnp.zeros(())

    def update(params: Tree, grads: Tree, state: Tree) -> tuple[Tree, Tree]:
        means, squares, t = state[0], state[1], state[2] + 1
        means = jax.tree.map(lambda m, g: m + 0.1 * (g - m), means, grads)
        squares = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, squares, grads)
        rate, root = lr / (1 - 0.9**t), jnp.sqrt(1 - 0.999**t)
        new = jax.tree.map(
            lambda x, m, v: x * (1 - lr * decay) - rate * m / (jnp.sqrt(v) / root + 1e-8),
            params,
            means,
            squares,
        )
        return new, (means, squares, t)

    return start, update


def training(params: Tree, loss: Callable[..., Any], rule: tuple[Any, Any], *batch: Any) -> Step:
    """A step on one batch, compiled as a whole; parameters and state keep their memory."""
    start, update = rule
    held = [params, start(params)]

    @partial(jax.jit, donate_argnums=(0, 1))
    def whole(params: Tree, state: Tree, *batch: Any) -> tuple[Tree, Tree, Any]:
        value, grads = jax.value_and_grad(loss)(params, *batch)
        return *update(params, grads, state), value

    def step() -> Any:
        *held[:], value = whole(*held, *batch)
        return jax.block_until_ready((held, value))[1]

    return step


# Rows ---------------------------------------------------------------------------------------------------------


def mlp(sizes: tuple[int, ...], batch: int, rule: tuple[Any, Any]) -> Step:
    """Linear layers with ReLU between them."""

    def loss(layers: Tree, x: Any, labels: Any) -> Any:
        for layer in layers[:-1]:
            x = nn.relu(linear(layer, x))
        return cross_entropy(linear(layers[-1], x), labels)

    layers = [dense(a, b) for a, b in pairwise(sizes)]
    return training(layers, loss, rule, normal(batch, sizes[0]), classes((batch,), 10))


def cnn() -> Step:
    """Two convolutions with pools, and two linear layers."""

    def conv(layer: Tree, x: Any) -> Any:
        y = nn.relu(lax.conv_general_dilated(x, layer[0], (1, 1), "SAME") + layer[1][:, None, None])
        return lax.reduce_window(y, -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")

    def loss(p: Tree, x: Any, labels: Any) -> Any:
        x = conv(p["second"], conv(p["first"], x)).reshape(len(x), -1)
        return cross_entropy(linear(p["out"], nn.relu(linear(p["hidden"], x))), labels)

    params = {
        "first": (normal(32, 3, 3, 3, scale=0.2), jnp.zeros(32)),
        "second": (normal(64, 32, 3, 3, scale=0.06), jnp.zeros(64)),
        "hidden": dense(64 * 8 * 8, 128),
        "out": dense(128, 10),
    }
    return training(params, loss, sgd(momentum=0.9), normal(64, 3, 32, 32), classes((64,), 10))


def lstm() -> Step:
    """Two layers over 28 steps; the loop is `lax.scan`."""

    def layer(p: Tree, x: Any) -> Any:
        def cell(state: Tree, inputs: Any) -> tuple[Tree, Any]:
            h, c = state
            i, f, g, o = jnp.split(inputs + h @ p["hidden"], 4, -1)
            c = nn.sigmoid(f) * c + nn.sigmoid(i) * jnp.tanh(g)
            h = nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), h

        zeros = jnp.zeros((x.shape[1], 128))
        return lax.scan(cell, (zeros, zeros), linear(p["input"], x))[1]

    def loss(p: Tree, x: Any, labels: Any) -> Any:
        x = layer(p["second"], layer(p["first"], x.swapaxes(0, 1)))
        return cross_entropy(linear(p["head"], x[-1]), labels)

    def weights(inputs: int) -> Tree:
        return {"input": dense(inputs, 512), "hidden": normal(128, 512, scale=0.09)}

    params = {"first": weights(28), "second": weights(128), "head": dense(128, 10)}
    return training(params, loss, adam(), normal(64, 28, 28), classes((64,), 10))


def gpt(depth: int, width: int, heads: int, batch: int, length: int) -> Step:
    """A language model over 65 tokens."""

    def norm(p: Tree, x: Any) -> Any:
        centred = x - x.mean(-1, keepdims=True)
        return centred * lax.rsqrt((centred**2).mean(-1, keepdims=True) + 1e-5) * p[0] + p[1]

    def attention(p: Tree, x: Any) -> Any:
        q, k, v = jnp.split(linear(p["qkv"], x).reshape(batch, length, 3 * heads, -1), 3, 2)
        y = nn.dot_product_attention(q, k, v, is_causal=True)
        return linear(p["out"], y.reshape(batch, length, width))

    def loss(p: Tree, tokens: Any) -> Any:
        x = p["words"][tokens[:, :-1]] + p["places"]
        for layer in p["layers"]:
            x = x + attention(layer, norm(layer["norm1"], x))
            hidden = nn.gelu(linear(layer["up"], norm(layer["norm2"], x)), approximate=False)
            x = x + linear(layer["down"], hidden)
        return cross_entropy(norm(p["norm"], x) @ p["head"], tokens[:, 1:])

    def one() -> Tree:
        return jnp.ones(width), jnp.zeros(width)

    def layer() -> Tree:
        return {
            "norm1": one(), "norm2": one(), "qkv": dense(width, 3 * width), "out": dense(width, width),
            "up": dense(width, 4 * width), "down": dense(4 * width, width),
        }  # fmt: skip

    params = {
        "words": normal(65, width), "places": normal(length, width), "norm": one(),
        "head": normal(width, 65, scale=width**-0.5), "layers": [layer() for _ in range(depth)],
    }  # fmt: skip
    return training(params, loss, adam(decay=0.01), classes((batch, length + 1), 65))


def gradient(function: Callable[..., Any], *inputs: Any) -> Step:
    """A function's gradient with respect to its first input."""
    whole = jax.jit(jax.grad(function))
    return lambda: jax.block_until_ready(whole(*inputs))


def elementwise(x: Any) -> Any:
    """Σ sigmoid(x)·tanh(x) + exp(−x²)."""
    return (nn.sigmoid(x) * jnp.tanh(x) + jnp.exp(-(x**2))).sum()


# name as in programs.py: makes the step
ROWS: dict[str, Callable[[], Step]] = {
    "MLP 784-128-10, batch 64, SGD": lambda: mlp((784, 128, 10), 64, sgd()),
    "MLP 784-1024-1024-10, batch 256, Adam": lambda: mlp((784, 1024, 1024, 10), 256, adam()),
    "CNN 3-32-64, batch 64×3×32×32, momentum": cnn,
    "LSTM 28-128, 2 layers, batch 64, Adam": lstm,
    "GPT 4 layers, C=128, B=16, T=64, AdamW": lambda: gpt(4, 128, 4, 16, 64),
    "GPT 6 layers, C=384, B=4, T=256, AdamW": lambda: gpt(6, 384, 6, 4, 256),
    "cross-entropy 4096×10000": lambda: gradient(cross_entropy, normal(4096, 10000), classes((4096,), 10000)),
    "sigmoid·tanh + exp(−x²), 1024²": lambda: gradient(elementwise, normal(1024, 1024)),
}
