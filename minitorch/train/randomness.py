"""Random states: one seed for all of them, and all of them in a checkpoint."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable, Iterator
from operator import index
from typing import Any

from minitorch.errors import ArgumentTypeError
from minitorch.random import Generator, default_generator, manual_seed


def seed_everything(seed: int) -> None:
    """Seeds minitorch, Python's `random` and, for datasets that draw from it, NumPy's global state.

    Raises:
        ArgumentTypeError: for what is no integer; no state is changed then.

    >>> import minitorch
    >>> minitorch.train.seed_everything(0)
    >>> x = minitorch.rand(3)
    >>> minitorch.train.seed_everything(0)
    >>> minitorch.rand(3).equal(x)
    True
    """
    if not hasattr(seed, "__index__"):
        raise ArgumentTypeError(f"seed_everything: seed must be an integer, got {type(seed).__name__}")
    seed = index(seed)
    manual_seed(seed)
    random.seed(seed)
    if (numpy := sys.modules.get("numpy")) is not None:  # only if somebody has loaded it
        numpy.random.seed(seed % 2**32)


def generators(loader: Any) -> list[Generator]:
    """The generators of a loader and of its samplers, each once."""
    batch_sampler = getattr(loader, "batch_sampler", None)
    owners = (
        loader,
        getattr(loader, "sampler", None),
        batch_sampler,
        getattr(batch_sampler, "sampler", None),
    )
    found = [getattr(owner, "generator", None) for owner in owners]
    return list({id(g): g for g in found if isinstance(g, Generator)}.values())


def random_state(loader: Any = None) -> dict[str, Any]:
    """All random states, as values that `minitorch.save` takes."""
    numpy = sys.modules.get("numpy")
    kind, words, *rest = numpy.random.get_state() if numpy is not None else ("", None)
    return {
        "minitorch": default_generator.get_state(),
        "python": random.getstate(),
        "numpy": (kind, words.tolist(), *rest) if words is not None else None,
        "loader": [generator.get_state() for generator in generators(loader)],
    }


def set_random_state(state: dict[str, Any]) -> None:
    """Puts all random states back to what `random_state` gave, but for the loader's."""
    default_generator.set_state(state["minitorch"])
    random.setstate(state["python"])
    if state["numpy"] is not None and (numpy := sys.modules.get("numpy")) is not None:
        numpy.random.set_state(state["numpy"])


def set_generators(loader: Any, states: list[Any]) -> None:
    """Puts the generators of a loader and its samplers back to where they were."""
    for generator, saved in zip(generators(loader), states, strict=False):
        generator.set_state(saved)


def rest_of(
    loader: Iterable[Any], seen: int, start: dict[str, Any], loader_state: dict[str, Any] | None
) -> Iterator[Any]:
    """The batches of an epoch after the first `seen` ones.

    A loader with `load_state_dict` knows the way. With any other, the epoch begins again from the random states of
    its start, and the batches that were seen are skipped.
    """
    if seen == 0:
        return iter(loader)
    load: Any = getattr(loader, "load_state_dict", None)
    if load is not None and loader_state is not None:
        load(loader_state)
        return iter(loader)
    now = random_state()
    set_random_state(start)
    set_generators(loader, start["loader"])
    batches = iter(loader)
    for _ in range(seen):
        next(batches, None)
    set_random_state(now)  # the loader's own generators are where they were by having been led there
    return batches
