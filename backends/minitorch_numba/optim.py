"""Update rules of optimizers, and bounds for gradients: one call of a kernel for all parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from minitorch.backend import Array
from minitorch.backend_optim import Arrays
from minitorch_numba import updates
from minitorch_numba.jit import Kernel, kernel, prange
from minitorch_numba.lists import Table, lists, part, picked, reach
from minitorch_numpy import NumpyBackend

BLOCK = 16384  # elements whose squares are added up before the sums of the blocks are

Columns = tuple[Arrays | None, ...]
Numbers = Iterable[tuple[float, ...]]  # for each parameter, what depends on its step


@kernel(math="contract reassoc")
def block_squares(table: Table, like: Array, blocks: int, sums: Array) -> None:
    """sums[i] = Σ x² over the i-th block; the list is as many pieces as blocks."""
    for block in prange(blocks):
        total = 0.0
        first, last = reach(table, blocks, block)
        for k in range(first, last):
            x = part(table, k, 0, blocks, block, like)
            for i in range(len(x)):
                total += np.float64(x[i]) * np.float64(x[i])
        sums[block] = total


@kernel
def scale(table: Table, like: Array, pieces: int, factor: float) -> None:
    """x ← x·factor."""
    factor = like.dtype.type(factor)
    for piece in prange(pieces):
        first, last = reach(table, pieces, piece)
        for k in range(first, last):
            x = part(table, k, 0, pieces, piece, like)
            for i in range(len(x)):
                x[i] *= factor


@kernel
def clip(table: Table, like: Array, pieces: int, low: float, high: float) -> None:
    """x ← min(max(x, low), high); NaN stays."""
    low, high = like.dtype.type(low), like.dtype.type(high)
    for piece in prange(pieces):
        first, last = reach(table, pieces, piece)
        for k in range(first, last):
            x = part(table, k, 0, pieces, piece, like)
            for i in range(len(x)):
                y = low if x[i] < low else x[i]
                x[i] = high if y > high else y


def sweep(
    function: Kernel, columns: Columns, settings: Sequence[Any], numbers: Numbers | None = None
) -> list[int]:
    """Calls a kernel for all rows that it takes; which rows are left over."""
    found, rest = lists(*columns)
    table = None if numbers is None else np.array(list(numbers), np.float64)
    for arrays in found:
        if table is None:
            function(arrays.size, *arrays.args, *settings)
        else:
            function(arrays.size, *arrays.args, table[arrays.chosen], *settings)
    return rest


def signed(settings: dict[str, Any]) -> tuple[float, float]:
    """Weight decay as a part of the gradient, and the gradient's sign."""
    return float(settings["weight_decay"]), -1.0 if settings["maximize"] else 1.0


def adam_settings(settings: dict[str, Any]) -> tuple[float, ...]:
    """What the kernels of Adam and its relatives have in common."""
    decay, sign = signed(settings)
    decoupled = settings["decoupled"]
    shrink = 1 - settings["lr"] * decay if decoupled else 1.0
    means = settings["beta1"], settings["beta2"], settings["eps"]
    return *map(float, means), float(shrink), 0.0 if decoupled else decay, sign


def leave(rest: list[int], method: Callable[..., None], columns: Columns, settings: dict[str, Any]) -> None:
    """Lets NumPy's method do the rows that are left over."""
    if rest:
        method(*picked(columns, rest), **settings)


