"""Update rules of optimizers, with every operation writing into memory that is there already.

A step over a large parameter is bound by memory: each of the dozen operations of Adam would read and
write the whole array.  So arrays are walked through in blocks that stay in the cache, with two blocks of
scratch for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minitorch.backend import Array
from minitorch.backend_optim import Arrays, OptimizerKernels

BLOCK = 131072  # elements; in shorter blocks the calls themselves take longer than the arithmetic


def blocks(*arrays: Array | None) -> Iterator[tuple[Any, ...]]:
    """The same blocks of all arrays, and as the last two entries scratch of their size; None stays None.

    Arrays that are small, or not contiguous, come whole.
    """
    x = arrays[0]
    assert x is not None
    size, dtype = x.size, x.dtype
    if size <= BLOCK or not all(a is None or a.flags.c_contiguous for a in arrays):
        yield *arrays, np.empty(x.shape, dtype), np.empty(x.shape, dtype)
        return
    flat = [None if a is None else a.reshape(-1) for a in arrays]
    s, t = np.empty(BLOCK, dtype), np.empty(BLOCK, dtype)
    for start in range(0, size, BLOCK):
        stop = start + BLOCK
        if stop > size:
            s, t = s[: size - start], t[: size - start]
        yield *(None if a is None else a[start:stop] for a in flat), s, t


def direction(x: Array, g: Array, weight_decay: float, maximize: bool, out: Array) -> Array:
    """±g + λ·x, in `out` unless it is g itself."""
    if weight_decay:
        np.multiply(x, -weight_decay if maximize else weight_decay, out=out)
        np.add(g, out, out=out)
        return np.negative(out, out=out) if maximize else out
    return np.negative(g, out=out) if maximize else g


def decay_towards(m: Array, g: Array, weight: float, out: Array) -> None:
    """m ← m + weight·(g − m)."""
    np.subtract(g, m, out=out)
    out *= weight
    m += out


def decay_square(v: Array, g: Array, beta: float, out: Array) -> None:
    """v ← β·v + (1 − β)·g²."""
    np.multiply(g, g, out=out)
    out *= 1 - beta
    v *= beta
    v += out


class NumpyOptimizerKernels(OptimizerKernels):
    """The update rules of `OptimizerKernels`, in blocks and in place."""

    def sgd_step(
        self,
        params: Arrays,
        grads: Arrays,
        momenta: Arrays,
        *,
        lr: float,
        momentum: float,
        dampening: float,
        weight_decay: float,
        nesterov: bool,
        maximize: bool,
    ) -> None:
        for k, (whole, grad) in enumerate(zip(params, grads, strict=True)):
            first = momentum and momenta[k] is None
            if first:
                momenta[k] = np.empty(whole.shape, whole.dtype)
            for x, g, b, s, t in blocks(whole, grad, momenta[k] if momentum else None):
                g = direction(x, g, weight_decay, maximize, s)
                if momentum:
                    if first:
                        np.copyto(b, g)
                    else:
                        b *= momentum
                        b += np.multiply(g, 1 - dampening, out=t) if dampening else g
                    g = np.add(g, np.multiply(b, momentum, out=t), out=s) if nesterov else b
                x -= np.multiply(g, lr, out=t)

    def adam_step(
        self,
        params: Arrays,
        grads: Arrays,
        means: Arrays,
        squares: Arrays,
        peaks: Arrays | None,
        steps: list[float],
        *,
        lr: float,
        beta1: float,
        beta2: float,
        eps: float,
        weight_decay: float,
        decoupled: bool,
        maximize: bool,
    ) -> None:
        for k, (whole, grad, mean, square) in enumerate(zip(params, grads, means, squares, strict=True)):
            # lr·m̂ / (√v̂ + ε) with both corrections taken out of the fraction saves one pass
            root = (1 - beta2 ** steps[k]) ** 0.5
            step_size, floor = lr * root / (1 - beta1 ** steps[k]), eps * root
            for x, g, m, v, p, s, t in blocks(whole, grad, mean, square, None if peaks is None else peaks[k]):
                if decoupled and weight_decay:
                    x *= 1 - lr * weight_decay
                g = direction(x, g, 0 if decoupled else weight_decay, maximize, s)
                decay_towards(m, g, 1 - beta1, t)
                decay_square(v, g, beta2, t)
                if p is not None:
                    v = np.maximum(p, v, out=p)
                np.sqrt(v, out=t)
                t += floor
                np.divide(m, t, out=t)
                t *= step_size
                x -= t

    def adagrad_step(
        self,
        params: Arrays,
        grads: Arrays,
        sums: Arrays,
        steps: list[float],
        *,
        lr: float,
        lr_decay: float,
        eps: float,
        weight_decay: float,
        maximize: bool,
    ) -> None:
        for whole, grad, total, step in zip(params, grads, sums, steps, strict=True):
            rate = lr / (1 + (step - 1) * lr_decay)
            for x, g, v, s, t in blocks(whole, grad, total):
                g = direction(x, g, weight_decay, maximize, s)
                v += np.multiply(g, g, out=t)
                np.sqrt(v, out=t)
                t += eps
                np.divide(g, t, out=t)
                t *= rate
                x -= t

    def rmsprop_step(
        self,
        params: Arrays,
        grads: Arrays,
        squares: Arrays,
        means: Arrays | None,
        momenta: Arrays | None,
        *,
        lr: float,
        alpha: float,
        eps: float,
        weight_decay: float,
        momentum: float,
        maximize: bool,
    ) -> None:
        for k, (whole, grad, square) in enumerate(zip(params, grads, squares, strict=True)):
            mean = None if means is None else means[k]
            buffer = None if momenta is None else momenta[k]
            for x, g, v, m, b, s, t in blocks(whole, grad, square, mean, buffer):
                g = direction(x, g, weight_decay, maximize, s)
                decay_square(v, g, alpha, t)
                if m is not None:
                    decay_towards(m, g, 1 - alpha, t)
                    np.multiply(m, m, out=t)
                    v = np.subtract(v, t, out=t)
                np.sqrt(v, out=t)
                t += eps
                np.divide(g, t, out=t)
                if b is not None:
                    b *= momentum
                    b += t
                    np.multiply(b, lr, out=t)
                else:
                    t *= lr
                x -= t

    def adadelta_step(
        self,
        params: Arrays,
        grads: Arrays,
        squares: Arrays,
        deltas: Arrays,
        *,
        lr: float,
        rho: float,
        eps: float,
        weight_decay: float,
        maximize: bool,
    ) -> None:
        for whole, grad, square, delta in zip(params, grads, squares, deltas, strict=True):
            for x, g, v, u, s, t in blocks(whole, grad, square, delta):
                g = direction(x, g, weight_decay, maximize, s)
                decay_square(v, g, rho, t)
                np.add(v, eps, out=t)
                np.sqrt(t, out=t)
                np.divide(g, t, out=s)
                np.add(u, eps, out=t)
                np.sqrt(t, out=t)
                s *= t
                decay_square(u, s, rho, t)
                s *= lr
                x -= s
