"""What `minitorch.cpu.amp` and `minitorch.cuda.amp` offer: the older names, one set for each type of device."""

from __future__ import annotations

import warnings
from typing import Any

from minitorch.amp import autocast_mode, custom, grad_scaler


def _warn(device: str, name: str) -> None:
    warnings.warn(
        f"minitorch.{device}.amp.{name} is deprecated, as in PyTorch; write minitorch.amp.{name}({device!r}, ...)",
        FutureWarning,
        stacklevel=3,
    )


def autocast_of(device: str) -> type[autocast_mode.autocast]:
    """The older `autocast` of a type of device, which it does not ask for."""

    class autocast(autocast_mode.autocast):
        __doc__ = f'`minitorch.autocast("{device}", …)`, with `enabled` first.'

        def __init__(self, enabled: bool = True, dtype: Any = None, cache_enabled: bool = True) -> None:
            _warn(device, "autocast")
            super().__init__(device, dtype or autocast_mode.DEFAULTS[device], enabled, cache_enabled)

    return autocast


def scaler_of(device: str) -> type[grad_scaler.GradScaler]:
    """The older `GradScaler` of a type of device."""

    class GradScaler(grad_scaler.GradScaler):
        __doc__ = f'`minitorch.amp.GradScaler("{device}", …)`.'

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            _warn(device, "GradScaler")
            super().__init__(device, *args, **kwargs)

    return GradScaler


def custom_fwd(fwd: Any = None, *, cast_inputs: Any = None) -> Any:
    """`minitorch.amp.custom_fwd` for "cuda"."""
    _warn("cuda", "custom_fwd")
    return custom.custom_fwd(fwd, device_type="cuda", cast_inputs=cast_inputs)


def custom_bwd(bwd: Any) -> Any:
    """`minitorch.amp.custom_bwd` for "cuda"."""
    _warn("cuda", "custom_bwd")
    return custom.custom_bwd(bwd, device_type="cuda")