class NumbaOptimizerKernels(NumpyBackend):
    """The update rules of optimizers."""

    def global_norm(self, arrays: Sequence[Array]) -> float:
        found, rest = lists(list(arrays))
        total = super().global_norm([arrays[k] for k in rest]) ** 2
        for each in found:
            table, like, _ = each.args
            blocks = each.size // BLOCK + 1
            sums = np.empty(blocks)
            block_squares(each.size, table, like, blocks, sums)
            total += float(sums.sum())
        return float(total**0.5)

    def scale_all(self, arrays: Arrays, factor: float) -> None:
        rest = sweep(scale, (arrays,), (float(factor),))
        super().scale_all([arrays[k] for k in rest], factor)

    def clip_all(self, arrays: Arrays, low: float, high: float) -> None:
        rest = sweep(clip, (arrays,), (float(low), float(high)))
        super().clip_all([arrays[k] for k in rest], low, high)

    def sgd_step(self, params: Arrays, grads: Arrays, momenta: Arrays, **settings: Any) -> None:
        lr, momentum = float(settings["lr"]), float(settings["momentum"])
        if not momentum:
            columns: Columns = params, grads, momenta
            rest = sweep(updates.sgd, (params, grads), (lr, *signed(settings)))
            leave(rest, super().sgd_step, columns, settings)
            return
        numbers = (
            lr,
            momentum,
            1 - float(settings["dampening"]),
            *signed(settings),
            bool(settings["nesterov"]),
        )
        columns = params, grads, momenta
        rest = sweep(updates.sgd_momentum, columns, numbers)
        if rest:  # where momenta are None, the method puts new ones into its list
            own = [momenta[k] for k in rest]
            super().sgd_step([params[k] for k in rest], [grads[k] for k in rest], own, **settings)
            for k, new in zip(rest, own, strict=True):
                momenta[k] = new

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
        lr, beta1, beta2 = settings["lr"], settings["beta1"], settings["beta2"]
        numbers = ((lr / (1 - beta1**t), (1 - beta2**t) ** -0.5) for t in steps)
        columns = params, grads, means, squares, peaks
        function = updates.adam if peaks is None else updates.amsgrad
        rest = sweep(function, columns, adam_settings(settings), numbers)
        leave(rest, super().adam_step, (*columns, steps), settings)

    def nadam_step(
        self,
        params: Arrays,
        grads: Arrays,
        means: Arrays,
        squares: Arrays,
        steps: list[float],
        now: list[float],
        later: list[float],
        **settings: Any,
    ) -> None:
        lr, beta2 = settings["lr"], settings["beta2"]
        numbers = (
            (lr * share, lr * share_of_mean, (1 - beta2**t) ** -0.5)
            for t, share, share_of_mean in zip(steps, now, later, strict=True)
        )
        columns = params, grads, means, squares
        rest = sweep(updates.nadam, columns, adam_settings(settings), numbers)
        leave(rest, super().nadam_step, (*columns, steps, now, later), settings)

    def radam_step(
        self,
        params: Arrays,
        grads: Arrays,
        means: Arrays,
        squares: Arrays,
        steps: list[float],
        trusts: list[float],
        **settings: Any,
    ) -> None:
        lr, beta1 = settings["lr"], settings["beta1"]
        numbers = ((lr / (1 - beta1**t), trust) for t, trust in zip(steps, trusts, strict=True))
        columns = params, grads, means, squares
        rest = sweep(updates.radam, columns, adam_settings(settings), numbers)
        leave(rest, super().radam_step, (*columns, steps, trusts), settings)

    def adamax_step(
        self, params: Arrays, grads: Arrays, means: Arrays, peaks: Arrays, steps: list[float], **settings: Any
    ) -> None:
        lr, beta1, beta2 = settings["lr"], settings["beta1"], settings["beta2"]
        common = float(beta1), float(beta2), float(settings["eps"]), *signed(settings)
        columns = params, grads, means, peaks
        rest = sweep(updates.adamax, columns, common, ((lr / (1 - beta1**t),) for t in steps))
        leave(rest, super().adamax_step, (*columns, steps), settings)

    def adagrad_step(
        self, params: Arrays, grads: Arrays, sums: Arrays, steps: list[float], **settings: Any
    ) -> None:
        lr, lr_decay = settings["lr"], settings["lr_decay"]
        columns = params, grads, sums
        numbers = ((lr / (1 + (t - 1) * lr_decay),) for t in steps)
        rest = sweep(updates.adagrad, columns, (float(settings["eps"]), *signed(settings)), numbers)
        leave(rest, super().adagrad_step, (*columns, steps), settings)

    def adadelta_step(
        self, params: Arrays, grads: Arrays, squares: Arrays, deltas: Arrays, **settings: Any
    ) -> None:
        common = (float(settings[name]) for name in ("lr", "rho", "eps"))
        columns = params, grads, squares, deltas
        rest = sweep(updates.adadelta, columns, (*common, *signed(settings)))
        leave(rest, super().adadelta_step, columns, settings)

    def rmsprop_step(
        self,
        params: Arrays,
        grads: Arrays,
        squares: Arrays,
        means: Arrays | None,
        momenta: Arrays | None,
        **settings: Any,
    ) -> None:
        if means is not None:
            super().rmsprop_step(params, grads, squares, means, momenta, **settings)
            return
        common = tuple(float(settings[name]) for name in ("lr", "alpha", "eps"))
        columns = params, grads, squares, momenta
        if momenta is None:
            rest = sweep(updates.rmsprop, columns, (*common, *signed(settings)))
        else:
            numbers = *common, float(settings["momentum"]), *signed(settings)
            rest = sweep(updates.rmsprop_momentum, columns, numbers)
        leave(rest, super().rmsprop_step, (params, grads, squares, None, momenta), settings)
