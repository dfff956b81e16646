"""The older names of mixed precision on GPUs; `minitorch.amp` has the present ones."""

from __future__ import annotations

from minitorch.absent import refuser as _refuser
from minitorch.amp.older import (
    autocast_of as _autocast_of,
    custom_bwd as custom_bwd,
    custom_fwd as custom_fwd,
    scaler_of as _scaler_of,
)

autocast, GradScaler = _autocast_of("cuda"), _scaler_of("cuda")

__getattr__ = _refuser("cuda.amp")
