"""Building every kernel now instead of when it is first needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from minitorch_numba import jit, threads


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
    yield from (lambda f=f: f(x, x) for f in (backend.tanh_backward, backend.sigmoid_backward))
    yield lambda: backend.silu_backward(x, backend.silu(x)[1], x)
    yield lambda: backend.gelu_backward(x, backend.gelu(x, False)[1], x, False)
    yield lambda: backend.gelu_backward(x, backend.gelu(x, True)[1], x, True)
    yield lambda: backend.softmax_backward(backend.softmax(x, 1), x, 1)
    yield lambda: backend.log_softmax_backward(backend.log_softmax(x, 1), x, 1)
    yield lambda: backend.cross_entropy_backward(x, backend.cross_entropy(x, target)[1], target, x[:, 0])
    yield lambda: backend.layer_norm_backward(x, row, *backend.layer_norm(x, row, row, 1e-5)[1:], x)
    yield lambda: backend.layer_norm_backward(x, None, *backend.layer_norm(x, None, None, 1e-5)[1:], x)
    source = backend.random_generator(0)
    yield lambda: backend.dropout(x, backend.keep_mask(source, x.shape, 0.5), 0.5)
    yield from sequences(backend, dtype)
    yield from products(backend, dtype)
    yield from updates(backend, dtype)


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
    yield lambda: backend.matmul(many, many)


def updates(backend: Any, dtype: Any) -> Iterator[Callable[[], Any]]:
    """A step of each optimizer."""

    def some(count: int) -> list[list[Any]]:
        return [[np.ones(64, dtype)] for _ in range(count)]

    common = {"lr": 0.1, "weight_decay": 0.0, "maximize": False}
    sgd = {**common, "dampening": 0.0, "nesterov": False}
    yield lambda: backend.sgd_step(*some(2), [None], momentum=0.0, **sgd)
    yield lambda: backend.sgd_step(*some(3), momentum=0.9, **sgd)
    adam = {**common, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "decoupled": False}
    yield lambda: backend.adam_step(*some(4), None, [1.0], **adam)
    yield lambda: backend.adam_step(*some(5), [1.0], **adam)
    rmsprop = {**common, "alpha": 0.9, "eps": 1e-8, "momentum": 0.5}
    yield lambda: backend.rmsprop_step(*some(3), None, None, **rmsprop)
    yield lambda: backend.rmsprop_step(*some(3), None, *some(1), **rmsprop)
