"""Functions of rooms that are loaded when first used, as methods and as names of `minitorch` itself."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

NAMES: dict[str, str] = {  # of every file the names that it gives to `minitorch` itself
    "amp": "GradScaler",
    "amp.autocast_mode": (
        "autocast clear_autocast_cache get_autocast_dtype is_autocast_cache_enabled is_autocast_enabled "
        "set_autocast_cache_enabled set_autocast_dtype set_autocast_enabled"
    ),
    "fft.short_time": "istft stft",
    "func": "vmap",
    "linalg.older": (
        "cholesky cholesky_inverse cholesky_solve det frobenius_norm geqrf inverse logdet lu "
        "lu_solve lu_unpack matrix_exp nuclear_norm orgqr ormqr pca_lowrank pinverse qr slogdet "
        "svd svd_lowrank triangular_solve"
    ),
    "nn.functional": (
        "adaptive_avg_pool1d adaptive_max_pool1d alpha_dropout avg_pool1d bilinear "
        "binary_cross_entropy_with_logits channel_shuffle conv1d conv2d conv3d conv_tbc "
        "conv_transpose1d conv_transpose2d conv_transpose3d dropout feature_alpha_dropout "
        "group_norm hardshrink kl_div layer_norm max_pool1d max_pool1d_with_indices max_pool2d "
        "max_pool3d native_channel_shuffle pixel_shuffle pixel_unshuffle rms_norm rrelu rrelu_"
    ),
    "ops.counting": "bincount bucketize histc histogram histogramdd searchsorted unique unique_consecutive",
    "ops.cumulative": "cummax cummin cumprod cumsum logcumsumexp",
    "ops.differences": "cumulative_trapezoid diff gradient trapezoid trapz",
    "ops.distances": "cdist corrcoef cov dist renorm",
    "ops.linear_activation": "_addmm_activation",
    "ops.statistics": ("aminmax count_nonzero median mode nanmean nanmedian nanquantile nansum quantile"),
    "serialization": "load save",
    "settings": (
        "are_deterministic_algorithms_enabled get_default_device get_deterministic_debug_mode "
        "get_float32_matmul_precision get_num_threads is_deterministic_algorithms_warn_only_enabled "
        "is_warn_always_enabled set_default_device set_default_tensor_type "
        "set_deterministic_debug_mode set_float32_matmul_precision set_flush_denormal set_num_threads "
        "set_warn_always typename use_deterministic_algorithms warmup"
    ),
    "signal.windows.older": "bartlett_window blackman_window hamming_window hann_window kaiser_window",
    "special.bessel": "i0",
    "special.gamma": "digamma igamma igammac lgamma mvlgamma polygamma",
    "special.normal": "erfc erfinv logit sinc",
    "storage": "UntypedStorage is_storage",
    "typed": (
        "BFloat16Tensor BoolTensor ByteTensor CharTensor DoubleTensor FloatTensor HalfTensor IntTensor "
        "LongTensor ShortTensor"
    ),
}
TOP_LEVEL: dict[str, str] = {name: room for room, names in NAMES.items() for name in names.split()}


def later(name: str, room: str = "") -> Callable[..., Any]:
    """The function of a room, which is loaded when it is first called."""
    found: Callable[..., Any] | None = None

    def call(*args: Any, **keywords: Any) -> Any:
        nonlocal found
        found = found or find(name, room)
        return found(*args, **keywords)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"`minitorch.{name}` of this tensor."
    return call


def find(name: str, room: str = "") -> Any:
    """What is called `name` in a room; without a room, in the one that `TOP_LEVEL` says.

    >>> from minitorch.rooms import find
    >>> find("det").__name__
    'det'
    """
    return getattr(import_module(f"minitorch.{room or TOP_LEVEL[name]}"), name)
