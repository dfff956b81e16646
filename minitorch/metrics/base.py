"""What every metric is: a state that batches are added to, and a value computed from it."""

from __future__ import annotations

import math
import warnings
from inspect import signature
from typing import Any, Self

from minitorch.creation import tensor
from minitorch.dtypes import float64
from minitorch.errors import ArgumentError, ArgumentTypeError, ShapeError, StateDictError
from minitorch.modes import no_grad
from minitorch.ops import cat
from minitorch.variable import Tensor

State = dict[
    str, Any
]  # of each name a tensor (which adds up) or a list of tensors (which are kept, in order)


class UndefinedMetricWarning(UserWarning):
    """A value is not defined for what was seen: a quotient 0/0, as the recall of a class that never occurred."""


def warn_undefined(message: str) -> None:
    """Warns that a value is undefined, and what stands in its place."""
    warnings.warn(message, UndefinedMetricWarning, stacklevel=2)


def result(value: Any) -> Tensor:
    """Numbers as a tensor of float64: what is reported should not lose digits to the default dtype."""
    return tensor(value, dtype=float64)


def undefined(name: str, why: str) -> Tensor:
    """NaN, with a warning."""
    warn_undefined(f"{name}: {why}: the result is NaN")
    return result(math.nan)


class Metric:
    """A value over all batches so far, the same however they were cut.

    A metric is a state and three functions: one from a batch to its state (`_measure`), one from two states to the
    state of both (`_join`), one from the state to the value (`_value`). So feeding batches, merging the metrics of
    several processes and calling the function of the same name on everything at once are the same computation:

        value(join(join(measure(a), measure(b)), measure(c))) = value(measure(a ++ b ++ c))

    A batch is checked and measured before anything changes: after an error the state is what it was. No graph is
    recorded, inputs are never kept themselves (they may be overwritten afterwards), results are new tensors.
    `update` and `merge` return the metric.

    >>> import minitorch
    >>> from minitorch.metrics import MeanSquaredError
    >>> metric = MeanSquaredError()
    >>> metric.update(minitorch.tensor([1.0]), minitorch.tensor([3.0])).compute().item()
    4.0
    >>> metric.update(minitorch.tensor([2.0]), minitorch.tensor([2.0])).compute().item()
    2.0
    """

    _name = "metric"  # the function's name, for messages
    _kept: tuple[str, ...] = ()  # names of the state whose tensors are kept rather than added up

    def __init__(self) -> None:
        self._state: State = {}  # empty: nothing was seen

    def _measure(self, *batch: Any, **named: Any) -> State:
        """The state after this batch alone; checks it."""
        raise NotImplementedError(f"{type(self).__name__} must define _measure()")

    def _value(self, state: State) -> Any:
        """What `compute` returns; `state` is empty if nothing was seen."""
        raise NotImplementedError(f"{type(self).__name__} must define _value()")

    def _join(self, a: State, b: State) -> State:
        """The state of all that made `a` and then `b`."""
        joined: State = {}
        for name in a:
            if name in self._kept:
                joined[name] = joined_chunks(self._name, a[name], b[name])
            else:
                require_same_shape(self._name, a[name], b[name])
                joined[name] = a[name] + b[name]
        return joined

    def _layout(self) -> dict[str, Tensor]:
        """Of each name in the state an example, by which `load_state_dict` knows dtypes and numbers of dims."""
        raise NotImplementedError(f"{type(self).__name__} must define _layout()")

    def _settings(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_state"}

    def update(self, *batch: Any, **named: Any) -> Self:
        """Adds a batch; the class says what it consists of. After an error nothing has changed.

        Raises:
            ArgumentTypeError: if these are not the arguments that the class names.
        """
        try:
            signature(self._measure).bind(*batch, **named)
        except TypeError as error:
            wanted = ", ".join(signature(self._measure).parameters)
            raise ArgumentTypeError(f"{self._name}: {error}; expected update({wanted})") from None
        with no_grad():
            new = self._measure(*batch, **named)
            self._state = self._join(self._state, new) if self._state else new
        return self

    def compute(self) -> Any:
        """The value over everything that was added; the state stays."""
        with no_grad():
            return self._value(self._state)

    def reset(self) -> None:
        """Forgets everything that was added."""
        self._state = {}

    def merge(self, other: Metric) -> Self:
        """Adds what another metric of the same kind has seen, perhaps in another process.

        Metrics can be pickled; or send the state dict, load it into a new metric, and merge that.

        >>> import minitorch
        >>> from minitorch.metrics import Accuracy
        >>> there = Accuracy().update(minitorch.tensor([1, 0]), minitorch.tensor([1, 1])).state_dict()
        >>> other = Accuracy()
        >>> other.load_state_dict(there)
        >>> here = Accuracy().update(minitorch.tensor([2, 2]), minitorch.tensor([2, 2]))
        >>> here.merge(other).compute().item()
        0.75

        Raises:
            ArgumentTypeError: if `other` is another kind of metric.
            ArgumentError: if it was made with other settings.
        """
        if type(other) is not type(self):
            raise ArgumentTypeError(
                f"merge: got {type(other).__name__}, expected {type(self).__name__}; merge metrics of one kind"
            )
        mine, its = self._settings(), other._settings()
        if repr(mine) != repr(its):  # by repr, as NaN is not equal to itself
            raise ArgumentError(
                f"merge: settings differ, {mine} and {its}; make both metrics with the same ones"
            )
        with no_grad():
            if self._state and other._state:
                self._state = self._join(self._state, other._state)
            elif other._state:
                self._state = dict(other._state)  # the tensors are never changed in place
        return self

    def state_dict(self) -> dict[str, Tensor]:
        """Copies of the state's tensors, by name; empty if nothing was seen.

        >>> from minitorch.metrics import Accuracy
        >>> Accuracy().state_dict()
        {}
        """
        with no_grad():
            return {name: (cat(x) if name in self._kept else x.clone()) for name, x in self._state.items()}

    def load_state_dict(self, state_dict: dict[str, Tensor]) -> None:
        """Puts the state that `state_dict` returned in the place of this one's; after an error nothing has changed.

        Raises:
            StateDictError: if names, dtypes or shapes are not those of such a state.
        """
        if not isinstance(state_dict, dict):
            raise StateDictError(f"load_state_dict: expected a dict, got {type(state_dict).__name__}")
        if not state_dict:
            self._state = {}
            return
        layout = self._layout()
        if set(state_dict) != set(layout):
            raise StateDictError(
                f"load_state_dict: got the names {sorted(map(str, state_dict))}, {type(self).__name__} has "
                f"{sorted(layout)}; load the state of a metric of the same kind"
            )
        for name, example in layout.items():
            self._check_entry(name, state_dict[name], example)
        try:
            self._check_state(state_dict)
        except (RuntimeError, ValueError, IndexError) as error:
            raise StateDictError(f"load_state_dict: not a state of {type(self).__name__}: {error}") from error
        with no_grad():
            copies = {name: state_dict[name].detach().clone() for name in layout}
        self._state = {name: [x] if name in self._kept else x for name, x in copies.items()}

    def _check_entry(self, name: str, value: Any, example: Tensor) -> None:
        if not isinstance(value, Tensor):
            raise StateDictError(f"load_state_dict: {name} is {type(value).__name__}, expected a tensor")
        same_kind = value.dtype == example.dtype or (
            name in self._kept and value.is_floating_point() and example.is_floating_point()
        )
        fits = value.ndim == example.ndim and all(
            size in (wanted, -1) or wanted == 0
            for size, wanted in zip(value.shape, example.shape, strict=True)
        )
        if not (same_kind and fits):
            shape = tuple("any" if size == 0 else size for size in example.shape)
            raise StateDictError(
                f"load_state_dict: {name} is {value.dtype} of shape {tuple(value.shape)}, expected {example.dtype} "
                f"of shape {shape}; was the metric made with other settings?"
            )

    def _check_state(self, state: dict[str, Tensor]) -> None:
        """Raises what the metric itself knows to be wrong with a state."""


def require_same_shape(name: str, a: Tensor, b: Tensor) -> None:
    """Sums of batches are over the same outputs, bins or classes."""
    if a.shape != b.shape:
        raise ShapeError(
            f"{name}: this batch has results of shape {tuple(b.shape)}, those before it {tuple(a.shape)}; "
            "reset the metric before feeding it something else"
        )


def joined_chunks(name: str, a: list[Tensor], b: list[Tensor]) -> list[Tensor]:
    """Both lists in order; neighbours are put together while the later is no smaller, so that few chunks remain.

    Every element is copied about log₂(number of batches) times in all, and a list holds about as many chunks.
    """
    if a[0].shape[1:] != b[0].shape[1:]:
        raise ShapeError(
            f"{name}: this batch has rows of shape {tuple(b[0].shape[1:])}, those before it "
            f"{tuple(a[0].shape[1:])}; reset the metric before feeding it something else"
        )
    chunks = list(a)
    for chunk in b:
        chunks.append(chunk)
        while len(chunks) > 1 and len(chunks[-1]) >= len(chunks[-2]):
            last = chunks.pop()
            chunks[-1] = cat([chunks[-1], last])
    return chunks
