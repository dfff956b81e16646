"""`device`: where a tensor lives."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from minitorch.errors import ArgumentError, ArgumentTypeError, BackendError
from minitorch.registry import backend_of, current_backend, device_backend

if TYPE_CHECKING:
    from minitorch.backend import Backend


class device:
    """A place for tensors: `device("cpu")`, `device("cuda", 1)`, `device("cuda:1")`.

    >>> import minitorch
    >>> minitorch.device("cpu").type
    'cpu'

    As a context manager it is where new tensors are made that say nothing else:

    >>> with minitorch.device("cpu"):
    ...     minitorch.zeros(2).device
    device(type='cpu')
    """

    __slots__ = ("index", "type")
    type: str
    index: int | None

    def __init__(self, type: Any, index: int | None = None) -> None:
        if isinstance(type, device):
            type, index = type.type, type.index if index is None else index
        if not isinstance(type, str):
            raise ArgumentTypeError(f"device: expected a name such as 'cpu', got {type!r}")
        name, _, number = type.partition(":")
        if number and (index is not None or not number.isdigit()):
            raise ArgumentError(f"device: invalid name {type!r}; write 'cpu', 'cuda' or 'cuda:0'")
        if name not in ("cpu", "cuda", "mps", "xpu", "meta"):
            raise ArgumentError(
                f"device: unknown type {name!r}; write 'cpu', 'cuda' or 'cuda:0' "
                f"(dtypes are written as minitorch.float32)"
            )
        self.type, self.index = name, int(number) if number else index

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __enter__(self) -> device:
        where = require(self)
        enter(where)
        return where

    def __exit__(self, *_: Any) -> None:
        leave()

    def __repr__(self) -> str:
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type={self.type!r}{index})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __reduce__(self) -> Any:
        return device, (self.type, self.index)


CPU = device("cpu")

_entered: ContextVar[device | None] = ContextVar("minitorch.device", default=None)
_default: device | None = None
_open: ContextVar[tuple[tuple[device | None, Any], ...]] = ContextVar("minitorch.open_devices", default=())


def set_default(where: device | None) -> None:
    """Sets where new tensors are made outside of any `with device:`; None for the CPU."""
    global _default
    _default = where


def place() -> device | None:
    """Where new tensors are made if nothing else is said; None for the CPU."""
    return _entered.get() or _default


def enter(where: device) -> None:
    """Makes `where` the place of new tensors until `leave()`."""
    current = device_backend(where.type).on(where.index)
    current.__enter__()
    _open.set((*_open.get(), (_entered.get(), current)))
    _entered.set(where)


def leave() -> None:
    """Undoes the last `enter`."""
    *rest, (before, current) = _open.get()
    _open.set(tuple(rest))
    _entered.set(before)
    current.__exit__(None, None, None)


def new_backend() -> Backend:
    """The backend that makes new tensors just now.

    >>> import minitorch
    >>> from minitorch.device import new_backend
    >>> new_backend() is minitorch.current_backend()
    True
    """
    where = place()
    return current_backend() if where is None else device_backend(where.type)


def require(where: Any) -> device:
    """The device asked for, with the number that it has; None stands for the place of new tensors.

    Raises:
        BackendError: if no backend serves it, or there is none of that number.
        MissingDependencyError: if what its backend needs is not installed.

    >>> import minitorch
    >>> from minitorch.device import require
    >>> require("cpu")
    device(type='cpu')
    """
    if where is None:
        return place() or CPU
    if where.__class__ is int:
        where = f"cuda:{where}"
    target = device(where)
    if target.type == "cpu":
        return CPU
    backend = device_backend(target.type)
    if target.index is None:
        return device(target.type, backend.current_index())
    if target.index >= backend.device_count():
        raise BackendError(
            f"device {str(target)!r} is not there: this machine has {backend.device_count()} of type {target.type!r}, "
            f"counted from 0"
        )
    return target


class Replays:
    """What the CPU does at each replay of a graph: `checks` first, which may refuse it, and `changes` after it."""

    __slots__ = ("changes", "checks")

    def __init__(self) -> None:
        self.checks: list[Callable[[], None]] = []
        self.changes: list[Callable[[], None]] = []


_recording: ContextVar[Replays | None] = ContextVar("minitorch.recording", default=None)


def recording() -> Replays | None:
    """While a graph is recorded: where to leave what is to be done at each of its replays."""
    return _recording.get()


def device_of(array: Any) -> device:
    """Where an array lies."""
    array = getattr(array, "everything", array)  # of a batch of vmap's all that is in it
    backend = backend_of(array)
    return CPU if backend.device_type == "cpu" else device(backend.device_type, backend.device_index(array))


def transfer(array: Any, target: device, non_blocking: bool = False) -> Any:
    """A copy of an array on another device; the array itself if it is there."""
    origin = device_of(array)
    if origin == target:
        return array
    if origin.type == target.type:
        return device_backend(target.type).move(array, target.index or 0)
    host = backend_of(array).to_numpy(array)
    if target.type == "cpu":
        return host
    backend = device_backend(target.type)
    with backend.on(target.index):
        return backend.from_host(host, non_blocking)
