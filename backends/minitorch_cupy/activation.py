"""Activations, and linear layers whose bias and activation share a pass."""

from __future__ import annotations

from typing import Any

from minitorch.backend import Array
from minitorch.backend_activation import ActivationKernels
from minitorch_cupy.launch import Launches, elements


class CupyActivationKernels(Launches, ActivationKernels):
    """One kernel each; nothing is kept that the backward pass can compute from the input."""

    matmul: Any

    def _elementwise(self, kernel: str, first: Array, *rest: Any) -> Array:
        """A kernel of arrays of one shape, numbers, and the number of elements, which gives one array."""
        y = self.empty(first.shape, first.dtype)
        self.launch("activation", kernel, first.dtype, elements(first.size), first, *rest, first.size, y)
        return y

    def _of_one(self, kernel: str, x: Array, *settings: float) -> Array:
        return self._elementwise(kernel, self.ready(x), *settings)

    def _of_two(self, kernel: str, x: Array, g: Array, *settings: float) -> Array:
        return self._elementwise(kernel, self.ready(x), self.ready(g), *settings)

    def _serves_both(self, x: Array, g: Array) -> bool:
        return x.shape == g.shape and self.serves(x, g)

    def relu(self, x: Array) -> Array:
        if not self.serves(x):
            return super().relu(x)
        return self._with_bias("relu", x, None)

    def relu_backward(self, y: Array, g: Array) -> Array:
        if not self._serves_both(y, g):
            return super().relu_backward(y, g)
        return self._of_two("relu_backward", y, g)

    def hardtanh_backward(self, y: Array, g: Array, low: float, high: float) -> Array:
        if not self._serves_both(y, g):
            return super().hardtanh_backward(y, g, low, high)
        return self._of_two("hardtanh_backward", y, g, float(low), float(high))

    def leaky_relu(self, x: Array, slope: float) -> Array:
        if not self.serves(x):
            return super().leaky_relu(x, slope)
        return self._of_one("leaky_relu", x, float(slope))

    def leaky_relu_backward(self, x: Array, g: Array, slope: float) -> Array:
        if not self._serves_both(x, g):
            return super().leaky_relu_backward(x, g, slope)
        return self._of_two("leaky_relu_backward", x, g, float(slope))

    def elu(self, x: Array, alpha: float, scale: float, inner: float) -> Array:
        if not self.serves(x):
            return super().elu(x, alpha, scale, inner)
        return self._of_one("elu", x, float(alpha), float(scale), float(inner))

    def elu_backward(self, x: Array, g: Array, alpha: float, scale: float, inner: float) -> Array:
        if not self._serves_both(x, g):
            return super().elu_backward(x, g, alpha, scale, inner)
        return self._of_two("elu_backward", x, g, float(alpha), float(scale), float(inner))

    def gelu(self, x: Array, tanh: bool) -> tuple[Array, Array | None]:
        if not self.serves(x):
            return super().gelu(x, tanh)
        return self._gelu(x, None, tanh, False)[0], None

    def gelu_backward(self, x: Array, cdf: Array | None, g: Array, tanh: bool) -> Array:
        if not self._serves_both(x, g):
            return super().gelu_backward(x, cdf, g, tanh)
        return self._of_two("gelu_backward", x, g, int(tanh))

    def sigmoid(self, x: Array) -> Array:
        return self._of_one("sigmoid", x) if self.serves(x) else super().sigmoid(x)

    def sigmoid_backward(self, y: Array, g: Array) -> Array:
        if not self._serves_both(y, g):
            return super().sigmoid_backward(y, g)
        return self._of_two("sigmoid_backward", y, g)

    def tanh_backward(self, y: Array, g: Array) -> Array:
        if not self._serves_both(y, g):
            return super().tanh_backward(y, g)
        return self._of_two("tanh_backward", y, g)

    def silu(self, x: Array) -> tuple[Array, Array | None]:
        return (self._of_one("silu", x), None) if self.serves(x) else super().silu(x)

    def silu_backward(self, x: Array, s: Array | None, g: Array) -> Array:
        if not self._serves_both(x, g):
            return super().silu_backward(x, s, g)
        return self._of_two("silu_backward", x, g)

    def softplus(self, x: Array) -> Array:
        return self._of_one("softplus", x) if self.serves(x) else super().softplus(x)

    def softplus_backward(self, x: Array, g: Array, beta: float, threshold: float) -> Array:
        if not self._serves_both(x, g):
            return super().softplus_backward(x, g, beta, threshold)
        return self._of_two("softplus_backward", x, g, float(beta), float(threshold))

    def dropout(self, x: Array, mask: Array, p: float) -> Array:
        if mask.shape != x.shape or not self.serves(x):
            return super().dropout(x, mask, p)  # type: ignore[misc]
        return self._of_two("dropout", x, mask, 1 / (1 - p) if p < 1 else 0.0)

    # Linear layers ----------------------------------------------------------------------------------------

    def linear(self, x: Array, w: Array, b: Array | None) -> Array:
        """x @ wᵀ + b, with b added in the memory of the product."""
        y = self.matmul(x, w.T)
        if b is None:
            return y
        if not self._serves_bias(y, b):
            return y + b
        self.launch("activation", "add_bias", y.dtype, elements(y.size), y, self.ready(b), y.size, len(b))
        return y

    def linear_relu(self, x: Array, w: Array, b: Array | None) -> Array:
        """max(x @ wᵀ + b, 0)."""
        z = self.matmul(x, w.T)
        if not self._serves_bias(z, b):
            return self.relu(z if b is None else z + b)
        return self._with_bias("relu", z, b)

    def linear_gelu(
        self, x: Array, w: Array, b: Array | None, tanh: bool
    ) -> tuple[Array, Array, Array | None]:
        """gelu(z) with z = x @ wᵀ + b, and what is kept for `gelu_backward` alone: z."""
        z = self.matmul(x, w.T)
        if not self._serves_bias(z, b):
            z = z if b is None else z + b
            return self.gelu(z, tanh)[0], z, None
        return self._gelu(z, b, tanh, True)

    def _serves_bias(self, z: Array, b: Array | None) -> bool:
        return self.serves(z, b) and z.flags.c_contiguous

    def _with_bias(self, kernel: str, x: Array, b: Array | None) -> Array:
        x, y = self.ready(x), self.empty(x.shape, x.dtype)
        arguments = x, self.optional(b), x.size, x.shape[-1] if x.ndim else 1, y
        self.launch("activation", kernel, x.dtype, elements(x.size), *arguments)
        return y

    def _gelu(self, x: Array, b: Array | None, tanh: bool, keep: bool) -> tuple[Array, Array, None]:
        """gelu(z) and z, in x's memory if that is wanted."""
        x, y = self.ready(x), self.empty(x.shape, x.dtype)
        width = x.shape[-1] if x.ndim else 1
        arguments = x, self.optional(b), int(tanh), x.size, width, y, x if keep and b is not None else None
        self.launch("activation", "gelu", x.dtype, elements(x.size), *arguments)
        return y, x, None
