"""Switches of the whole process that programs set before they start: determinism, precision, defaults."""

from __future__ import annotations

from typing import Any

from minitorch import dtypes
from minitorch.device import CPU, device, place, require, set_default
from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.registry import cpu_backends, current_backend
from minitorch.value import Value

_deterministic: str = "default"
_precision: str = "highest"
_warn_always: bool = False


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Asks for results that are the same in every run; here they always are, for the same seed and the same threads.

    Args:
        mode: whether it is asked for; `are_deterministic_algorithms_enabled` tells.
        warn_only: whether operations that cannot do it should only warn; there are none.

    >>> import minitorch
    >>> minitorch.use_deterministic_algorithms(True)
    >>> minitorch.are_deterministic_algorithms_enabled()
    True
    >>> minitorch.use_deterministic_algorithms(False)
    """
    global _deterministic
    _deterministic = ("warn" if warn_only else "error") if mode else "default"


def are_deterministic_algorithms_enabled() -> bool:
    """Whether `use_deterministic_algorithms(True)` was called.

    >>> import minitorch
    >>> minitorch.are_deterministic_algorithms_enabled()
    False
    """
    return _deterministic != "default"


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """Whether it was called with `warn_only=True`.

    >>> import minitorch
    >>> minitorch.is_deterministic_algorithms_warn_only_enabled()
    False
    """
    return _deterministic == "warn"


def set_deterministic_debug_mode(debug_mode: int | str) -> None:
    """The same switch by number or name: 0 "default", 1 "warn", 2 "error".

    Raises:
        ArgumentError: for anything else.

    >>> import minitorch
    >>> minitorch.set_deterministic_debug_mode("warn")
    >>> minitorch.get_deterministic_debug_mode()
    1
    >>> minitorch.set_deterministic_debug_mode("default")
    """
    global _deterministic
    names = ("default", "warn", "error")
    if isinstance(debug_mode, int) and debug_mode in range(3):
        debug_mode = names[debug_mode]
    if debug_mode not in names:
        raise ArgumentError(
            f"set_deterministic_debug_mode: expected 0, 1, 2, 'default', 'warn' or 'error', got {debug_mode!r}"
        )
    _deterministic = str(debug_mode)


def get_deterministic_debug_mode() -> int:
    """The number of the mode: 0, 1 or 2.

    >>> import minitorch
    >>> minitorch.get_deterministic_debug_mode()
    0
    """
    return ("default", "warn", "error").index(_deterministic)


def set_float32_matmul_precision(precision: str) -> None:
    """How exact products in float32 must be; on the CPU they always have all 24 bits.

    Args:
        precision: "highest", "high" or "medium".

    Raises:
        ArgumentError: for any other name.

    >>> import minitorch
    >>> minitorch.set_float32_matmul_precision("high")
    >>> minitorch.get_float32_matmul_precision()
    'high'
    >>> minitorch.set_float32_matmul_precision("highest")
    """
    global _precision
    if precision not in ("highest", "high", "medium"):
        raise ArgumentError(
            f"set_float32_matmul_precision: expected 'highest', 'high' or 'medium', got {precision!r}"
        )
    _precision = precision


def get_float32_matmul_precision() -> str:
    """What `set_float32_matmul_precision` was told.

    >>> import minitorch
    >>> minitorch.get_float32_matmul_precision()
    'highest'
    """
    return _precision


def get_num_threads() -> int:
    """How many threads an operation on the CPU is shared among.

    >>> import minitorch
    >>> minitorch.get_num_threads() >= 1
    True
    """
    return current_backend().get_num_threads()


def set_num_threads(num: Any) -> None:
    """Shares operations on the CPU among so many threads: products by BLAS and, with the numba backend, its kernels.

    The environment chooses where a program starts: `OMP_NUM_THREADS`, or `OPENBLAS_NUM_THREADS` and
    `NUMBA_NUM_THREADS`, of which the last is also the most that kernels can have. A forked process has one.

    Raises:
        ArgumentTypeError: for anything else than an integer.
        ArgumentError: for one below 1.

    >>> import minitorch
    >>> before = minitorch.get_num_threads()
    >>> minitorch.set_num_threads(1)
    >>> minitorch.get_num_threads()
    1
    >>> minitorch.set_num_threads(before)
    """
    if not isinstance(num, int) or isinstance(num, bool):
        raise ArgumentTypeError(f"set_num_threads: expected an integer, got {type(num).__name__}")
    if num < 1:
        raise ArgumentError(f"set_num_threads: expected a positive number, got {num}")
    for backend in cpu_backends():
        backend.set_num_threads(num)


def warmup(*, dtype: Any = None) -> None:
    """Compiles the kernels of the backend in use now, instead of each when it is first needed.

    The first time on a machine the numba backend takes some 20 seconds for it, later one; NumPy has nothing to do.

    Args:
        dtype: of the numbers; the default one if left out.

    >>> import minitorch
    >>> with minitorch.use_backend("numpy"):
    ...     minitorch.warmup()
    """
    kind = dtypes.get_default_dtype() if dtype is None else dtypes.as_dtype(dtype)
    current_backend().warmup(kind.dtype)


def set_default_device(device: Any) -> None:
    """Where new tensors live unless they are told otherwise; None for the CPU.

    Raises:
        BackendError: for a device that no backend serves here.

    >>> import minitorch
    >>> minitorch.set_default_device("cpu")
    >>> minitorch.get_default_device()
    device(type='cpu')
    """
    where = None if device is None else require(device)
    set_default(None if where == CPU else where)


def get_default_device() -> device:
    """Where new tensors live unless they are told otherwise.

    >>> import minitorch
    >>> minitorch.get_default_device()
    device(type='cpu')
    """
    return place() or CPU


def set_default_tensor_type(t: Any) -> None:
    """The default dtype by the name of a typed tensor: old code; `set_default_dtype` says it directly.

    Raises:
        ArgumentTypeError: for anything else than a typed tensor of floating-point numbers.

    >>> import minitorch
    >>> minitorch.set_default_tensor_type(minitorch.FloatTensor)
    >>> minitorch.get_default_dtype()
    minitorch.float32
    """
    from minitorch import typed

    name = t if isinstance(t, str) else getattr(t, "__name__", "")
    kind = getattr(typed, name.rpartition(".")[2], None)
    if not isinstance(kind, typed.TypedTensorType):
        raise ArgumentTypeError(f"set_default_tensor_type: expected the type of a tensor, got {t!r}")
    dtypes.set_default_dtype(kind.dtype)


def set_warn_always(b: bool) -> None:
    """Whether warnings shall come each time; Python's `warnings` filters decide that here.

    >>> import minitorch
    >>> minitorch.set_warn_always(True)
    >>> minitorch.is_warn_always_enabled()
    True
    >>> minitorch.set_warn_always(False)
    """
    global _warn_always
    _warn_always = bool(b)


def is_warn_always_enabled() -> bool:
    """What `set_warn_always` was told.

    >>> import minitorch
    >>> minitorch.is_warn_always_enabled()
    False
    """
    return _warn_always


def set_flush_denormal(mode: bool) -> bool:
    """Asks the processor to take the smallest numbers for zero; NumPy cannot, so it is False: nothing has changed.

    >>> import minitorch
    >>> minitorch.set_flush_denormal(True)
    False
    """
    return False


def typename(obj: Any) -> str:
    """The name of a tensor's type, or of any object's.

    >>> import minitorch
    >>> minitorch.typename(minitorch.ones(2)), minitorch.typename(minitorch.nn.Linear)
    ('minitorch.FloatTensor', 'minitorch.nn.linear.Linear')
    """
    if isinstance(obj, Value):
        return str(obj.type())  # type: ignore[attr-defined]
    kind = obj if isinstance(obj, type) or callable(obj) else type(obj)
    module, name = getattr(kind, "__module__", ""), getattr(kind, "__qualname__", type(obj).__name__)
    return name if module in ("", None, "builtins") else f"{module}.{name}"
