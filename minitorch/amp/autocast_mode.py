"""`autocast`, and what tells and sets it: `minitorch.amp.autocast` is `minitorch.autocast`."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import wraps
from types import TracebackType
from typing import Any, Self, TypeVar

from minitorch import cuda, dtypes
from minitorch.amp.lists import POLICIES
from minitorch.amp.state import DEFAULTS as DEFAULTS, Autocast
from minitorch.errors import ArgumentTypeError, BackendError
from minitorch.modes import change, current

F = TypeVar("F", bound=Callable[..., Any])

LOWER_DTYPES = (dtypes.bfloat16, dtypes.float16)


def is_autocast_available(device_type: str) -> bool:
    """Whether `autocast` knows devices of this type.

    >>> import minitorch
    >>> minitorch.amp.is_autocast_available("cpu"), minitorch.amp.is_autocast_available("mps")
    (True, False)
    """
    if not isinstance(device_type, str):
        raise ArgumentTypeError(
            f"autocast: device_type must be a string such as 'cpu', got {type(device_type).__name__}"
        )
    return device_type in POLICIES


def known(device_type: str) -> str:
    """The type of device, if `autocast` knows it.

    Raises:
        BackendError: if it does not.
    """
    if not is_autocast_available(device_type):
        raise BackendError(f"autocast: no device type {device_type!r}; there are {', '.join(POLICIES)}")
    return device_type


class autocast:
    """Within this block operations choose the precision that suits them.

    Matrix products and convolutions cast their inputs to the lower precision, in which GPUs are many times as
    fast; losses, norms and exponentials cast theirs to float32, which they need; everything else takes what
    comes. Parameters stay in float32, and so do their gradients. The walk back belongs outside of the block: it
    computes in the dtypes that the walk forward chose.

    Holds for this thread (or asyncio task) only. Blocks can be nested. On a CPU nothing gets faster.

    Args:
        device_type: "cpu" or "cuda"; tensors elsewhere are left alone.
        dtype: the lower precision, bfloat16 or float16; by default bfloat16 on a CPU and float16 on a GPU.
        enabled: False for a block without autocast, within one that has it.
        cache_enabled: keep a cast weight until the outermost block ends, for its next use.

    Source: Micikevicius et al., "Mixed Precision Training", ICLR 2018.

    >>> import minitorch
    >>> x, w = minitorch.ones(2, 3), minitorch.ones(4, 3, requires_grad=True)
    >>> with minitorch.autocast("cpu"):
    ...     y = minitorch.nn.functional.linear(x, w)
    >>> y.sum().backward()
    >>> y.dtype, w.grad.dtype
    (minitorch.bfloat16, minitorch.float32)
    """

    def __init__(
        self,
        device_type: str,
        dtype: dtypes.dtype | None = None,
        enabled: bool = True,
        cache_enabled: bool | None = None,
    ) -> None:
        self.device = known(device_type)
        self.fast_dtype = get_autocast_dtype(device_type) if dtype is None else dtypes.as_dtype(dtype)
        self._cache_enabled = is_autocast_cache_enabled() if cache_enabled is None else cache_enabled
        if enabled and device_type == "cuda" and not cuda.is_available():
            warnings.warn("autocast: there is no CUDA device here, so it is switched off", stacklevel=2)
            enabled = False
        elif enabled and self.fast_dtype not in LOWER_DTYPES:
            warnings.warn(
                f"autocast: the dtype must be bfloat16 or float16, not {self.fast_dtype}, so it is switched off",
                stacklevel=2,
            )
            enabled = False
        self._enabled = enabled
        self._before: list[Autocast | None] = []

    def __enter__(self) -> Self:
        self._before.append(current().autocast)
        change(
            autocast=state().but(
                self.device,
                enabled=self._enabled,
                dtype=self.fast_dtype,
                cache_enabled=self._cache_enabled,
                in_block=True,
            )
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        before = self._before.pop()
        change(autocast=before)
        if before is not None and not before.in_block:
            before.cache.clear()

    def __call__(self, function: F) -> F:
        """Returns `function`, run in such a block."""
        if not callable(function):
            raise ArgumentTypeError(
                f"autocast: expected a function to decorate, got {type(function).__name__}; "
                f"write `with minitorch.autocast(...):` for a block"
            )

        @wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        return wrapped  # type: ignore[return-value]


def state() -> Autocast:
    """What holds here and now."""
    return current().autocast or Autocast()


def is_autocast_enabled(device_type: str = "cuda") -> bool:
    """Whether operations on this type of device cast just now.

    >>> import minitorch
    >>> with minitorch.autocast("cpu"):
    ...     minitorch.is_autocast_enabled("cpu")
    True
    """
    return known(device_type) in state().enabled


def set_autocast_enabled(device_type: str, enabled: bool) -> None:
    """Switches autocast on or off from here on, in this thread; a block with `autocast` restores what was.

    >>> import minitorch
    >>> minitorch.set_autocast_enabled("cpu", True)
    >>> minitorch.mm(minitorch.ones(1, 1), minitorch.ones(1, 1)).dtype
    minitorch.bfloat16
    >>> minitorch.set_autocast_enabled("cpu", False)
    """
    change(autocast=state().but(known(device_type), enabled=bool(enabled)))


def get_autocast_dtype(device_type: str) -> dtypes.dtype:
    """The lower precision for this type of device.

    >>> import minitorch
    >>> minitorch.get_autocast_dtype("cpu"), minitorch.get_autocast_dtype("cuda")
    (minitorch.bfloat16, minitorch.float16)
    """
    return state().dtypes[known(device_type)]


def set_autocast_dtype(device_type: str, dtype: dtypes.dtype) -> None:
    """Sets the lower precision from here on, in this thread, for blocks that do not name one.

    >>> import minitorch
    >>> minitorch.set_autocast_dtype("cpu", minitorch.float16)
    >>> with minitorch.autocast("cpu"):
    ...     minitorch.mm(minitorch.ones(1, 1), minitorch.ones(1, 1)).dtype
    minitorch.float16
    >>> minitorch.set_autocast_dtype("cpu", minitorch.bfloat16)
    """
    change(autocast=state().but(known(device_type), dtype=dtypes.as_dtype(dtype)))


def is_autocast_cache_enabled() -> bool:
    """Whether weights that were cast are kept for their next use.

    >>> import minitorch
    >>> minitorch.is_autocast_cache_enabled()
    True
    """
    return state().cache_enabled


def set_autocast_cache_enabled(enabled: bool) -> None:
    """Sets it from here on, in this thread.

    >>> import minitorch
    >>> minitorch.set_autocast_cache_enabled(True)
    """
    change(autocast=state().but(cache_enabled=bool(enabled)))


def clear_autocast_cache() -> None:
    """Forgets the weights that were cast in this thread.

    >>> import minitorch
    >>> minitorch.clear_autocast_cache()
    """
    state().cache.clear()
