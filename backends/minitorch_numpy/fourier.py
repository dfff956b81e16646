"""Fourier transforms by NumPy's, which is pocketfft."""

from __future__ import annotations

from typing import Any

import numpy as np

from minitorch.backend import Array


class NumpyFourierKernels:
    """Fourier transforms; `norm` says what is divided by n, as in NumPy."""

    @staticmethod
    def fft(x: Array, axes: tuple[int, ...], inverse: bool, norm: str) -> Array:
        """Of complex numbers, along several axes."""
        function: Any = np.fft.ifftn if inverse else np.fft.fftn
        return function(x, axes=axes, norm=norm) if axes else x.copy()

    @staticmethod
    def rfft(x: Array, axis: int, norm: str) -> Array:
        """Of real numbers, without the half of the spectrum that follows from the other."""
        return np.fft.rfft(x, axis=axis, norm=norm)  # type: ignore[arg-type]

    @staticmethod
    def irfft(x: Array, n: int, axis: int, norm: str) -> Array:
        """Of half a spectrum, n real numbers."""
        return np.fft.irfft(x, n, axis=axis, norm=norm)  # type: ignore[arg-type]
