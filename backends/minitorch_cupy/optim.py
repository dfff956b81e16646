"""Steps of optimizers: all parameters in a few launches, and nothing is asked of the GPU."""

from __future__ import annotations

from typing import Any

import numpy as np

from minitorch.backend import Array
from minitorch.backend_optim import Arrays, OptimizerKernels
from minitorch.errors import BackendError
from minitorch_cupy.launch import Launches, Shape, accumulator
from minitorch_cupy.lists import addresses_of, groups

Columns = tuple[Arrays | None, ...]


class CupyOptimizerKernels(Launches, OptimizerKernels):
    """Every rule of `OptimizerKernels` as one kernel, where all arrays have one dtype and lie in order."""

    asarray: Any

    def replays(self) -> Array | None:
        """While a graph is captured: where the GPU finds how often it was replayed, which numbers its steps."""
        return None

    def _serves_lists(self, columns: Columns) -> bool:
        """Whether kernels can write through all arrays but the gradients, of which there may be copies."""
        params = columns[0]
        if not params or params[0].dtype not in self.served:
            return False
        dtype = params[0].dtype
        return all(
            x.dtype == dtype and (row == 1 or x.flags.c_contiguous)
            for row, column in enumerate(columns)
            for x in column or ()
        )

    def _update(self, kernel: str, columns: Columns, numbers: list[list[float]], *settings: Any) -> None:
        """Launches a kernel for all parameters."""
        params, grads, *state = columns
        assert params is not None
        assert grads is not None
        grads = [self.ready(g) for g in grads]  # held until all kernels are asked for
        table = [addresses_of(self, column) for column in (params, grads, *state)]
        for group in groups([x.size for x in params], table, numbers):
            self.launch("optim", kernel, params[0].dtype, group.shape, group.tensors, *settings)

    def _serves_step(self, rule: str, columns: Columns) -> bool:
        """The same of a step; in a graph it has to, since composites repeat the numbers of the captured step."""
        if self._serves_lists(columns):
            return True
        if self.replays() is not None:
            raise BackendError(
                f"{rule}: a graph repeats its steps only if parameters, gradients and state have one dtype and are "
                f"neither complex nor views with gaps; make them so, or leave the step out of the graph"
            )
        return False

    @staticmethod
    def _known(number: Any) -> tuple[Array | None, float]:
        """A number as two arguments of a kernel: where the GPU finds it, if it is an array, and its value if not."""
        if hasattr(number, "dtype"):
            return number.astype(np.float64, copy=False), 0.0
        return None, float(number)

    def sgd_step(
        self,
        params: Arrays,
        grads: Arrays,
        momenta: Arrays,
        *,
        lr: Any,
        momentum: float,
        dampening: float,
        weight_decay: float,
        nesterov: bool,
        maximize: bool,
    ) -> None:
        known = [b for b in momenta if b is not None] if momentum else None
        if not self._serves_step("SGD", (params, grads, known)):
            super().sgd_step(
                params, grads, momenta, lr=lr, momentum=momentum, dampening=dampening,
                weight_decay=weight_decay, nesterov=nesterov, maximize=maximize,
            )  # fmt: skip
            return
        first = [0.0] * len(params)
        if momentum:
            if any(b is None for b in momenta) and self.replays() is not None:
                raise BackendError(
                    "SGD: a graph of the first step with momentum would begin anew at every replay; "
                    "run a step before the capture"
                )
            for k, x in enumerate(params):
                if momenta[k] is None:
                    momenta[k], first[k] = self.empty(x.shape, x.dtype), 1.0
        columns = params, grads, momenta if momentum else None
        settings = momentum, dampening, weight_decay
        self._update(
            "sgd", columns, [first], *self._known(lr), *map(float, settings), int(nesterov), int(maximize)
        )

    def adam_step(
        self,
        params: Arrays,
        grads: Arrays,
        means: Arrays,
        squares: Arrays,
        peaks: Arrays | None,
        steps: list[float],
        *,
        lr: Any,
        beta1: float,
        beta2: float,
        eps: float,
        weight_decay: float,
        decoupled: bool,
        maximize: bool,
    ) -> None:
        columns = params, grads, means, squares, peaks
        if not self._serves_step("Adam", columns):
            super().adam_step(
                params, grads, means, squares, peaks, steps, lr=lr, beta1=beta1, beta2=beta2, eps=eps,
                weight_decay=weight_decay, decoupled=decoupled, maximize=maximize,
            )  # fmt: skip
            return
        settings = (
            *self._known(lr),
            *map(float, (beta1, beta2, eps, weight_decay)),
            int(decoupled),
            int(maximize),
        )
        self._update("adam", columns, [steps], self.replays(), *settings)

    def adagrad_step(
        self,
        params: Arrays,
        grads: Arrays,
        sums: Arrays,
        steps: list[float],
        *,
        lr: Any,
        lr_decay: float,
        eps: float,
        weight_decay: float,
        maximize: bool,
    ) -> None:
        columns = params, grads, sums
        if not self._serves_step("Adagrad", columns):
            super().adagrad_step(
                params, grads, sums, steps, lr=lr, lr_decay=lr_decay, eps=eps, weight_decay=weight_decay,
                maximize=maximize,
            )  # fmt: skip
            return
        settings = *self._known(lr), *map(float, (lr_decay, eps, weight_decay)), int(maximize)
        self._update("adagrad", columns, [steps], self.replays(), *settings)

    def rmsprop_step(
        self,
        params: Arrays,
        grads: Arrays,
        squares: Arrays,
        means: Arrays | None,
        momenta: Arrays | None,
        *,
        lr: Any,
        alpha: float,
        eps: float,
        weight_decay: float,
        momentum: float,
        maximize: bool,
    ) -> None:
        columns = params, grads, squares, means, momenta
        if not self._serves_step("RMSprop", columns):
            super().rmsprop_step(
                params, grads, squares, means, momenta, lr=lr, alpha=alpha, eps=eps,
                weight_decay=weight_decay, momentum=momentum, maximize=maximize,
            )  # fmt: skip
            return
        settings = *self._known(lr), *map(float, (alpha, eps, weight_decay, momentum)), int(maximize)
        self._update("rmsprop", columns, [], *settings)

    def adadelta_step(
        self,
        params: Arrays,
        grads: Arrays,
        squares: Arrays,
        deltas: Arrays,
        *,
        lr: Any,
        rho: float,
        eps: float,
        weight_decay: float,
        maximize: bool,
    ) -> None:
        columns = params, grads, squares, deltas
        if not self._serves_step("Adadelta", columns):
            super().adadelta_step(
                params, grads, squares, deltas, lr=lr, rho=rho, eps=eps, weight_decay=weight_decay,
                maximize=maximize,
            )  # fmt: skip
            return
        settings = *self._known(lr), *map(float, (rho, eps, weight_decay)), int(maximize)
        self._update("adadelta", columns, [], *settings)

    def adamax_step(
        self,
        params: Arrays,
        grads: Arrays,
        means: Arrays,
        peaks: Arrays,
        steps: list[float],
        *,
        lr: Any,
        beta1: float,
        beta2: float,
        eps: float,
        weight_decay: float,
        maximize: bool,
    ) -> None:
        columns = params, grads, means, peaks
        if not self._serves_step("Adamax", columns):
            super().adamax_step(
                params, grads, means, peaks, steps, lr=lr, beta1=beta1, beta2=beta2, eps=eps,
                weight_decay=weight_decay, maximize=maximize,
            )  # fmt: skip
            return
        settings = *self._known(lr), *map(float, (beta1, beta2, eps, weight_decay)), int(maximize)
        self._update("adamax", columns, [steps], self.replays(), *settings)

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
        lr: Any,
        beta1: float,
        beta2: float,
        eps: float,
        weight_decay: float,
        decoupled: bool,
        maximize: bool,
    ) -> None:
        columns = params, grads, means, squares
        if not self._serves_step("NAdam", columns):
            super().nadam_step(
                params, grads, means, squares, steps, now, later, lr=lr, beta1=beta1, beta2=beta2, eps=eps,
                weight_decay=weight_decay, decoupled=decoupled, maximize=maximize,
            )  # fmt: skip
            return
        settings = (
            *self._known(lr),
            *map(float, (beta1, beta2, eps, weight_decay)),
            int(decoupled),
            int(maximize),
        )
        self._update("nadam", columns, [steps, now, later], *settings)

    def radam_step(
        self,
        params: Arrays,
        grads: Arrays,
        means: Arrays,
        squares: Arrays,
        steps: list[float],
        trusts: list[float],
        *,
        lr: Any,
        beta1: float,
        beta2: float,
        eps: float,
        weight_decay: float,
        decoupled: bool,
        maximize: bool,
    ) -> None:
        columns = params, grads, means, squares
        if not self._serves_step("RAdam", columns):
            super().radam_step(
                params, grads, means, squares, steps, trusts, lr=lr, beta1=beta1, beta2=beta2, eps=eps,
                weight_decay=weight_decay, decoupled=decoupled, maximize=maximize,
            )  # fmt: skip
            return
        settings = (
            *self._known(lr),
            *map(float, (beta1, beta2, eps, weight_decay)),
            int(decoupled),
            int(maximize),
        )
        self._update("radam", columns, [steps, trusts], *settings)

    def scale_all(self, arrays: Arrays, factor: Any) -> None:
        """x ← x·factor for each x; the factor may be an array without dims, which nothing waits for."""
        if not self._serves_lists((arrays,)):
            super().scale_all(arrays, factor)
            return
        self._update("scale", (arrays, arrays), [], *self._known(factor))

    def unscale(self, grads: Arrays, inverse: Array, found: Array) -> None:
        """g ← g·inverse in place;   found ← 1 if a g was infinite or NaN, else as it was."""
        inverse = self.asarray(inverse)
        single = inverse.dtype == np.float32 and found.dtype == np.float32
        if not single or not self._serves_lists((grads,)):
            super().unscale(grads, inverse, found)  # type: ignore[misc]
            return
        self._update("unscale", (grads, grads), [], inverse, found)

    def clip_all(self, arrays: Arrays, low: float, high: float) -> None:
        if not self._serves_lists((arrays,)):
            super().clip_all(arrays, low, high)
            return
        self._update("clip", (arrays, arrays), [], float(low), float(high))

    def global_norm(self, arrays: Any) -> float:
        """√ Σ x² over all arrays; the CPU waits for it."""
        return float(self.norm_of_all(arrays))

    def norm_of_all(self, arrays: Any) -> Array:
        """√ Σ x² over all arrays, summed in double precision; it stays on the GPU."""
        arrays = [self.ready(x) for x in arrays]
        if not self._serves_lists((arrays,)):
            return super().norm_of_all(arrays)  # type: ignore[misc]
        launches = list(groups([x.size for x in arrays], [addresses_of(self, arrays)]))
        sums = self.zeros((max(sum(group.shape.blocks for group in launches), 1),), np.dtype(np.float64))
        place = 0
        for tensors, shape in launches:
            of_launch = sums[place : place + shape.blocks]
            self.launch("optim", "sum_of_squares", arrays[0].dtype, shape, tensors, of_launch)
            place += shape.blocks
        norm = self.empty((), accumulator(arrays[0].dtype))
        self.launch("optim", "root_of_sum", arrays[0].dtype, Shape(1, 32), sums, sums.size, norm)
        return norm
