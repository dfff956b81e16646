"""One pass over a dataset: its seed, its order, and how far the user has come; and how to go on from there later."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from minitorch.errors import ArgumentTypeError, StateDictError
from minitorch.random import Generator, use_generator
from minitorch.sampling import randint
from minitorch.utils.data.recipe import END
from minitorch.utils.data.seeds import mixed

ORDER = -(2**40)  # the number of the seed for the order of samples: far from those of batches and streams


class Epoch:
    """One pass over the dataset of a loader.

    The order is drawn from a generator of its own, so it is the same however far ahead of the user it is read.

    Attributes:
        seed: decides, with the number of a batch, about the random numbers that are drawn for it.
        count: how many streams there are: one for each worker, and one if there is none.
        received: of an indexed dataset so many batches in order have been given to the user.
        ahead: the numbers of others that came before their turn.
        given: how many batches of each stream the user has.
        ended: which streams are at their end.
        turn: the stream that gives the next batch.
        finished: the user has everything.
    """

    def __init__(self, loader: Any, state: dict[str, Any] | None = None) -> None:
        sources = generators_of(loader)
        if state is not None:
            for source, old in zip(sources, state["generators"], strict=True):
                source.set_state(old)
            if state["finished"]:
                state = None
        self.generators = [source.get_state() for source in sources]
        self.count = max(1, loader.num_workers)
        if state is None:
            self.seed = drawn_seed(loader)
            self.received, self.ahead = 0, set[int]()
            self.given, self.ended, self.turn = [0] * self.count, [False] * self.count, 0
        else:
            if loader.generator is not None:
                drawn_seed(loader)
            self.seed = int(state["seed"])
            self.received, self.ahead = int(state["received"]), set(map(int, state["ahead"]))
            self.given, self.ended = list(map(int, state["given"])), list(map(bool, state["ended"]))
            self.turn = int(state["turn"])
        self.finished = False
        self._batched = loader.batch_sampler is not None
        self._order = Generator().manual_seed(mixed(self.seed, ORDER))
        with use_generator(self._order):
            self._indices = iter(loader.sampler if loader.batch_sampler is None else loader.batch_sampler)

    def tasks(self) -> Iterator[tuple[int, Any]]:
        """The number and the indices of each batch that the user does not have yet."""
        number, done, ahead = 0, self.received, set(self.ahead)
        while True:
            with use_generator(self._order):
                indices = next(self._indices, END)
            if indices is END:
                return
            if self._batched and isinstance(indices, int):
                raise ArgumentTypeError(
                    f"DataLoader: batch_sampler must give lists of indices, got the single index {indices}; pass it as "
                    f"sampler="
                )
            if number >= done and number not in ahead:
                yield number, indices
            number += 1

    def receive(self, number: int) -> None:
        """The user gets this batch of an indexed dataset."""
        if number != self.received:
            self.ahead.add(number)
            return
        self.received += 1
        while self.ahead and self.received in self.ahead:
            self.ahead.remove(self.received)
            self.received += 1

    def receive_of(self, stream: int) -> None:
        """The user gets the next batch of this stream."""
        self.given[stream] += 1
        self.turn = (stream + 1) % self.count

    @property
    def batches(self) -> int:
        """How many batches the user has."""
        return self.received + len(self.ahead) + sum(self.given)

    def state_dict(self, loader: Any) -> dict[str, Any]:
        """What `Epoch(loader, state)` needs to go on from here."""
        generators = (
            [source.get_state() for source in generators_of(loader)] if self.finished else self.generators
        )
        return {
            **shape_of(loader),
            "finished": self.finished,
            "seed": self.seed,
            "generators": generators,
            "received": self.received,
            "ahead": sorted(self.ahead),
            "given": list(self.given),
            "ended": list(self.ended),
            "turn": self.turn,
        }


def drawn_seed(loader: Any) -> int:
    """A seed for an epoch, from the loader's generator or the default one."""
    return int(randint(0, 2**62, (), generator=loader.generator).item())


def generators_of(loader: Any) -> list[Generator]:
    """The generators with which the user made the loader and its samplers, each once."""
    samplers = (loader, loader.sampler, loader.batch_sampler, getattr(loader.batch_sampler, "sampler", None))
    found = {id(source): source for x in samplers if (source := getattr(x, "generator", None)) is not None}
    return [source for source in found.values() if isinstance(source, Generator)]


def shape_of(loader: Any) -> dict[str, Any]:
    """What must be the same in a loader that goes on where another one was."""
    stream = loader.recipe().is_stream
    return {
        "batch_size": loader.batch_size,
        "drop_last": loader.drop_last,
        "streams": max(1, loader.num_workers) if stream else 0,
    }


def between_epochs(loader: Any) -> dict[str, Any]:
    """The state of a loader that has not begun."""
    return {
        **shape_of(loader),
        "finished": True,
        "seed": 0,
        "generators": [source.get_state() for source in generators_of(loader)],
        "received": 0,
        "ahead": [],
        "given": [],
        "ended": [],
        "turn": 0,
    }


def check_state(loader: Any, state: Any) -> None:
    """Refuses what is not the state of such a loader.

    Raises:
        ArgumentTypeError: if it is no dict.
        StateDictError: if it comes from something else.
    """
    if not isinstance(state, dict):
        raise ArgumentTypeError(f"DataLoader.load_state_dict: expected a dict, got {type(state).__name__}")
    expected = between_epochs(loader)
    if state.keys() != expected.keys():
        raise StateDictError(
            f"DataLoader.load_state_dict: expected the keys {', '.join(expected)}, got "
            f"{', '.join(map(str, state)) or 'none'}; give what state_dict() of a DataLoader returned"
        )
    for name, value in shape_of(loader).items():
        if state[name] != value:
            what = "num_workers, of a dataset without indices," if name == "streams" else name
            raise StateDictError(
                f"DataLoader.load_state_dict: {what} was {state[name]} where this was saved, and is {value} here; "
                f"make the loader as it was"
            )
    for name, is_good in good_values(state).items():
        if not is_good:
            raise StateDictError(
                f"DataLoader.load_state_dict: {name} is {state[name]!r}, which no DataLoader saves; give what "
                f"state_dict() of a DataLoader returned"
            )
    if len(state["generators"]) != len(expected["generators"]):
        raise StateDictError(
            f"DataLoader.load_state_dict: {len(state['generators'])} generators were saved, this loader and its "
            f"samplers have {len(expected['generators'])}; make the loader as it was"
        )


def good_values(state: dict[str, Any]) -> dict[str, bool]:
    """For each name in a state, whether an epoch can go on from its value."""
    given, ended = state["given"], state["ended"]
    places = max(1, state["streams"])  # there are as many in the state of a stream that has begun
    has_begun = not state["finished"] and state["streams"] > 0
    return {
        "finished": isinstance(state["finished"], bool),
        "seed": are_counts([state["seed"]]),
        "generators": isinstance(state["generators"], (list, tuple)),
        "received": are_counts([state["received"]]),
        "ahead": are_counts(state["ahead"]),
        "given": are_counts(given) and (len(given) == places or not has_begun),
        "ended": isinstance(ended, (list, tuple))
        and all(isinstance(x, bool) for x in ended)
        and (len(ended) == places or not has_begun),
        "turn": are_counts([state["turn"]]) and state["turn"] < places,
    }


def are_counts(values: Any) -> bool:
    """Whether it is a list of integers that are not negative."""
    return isinstance(values, (list, tuple)) and all(isinstance(x, int) and x >= 0 for x in values)
