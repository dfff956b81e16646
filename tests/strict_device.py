"""A device that is none: arrays that refuse to meet those of the CPU, served by a backend of their own.

What an engine does wrong with devices (a tensor made on the CPU inside of an op, arrays of two devices in one
formula) shows here without any GPU. The backend has NumPy's primitives and nothing but
composites above them, as every new backend has.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np

from minitorch.registry import register_backend
from minitorch_numpy import NumpyBackend, random
from minitorch_numpy.backend import power
from minitorch_numpy.linalg import NumpyLinalgKernels
from minitorch_numpy.namespace import NamespaceBackend
from minitorch_numpy.special_functions import NumpySpecialFunctions

OPERATORS = "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift"
COMPARISONS = "eq ne lt le gt ge neg pos abs invert"


def owner(a: Any) -> Any:
    """The array at the end of a chain of views."""
    found = a
    while (a := getattr(a, "base", None)) is not None:  # as_strided puts an object of its own between
        found = a if isinstance(a, np.ndarray) else found
    return found


class Strange:
    """An array of the device: NumPy's behaviour, with arrays of its own kind and numbers only."""

    __array_ufunc__ = None  # NumPy's arrays leave operations with it to it

    def __init__(self, a: Any, base: Strange | None = None) -> None:
        self.a, self.base = a, base

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.a, name)
        if not callable(value) or name == "dtype":
            return wrapped(value, (self,))
        return lambda *args, **settings: called(value, (self,), args, settings)

    def __getitem__(self, key: Any) -> Any:
        key = bare(key)
        if single(self.a, key):  # a view without dims rather than a number
            key = (*(key if isinstance(key, tuple) else (key,)), ...)
        return wrapped(self.a[key], (self,))

    def __setitem__(self, key: Any, value: Any) -> None:
        self.a[bare(key)] = bare(value)

    def __len__(self) -> int:
        return len(self.a)

    def __iter__(self) -> Any:
        return (self[i] for i in range(len(self)))

    def __bool__(self) -> bool:
        return bool(self.a)

    def __int__(self) -> int:
        return int(self.a)

    def __float__(self) -> float:
        return float(self.a)

    def __index__(self) -> int:
        return self.a.__index__()

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError("an array of another device is asked for on the CPU; use to_numpy")

    __hash__ = None  # type: ignore[assignment]


def single(a: Any, key: Any) -> bool:
    """Whether a key means one element."""
    keys = key if isinstance(key, tuple) else (key,)
    return all(k.__class__ is int for k in keys) and len(keys) == a.ndim


def bare(x: Any) -> Any:
    """What NumPy computes with; arrays of the CPU are refused."""
    if x.__class__ is Strange:
        return x.a
    if isinstance(x, np.ndarray):
        raise TypeError("an array of the CPU has come to another device")
    if isinstance(x, (tuple, list)):
        return type(x)(map(bare, x))
    return x


def wrapped(y: Any, sources: Any = ()) -> Any:
    """What NumPy gave, as an array of the device; views know whose memory they show."""
    if isinstance(y, (tuple, list)) and any(isinstance(v, np.ndarray) for v in y):
        return (list if isinstance(y, list) else tuple)(wrapped(v, sources) for v in y)
    if isinstance(y, np.generic):
        y = np.asarray(y)
    if not isinstance(y, np.ndarray):
        return y
    root = owner(y)
    for source in sources:
        if source.__class__ is Strange and owner(source.a) is root:
            return Strange(y, source if source.base is None else source.base)
    return Strange(y)


def flat(args: Any) -> list[Any]:
    return [x for a in args for x in (flat(a) if isinstance(a, (tuple, list)) else [a])]


def called(function: Any, own: tuple[Any, ...], args: Any, settings: Any) -> Any:
    """A function of NumPy's, of arrays of the device."""
    out = settings.get("out")
    with np.errstate(all="ignore"):
        y = function(*bare(args), **{key: bare(value) for key, value in settings.items()})
    return out if out is not None else wrapped(y, (*own, *flat(args), *flat(settings.values())))


def operator(name: str) -> Any:
    def apply(self: Strange, *others: Any) -> Any:
        if others and not isinstance(others[0], (Strange, int, float, complex, np.generic)):
            return NotImplemented
        with np.errstate(all="ignore"):
            y = getattr(np.ndarray, name)(self.a, *bare(others))
        if y is NotImplemented:
            return y
        if name.startswith("__i") and name != "__invert__":
            return self
        return wrapped(y, (self,))

    return apply


for name in OPERATORS.split():
    for form in (f"__{name}__", f"__r{name}__", f"__i{name}__"):
        setattr(Strange, form, operator(form))
