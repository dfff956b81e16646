"""NumPy with compiled loops in hot places: parallel, vectorised, and cached on disk."""

import minitorch as minitorch  # first, since it loads the backend itself where MINITORCH_BACKEND asks for it
from minitorch_numba.backend import NumbaBackend as NumbaBackend
