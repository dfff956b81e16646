"""Linear algebra by NumPy's, which is LAPACK's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minitorch.backend import Array
from minitorch.errors import LinAlgError


def converging(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with minitorch's error, where an iteration does not converge."""

    def call(*args: Any, **keywords: Any) -> Any:
        try:
            return function(*args, **keywords)
        except np.linalg.LinAlgError as error:
            raise LinAlgError(
                f"linalg: {error}; are there infinities or NaN among the elements? See x.isfinite()"
            ) from None

    return call


class NumpyLinalgKernels:
    """Factorizations and solutions; a batch in which one matrix fails is gone through matrix by matrix."""

    def inv(self, x: Array) -> tuple[Array, Array]:
        """The inverses, and info: which pivot is zero; NaN where there is none."""
        try:
            return np.linalg.inv(x), np.zeros(x.shape[:-2], np.int32)
        except np.linalg.LinAlgError:
            return self.solve(x, np.broadcast_to(np.eye(x.shape[-1], dtype=x.dtype), x.shape))

    def solve(self, a: Array, b: Array) -> tuple[Array, Array]:
        """X of A·X = B, and info: which pivot is zero; NaN where there is no solution."""
        try:
            return np.linalg.solve(a, b), np.zeros(a.shape[:-2], np.int32)
        except np.linalg.LinAlgError:
            info = self.lu(a)[2]  # type: ignore[attr-defined]
            regular = np.where((info == 0)[..., None, None], a, np.eye(a.shape[-1], dtype=a.dtype))
            try:
                x = np.linalg.solve(regular, b)
            except np.linalg.LinAlgError:  # rounded otherwise, another last pivot is zero, too
                x = np.full_like(b, np.nan)
                info = np.where(info == 0, info.dtype.type(a.shape[-1]), info)
            bad = np.broadcast_to((info != 0)[..., None, None], x.shape)
            return np.where(bad, x.dtype.type(np.nan), x), info

    @staticmethod
    def cholesky(x: Array) -> tuple[Array, Array]:
        """L of A = L·Lᴴ, and info: the first leading minor that is not positive definite."""
        try:
            return np.linalg.cholesky(x), np.zeros(x.shape[:-2], np.int32)
        except np.linalg.LinAlgError:
            y, info = np.full_like(x, np.nan), np.zeros(x.shape[:-2], np.int32)
            for i in np.ndindex(info.shape):
                for size in range(1, x.shape[-1] + 1):
                    try:
                        part = np.linalg.cholesky(x[i][:size, :size])
                    except np.linalg.LinAlgError:
                        info[i] = size
                        break
                else:
                    y[i] = part
            return y, info

    det, slogdet = staticmethod(np.linalg.det), staticmethod(np.linalg.slogdet)
    eig, eigvals = staticmethod(converging(np.linalg.eig)), staticmethod(converging(np.linalg.eigvals))
    eigh, eigvalsh = staticmethod(converging(np.linalg.eigh)), staticmethod(converging(np.linalg.eigvalsh))

    @staticmethod
    def qr(x: Array, complete: bool) -> Any:
        """Q and R; all columns of Q, or as many as are needed."""
        return np.linalg.qr(x, mode="complete" if complete else "reduced")

    @staticmethod
    def geqrf(x: Array) -> tuple[Array, Array]:
        """R with the reflectors' vectors below it, and the reflectors' factors."""
        *batch, m, n = x.shape
        if not x.size:
            return x.copy(), np.zeros((*batch, min(m, n)), x.dtype)
        h, tau = np.linalg.qr(x, mode="raw")
        return h.swapaxes(-1, -2).astype(x.dtype), tau.astype(x.dtype)

    @staticmethod
    def svd(x: Array, full: bool) -> Any:
        """U, S, Vᴴ; all columns of U and rows of Vᴴ, or as many as there are singular values."""
        return converging(np.linalg.svd)(x, full_matrices=full)

    @staticmethod
    def svdvals(x: Array) -> Array:
        """The singular values, largest first."""
        return converging(np.linalg.svd)(x, compute_uv=False)
