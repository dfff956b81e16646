"""`skip_init`: a module whose values are still to be set."""

from __future__ import annotations

import inspect
from typing import Any

from minitorch.errors import ArgumentError
from minitorch.nn.module import Module
from minitorch.random import get_rng_state, set_rng_state


def skip_init(module_cls: Any, *args: Any, **kwargs: Any) -> Module:
    """A module with parameters that hold anything, made without using up random numbers.

    Args:
        module_cls: its class, which takes an argument `device`.
        *args: what it is made with.
        **kwargs: what it is made with.

    >>> import minitorch
    >>> minitorch.nn.utils.skip_init(minitorch.nn.Linear, 5, 1)
    Linear(in_features=5, out_features=1, bias=True)
    """
    if not isinstance(module_cls, type) or not issubclass(module_cls, Module):
        raise ArgumentError(f"skip_init: expected a class of modules, got {module_cls!r}")
    if "device" not in inspect.signature(module_cls).parameters:
        raise ArgumentError(f"skip_init: {module_cls.__name__} does not take the argument 'device'")
    state = get_rng_state()
    module = module_cls(*args, **kwargs)
    set_rng_state(state)
    return module
