"""Random numbers from NumPy's PCG64, with a state that is an array of bytes."""

from __future__ import annotations

import json
from typing import Any

import numpy as np


class Generator:
    """The random source of the NumPy backend; each method takes a shape and a NumPy dtype."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.Generator(np.random.PCG64(seed))

    def uniform(self, shape: Any, dtype: Any) -> Any:
        """Uniform on [0, 1)."""
        if dtype == np.float32 or dtype == np.float64:
            return self._rng.random(shape, dtype)
        return np.minimum(self._rng.random(shape, np.float32), 0.9995).astype(dtype)

    def normal(self, shape: Any, dtype: Any) -> Any:
        """Normal with mean 0 and variance 1; for complex dtypes the variance of each part is ½."""
        if dtype.kind == "c":
            real = np.float32 if dtype == np.complex64 else np.float64
            parts = self._rng.standard_normal((*shape, 2), real) * real(0.5**0.5)
            return parts.view(dtype)[..., 0]
        if dtype == np.float32 or dtype == np.float64:
            return self._rng.standard_normal(shape, dtype)
        return self._rng.standard_normal(shape, np.float32).astype(dtype)

    def integers(self, low: int, high: int, shape: Any, dtype: Any) -> Any:
        """Uniform among low, …, high − 1."""
        return self._rng.integers(low, high, shape, np.int64).astype(dtype)

    def permutation(self, n: int, dtype: Any) -> Any:
        """0, …, n − 1 in random order."""
        return self._rng.permutation(n).astype(dtype)

    def keep_mask(self, shape: Any, keep: float) -> Any:
        """Booleans, each True with probability `keep`."""
        return self._rng.random(shape, np.float32) < np.float32(keep)

    def gamma(self, concentration: Any, dtype: Any) -> Any:
        """Gamma numbers with rate 1, one for each concentration."""
        return np.asarray(self._rng.standard_gamma(np.asarray(concentration, np.float64))).astype(dtype)

    def poisson(self, rate: Any, dtype: Any) -> Any:
        """Poisson numbers, one for each rate."""
        return np.asarray(self._rng.poisson(np.asarray(rate, np.float64))).astype(dtype)

    def binomial(self, count: Any, prob: Any, dtype: Any) -> Any:
        """Binomial numbers, one for each count and probability."""
        return np.asarray(self._rng.binomial(np.asarray(count, np.int64), prob)).astype(dtype)

    def get_state(self) -> Any:
        """The state, as an array of bytes."""
        return np.frombuffer(json.dumps(self._rng.bit_generator.state).encode(), np.uint8).copy()

    def set_state(self, state: Any) -> None:
        """Continues from a state given by `get_state`."""
        self._rng.bit_generator.state = json.loads(np.asarray(state, np.uint8).tobytes())
