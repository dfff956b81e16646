"""Building every kernel now instead of when it is first needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from minitorch.windows import Windows
from minitorch_numba import conv, jit, threads
from minitorch_numba.arithmetic import LARGE


def warm_up(backend: Any, dtype: Any) -> None:
    """Calls every kernel once in each build, with the smallest arguments that it takes."""
    if jit.DISABLED:
        return
    before = jit.threshold, threads.get_num_threads()
    jit.threshold = 0.0
    try:
        for count in sorted({1, before[1]}):
            threads.set_num_threads(count)
            for call in calls(backend, np.dtype(dtype)):
                call()
    finally:
        jit.threshold = before[0]
        threads.set_num_threads(before[1])


def calls(backend: Any, dtype: Any) -> Iterator[Callable[[], Any]]:
    """For each kernel a call that reaches it, through the method that it stands behind."""
    x = np.full((4, 8), 0.5, dtype)
    row, target = x[0].copy(), np.zeros(4, np.int64)
    yield from (
        lambda f=f: f(x) for f in (backend.exp, backend.log, backend.tanh, backend.erf, backend.sigmoid)
    )
    yield lambda: backend.softplus_backward(x, backend.softplus(x), 1.0, 20.0)
    yield from (lambda f=f: f(x, x) for f in (backend.tanh_backward, backend.sigmoid_backward))
    yield lambda: backend.silu_backward(x, backend.silu(x)[1], x)
    yield lambda: backend.gelu_backward(x, backend.gelu(x, False)[1], x, False)
    yield lambda: backend.gelu_backward(x, backend.gelu(x, True)[1], x, True)
    yield lambda: backend.softmax_backward(backend.softmax(x, 1), x, 1)
    yield lambda: backend.log_softmax_backward(backend.log_softmax(x, 1), x, 1)
    yield lambda: backend.cross_entropy_backward(x, backend.cross_entropy(x, target)[1], target, x[:, 0])
    yield lambda: backend.layer_norm_backward(x, row, *backend.layer_norm(x, row, row, 1e-5)[1:], x)
    yield lambda: backend.layer_norm_backward(x, None, *backend.layer_norm(x, None, None, 1e-5)[1:], x)
    yield lambda: backend.add_rows(backend.take_rows(x, target), target, 4)
    yield lambda: backend.add_along_axis(x.copy(), np.zeros(x.shape, np.int64), x, 1)
    yield lambda: backend.rms_norm_backward(x, row, backend.rms_norm(x, row, 1e-5)[1], x)
    yield lambda: backend.rms_norm_backward(x, None, backend.rms_norm(x, None, 1e-5)[1], x)
    yield lambda: backend.relu_backward(backend.relu(x), x)
    yield lambda: backend.hardtanh_backward(backend.clip(x, -1, 1), x, -1, 1)
    yield lambda: backend.leaky_relu_backward(backend.leaky_relu(x, 0.1), x, 0.1)
    source = backend.random_generator(0)
    yield lambda: backend.dropout(x, backend.keep_mask(source, x.shape, 0.5), 0.5)
    yield from layers(backend, dtype)
    yield from sequences(backend, dtype)
    yield from products(backend, dtype)
    yield from arithmetic(backend, dtype)
    yield from updates(backend, dtype)


def layers(backend: Any, dtype: Any) -> Iterator[Callable[[], Any]]:
    """Batch norm, convolutions and pools."""
    x, w = np.full((2, 2, 8, 8), 0.5, dtype), np.ones((2, 1, 3, 3), dtype)
    row = np.ones(2, dtype)
    same = Windows((8, 8), (3, 3), (1, 1), (1, 1), (1, 1), (8, 8))
    for v in (row, None):
        yield partial(batch_norm, backend, x, v)
        yield partial(backend.conv, x, w, v, same, 2)
    for scale, shift in ((row, row), (row, None), (None, row)):
        yield partial(backend.scale_channels, x, scale, shift)
    lies = Windows((8, 8), (3, 3), (2, 2), (1, 1), (1, 1), (4, 4))
    y = x[:, :, :4, :4].copy()
    yield lambda: backend.conv(x, w, row, lies, 2)
    yield lambda: backend.conv_transpose(y, w, None, lies, 2)
    yield lambda: backend.conv_weight(x, y, lies, 2)
    yield from convolutions(backend, dtype)
    for pool in (lies, Windows((8, 8), (2, 2), (2, 2), (0, 0), (1, 1), (4, 4))):
        yield partial(backend.max_pool, x, pool)
        yield partial(backend.max_pool_backward, x, y, y, pool)
    yield lambda: backend.max_pool_indices(x, y, lies)
    yield lambda: backend.sum_pool_backward(backend.sum_pool(x, lies), lies)


def convolutions(backend: Any, dtype: Any) -> Iterator[Callable[[], Any]]:
    """Direct ones, by Winograd's algorithm, and of points; with a bias and without."""
    same, points = (Windows((32, 32), (k, k), (1, 1), (k // 2, k // 2), (1, 1), (32, 32)) for k in (3, 1))
    for channels, lies in ((2, same), (conv.CHANNELS, same), (2, points)):
        x, w = np.zeros((1, channels, 32, 32), dtype), np.zeros((channels, channels, *lies.kernel), dtype)
        for b in (w[:, 0, 0, 0].copy(), None):
            yield partial(backend.conv, x, w, b, lies, 1)
        yield partial(backend.conv_weight, x, x, lies, 1)


def batch_norm(backend: Any, x: Any, v: Any) -> None:
    """Forward and backward."""
    _, mean, _, inv = backend.batch_norm(x, v, v, 1e-5)
    backend.batch_norm_backward(x, v, mean, inv, x)


def sequences(backend: Any, dtype: Any) -> Iterator[Callable[[], Any]]:
    """Attention, and layers with a state; the batch is large enough to be shared."""
    x, h, w = np.zeros((2, 16, 4), dtype), np.zeros((16, 4), dtype), np.zeros((16, 4), dtype)
    yield lambda: backend.attention_backward(
        x, x, x, x, None, *backend.attention(x, x, x, None, 1.0, True), 1.0, True, False
    )
    yield lambda: backend.rnn_backward(x, backend.rnn_forward(x, h, w[:4], False, False), w[:4], False, False)
    gates, three = np.zeros((2, 16, 16), dtype), np.zeros((2, 16, 12), dtype)
    yield lambda: backend.lstm_forward(gates, h, h, w, False)
    yield lambda: backend.lstm_backward(x, None, gates, h, x, w, False)
    yield lambda: backend.gru_forward(three, h, w[:12], w[:12, 0], False)
    yield lambda: backend.gru_backward(x, gates, h, x, w[:12], False)


def products(backend: Any, dtype: Any) -> Iterator[Callable[[], Any]]:
    """Products large enough for a kernel."""
    x = np.zeros((64, 64), dtype)
    many = np.zeros((2, 64, 64), dtype)
    yield lambda: backend.matmul(x, x)
    yield lambda: backend.linear(x, x, x[0].copy())
    yield lambda: backend.linear_relu(x, x, x[0].copy())
    yield lambda: backend.linear_gelu(x, x, x[0].copy(), True)
    yield lambda: backend.matmul(many, many)


def arithmetic(backend: Any, dtype: Any) -> Iterator[Callable[[], Any]]:
    """Functions of arrays so large that threads share them."""
    x = np.ones((1024, LARGE // 1024 + 1), dtype)
    for function in (backend.add, backend.multiply, backend.divide):
        yield partial(function, x, x)
        yield partial(function, x, 2.0)
    yield lambda: backend.subtract(x, x)
    yield lambda: backend.sum(x, axis=1)
    yield lambda: backend.sum(x, axis=0)


def updates(backend: Any, dtype: Any) -> Iterator[Callable[[], Any]]:
    """A step of each optimizer."""

    def some(count: int) -> list[list[Any]]:
        return [[np.ones(64, dtype)] for _ in range(count)]

    common = {"lr": 0.1, "weight_decay": 0.0, "maximize": False}
    sgd = {**common, "dampening": 0.0, "nesterov": False}
    yield lambda: backend.sgd_step(*some(2), [None], momentum=0.0, **sgd)
    yield lambda: backend.sgd_step(*some(3), momentum=0.9, **sgd)
    two = [np.ones(64, dtype), np.ones(64, dtype)]
    yield lambda: backend.sgd_step(two, two, [None, None], momentum=0.0, **sgd)
    means = {**common, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
    yield lambda: backend.adam_step(*some(4), None, [1.0], decoupled=False, **means)
    yield lambda: backend.adam_step(*some(5), [1.0], decoupled=False, **means)
    yield lambda: backend.nadam_step(*some(4), [1.0], [0.5], [0.5], decoupled=False, **means)
    yield lambda: backend.radam_step(*some(4), [1.0], [0.5], decoupled=False, **means)
    yield lambda: backend.adamax_step(*some(4), [1.0], **means)
    yield lambda: backend.adagrad_step(*some(3), [1.0], lr_decay=0.0, eps=1e-8, **common)
    yield lambda: backend.adadelta_step(*some(4), rho=0.9, eps=1e-8, **common)
    rmsprop = {**common, "alpha": 0.9, "eps": 1e-8, "momentum": 0.5}
    yield lambda: backend.rmsprop_step(*some(3), None, None, **rmsprop)
    yield lambda: backend.rmsprop_step(*some(3), None, *some(1), **rmsprop)
    yield lambda: backend.global_norm(some(1)[0])
    yield lambda: backend.scale_all(some(1)[0], 0.5)
    yield lambda: backend.clip_all(some(1)[0], -1.0, 1.0)
