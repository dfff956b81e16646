"""Parameters in containers: ParameterList, ParameterDict."""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from minitorch.errors import ArgumentTypeError, IndexRangeError, ModuleKeyError, NotSupportedError
from minitorch.nn.container import pairs_of
from minitorch.nn.module import Module
from minitorch.nn.parameter import Parameter
from minitorch.variable import Variable


class ParameterKeyError(ModuleKeyError, AttributeError):
    """A ParameterDict has no such key; PyTorch, which looks it up as an attribute, raises an AttributeError."""


def as_parameter(value: Any) -> Any:
    """A tensor as a parameter; anything else as it is."""
    return Parameter(value) if isinstance(value, Variable) and not isinstance(value, Parameter) else value


def describe_items(items: Iterable[tuple[Any, Any]], named: bool) -> str:
    """One line for each element of a container; one with `named` elements gives types in their old spelling."""
    lines = []
    for key, value in items:
        if isinstance(value, Variable):
            size = "x".join(map(str, value.array.shape))
            kind = "Parameter" if isinstance(value, Parameter) else "Tensor"
            dtype = value.type() if named else value.dtype
            lines.append(f"  ({key}): {kind} containing: [{dtype} of size {size}]")
        else:
            lines.append(f"  ({key}): Object of type: {type(value).__name__}")
    return "\n".join(lines)


class ParameterList(Module):
    """A list of parameters, which are registered; tensors become parameters, other values stay as they are.

    Args:
        values: to begin with.

    >>> import minitorch
    >>> weights = minitorch.nn.ParameterList([minitorch.zeros(2), minitorch.zeros(3)])
    >>> [tuple(w.shape) for w in weights.parameters()]
    [(2,), (3,)]
    """

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self._size = 0
        if values is not None:
            self.extend(values)

    def _name(self, index: Any) -> str:
        i = operator.index(index)
        if not -self._size <= i < self._size:
            raise IndexRangeError(f"ParameterList: index {i} is out of range; it has {self._size} elements")
        return str(i % self._size)

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return type(self)(self[i] for i in range(*index.indices(self._size)))
        return getattr(self, self._name(index))

    def __setitem__(self, index: int, value: Any) -> None:
        setattr(self, self._name(index), as_parameter(value))

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(self._size))

    def __iadd__(self, values: Iterable[Any]) -> Self:
        return self.extend(values)

    def append(self, value: Any) -> Self:
        """Adds a value at the end; returns the list."""
        setattr(self, str(self._size), as_parameter(value))
        self._size += 1
        return self

    def extend(self, values: Any) -> Self:
        """Adds values at the end; returns the list."""
        if not isinstance(values, Iterable) or isinstance(values, Variable):
            raise ArgumentTypeError(
                f"ParameterList.extend: expected a list of parameters, got {type(values).__name__}"
            )
        for value in list(values):
            self.append(value)
        return self

    def extra_repr(self) -> str:
        return describe_items(enumerate(self), named=False)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise NotSupportedError("ParameterList cannot be called; use its elements")


class ParameterDict(Module):
    """A dict of parameters, which are registered; tensors become parameters, other values stay as they are.

    Args:
        parameters: to begin with: a mapping, or pairs of name and parameter.

    >>> import minitorch
    >>> weights = minitorch.nn.ParameterDict({"scale": minitorch.ones(2)})
    >>> [name for name, w in weights.named_parameters()]
    ['scale']
    """

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self._keys: dict[str, None] = {}
        if parameters is not None:
            self.update(parameters)

    def __getitem__(self, key: str) -> Any:
        if key not in self._keys:
            raise ParameterKeyError(
                f"ParameterDict: no parameter {key!r}; it has {', '.join(self._keys) or 'none'}"
            )
        return getattr(self, key)

    def __setitem__(self, key: str, value: Any) -> None:
        if not isinstance(key, str):
            raise ArgumentTypeError(f"ParameterDict: keys must be strings, got {type(key).__name__}")
        if key not in self._keys:
            self._check_name("parameter", key)
        setattr(self, key, as_parameter(value))
        self._keys[key] = None

    def __delitem__(self, key: str) -> None:
        self[key]
        del self._keys[key]
        delattr(self, key)

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._keys)

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def copy(self) -> ParameterDict:
        """Another dict with the same parameters."""
        return ParameterDict(self.items())

    def setdefault(self, key: str, default: Any = None) -> Any:
        """The value of `key`, which is set to `default` if it is not there."""
        if key not in self:
            self[key] = default
        return self[key]

    def clear(self) -> None:
        """Takes everything out."""
        for key in list(self._keys):
            del self[key]

    def pop(self, key: str) -> Any:
        """Takes a value out, and returns it."""
        value = self[key]
        del self[key]
        return value

    def popitem(self) -> tuple[str, Any]:
        """Takes the last pair out, and returns it."""
        if not self._keys:
            raise ModuleKeyError("ParameterDict.popitem: it is empty")
        key = next(reversed(self._keys))
        return key, self.pop(key)

    def get(self, key: str, default: Any = None) -> Any:
        """The value of `key`, or `default`."""
        return self[key] if key in self._keys else default

    def fromkeys(self, keys: Iterable[str], default: Any = None) -> ParameterDict:
        """A new dict with `default` for every key."""
        return ParameterDict([(key, default) for key in keys])

    def keys(self) -> Any:
        """The names."""
        return self._keys.keys()

    def items(self) -> list[tuple[str, Any]]:
        """The pairs of name and value."""
        return [(key, self[key]) for key in self._keys]

    def values(self) -> list[Any]:
        """The values."""
        return [self[key] for key in self._keys]

    def update(self, parameters: Any) -> None:
        """Adds parameters by name, from a mapping or from pairs.

        As in PyTorch, those of a plain dict are added in the order of their names.
        """
        pairs = pairs_of(self, parameters)
        if isinstance(parameters, Mapping) and not isinstance(parameters, OrderedDict):
            pairs = iter(sorted(pairs, key=operator.itemgetter(0)))
        for key, value in pairs:
            self[key] = value

    def __or__(self, other: ParameterDict) -> ParameterDict:
        both = self.copy()
        both.update(other)
        return both

    def __ror__(self, other: ParameterDict) -> ParameterDict:
        both = other.copy()
        both.update(self)
        return both

    def __ior__(self, other: ParameterDict) -> Self:
        self.update(other)
        return self

    def extra_repr(self) -> str:
        return describe_items(self.items(), named=True)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise NotSupportedError("ParameterDict cannot be called; use its elements")
