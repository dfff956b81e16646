"""Linear algebra and Fourier transforms of a backend, by what defines them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from minitorch.backend import Array, Backend
from minitorch.testing.conformance.fixtures import numbers, same

Layout = Callable[[Backend, Any], Array]
KINDS = ("float32", "float64", "complex64", "complex128")
MATRICES: list[tuple[int, ...]] = [(3, 3), (2, 4, 4), (0, 2, 2), (0, 0)]
LOOSE = 1024


def regular(shape: tuple[int, ...], kind: str) -> Any:
    """Matrices far from singular ones."""
    x = numbers(shape, kind, -1, 1)
    return (x + 3 * np.eye(shape[-1])).astype(kind)


def adjoint(x: Any) -> Any:
    """The last two dims exchanged, and conjugated."""
    return np.conj(np.swapaxes(x, -1, -2))


@pytest.mark.parametrize("kind", KINDS)
def test_solutions_and_determinants(backend: Backend, layout: Layout, kind: str) -> None:
    """What NumPy says of regular matrices, and no error."""
    for shape in MATRICES:
        x, b = regular(shape, kind), numbers((*shape[:-1], 2), kind, -1, 1, seed=1)
        inverse, info = backend.inv(layout(backend, x))
        same(backend, inverse, np.linalg.inv(x), LOOSE)
        same(backend, info, np.zeros(shape[:-2], "int32"))
        y, info = backend.solve(layout(backend, x), layout(backend, b))
        same(backend, y, np.linalg.solve(x, b), LOOSE)
        same(backend, info, np.zeros(shape[:-2], "int32"))
        same(backend, backend.det(layout(backend, x)), np.linalg.det(x), LOOSE)
        sign, size = backend.slogdet(layout(backend, x))
        same(backend, sign, np.linalg.slogdet(x)[0], LOOSE)
        same(backend, size, np.linalg.slogdet(x)[1], LOOSE)


def test_matrices_that_fail_are_told_from_the_others(backend: Backend) -> None:
    """NaN for them, and LAPACK's number of the pivot or minor."""
    x = np.stack([np.eye(2), np.array([[1.0, 2.0], [2.0, 4.0]]), np.zeros((2, 2))])
    for y, info in (backend.inv(backend.asarray(x)), backend.solve(backend.asarray(x), backend.asarray(x))):
        same(backend, info, np.array([0, 2, 1], "int32"))
        same(backend, y[0], np.eye(2))
        assert bool(backend.all(backend.isnan(y[1:]), axis=None))
    y, info = backend.cholesky(backend.asarray(np.stack([4 * np.eye(2), np.diag([1.0, -1.0])])))
    same(backend, info, np.array([0, 2], "int32"))
    same(backend, y[0], 2 * np.eye(2))


@pytest.mark.parametrize("kind", KINDS)
def test_factors_multiply_to_the_matrix(backend: Backend, layout: Layout, kind: str) -> None:
    """Cholesky, QR, SVD and eigenvectors."""
    for shape in MATRICES:
        x = regular(shape, kind)
        product = backend.matmul
        positive = x @ adjoint(x)
        low, _ = backend.cholesky(layout(backend, positive))
        same(backend, product(low, backend.conj(low.swapaxes(-1, -2))), positive, LOOSE)
        w, v = backend.eigh(layout(backend, positive))
        same(backend, product(v * w[..., None, :], backend.conj(v.swapaxes(-1, -2))), positive, LOOSE)
        same(backend, backend.eigvalsh(layout(backend, positive)), np.linalg.eigvalsh(positive), LOOSE)
        w, v = backend.eig(layout(backend, x))
        same(backend, product(backend.asarray(x), v), backend.to_numpy(v * w[..., None, :]), LOOSE)
        found = np.sort_complex(backend.to_numpy(backend.eigvals(layout(backend, x))).astype("complex128"))
        np.testing.assert_allclose(
            found, np.sort_complex(backend.to_numpy(w).astype("complex128")), atol=1e-4
        )
    for shape in [(4, 2), (2, 2, 3), (0, 2)]:
        x = numbers(shape, kind, -1, 1)
        for complete in (False, True):
            q, r = backend.qr(layout(backend, x), complete)
            same(backend, backend.matmul(q, r), x, LOOSE)
            u, s, vh = backend.svd(layout(backend, x), complete)
            k = s.shape[-1]
            same(backend, backend.matmul(u[..., :k] * s[..., None, :], vh[..., :k, :]), x, LOOSE)
        same(backend, backend.svdvals(layout(backend, x)), np.linalg.svd(x, compute_uv=False), LOOSE)
        h, tau = backend.geqrf(layout(backend, x))
        same(
            backend, np.abs(backend.to_numpy(h))[..., :1, :1], np.abs(np.linalg.qr(x)[1])[..., :1, :1], LOOSE
        )
        assert tau.shape == (*shape[:-2], min(shape[-2:]))


@pytest.mark.parametrize("norm", ["backward", "forward", "ortho"])
def test_fourier_transforms(backend: Backend, layout: Layout, norm: Any) -> None:
    """Of complex and real numbers, in every normalization, and in the precision of the input."""
    for kind in ("float32", "float64"):
        x = numbers((3, 4, 5), kind, -1, 1)
        z = x.astype("complex64" if kind == "float32" else "complex128") * (1 + 2j)
        same(
            backend,
            backend.fft(layout(backend, z), (0, 2), False, norm),
            np.fft.fftn(z, axes=(0, 2), norm=norm),
            LOOSE,
        )
        same(
            backend,
            backend.fft(layout(backend, z), (1,), True, norm),
            np.fft.ifft(z, axis=1, norm=norm),
            LOOSE,
        )
        same(backend, backend.rfft(layout(backend, x), 1, norm), np.fft.rfft(x, axis=1, norm=norm), LOOSE)
        same(
            backend,
            backend.irfft(layout(backend, z), 9, 2, norm),
            np.fft.irfft(z, 9, axis=2, norm=norm),
            LOOSE,
        )
