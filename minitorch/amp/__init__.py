"""Mixed precision: `autocast`, which chooses dtypes, and `GradScaler`, which keeps gradients from vanishing."""

from minitorch.absent import refuser as _refuser
from minitorch.amp.autocast_mode import (
    autocast as autocast,
    is_autocast_available as is_autocast_available,
)
from minitorch.amp.custom import custom_bwd as custom_bwd, custom_fwd as custom_fwd
from minitorch.amp.grad_scaler import GradScaler as GradScaler

__getattr__ = _refuser("amp")
