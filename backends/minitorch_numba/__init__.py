"""NumPy with compiled loops in hot places: parallel, vectorised, and cached on disk."""

from minitorch.errors import (
    MissingDependencyError as _Missing,
)  # loads minitorch, which may load the backend itself

try:
    import numba as _numba  # noqa: F401
except ImportError as _error:
    raise _Missing(
        "the backend 'numba' compiles loops with Numba, which is not installed:  pip install 'minitorch-edu[numba]'"
    ) from _error

from minitorch_numba.backend import NumbaBackend as NumbaBackend
