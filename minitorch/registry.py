"""Which backend serves which array, and which one serves arrays on the CPU just now."""

from __future__ import annotations

import os
from contextvars import ContextVar, Token
from importlib import import_module
from typing import TYPE_CHECKING, Any

from minitorch.errors import BackendError

if TYPE_CHECKING:
    from minitorch.backend import Array, Backend

BUILT_IN = {
    "cupy": ("minitorch_cupy", "CupyBackend"),
    "numba": ("minitorch_numba.backend", "NumbaBackend"),
    "numpy": ("minitorch_numpy.backend", "NumpyBackend"),
}

SERVES = {"cuda": "cupy"}  # the backend that is loaded for a type of device

_instances: dict[str, Backend] = {}
_by_array_type: dict[type, Backend] = {}
_cpu_override: ContextVar[Backend | None] = ContextVar("minitorch.cpu_backend", default=None)
_cpu_default: Backend


def get_backend(name: str) -> Backend:
    """The backend of this name, loaded on first use.

    Backends come with minitorch, from `register_backend`, or from other distributions through the
    entry-point group `minitorch.backends`.

    Raises:
        BackendError: if there is none of that name; the message lists those that there are.

    >>> import minitorch
    >>> from minitorch.registry import get_backend
    >>> get_backend("numpy").device_type
    'cpu'
    """
    if name not in _instances:
        register_backend(_load(name))
    return _instances[name]


def _load(name: str) -> Backend:
    if name in BUILT_IN:
        module, attribute = BUILT_IN[name]
        return getattr(import_module(module), attribute)()
    from importlib.metadata import entry_points

    for entry in entry_points(group="minitorch.backends", name=name):
        return entry.load()()
    raise BackendError(f"no backend {name!r}; installed: {', '.join(available_backends())}")


def available_backends() -> list[str]:
    """Names of all backends for the CPU, which `use_backend` accepts.

    >>> import minitorch
    >>> "numpy" in minitorch.available_backends()
    True
    """
    from importlib.metadata import entry_points

    found = {entry.name for entry in entry_points(group="minitorch.backends")}
    known = found | BUILT_IN.keys() | _instances.keys()
    others = {name for name, backend in _instances.items() if backend.device_type != "cpu"}
    return sorted(known - others - set(SERVES.values()))


def registered_devices() -> set[str]:
    """The types of device that the loaded backends serve."""
    return {backend.device_type for backend in _instances.values()}


def device_backend(device_type: str) -> Backend:
    """The backend that serves a type of device, loaded on first use.

    Raises:
        BackendError: if there is none, or if what it needs is missing here; the message says what.

    >>> import minitorch
    >>> from minitorch.registry import device_backend
    >>> device_backend("cpu") is minitorch.current_backend()
    True
    """
    if device_type == "cpu":
        return current_backend()
    for backend in _instances.values():
        if backend.device_type == device_type and not backend.batched:
            return backend
    if device_type in SERVES:
        return get_backend(SERVES[device_type])
    raise BackendError(
        f"device {device_type!r} is not supported: minitorch has no backend for it. Leave tensors on 'cpu'"
    )


def cpu_backends() -> list[Backend]:
    """The loaded backends for arrays on the CPU."""
    return [backend for backend in _instances.values() if backend.device_type == "cpu"]


def register_backend(backend: Backend) -> None:
    """Makes an instance of a backend known under its name.

    Raises:
        BackendError: if primitives of the interface are missing; the message names them.

    >>> import minitorch
    >>> from minitorch.registry import get_backend, register_backend
    >>> register_backend(get_backend("numpy"))
    """
    backend.check_complete()
    _instances[backend.name] = backend
    _by_array_type.setdefault(backend.array_type, backend)


def serve(array_type: type, backend: Any) -> None:
    """Lets a backend that wraps the others serve arrays that wrap those of the others."""
    _by_array_type[array_type] = backend


def backend_of(array: Array) -> Backend:
    """The backend that serves this array: for arrays of the CPU the one in use, else the owner of the type.

    >>> import minitorch
    >>> from minitorch.registry import backend_of
    >>> backend_of(minitorch.ones(2).numpy()).device_type
    'cpu'
    """
    kind = array.__class__
    if kind is _cpu_default.array_type:
        return _cpu_override.get() or _cpu_default
    owner = _by_array_type.get(kind) or _owner_of(kind)
    return current_backend() if owner.device_type == "cpu" and not owner.batched else owner


def _owner_of(kind: type) -> Backend:
    """The backend of a subclass of its arrays, or of the scalars that its arithmetic gives."""
    for backend in _instances.values():
        if issubclass(kind, (backend.array_type, *backend.scalar_types)):
            _by_array_type[kind] = backend
            return backend
    raise BackendError(
        f"no backend serves arrays of type {kind.__name__}; "
        f"convert with minitorch.tensor(...), or register a backend"
    )


def current_backend() -> Backend:
    """The backend that serves arrays on the CPU just now.

    >>> import minitorch
    >>> minitorch.current_backend().device_type
    'cpu'
    """
    return _cpu_override.get() or _cpu_default


class use_backend:
    """Chooses the backend for arrays on the CPU, by name.

    A plain call holds for the whole process; as a context manager it holds for the block, in this thread.

    >>> import minitorch
    >>> with minitorch.use_backend("numpy"):
    ...     minitorch.current_backend().name
    'numpy'
    """

    def __init__(self, name: str) -> None:
        global _cpu_default
        backend = get_backend(name)
        if backend.device_type != "cpu":
            raise BackendError(
                f"use_backend: {name!r} serves the device {backend.device_type!r}; "
                f"move tensors there with .to({backend.device_type!r})"
            )
        self._backend, self._previous = backend, _cpu_default
        self._token: Token[Backend | None] | None = None
        _cpu_default = backend

    def __enter__(self) -> Backend:
        global _cpu_default
        _cpu_default = self._previous
        self._token = _cpu_override.set(self._backend)
        return self._backend

    def __exit__(self, *_: Any) -> None:
        assert self._token is not None
        _cpu_override.reset(self._token)


_cpu_default = get_backend(os.environ.get("MINITORCH_BACKEND") or "numpy")
