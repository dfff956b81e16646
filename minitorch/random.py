"""Random numbers: `manual_seed`, `Generator`, and the state behind `rand`, `randn`, dropout and shuffling.

All randomness of minitorch comes from here; NumPy's global state is never touched.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from minitorch.device import CPU, device, device_of, place, require
from minitorch.dtypes import as_dtype
from minitorch.errors import ArgumentTypeError, BackendError
from minitorch.modes import current
from minitorch.registry import backend_of, device_backend, get_backend
from minitorch.value import Value, wrap

SEED_BYTES = 8  # at the beginning of a state


class Generator:
    """A source of random numbers with a state of its own.

    >>> import minitorch
    >>> a = minitorch.rand(2, generator=minitorch.Generator().manual_seed(0))
    >>> b = minitorch.rand(2, generator=minitorch.Generator().manual_seed(0))
    >>> minitorch.equal(a, b)
    True
    """

    def __init__(self, device: Any = "cpu") -> None:
        self.device = require(device)
        self._seed = 0x5DEECE66D
        self._source: Any = None

    @property
    def source(self) -> Any:
        """The backend's generator, made on first use."""
        if self._source is None:
            backend = get_backend("numpy") if self.device.type == "cpu" else device_backend(self.device.type)
            with backend.on(self.device.index):
                self._source = backend.random_generator(self._seed)
        return self._source

    def manual_seed(self, seed: int) -> Generator:
        """Starts anew from `seed`; returns the generator."""
        self._seed = int(seed) % 2**64
        if hasattr(self._source, "restart"):  # on a GPU, where captured graphs go on with the same object
            self._source.restart(self._seed)
        else:
            self._source = None
        return self

    def seed(self) -> int:
        """Starts anew from a seed of the operating system, and returns it."""
        self.manual_seed(int.from_bytes(os.urandom(8), "little") >> 1)
        return self._seed

    def initial_seed(self) -> int:
        """The seed from which the generator started."""
        return self._seed

    def get_state(self) -> Any:
        """The state and the seed as a uint8 tensor, for `set_state`."""
        state = self.source.get_state()
        backend = backend_of(state)
        start = backend.asarray(list(self._seed.to_bytes(SEED_BYTES, "little")), "uint8")
        return wrap(backend.concatenate([start, state], axis=0))

    def set_state(self, new_state: Any) -> Generator:
        """Continues from a state given by `get_state`; returns the generator.

        Raises:
            ArgumentTypeError: for anything else.
        """
        if not isinstance(new_state, Value) or new_state.array.dtype != "uint8" or new_state.array.ndim != 1:
            raise ArgumentTypeError("set_state: expected the uint8 tensor that get_state() gave")
        self._seed = int.from_bytes(bytes(new_state.array[:SEED_BYTES].tolist()), "little")
        self.source.set_state(new_state.array[SEED_BYTES:])
        return self

    def clone_state(self) -> Generator:
        """Another generator in the same state, which goes its own way from then on."""
        return Generator(self.device).set_state(self.get_state())

    def __reduce__(self) -> Any:
        return restored, (str(self.device), self.get_state())


def restored(device: str, state: Any) -> Generator:
    """A generator that was pickled."""
    return Generator(device).set_state(state)


class DefaultGenerator(Generator):
    """The generator of those who name none; within `use_generator` another one does its work."""

    def __init__(self) -> None:
        self._own = Generator("cpu")
        self.device = self._own.device

    @property
    def _acting(self) -> Generator:
        return _instead.get() or self._own

    @property
    def _seed(self) -> int:
        return self._acting._seed

    @_seed.setter
    def _seed(self, seed: int) -> None:
        self._acting._seed = seed

    @property
    def _source(self) -> Any:
        return self._acting._source

    @_source.setter
    def _source(self, source: Any) -> None:
        self._acting._source = source


_instead: ContextVar[Generator | None] = ContextVar("minitorch.generator", default=None)
default_generator = DefaultGenerator()
default_generator.seed()

_of_devices: dict[device, Generator] = {}  # the default generators of other devices
_seeded: int | None = None  # with which those start that are not there yet


def default_of(where: device) -> Generator:
    """The default generator of a device."""
    if where.type == "cpu":
        return default_generator
    if where not in _of_devices:
        made = _of_devices[where] = Generator(where)
        if _seeded is None:
            made.seed()
        else:
            made.manual_seed(_seeded)
    return _of_devices[where]


