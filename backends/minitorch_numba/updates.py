"""The kernels behind the optimizers: parameters, gradients and state are read once and written once.

Each goes through the pieces of a list of arrays; see `lists`. In each kernel `numbers` holds for each parameter what
depends on the number of its step.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minitorch.backend import Array
from minitorch_numba.jit import inlined, kernel, prange
from minitorch_numba.lists import Table, part, reach


@inlined
def direction(x: Any, g: Any, weight_decay: Any, sign: Any) -> Any:
    """±g + λ·x: the gradient of what is minimised."""
    return sign * g + weight_decay * x if weight_decay != 0 else sign * g


@kernel
def sgd(table: Table, like: Array, pieces: int, lr: float, weight_decay: float, sign: float) -> None:
    """x ← x − lr·g."""
    real = like.dtype.type
    lr, weight_decay, sign = real(lr), real(weight_decay), real(sign)
    for piece in prange(pieces):
        first, last = reach(table, pieces, piece)
        for k in range(first, last):
            x = part(table, k, 0, pieces, piece, like)
            g = part(table, k, 1, pieces, piece, like)
            for i in range(len(x)):
                x[i] -= lr * direction(x[i], g[i], weight_decay, sign)


@kernel
def sgd_momentum(
    table: Table,
    like: Array,
    pieces: int,
    lr: float,
    momentum: float,
    share: float,
    weight_decay: float,
    sign: float,
    nesterov: bool,
) -> None:
    """b ← μ·b + (1 − τ)·g,   x ← x − lr·b;   with Nesterov x ← x − lr·(g + μ·b)."""
    real = like.dtype.type
    lr, momentum, share = real(lr), real(momentum), real(share)
    weight_decay, sign = real(weight_decay), real(sign)
    for piece in prange(pieces):
        first, last = reach(table, pieces, piece)
        for k in range(first, last):
            x = part(table, k, 0, pieces, piece, like)
            g = part(table, k, 1, pieces, piece, like)
            b = part(table, k, 2, pieces, piece, like)
            for i in range(len(x)):
                d = direction(x[i], g[i], weight_decay, sign)
                b[i] = b[i] * momentum + d * share
                x[i] -= lr * (d + b[i] * momentum if nesterov else b[i])


@kernel
def adam(
    table: Table,
    like: Array,
    pieces: int,
    numbers: Array,
    beta1: float,
    beta2: float,
    eps: float,
    shrink: float,
    weight_decay: float,
    sign: float,
) -> None:
    """m ← β₁·m + (1 − β₁)·g,   v ← β₂·v + (1 − β₂)·g²,   x ← shrink·x − step·m / (√v·scale + ε)."""
    real = like.dtype.type
    share1, share2, beta2 = real(1 - beta1), real(1 - beta2), real(beta2)
    eps, shrink, weight_decay, sign = real(eps), real(shrink), real(weight_decay), real(sign)
    for piece in prange(pieces):
        first, last = reach(table, pieces, piece)
        for k in range(first, last):
            step, scale = real(numbers[k, 0]), real(numbers[k, 1])
            x = part(table, k, 0, pieces, piece, like)
            g = part(table, k, 1, pieces, piece, like)
            m = part(table, k, 2, pieces, piece, like)
            v = part(table, k, 3, pieces, piece, like)
            for i in range(len(x)):
                start = x[i] * shrink
                d = direction(start, g[i], weight_decay, sign)
                m[i] += (d - m[i]) * share1
                v[i] = v[i] * beta2 + d * d * share2
                x[i] = start - step * (m[i] / (np.sqrt(v[i]) * scale + eps))


@kernel
def amsgrad(
    table: Table,
    like: Array,
    pieces: int,
    numbers: Array,
    beta1: float,
    beta2: float,
    eps: float,
    shrink: float,
    weight_decay: float,
    sign: float,
) -> None:
    """As `adam`, with the largest v so far under the root."""
    real = like.dtype.type
    share1, share2, beta2 = real(1 - beta1), real(1 - beta2), real(beta2)
    eps, shrink, weight_decay, sign = real(eps), real(shrink), real(weight_decay), real(sign)
    for piece in prange(pieces):
        first, last = reach(table, pieces, piece)
        for k in range(first, last):
            step, scale = real(numbers[k, 0]), real(numbers[k, 1])
            x = part(table, k, 0, pieces, piece, like)
            g = part(table, k, 1, pieces, piece, like)
            m = part(table, k, 2, pieces, piece, like)
            v = part(table, k, 3, pieces, piece, like)
            peak = part(table, k, 4, pieces, piece, like)
            for i in range(len(x)):
                start = x[i] * shrink
                d = direction(start, g[i], weight_decay, sign)
                m[i] += (d - m[i]) * share1
                v[i] = v[i] * beta2 + d * d * share2
                peak[i] = peak[i] if peak[i] > v[i] or peak[i] != peak[i] else v[i]
                x[i] = start - step * (m[i] / (np.sqrt(peak[i]) * scale + eps))


@kernel
def nadam(
    table: Table,
    like: Array,
    pieces: int,
    numbers: Array,
    beta1: float,
    beta2: float,
    eps: float,
    shrink: float,
    weight_decay: float,
    sign: float,
) -> None:
    """m and v as in `adam`,   x ← shrink·x − (now·g + later·m) / (√v·scale + ε)."""
    real = like.dtype.type
    share1, share2, beta2 = real(1 - beta1), real(1 - beta2), real(beta2)
    eps, shrink, weight_decay, sign = real(eps), real(shrink), real(weight_decay), real(sign)
    for piece in prange(pieces):
        first, last = reach(table, pieces, piece)
        for k in range(first, last):
            now, later, scale = real(numbers[k, 0]), real(numbers[k, 1]), real(numbers[k, 2])
            x = part(table, k, 0, pieces, piece, like)
            g = part(table, k, 1, pieces, piece, like)
            m = part(table, k, 2, pieces, piece, like)
            v = part(table, k, 3, pieces, piece, like)
            for i in range(len(x)):
                start = x[i] * shrink
                d = direction(start, g[i], weight_decay, sign)
                m[i] += (d - m[i]) * share1
                v[i] = v[i] * beta2 + d * d * share2
                x[i] = start - (d * now + m[i] * later) / (np.sqrt(v[i]) * scale + eps)


@kernel
def radam(
    table: Table,
    like: Array,
    pieces: int,
    numbers: Array,
    beta1: float,
    beta2: float,
    eps: float,
    shrink: float,
    weight_decay: float,
    sign: float,
) -> None:
    """m and v as in `adam`,   x ← shrink·x − step·m·trust / (√v + ε), without the divisor while trust is 0."""
    real = like.dtype.type
    share1, share2, beta2 = real(1 - beta1), real(1 - beta2), real(beta2)
    eps, shrink, weight_decay, sign = real(eps), real(shrink), real(weight_decay), real(sign)
    for piece in prange(pieces):
        first, last = reach(table, pieces, piece)
        for k in range(first, last):
            step, trust = real(numbers[k, 0]), real(numbers[k, 1])
            x = part(table, k, 0, pieces, piece, like)
            g = part(table, k, 1, pieces, piece, like)
            m = part(table, k, 2, pieces, piece, like)
            v = part(table, k, 3, pieces, piece, like)
            for i in range(len(x)):
                start = x[i] * shrink
                d = direction(start, g[i], weight_decay, sign)
                m[i] += (d - m[i]) * share1
                v[i] = v[i] * beta2 + d * d * share2
                slope = m[i] * trust / (np.sqrt(v[i]) + eps) if trust > 0 else m[i]
                x[i] = start - step * slope


@kernel
def adamax(
    table: Table,
    like: Array,
    pieces: int,
    numbers: Array,
    beta1: float,
    beta2: float,
    eps: float,
    weight_decay: float,
    sign: float,
) -> None:
    """m ← β₁·m + (1 − β₁)·g,   u ← max(β₂·u, |g| + ε),   x ← x − step·m / u."""
    real = like.dtype.type
    share1, beta2, eps = real(1 - beta1), real(beta2), real(eps)
    weight_decay, sign = real(weight_decay), real(sign)
    for piece in prange(pieces):
        first, last = reach(table, pieces, piece)
        for k in range(first, last):
            step = real(numbers[k, 0])
            x = part(table, k, 0, pieces, piece, like)
            g = part(table, k, 1, pieces, piece, like)
            m = part(table, k, 2, pieces, piece, like)
            u = part(table, k, 3, pieces, piece, like)
            for i in range(len(x)):
                d = direction(x[i], g[i], weight_decay, sign)
                m[i] += (d - m[i]) * share1
                old, new = u[i] * beta2, abs(d) + eps
                u[i] = old if old > new or old != old else new
                x[i] -= step * (m[i] / u[i])


@kernel
def adagrad(
    table: Table, like: Array, pieces: int, numbers: Array, eps: float, weight_decay: float, sign: float
) -> None:
    """s ← s + g²,   x ← x − rate·g / (√s + ε)."""
    real = like.dtype.type
    eps, weight_decay, sign = real(eps), real(weight_decay), real(sign)
    for piece in prange(pieces):
        first, last = reach(table, pieces, piece)
        for k in range(first, last):
            rate = real(numbers[k, 0])
            x = part(table, k, 0, pieces, piece, like)
            g = part(table, k, 1, pieces, piece, like)
            s = part(table, k, 2, pieces, piece, like)
            for i in range(len(x)):
                d = direction(x[i], g[i], weight_decay, sign)
                s[i] += d * d
                x[i] -= rate * (d / (np.sqrt(s[i]) + eps))


@kernel
def adadelta(
    table: Table,
    like: Array,
    pieces: int,
    lr: float,
    rho: float,
    eps: float,
    weight_decay: float,
    sign: float,
) -> None:
    """v ← ρ·v + (1 − ρ)·g²,   d = g·√(u + ε) / √(v + ε),   u ← ρ·u + (1 − ρ)·d²,   x ← x − lr·d."""
    real = like.dtype.type
    lr, rho, share, eps = real(lr), real(rho), real(1 - rho), real(eps)
    weight_decay, sign = real(weight_decay), real(sign)
    for piece in prange(pieces):
        first, last = reach(table, pieces, piece)
        for k in range(first, last):
            x = part(table, k, 0, pieces, piece, like)
            g = part(table, k, 1, pieces, piece, like)
            v = part(table, k, 2, pieces, piece, like)
            u = part(table, k, 3, pieces, piece, like)
            for i in range(len(x)):
                d = direction(x[i], g[i], weight_decay, sign)
                v[i] = v[i] * rho + d * d * share
                d *= np.sqrt(u[i] + eps) / np.sqrt(v[i] + eps)
                u[i] = u[i] * rho + d * d * share
                x[i] -= lr * d


@kernel
def rmsprop(
    table: Table,
    like: Array,
    pieces: int,
    lr: float,
    alpha: float,
    eps: float,
    weight_decay: float,
    sign: float,
) -> None:
    """v ← α·v + (1 − α)·g²,   x ← x − lr·g / (√v + ε)."""
    real = like.dtype.type
    lr, alpha, share, eps = real(lr), real(alpha), real(1 - alpha), real(eps)
    weight_decay, sign = real(weight_decay), real(sign)
    for piece in prange(pieces):
        first, last = reach(table, pieces, piece)
        for k in range(first, last):
            x = part(table, k, 0, pieces, piece, like)
            g = part(table, k, 1, pieces, piece, like)
            v = part(table, k, 2, pieces, piece, like)
            for i in range(len(x)):
                d = direction(x[i], g[i], weight_decay, sign)
                v[i] = v[i] * alpha + d * d * share
                x[i] -= lr * (d / (np.sqrt(v[i]) + eps))


@kernel
def rmsprop_momentum(
    table: Table,
    like: Array,
    pieces: int,
    lr: float,
    alpha: float,
    eps: float,
    momentum: float,
    weight_decay: float,
    sign: float,
) -> None:
    """v ← α·v + (1 − α)·g²,   b ← μ·b + g / (√v + ε),   x ← x − lr·b."""
    real = like.dtype.type
    lr, alpha, share, eps, momentum = real(lr), real(alpha), real(1 - alpha), real(eps), real(momentum)
    weight_decay, sign = real(weight_decay), real(sign)
    for piece in prange(pieces):
        first, last = reach(table, pieces, piece)
        for k in range(first, last):
            x = part(table, k, 0, pieces, piece, like)
            g = part(table, k, 1, pieces, piece, like)
            v = part(table, k, 2, pieces, piece, like)
            b = part(table, k, 3, pieces, piece, like)
            for i in range(len(x)):
                d = direction(x[i], g[i], weight_decay, sign)
                v[i] = v[i] * alpha + d * d * share
                b[i] = b[i] * momentum + d / (np.sqrt(v[i]) + eps)
                x[i] -= lr * b[i]
