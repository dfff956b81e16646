"""Calls of a module with other tensors in the place of its parameters and buffers."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from minitorch.errors import ArgumentError, ModuleKeyError
from minitorch.nn.module import Module
from minitorch.value import Value


def members(module: Module) -> dict[str, Any]:
    """All parameters and buffers by name; those with several names under each."""
    both = module.named_parameters(remove_duplicate=False), module.named_buffers(remove_duplicate=False)
    return {name: x for each in both for name, x in each}


def with_ties(module: Module, given: Mapping[str, Any]) -> dict[str, Any]:
    """Given tensors also under the other names of the tensors that they replace."""
    names: dict[int, list[str]] = {}
    for name, x in members(module).items():
        names.setdefault(id(x), []).append(name)
    tied = {name: group for group in names.values() if len(group) > 1 for name in group}
    result = dict(given)
    for name, x in given.items():
        for other in tied.get(name, ()):
            if given.get(other, x) is not x:
                raise ArgumentError(
                    f"functional_call: {name!r} and {other!r} are the same tensor in the module, but two different "
                    f"ones were given; pass tie_weights=False if that is meant"
                )
            result[other] = x
    return result


@contextmanager
def replaced(
    module: Module, given: Mapping[str, Any], tie_weights: bool = True, strict: bool = False
) -> Iterator[None]:
    """Within this block the module has the given tensors in the place of its own."""
    tensors = with_ties(module, given) if tie_weights else dict(given)
    if strict:
        own = members(module)
        missing, unexpected = [k for k in own if k not in tensors], [k for k in tensors if k not in own]
        if missing or unexpected:
            raise ArgumentError(
                f"functional_call: missing {', '.join(missing) or 'none'}; unexpected {', '.join(unexpected) or 'none'}"
            )
    places: list[tuple[str, dict[str, Any], str, Any]] = []
    for path, x in tensors.items():
        if not isinstance(x, Value):
            raise ArgumentError(f"functional_call: {path!r} is a {type(x).__name__}, expected a Tensor")
        prefix, _, name = path.rpartition(".")
        owner = module.get_submodule(prefix)
        if name in owner._parameters:
            places.append((path, owner._parameters, name, x))
        elif name in owner._buffers:
            places.append((path, owner._buffers, name, x))
        elif not hasattr(owner, name):
            raise ModuleKeyError(
                f"functional_call: {type(module).__name__} has no parameter or buffer {path!r}"
            )
        else:  # for instance computed by a pre-hook
            places.append((path, owner.__dict__, name, x))
    before = [table.get(name) for _, table, name, _ in places]
    for _, table, name, x in places:
        table[name] = x
    try:
        yield
    finally:
        for (path, table, name, _), old in zip(reversed(places), reversed(before), strict=True):
            if isinstance(given, dict) and path in given:
                given[path] = table[name]  # a buffer that was assigned anew in forward
            table[name] = old


def functional_call(
    module: Module,
    parameters_and_buffers: Mapping[str, Any],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """What a module computes with other tensors in the place of its own; see `minitorch.func.functional_call`.

    Args:
        module: the module, which stays as it is.
        parameters_and_buffers: tensors by the names of those that they replace.
        args: positional arguments of the call, in a tuple; or one argument.
        kwargs: keyword arguments of the call.
        tie_weights: replace a tensor that has several names under all of them.
        strict: require that every tensor is replaced.
    """
    warnings.warn(
        "nn.utils.stateless.functional_call is deprecated; use func.functional_call",
        FutureWarning,
        stacklevel=2,
    )
    return call(module, parameters_and_buffers, args, kwargs, tie_weights=tie_weights, strict=strict)


def call(
    module: Module,
    tensors: Mapping[str, Any],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """What both forms of `functional_call` compute."""
    args = () if args is None else args if isinstance(args, tuple) else (args,)
    with replaced(module, tensors, tie_weights, strict):
        return module(*args, **(kwargs or {}))