def seed_devices(seed: int) -> None:
    """Seeds the default generators of all devices but the CPU, also of those that are first used later."""
    global _seeded
    _seeded = seed
    for generator in _of_devices.values():
        generator.manual_seed(seed)


@contextmanager
def use_generator(generator: Generator) -> Iterator[None]:
    """A context in which, in this thread, a generator stands in for the default one."""
    token = _instead.set(generator)
    try:
        yield
    finally:
        _instead.reset(token)


def manual_seed(seed: int) -> Generator:
    """Seeds the default generators of all devices, from which everything draws that is not given another.

    Returns that of the CPU.

    >>> import minitorch
    >>> _ = minitorch.manual_seed(0)
    >>> x = minitorch.rand(3)
    >>> _ = minitorch.manual_seed(0)
    >>> minitorch.rand(3).equal(x)
    True
    """
    seed_devices(seed)
    return default_generator.manual_seed(seed)


def seed() -> int:
    """Seeds the default generator from the operating system, and returns the seed.

    >>> import minitorch
    >>> minitorch.seed() == minitorch.initial_seed()
    True
    """
    seed = default_generator.seed()
    seed_devices(seed)
    return seed


def initial_seed() -> int:
    """The seed of the default generator.

    >>> import minitorch
    >>> _ = minitorch.manual_seed(42)
    >>> minitorch.initial_seed()
    42
    """
    return default_generator.initial_seed()


def get_rng_state() -> Any:
    """The state of the default generator, as a uint8 tensor.

    >>> import minitorch
    >>> state = minitorch.get_rng_state()
    >>> x = minitorch.rand(3)
    >>> minitorch.set_rng_state(state)
    >>> minitorch.rand(3).equal(x)
    True
    """
    return default_generator.get_state()


def set_rng_state(new_state: Any) -> None:
    """Sets the state of the default generator.

    >>> import minitorch
    >>> state = minitorch.get_rng_state()
    >>> order = minitorch.randperm(9)
    >>> minitorch.set_rng_state(state)  # back to before the draw
    >>> minitorch.randperm(9).equal(order)
    True
    """
    default_generator.set_state(new_state)


@contextmanager
def fork_rng(
    devices: Any = None,
    enabled: bool = True,
    _caller: str = "fork_rng",
    _devices_kw: str = "devices",
    device_type: str = "cpu",
) -> Iterator[None]:
    """A context after which the default generators go on as if nothing had been drawn inside.

    Args:
        devices: accepted for PyTorch's sake; those of all devices that were used are meant.
        enabled: False to do nothing.
        _caller: accepted for PyTorch's sake, as are the two behind it.
        _devices_kw: the name of `devices`.
        device_type: the type of the devices.

    >>> import minitorch
    >>> _ = minitorch.manual_seed(0)
    >>> with minitorch.random.fork_rng():
    ...     x = minitorch.rand(3)
    >>> minitorch.rand(3).equal(x)
    True
    """
    generators = [default_generator, *_of_devices.values()] if enabled else []
    states = [generator.get_state() for generator in generators]
    try:
        yield
    finally:
        for generator, state in zip(generators, states, strict=True):
            generator.set_state(state)


def source(generator: Generator | None = None, like: Any = None) -> Any:
    """The backend's generator behind `generator`, or behind the default one of the device concerned.

    Args:
        generator: of the device concerned.
        like: an array on that device; without it, it is that of new tensors.

    Raises:
        BackendError: for a generator of another device.
    """
    where = (place() or CPU) if like is None else device_of(like)
    if generator is None:
        generator = default_of(where)
    elif generator.device != where:
        raise BackendError(
            f"random numbers on {where} were asked for with a generator of {generator.device}; "
            f"make one with minitorch.Generator({str(where)!r})"
        )
    level = current().level
    return generator.source if level is None else level.source(generator.source)


def draw(method: str, *args: Any, dtype: Any, generator: Generator | None = None, like: Any = None) -> Any:
    """An array of random numbers in a dtype: `method` is one of the backend generator's; see `source`."""
    return getattr(source(generator, like), method)(*args, as_dtype(dtype).dtype)
