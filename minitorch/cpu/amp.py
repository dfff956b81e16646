"""The older names of mixed precision on CPUs; `minitorch.amp` has the present ones."""

from __future__ import annotations

from minitorch.absent import refuser as _refuser
from minitorch.amp.older import autocast_of as _autocast_of, scaler_of as _scaler_of

autocast, GradScaler = _autocast_of("cpu"), _scaler_of("cpu")

__getattr__ = _refuser("cpu.amp")
