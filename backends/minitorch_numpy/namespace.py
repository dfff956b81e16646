"""`NamespaceBackend`: the primitives that NumPy and libraries modelled on it have under the same names.

    class NumpyPrimitives(NamespaceBackend, xp=np): ...

gives the class `exp = np.exp`, `asin = np.arcsin` and so on, and the methods below, which are written against `xp`.
What a library says in another way, its backend says itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from minitorch.backend import Array, Backend

SAME = [
    "negative", "sign", "rint", "floor", "ceil", "trunc", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p",
    "sqrt", "square", "sin", "cos", "tan", "sinh", "cosh", "tanh", "isnan", "isinf", "isfinite", "signbit", "frexp",
    "logical_not", "bitwise_not", "add", "subtract", "multiply", "divide", "floor_divide", "remainder", "fmod",
    "maximum", "minimum", "hypot", "copysign", "nextafter", "logaddexp", "logaddexp2", "gcd", "lcm",
    "equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "logical_and", "logical_or", "logical_xor",
    "bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift", "where", "argmax", "argmin", "matmul",
    "empty", "zeros", "full", "arange", "linspace", "from_dlpack", "copyto", "reshape", "transpose",
    "squeeze", "expand_dims", "flip", "roll", "repeat", "concatenate", "stack", "nonzero", "isin",
    "take_along_axis", "put_along_axis",
]  # fmt: skip
OTHERS = {
    "abs": "absolute",
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
    "atan2": "arctan2",
    "conj": "conjugate",
}


def fourth_or_cube(square: Callable[..., Any], x: Array, y: int) -> Array:
    """x³ or x⁴ as products: a library's pow takes many times as long."""
    z = square(x)
    return z * (x if y == 3 else z)


class NamespaceBackend(Backend):
    """Primitives by their names in the namespace `xp`."""

    xp: ClassVar[Any]

    def __init_subclass__(cls, xp: Any = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if xp is None:
            return
        cls.xp = xp
        for name in SAME + list(OTHERS):
            if name not in cls.__dict__:
                setattr(cls, name, staticmethod(getattr(xp, OTHERS.get(name, name))))

    def eye(self, n: int, m: int, dtype: Any) -> Array:
        """Ones on the diagonal of an n × m matrix."""
        return self.xp.eye(n, m, dtype=dtype)

    def copy(self, x: Array) -> Array:
        """A contiguous copy."""
        return self.xp.array(x, order="C")

    @staticmethod
    def astype(x: Array, dtype: Any) -> Array:
        """A copy in another dtype; of complex numbers the real part."""
        if x.dtype.kind == "c" and np.dtype(dtype).kind not in "cb":
            x = x.real
        return x.astype(dtype)

    def add_into(self, x: Array, y: Array) -> None:
        """x += y, in x's memory."""
        self.xp.add(x, y, out=x)

    def linear(self, x: Array, w: Array, b: Array | None) -> Array:
        """x @ wᵀ + b, with b added in place: fresh memory costs more than the sum."""
        y: Array = self.matmul(x, w.T)
        if b is not None:
            y += b
        return y

    def pad(self, x: Array, widths: Any, value: Any = 0) -> Array:
        """Surrounds `x` with a constant; negative widths cut off."""
        inner, region, shape = [], [], []
        for n, (before, after) in zip(x.shape, widths, strict=True):
            inner.append(slice(max(-before, 0), n - max(-after, 0)))
            start = max(before, 0)
            region.append(slice(start, start + n - max(-before, 0) - max(-after, 0)))
            shape.append(n + before + after)
        y = self.xp.full(shape, value, x.dtype) if value else self.xp.zeros(shape, x.dtype)
        y[tuple(region)] = x[tuple(inner)]
        return y

    def add_along_axis(self, x: Array, indices: Array, values: Array, axis: int) -> None:
        """x[…, indices, …] += values along `axis`; duplicate indices add up."""
        grid = list(self.xp.ogrid[tuple(slice(n) for n in indices.shape)])
        grid[axis] = indices
        self.index_add(x, tuple(grid), values)

    def as_strided(self, x: Array, shape: Any, strides: Any, offset: int = 0) -> Array:
        """A view from an element of the vector x on (or from the first of any x), by strides counted in elements."""
        start = x[offset:] if offset else x
        return self.xp.lib.stride_tricks.as_strided(start, shape, [s * x.itemsize for s in strides])

    def sliding_windows(self, x: Array, sizes: Any, strides: Any, dilations: Any) -> Array:
        """All windows over the last dimensions, as a view that is only read.

        Shape: (…, H, W) → (…, Ho, Wo, kh, kw), for any number of spatial dimensions.
        """
        k = len(sizes)
        steps = x.strides[-k:]
        counts = tuple(
            (n - d * (size - 1) - 1) // s + 1
            for n, size, s, d in zip(x.shape[-k:], sizes, strides, dilations, strict=True)
        )
        return self.xp.lib.stride_tricks.as_strided(
            x,
            (*x.shape[:-k], *counts, *sizes),
            (
                *x.strides[:-k],
                *(step * s for step, s in zip(steps, strides, strict=True)),
                *(step * d for step, d in zip(steps, dilations, strict=True)),
            ),
        )

    def fft(self, x: Array, axes: tuple[int, ...], inverse: bool, norm: str) -> Array:
        """The Fourier transform of complex numbers along several axes; `norm` as in NumPy."""
        function: Any = self.xp.fft.ifftn if inverse else self.xp.fft.fftn
        return function(x, axes=axes, norm=norm) if axes else x.copy()

    def rfft(self, x: Array, axis: int, norm: str) -> Array:
        """Of real numbers, without the half of the spectrum that follows from the other."""
        return self.xp.fft.rfft(x, axis=axis, norm=norm)

    def irfft(self, x: Array, n: int, axis: int, norm: str) -> Array:
        """Of half a spectrum, n real numbers."""
        return self.xp.fft.irfft(x, n, axis=axis, norm=norm)
