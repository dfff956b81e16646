"""Composites of the backend interface for optimizers: one method per update rule.

Each takes lists of arrays, one entry per parameter, and writes into the memory of the parameters
and of their state.  Names are those of the formulas: x a parameter, g its gradient, t the number of
the step. A rule that is not linear in the gradient treats the parts of complex parameters as two
real ones; the optimizers hand them over that way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Array = Any
Arrays = list[Any]


class OptimizerKernels:
    """Update rules of optimizers, each written once in terms of these primitives of a backend."""

    abs: Callable[..., Array]
    clip: Callable[..., Array]
    copy: Callable[..., Array]
    copyto: Callable[..., None]
    maximum: Callable[..., Array]
    sqrt: Callable[..., Array]

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
        """b ← μ·b + (1 − τ)·g,   x ← x − lr·b;   with Nesterov x ← x − lr·(g + μ·b).

        With μ = 0 there is no b, and x ← x − lr·g.  A None in `momenta` marks a first step, in
        which b is g itself; the new array takes its place in the list.
        """
        for k, (x, g) in enumerate(zip(params, grads, strict=True)):
            g = descent_direction(x, g, weight_decay, maximize)
            if momentum:
                b = momenta[k]
                if b is None:
                    b = momenta[k] = self.copy(g)
                else:
                    self.copyto(b, b * momentum + g * (1 - dampening))
                g = g + b * momentum if nesterov else b
            self.copyto(x, x - g * lr)

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
        """m ← β₁·m + (1 − β₁)·g,   v ← β₂·v + (1 − β₂)·g²,   x ← x − lr·m̂ / (√v̂ + ε).

        m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ) make up for the start at zero.  With `peaks`
        (AMSGrad) the largest v so far takes the place of v.  Weight decay is added to the gradient,
        or, decoupled (AdamW), shrinks the parameter itself: x ← x − lr·λ·x.
        """
        for k, (x, g, m, v) in enumerate(zip(params, grads, means, squares, strict=True)):
            if decoupled and weight_decay:
                self.copyto(x, x * (1 - lr * weight_decay))
            g = descent_direction(x, g, 0 if decoupled else weight_decay, maximize)
            self.copyto(m, m + (g - m) * (1 - beta1))
            self.copyto(v, v * beta2 + g * g * (1 - beta2))
            if peaks is not None:
                self.copyto(peaks[k], self.maximum(peaks[k], v))
                v = peaks[k]
            step_size = lr / (1 - beta1 ** steps[k])
            denominator = self.sqrt(v) / (1 - beta2 ** steps[k]) ** 0.5 + eps
            self.copyto(x, x - m / denominator * step_size)

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
        """s ← s + g²,   x ← x − lr / (1 + (t − 1)·η) · g / (√s + ε)."""
        for x, g, s, t in zip(params, grads, sums, steps, strict=True):
            g = descent_direction(x, g, weight_decay, maximize)
            self.copyto(s, s + g * g)
            rate = lr / (1 + (t - 1) * lr_decay)
            self.copyto(x, x - g / (self.sqrt(s) + eps) * rate)

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
        """v ← α·v + (1 − α)·g²,   x ← x − lr·g / (√v + ε).

        With `means` (centered) m ← α·m + (1 − α)·g, and v − m² takes the place of v under the root.
        With `momenta` b ← μ·b + g / (√v + ε) and x ← x − lr·b.
        """
        for k, (x, g, v) in enumerate(zip(params, grads, squares, strict=True)):
            g = descent_direction(x, g, weight_decay, maximize)
            self.copyto(v, v * alpha + g * g * (1 - alpha))
            if means is not None:
                m = means[k]
                self.copyto(m, m + (g - m) * (1 - alpha))
                v = v - m * m
            update = g / (self.sqrt(v) + eps)
            if momenta is not None:
                self.copyto(momenta[k], momenta[k] * momentum + update)
                update = momenta[k]
            self.copyto(x, x - update * lr)

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
        """v ← ρ·v + (1 − ρ)·g²,   d = g·√(u + ε) / √(v + ε),   u ← ρ·u + (1 − ρ)·d²,   x ← x − lr·d."""
        for x, g, v, u in zip(params, grads, squares, deltas, strict=True):
            g = descent_direction(x, g, weight_decay, maximize)
            self.copyto(v, v * rho + g * g * (1 - rho))
            d = self.sqrt(u + eps) / self.sqrt(v + eps) * g
            self.copyto(u, u * rho + d * d * (1 - rho))
            self.copyto(x, x - d * lr)

    def adamax_step(
        self,
        params: Arrays,
        grads: Arrays,
        means: Arrays,
        peaks: Arrays,
        steps: list[float],
        *,
        lr: float,
        beta1: float,
        beta2: float,
        eps: float,
        weight_decay: float,
        maximize: bool,
    ) -> None:
        """m ← β₁·m + (1 − β₁)·g,   u ← max(β₂·u, |g| + ε),   x ← x − lr/(1 − β₁ᵗ) · m/u."""
        for x, g, m, u, t in zip(params, grads, means, peaks, steps, strict=True):
            g = descent_direction(x, g, weight_decay, maximize)
            self.copyto(m, m + (g - m) * (1 - beta1))
            self.copyto(u, self.maximum(u * beta2, self.abs(g) + eps))
            self.copyto(x, x - m / u * (lr / (1 - beta1**t)))

    def nadam_step(
        self,
        params: Arrays,
        grads: Arrays,
        means: Arrays,
        squares: Arrays,
        steps: list[float],
        now: list[float],
        later: list[float],
        *,
        lr: float,
        beta1: float,
        beta2: float,
        eps: float,
        weight_decay: float,
        decoupled: bool,
        maximize: bool,
    ) -> None:
        """m and v as in `adam_step`,   x ← x − lr · (now·g + later·m) / (√v̂ + ε)."""
        columns = params, grads, means, squares, steps, now, later
        for x, g, m, v, t, share, share_of_mean in zip(*columns, strict=True):
            g = self._adam_state(x, g, m, v, lr, beta1, beta2, weight_decay, decoupled, maximize)
            direction = g * (lr * share) + m * (lr * share_of_mean)
            self.copyto(x, x - direction / (self.sqrt(v / (1 - beta2**t)) + eps))

    def radam_step(
        self,
        params: Arrays,
        grads: Arrays,
        means: Arrays,
        squares: Arrays,
        steps: list[float],
        trusts: list[float],
        *,
        lr: float,
        beta1: float,
        beta2: float,
        eps: float,
        weight_decay: float,
        decoupled: bool,
        maximize: bool,
    ) -> None:
        """m and v as in `adam_step`,   x ← x − lr · m̂ · trust / (√v + ε), and x − lr · m̂ while the trust is 0."""
        columns = params, grads, means, squares, steps, trusts
        for x, g, m, v, t, trust in zip(*columns, strict=True):
            self._adam_state(x, g, m, v, lr, beta1, beta2, weight_decay, decoupled, maximize)
            step = m * (lr / (1 - beta1**t))
            self.copyto(x, x - (step * trust / (self.sqrt(v) + eps) if trust else step))

    def _adam_state(
        self,
        x: Array,
        g: Array,
        m: Array,
        v: Array,
        lr: float,
        beta1: float,
        beta2: float,
        weight_decay: float,
        decoupled: bool,
        maximize: bool,
    ) -> Array:
        """The part that Adam and its relatives share: weight decay and the means; returns ±g + λ·x."""
        if decoupled and weight_decay:
            self.copyto(x, x * (1 - lr * weight_decay))
        g = descent_direction(x, g, 0 if decoupled else weight_decay, maximize)
        self.copyto(m, m + (g - m) * (1 - beta1))
        self.copyto(v, v * beta2 + g * g * (1 - beta2))
        return g

    def scale_all(self, arrays: Arrays, factor: float) -> None:
        """x ← x·factor for each x."""
        for x in arrays:
            self.copyto(x, x * factor)

    def clip_all(self, arrays: Arrays, low: float, high: float) -> None:
        """x ← min(max(x, low), high) for each x."""
        for x in arrays:
            self.copyto(x, self.clip(x, low, high))


def descent_direction(x: Array, g: Array, weight_decay: float, maximize: bool) -> Array:
    """±g + λ·x: the gradient of what is minimised, weight decay included."""
    if maximize:
        g = -g
    return g + x * weight_decay if weight_decay else g
