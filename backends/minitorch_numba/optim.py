"""Update rules of optimizers: a parameter, its gradient and its state are read once and written once."""

from __future__ import annotations

from typing import Any

import numpy as np

from minitorch.backend import Array
from minitorch.backend_optim import Arrays
from minitorch_numba.jit import inlined, kernel, prange
from minitorch_numba.layout import alike, enough, flat
from minitorch_numpy import NumpyBackend

SMALLEST = 64  # elements


@inlined
def direction(x: Any, g: Any, weight_decay: Any, sign: Any) -> Any:
    """±g + λ·x: the gradient of what is minimised."""
    return sign * g + weight_decay * x if weight_decay != 0 else sign * g


@kernel
def sgd(x: Array, g: Array, lr: float, weight_decay: float, sign: float) -> None:
    """x ← x − lr·g."""
    real = x.dtype.type
    lr, weight_decay, sign = real(lr), real(weight_decay), real(sign)
    for i in prange(len(x)):
        x[i] -= lr * direction(x[i], g[i], weight_decay, sign)


@kernel
def sgd_momentum(
    x: Array,
    g: Array,
    b: Array,
    lr: float,
    momentum: float,
    dampening: float,
    weight_decay: float,
    sign: float,
    nesterov: bool,
) -> None:
    """b ← μ·b + (1 − τ)·g,   x ← x − lr·b;   with Nesterov x ← x − lr·(g + μ·b)."""
    real = x.dtype.type
    lr, momentum, share = real(lr), real(momentum), real(1 - dampening)
    weight_decay, sign = real(weight_decay), real(sign)
    for i in prange(len(x)):
        d = direction(x[i], g[i], weight_decay, sign)
        b[i] = b[i] * momentum + d * share
        x[i] -= lr * (d + b[i] * momentum if nesterov else b[i])


@kernel
def adam(
    x: Array,
    g: Array,
    m: Array,
    v: Array,
    step_size: float,
    beta1: float,
    beta2: float,
    root: float,
    eps: float,
    shrink: float,
    weight_decay: float,
    sign: float,
) -> None:
    """m ← β₁·m + (1 − β₁)·g,   v ← β₂·v + (1 − β₂)·g²,   x ← shrink·x − step_size·m / (√v/root + ε)."""
    real = x.dtype.type
    step_size, shrink, inverse, eps = real(step_size), real(shrink), real(1 / root), real(eps)
    share1, beta2, share2 = real(1 - beta1), real(beta2), real(1 - beta2)
    weight_decay, sign = real(weight_decay), real(sign)
    for i in prange(len(x)):
        start = x[i] * shrink
        d = direction(start, g[i], weight_decay, sign)
        m[i] += (d - m[i]) * share1
        v[i] = v[i] * beta2 + d * d * share2
        x[i] = start - step_size * (m[i] / (np.sqrt(v[i]) * inverse + eps))


@kernel
def amsgrad(
    x: Array,
    g: Array,
    m: Array,
    v: Array,
    peak: Array,
    step_size: float,
    beta1: float,
    beta2: float,
    root: float,
    eps: float,
    shrink: float,
    weight_decay: float,
    sign: float,
) -> None:
    """As `adam`, with the largest v so far under the root."""
    real = x.dtype.type
    step_size, shrink, inverse, eps = real(step_size), real(shrink), real(1 / root), real(eps)
    share1, beta2, share2 = real(1 - beta1), real(beta2), real(1 - beta2)
    weight_decay, sign = real(weight_decay), real(sign)
    for i in prange(len(x)):
        start = x[i] * shrink
        d = direction(start, g[i], weight_decay, sign)
        m[i] += (d - m[i]) * share1
        v[i] = v[i] * beta2 + d * d * share2
        peak[i] = peak[i] if peak[i] > v[i] or peak[i] != peak[i] else v[i]
        x[i] = start - step_size * (m[i] / (np.sqrt(peak[i]) * inverse + eps))


@kernel
def rmsprop(
    x: Array, g: Array, v: Array, lr: float, alpha: float, eps: float, weight_decay: float, sign: float
) -> None:
    """v ← α·v + (1 − α)·g²,   x ← x − lr·g / (√v + ε)."""
    real = x.dtype.type
    lr, alpha, share, eps = real(lr), real(alpha), real(1 - alpha), real(eps)
    weight_decay, sign = real(weight_decay), real(sign)
    for i in prange(len(x)):
        d = direction(x[i], g[i], weight_decay, sign)
        v[i] = v[i] * alpha + d * d * share
        x[i] -= lr * (d / (np.sqrt(v[i]) + eps))


