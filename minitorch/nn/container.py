"""Modules made of modules: Sequential, ModuleList, ModuleDict."""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Self

from minitorch.errors import ArgumentError, ArgumentTypeError, IndexRangeError, ModuleKeyError
from minitorch.nn.attributes import describe
from minitorch.nn.module import Module, indent


def position(container: Any, index: Any, size: int) -> int:
    """An index counted from the front, after checking it."""
    i = operator.index(index)
    if not -size <= i < size:
        raise IndexRangeError(f"{type(container).__name__}: index {i} is out of range; it has {size} modules")
    return i % size


def pairs_of(container: Any, values: Any) -> Iterator[tuple[Any, Any]]:
    """The key-value pairs of a mapping, or of an iterable of pairs."""
    if isinstance(values, Mapping) or hasattr(values, "items"):
        yield from values.items()
        return
    if not isinstance(values, Iterable):
        raise ArgumentTypeError(
            f"{type(container).__name__}.update: expected a dict or pairs of key and value, "
            f"got {type(values).__name__}"
        )
    for i, pair in enumerate(values):
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise ArgumentError(
                f"{type(container).__name__}.update: element {i} is not a pair of key and value"
            )
        yield pair[0], pair[1]


class Numbered(Module):
    """What Sequential and ModuleList share: children named "0", "1", … in order."""

    _modules: dict[str, Any]

    def _renumber(self, modules: Iterable[Any]) -> None:
        self.__dict__["_modules"] = {str(i): module for i, module in enumerate(modules)}

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._modules.values())

    def __setitem__(self, index: int, module: Module) -> None:
        key = list(self._modules)[position(self, index, len(self))]
        self.add_module(key, module)

    def __delitem__(self, index: int | slice) -> None:
        modules = list(self._modules.values())
        del modules[index if isinstance(index, slice) else position(self, index, len(self))]
        self._renumber(modules)

    def pop(self, key: int | slice) -> Any:
        """Takes a module out, and returns it."""
        module = self[key]  # type: ignore[index]
        del self[key]
        return module

    def append(self, module: Module) -> Self:
        """Adds a module at the end; returns the container."""
        self.add_module(str(len(self)), module)
        return self

    def insert(self, index: int, module: Module) -> Any:
        """Puts a module before the one at `index`."""
        size = len(self)
        if not -size <= index <= size:
            raise IndexRangeError(
                f"{type(self).__name__}.insert: index {index} is out of range; it has {size} modules"
            )
        if not isinstance(module, Module):
            raise ArgumentTypeError(
                f"{type(self).__name__}.insert: expected a Module, got {describe(module)}"
            )
        modules = list(self._modules.values())
        modules.insert(index, module)
        self._renumber(modules)
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Adds modules at the end; returns the container."""
        if not isinstance(modules, Iterable):
            raise ArgumentTypeError(
                f"{type(self).__name__}.extend: expected modules in an iterable, got {describe(modules)}"
            )
        for module in list(modules):
            self.append(module)
        return self


class Sequential(Numbered):
    """Modules one after the other: each gets the output of the one before.

    Args:
        args: modules; or one OrderedDict of modules by name.

    Shape: that of the first module's input → that of the last one's output.

    >>> import minitorch
    >>> from minitorch import nn
    >>> net = nn.Sequential(nn.Flatten(), nn.Linear(4, 3))
    >>> net(minitorch.zeros(2, 2, 2)).shape
    minitorch.Size([2, 3])
    """

    def __init__(self, *args: Any) -> None:
        super().__init__()
        by_name = len(args) == 1 and isinstance(args[0], OrderedDict)
        named = args[0] if by_name else {str(i): module for i, module in enumerate(args)}
        for name, module in named.items():
            if not isinstance(module, Module):
                raise ArgumentTypeError(
                    f"Sequential: element {name!r} is a {describe(module)}, expected a Module"
                )
            self.add_module(name, module)

    def forward(self, input: Any) -> Any:
        for module in self._modules.values():
            input = module(input)
        return input

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return type(self)(OrderedDict(list(self._modules.items())[index]))
        return list(self._modules.values())[position(self, index, len(self))]

    def __add__(self, other: Sequential) -> Sequential:
        return Sequential(*self, *self._other(other))

    def __iadd__(self, other: Sequential) -> Self:
        return self.extend(self._other(other))

    def __mul__(self, times: int) -> Sequential:
        return Sequential(*(list(self) * self._times(times)))

    __rmul__ = __mul__

    def __imul__(self, times: int) -> Self:
        return self.extend(list(self) * (self._times(times) - 1))

    def _other(self, other: Any) -> Sequential:
        if not isinstance(other, Sequential):
            raise ArgumentError(f"Sequential: expected a Sequential after +, got {describe(other)}")
        return other

    def _times(self, times: Any) -> int:
        if not isinstance(times, int):
            raise ArgumentTypeError(f"Sequential: expected an integer after *, got {describe(times)}")
        if times <= 0:
            raise ArgumentError(f"Sequential: cannot be repeated {times} times")
        return times


class ModuleList(Numbered):
    """A list of modules, which are registered; it has no forward.

    Args:
        modules: to begin with.

    >>> import minitorch
    >>> layers = minitorch.nn.ModuleList([minitorch.nn.Linear(2, 3), minitorch.nn.ReLU()])
    >>> layers.append(minitorch.nn.Linear(3, 1))
    ModuleList(
      (0): Linear(in_features=2, out_features=3, bias=True)
      (1): ReLU()
      (2): Linear(in_features=3, out_features=1, bias=True)
    )
    """

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return type(self)(list(self._modules.values())[index])
        return self._modules[str(position(self, index, len(self)))]

    def __iadd__(self, modules: Iterable[Module]) -> Self:
        return self.extend(modules)

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList(chain(self, other))

    def __repr__(self) -> str:
        if not len(self):
            return f"{self._get_name()}()"
        runs: list[list[Any]] = []  # of equal children: the first, how many, how they look
        for i, text in enumerate(map(repr, self)):
            if runs and runs[-1][2] == text:
                runs[-1][1] += 1
            else:
                runs.append([i, 1, text])
        lines = [
            indent(f"({i}): {text}" if count == 1 else f"({i}-{i + count - 1}): {count} x {text}")
            for i, count, text in runs
        ]
        return f"{self._get_name()}(\n  " + "\n  ".join(lines) + "\n)"


class ModuleDict(Module):
    """A dict of modules, which are registered; it has no forward.

    Args:
        modules: to begin with: a mapping, or pairs of name and module.

    >>> import minitorch
    >>> heads = minitorch.nn.ModuleDict({"mean": minitorch.nn.Linear(4, 1)})
    >>> heads["std"] = minitorch.nn.Linear(4, 1)
    >>> heads
    ModuleDict(
      (mean): Linear(in_features=4, out_features=1, bias=True)
      (std): Linear(in_features=4, out_features=1, bias=True)
    )
    """

    _modules: dict[str, Any]

    def __init__(self, modules: Any = None) -> None:
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key: str) -> Any:
        if key not in self._modules:
            raise ModuleKeyError(
                f"ModuleDict: no module {key!r}; it has {', '.join(self._modules) or 'none'}"
            )
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        self[key]
        del self._modules[key]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: object) -> bool:
        return key in self._modules

    def clear(self) -> None:
        """Takes all modules out."""
        self._modules.clear()

    def pop(self, key: str) -> Any:
        """Takes a module out, and returns it."""
        module = self[key]
        del self[key]
        return module

    def keys(self) -> Any:
        """The names."""
        return self._modules.keys()

    def items(self) -> Any:
        """The pairs of name and module."""
        return self._modules.items()

    def values(self) -> Any:
        """The modules."""
        return self._modules.values()

    def update(self, modules: Any) -> None:
        """Adds modules by name, from a mapping or from pairs."""
        for key, module in pairs_of(self, modules):
            self[key] = module
