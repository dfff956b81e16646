"""The reference backend of minitorch: plain NumPy."""

import minitorch as minitorch  # first, since it loads minitorch_numpy.backend itself
from minitorch_numpy.backend import NumpyBackend as NumpyBackend
