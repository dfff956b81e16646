"""Which backend is tested, how inputs are laid out, and how results are compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from minitorch.backend import Array, Backend
from minitorch.errors import BackendError, MissingDependencyError
from minitorch.registry import get_backend, register_backend, use_backend

LAYOUTS = ("contiguous", "transposed", "strided", "reversed")


def load(name: str) -> Backend:
    """A backend by its name, or by `package.module:ClassName`."""
    module, _, attribute = name.partition(":")
    if not attribute:
        return get_backend(name)
    backend: Backend = getattr(import_module(module), attribute)()
    register_backend(backend)
    return backend


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """The backend under test, which is also the one in use if it serves the CPU."""
    try:
        found = load(request.param)
    except (BackendError, MissingDependencyError) as error:
        pytest.skip(str(error))
    if found.device_type == "cpu":
        with use_backend(found.name):
            yield found
    else:
        yield found


@pytest.fixture(params=LAYOUTS)
def layout(request: pytest.FixtureRequest) -> Callable[[Backend, Any], Array]:
    """Makes a backend's array of a NumPy array, laid out in memory in one of several ways."""
    return lambda backend, a: laid_out(backend, np.asarray(a), request.param)


def laid_out(backend: Backend, a: Any, how: str) -> Array:
    """The same elements in another order in memory."""
    if how == "transposed" and a.ndim > 1:
        return backend.transpose(backend.asarray(np.ascontiguousarray(a.T)), tuple(range(a.ndim))[::-1])
    if how == "strided" and a.ndim:
        return backend.asarray(np.ascontiguousarray(np.repeat(a, 2, -1)))[..., ::2]
    if how == "reversed" and a.ndim:
        return backend.asarray(np.ascontiguousarray(a[::-1]))[::-1]
    return backend.asarray(np.array(a, order="C"))


def numbers(shape: tuple[int, ...], kind: str, low: float = -2.0, high: float = 2.0, seed: int = 0) -> Any:
    """Numbers between two bounds, in a dtype."""
    rng = np.random.default_rng((seed, *shape))
    dtype = np.dtype(kind)
    if dtype.kind == "b":
        return rng.random(shape) < 0.5
    if dtype.kind in "iu":
        return np.asarray(rng.integers(0 if dtype.kind == "u" else -5, 6, shape), dtype)
    x = rng.uniform(low, high, shape)
    if dtype.kind == "c":
        x = x + 1j * rng.uniform(low, high, shape)
    return np.asarray(x, dtype)


def same(backend: Backend, result: Array, expected: Any, tolerance: float | None = None) -> None:
    """Asserts that shape, dtype and elements are the same, elements as closely as their dtype allows.

    Args:
        backend: whose array the result is.
        result: what the backend gave.
        expected: what NumPy gave.
        tolerance: in multiples of the precision of the expected dtype.
    """
    got, wanted = np.asarray(backend.to_numpy(result)), np.asarray(expected)
    assert got.shape == wanted.shape
    assert got.dtype == wanted.dtype
    if wanted.dtype.kind not in "fc":
        np.testing.assert_array_equal(got, wanted)
        return
    precision = np.finfo(wanted.dtype).eps * (tolerance or 16)
    finite = np.abs(wanted[np.isfinite(wanted)]).astype("float64")
    scale = max(finite.max(initial=0), 1)
    np.testing.assert_allclose(got, wanted, rtol=precision, atol=precision * scale)
