"""Layer norm and RMS norm."""

from __future__ import annotations

from typing import Any

from minitorch.backend import Array
from minitorch.backend_nn import LayerKernels
from minitorch_cupy.launch import Launches, Shape, accumulator, blocks, ceil_div, elements, parts, rows


class CupyNormKernels(Launches, LayerKernels):
    """Forward in one kernel; backward in one for the input and two for the parameters."""

    def layer_norm(
        self, x: Array, w: Array | None, b: Array | None, eps: float
    ) -> tuple[Array, Array, Array]:
        if not self.normalizes(x, w, b):
            return super().layer_norm(x, w, b, eps)
        x, w, b = self.ready(x), self.precise(w, x), self.precise(b, x)
        n, width = x.shape
        y, mean, inv = self.empty(x.shape, x.dtype), self._statistics(x), self._statistics(x)
        self.launch(
            "normalize", "layer_norm", x.dtype, rows(n, width), x, w, b, float(eps), n, width, y, mean, inv
        )
        return y, mean, inv

    def layer_norm_backward(
        self, x: Array, w: Array | None, mean: Array, inv: Array, g: Array
    ) -> tuple[Array, Array, Array]:
        if not self.serves(x, g) or not self.normalizes(x, w, mean, inv):
            return super().layer_norm_backward(x, w, mean, inv, g)
        x, g = self.ready(x), self.ready(g)
        w, mean, inv = (self.precise(v, x) for v in (w, mean, inv))
        n, width = x.shape
        dx = self.empty(x.shape, x.dtype)
        arguments = x, w, mean, inv, g, n, width, dx
        self.launch("normalize", "layer_norm_backward", x.dtype, rows(n, width), *arguments)
        dw, db = self._parameter_gradients(x, mean, inv, g, 2)
        return dx, dw, db

    def rms_norm(self, x: Array, w: Array | None, eps: float) -> tuple[Array, Array]:
        if not self.normalizes(x, w):
            return super().rms_norm(x, w, eps)
        x, w = self.ready(x), self.precise(w, x)
        n, width = x.shape
        y, inv = self.empty(x.shape, x.dtype), self._statistics(x)
        self.launch("normalize", "rms_norm", x.dtype, rows(n, width), x, w, float(eps), n, width, y, inv)
        return y, inv

    def rms_norm_backward(self, x: Array, w: Array | None, inv: Array, g: Array) -> tuple[Array, Array]:
        if not self.serves(x, g) or not self.normalizes(x, w, inv):
            return super().rms_norm_backward(x, w, inv, g)
        x, g, w, inv = self.ready(x), self.ready(g), self.precise(w, x), self.precise(inv, x)
        n, width = x.shape
        dx = self.empty(x.shape, x.dtype)
        self.launch("normalize", "rms_norm_backward", x.dtype, rows(n, width), x, w, inv, g, n, width, dx)
        (dw,) = self._parameter_gradients(x, None, inv, g, 1)
        return dx, dw

    def _statistics(self, x: Array) -> Array:
        """Memory for one number of each row."""
        return self.empty((len(x), 1), accumulator(x.dtype))

    def _parameter_gradients(
        self, x: Array, mean: Array | None, inv: Array | None, g: Array, count: int
    ) -> list[Any]:
        """Σ g·x̂, and Σ g if `count` is 2, over the rows."""
        n, width = x.shape
        chunks = parts(n, width)
        partial = [self.empty((chunks, width), accumulator(x.dtype)) for _ in range(count)]
        shape = Shape(blocks(ceil_div(width, 32) * chunks), 256)
        arguments = x, mean, inv, g, n, width, chunks, partial[0], partial[1] if count == 2 else None
        self.launch("normalize", "parameter_gradients", x.dtype, shape, *arguments)
        return [self._folded(part, x.dtype) for part in partial]

    def _folded(self, partial: Array, dtype: Any) -> Array:
        """The sum over the first dim, by the kernel for a dtype."""
        chunks, width = partial.shape
        total = self.empty((width,), accumulator(dtype))
        self.launch("normalize", "fold", dtype, elements(width), partial, chunks, width, total)
        return total
