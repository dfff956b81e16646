"""The random generators of GPUs: one for each, seeded together with that of the CPU by `minitorch.manual_seed`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from minitorch.cuda.devices import device_count, index_of, is_available
from minitorch.device import device as as_device
from minitorch.random import Generator, default_of, seed_devices


def generator(device: Any = None) -> Generator:
    """The default generator of a GPU."""
    return default_of(as_device("cuda", index_of(device)))


def manual_seed(seed: int) -> None:
    """Seeds the generator of the current GPU; without a GPU nothing happens.

    >>> import minitorch
    >>> minitorch.cuda.manual_seed(0)
    """
    if is_available():
        generator().manual_seed(seed)


def manual_seed_all(seed: int) -> None:
    """Seeds the generators of all GPUs; without a GPU nothing happens.

    >>> import minitorch
    >>> minitorch.cuda.manual_seed_all(0)
    """
    seed_devices(int(seed))


def seed() -> None:
    """Seeds the generator of the current GPU from the operating system."""
    if is_available():
        generator().seed()


def seed_all() -> None:
    """Seeds the generators of all GPUs with one number of the operating system's."""
    manual_seed_all(Generator("cpu").seed())


def initial_seed() -> int:
    """The seed of the current GPU's generator."""
    return generator().initial_seed()


def get_rng_state(device: Any = "cuda") -> Any:
    """The state of a GPU's generator, as a uint8 tensor on the CPU."""
    return generator(device).get_state()


def get_rng_state_all() -> list[Any]:
    """The states of all GPUs' generators.

    >>> import minitorch
    >>> len(minitorch.cuda.get_rng_state_all()) == minitorch.cuda.device_count()
    True
    """
    return [get_rng_state(i) for i in range(device_count())]


def set_rng_state(new_state: Any, device: Any = "cuda") -> None:
    """Sets the state of a GPU's generator."""
    generator(device).set_state(new_state)


def set_rng_state_all(new_states: Iterable[Any]) -> None:
    """Sets the states of all GPUs' generators."""
    for i, state in enumerate(new_states):
        set_rng_state(state, i)