for name in COMPARISONS.split():
    setattr(Strange, f"__{name}__", operator(f"__{name}__"))


class Namespace:
    """NumPy's functions, of arrays of the device."""

    def __init__(self, module: Any) -> None:
        self.module = module

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.module, name)
        if name in ("lib", "stride_tricks", "fft", "linalg"):
            return Namespace(value)
        if name == "ogrid":
            return Ogrid()
        if not callable(value) or isinstance(value, type):
            return value
        return lambda *args, **settings: called(value, (), args, settings)


class Ogrid:
    def __getitem__(self, key: Any) -> Any:
        return [Strange(a) for a in np.ogrid[key]]


xp = Namespace(np)


class Primitives(NamespaceBackend, xp=xp):
    """NumPy's functions, by name."""


PLAIN = NumpyBackend()


def through(name: str) -> Any:
    """A method of NumPy's kernels."""
    return lambda self, *args, **settings: called(getattr(PLAIN, name), (), args, settings)


class Source:
    """NumPy's random numbers, on the device."""

    def __init__(self, seed: int) -> None:
        self.inner = random.Generator(seed)

    def __getattr__(self, name: str) -> Any:
        if name in ("get_state", "set_state"):
            return getattr(self.inner, name)
        if name == "restart":
            raise AttributeError(name)
        return lambda *args: called(getattr(self.inner, name), (), args, {})


class StrictBackend(Primitives):
    """Arrays are `Strange`; the device is called xpu."""

    name, device_type, array_type, checks_values = "strict", "xpu", Strange, False

    sum, prod = staticmethod(xp.sum), staticmethod(xp.prod)
    max, min = staticmethod(xp.amax), staticmethod(xp.amin)
    all, any = staticmethod(xp.all), staticmethod(xp.any)
    cumsum, cumprod = staticmethod(xp.cumsum), staticmethod(xp.cumprod)
    broadcast_to = staticmethod(xp.broadcast_to)
    random_generator = Source

    def device_index(self, x: Any) -> int:
        return 0

    def current_index(self) -> int:
        return 0

    def on(self, index: int | None) -> Any:
        return nullcontext()

    def address(self, x: Any) -> int:
        return int(x.a.ctypes.data)

    @staticmethod
    def to_numpy(x: Any) -> Any:
        return x.a.copy()

    @staticmethod
    def from_host(x: Any, non_blocking: bool = False) -> Any:
        assert isinstance(x, np.ndarray)
        return Strange(x.copy())

    @staticmethod
    def asarray(value: Any, dtype: Any = None) -> Any:
        if value.__class__ is Strange:
            return value if dtype is None or value.dtype == dtype else Strange(value.a.astype(dtype))
        return Strange(np.array(value, dtype))

    @staticmethod
    def from_buffer(buffer: Any, dtype: Any, count: int, offset: int) -> Any:
        return Strange(np.frombuffer(buffer, dtype, count, offset).copy())

    @staticmethod
    def memory_of(x: Any) -> Any:
        memory, offset = NumpyBackend.memory_of(x.a)
        return wrapped(memory, (x,)), offset

    @staticmethod
    def power(x: Any, y: Any) -> Any:
        return called(power, (), (x, y), {})

    @staticmethod
    def sort(x: Any, axis: int = -1) -> Any:
        return xp.sort(x, axis)

    @staticmethod
    def argsort(x: Any, axis: int = -1) -> Any:
        return xp.argsort(x, axis, kind="stable")

    @staticmethod
    def index_add(x: Any, index: Any, values: Any) -> None:
        np.add.at(x.a, bare(index), bare(values))

    def diagonal(self, x: Any, offset: int, axis1: int, axis2: int) -> Any:
        return wrapped(PLAIN.diagonal(x.a, offset, axis1, axis2), (x,))

    @staticmethod
    def erf(x: Any) -> Any:
        return called(NumpyBackend.erf, (), (x,), {})


for kernels in (NumpySpecialFunctions, NumpyLinalgKernels):
    for name in vars(kernels):
        if not name.startswith("_"):
            setattr(StrictBackend, name, through(name))


def register() -> str:
    """Makes the device known; returns its name."""
    register_backend(StrictBackend())
    return "xpu"


@contextmanager
def registered(backend: StrictBackend | None = None) -> Iterator[str]:
    """A context in which the device is known; `backend` stands for a backend of the same arrays."""
    from minitorch import random, registry

    backend = StrictBackend() if backend is None else backend
    register_backend(backend)
    try:
        yield "xpu"
    finally:
        del registry._instances["strict"], registry._by_array_type[Strange]
        random._of_devices.clear()