@kernel
def rmsprop_momentum(
    x: Array,
    g: Array,
    v: Array,
    b: Array,
    lr: float,
    alpha: float,
    eps: float,
    momentum: float,
    weight_decay: float,
    sign: float,
) -> None:
    """v ← α·v + (1 − α)·g²,   b ← μ·b + g / (√v + ε),   x ← x − lr·b."""
    real = x.dtype.type
    lr, alpha, share, eps, momentum = real(lr), real(alpha), real(1 - alpha), real(eps), real(momentum)
    weight_decay, sign = real(weight_decay), real(sign)
    for i in prange(len(x)):
        d = direction(x[i], g[i], weight_decay, sign)
        v[i] = v[i] * alpha + d * d * share
        b[i] = b[i] * momentum + d / (np.sqrt(v[i]) + eps)
        x[i] -= lr * b[i]


def fit(x: Array, *others: Array | None) -> bool:
    """Whether a kernel takes these arrays: the elements of each pair lie in the same order."""
    return enough(x, SMALLEST) and all(y is not None for y in others) and alike(x, *others)


class NumbaOptimizerKernels(NumpyBackend):
    """The update rules of SGD, Adam, AdamW and RMSprop; each parameter for itself."""

    def sgd_step(self, params: Arrays, grads: Arrays, momenta: Arrays, **settings: Any) -> None:
        lr, momentum, weight_decay = settings["lr"], settings["momentum"], settings["weight_decay"]
        sign = -1.0 if settings["maximize"] else 1.0
        for k, (x, g) in enumerate(zip(params, grads, strict=True)):
            if not momentum and fit(x, g):
                sgd(x.size, flat(x), flat(g), lr, weight_decay, sign)
            elif momentum and fit(x, g, momenta[k]):
                sgd_momentum(
                    x.size, flat(x), flat(g), flat(momenta[k]), lr, momentum,
                    settings["dampening"], weight_decay, sign, settings["nesterov"],
                )  # fmt: skip
            else:
                own = momenta[k : k + 1]
                super().sgd_step([x], [g], own, **settings)
                momenta[k : k + 1] = own

    def adam_step(
        self,
        params: Arrays,
        grads: Arrays,
        means: Arrays,
        squares: Arrays,
        peaks: Arrays | None,
        steps: list[float],
        **settings: Any,
    ) -> None:
        lr, beta1, beta2, eps = settings["lr"], settings["beta1"], settings["beta2"], settings["eps"]
        shrink = 1 - lr * settings["weight_decay"] if settings["decoupled"] else 1.0
        weight_decay = 0.0 if settings["decoupled"] else float(settings["weight_decay"])
        sign = -1.0 if settings["maximize"] else 1.0
        for k, (x, g, m, v) in enumerate(zip(params, grads, means, squares, strict=True)):
            root, step_size = (1 - beta2 ** steps[k]) ** 0.5, lr / (1 - beta1 ** steps[k])
            numbers = (step_size, beta1, beta2, root, eps, shrink, weight_decay, sign)
            if peaks is None and fit(x, g, m, v):
                adam(x.size, flat(x), flat(g), flat(m), flat(v), *numbers)
            elif peaks is not None and fit(x, g, m, v, peaks[k]):
                amsgrad(x.size, flat(x), flat(g), flat(m), flat(v), flat(peaks[k]), *numbers)
            else:
                peak = None if peaks is None else [peaks[k]]
                super().adam_step([x], [g], [m], [v], peak, [steps[k]], **settings)

    def rmsprop_step(
        self,
        params: Arrays,
        grads: Arrays,
        squares: Arrays,
        means: Arrays | None,
        momenta: Arrays | None,
        **settings: Any,
    ) -> None:
        lr, alpha, eps, weight_decay = (settings[name] for name in ("lr", "alpha", "eps", "weight_decay"))
        sign = -1.0 if settings["maximize"] else 1.0
        for k, (x, g, v) in enumerate(zip(params, grads, squares, strict=True)):
            if means is None and momenta is None and fit(x, g, v):
                rmsprop(x.size, flat(x), flat(g), flat(v), lr, alpha, eps, weight_decay, sign)
            elif means is None and momenta is not None and fit(x, g, v, momenta[k]):
                b = flat(momenta[k])
                rmsprop_momentum(
                    x.size,
                    flat(x),
                    flat(g),
                    flat(v),
                    b,
                    lr,
                    alpha,
                    eps,
                    settings["momentum"],
                    weight_decay,
                    sign,
                )
            else:
                mean, momentum = ([a[k]] if a is not None else None for a in (means, momenta))
                super().rmsprop_step([x], [g], [v], mean, momentum, **settings)
