"""Signals: so far the windows through which they are looked at."""

from minitorch.absent import refuser as _refuser
from minitorch.signal import windows as windows

__getattr__ = _refuser("signal")
