"""Weights as direction and length, in the older form with a forward pre-hook: `weight_norm`."""

from __future__ import annotations

import warnings
from typing import Any

from minitorch import ops
from minitorch.errors import ArgumentError
from minitorch.nn.module import Module
from minitorch.nn.parameter import Parameter


def norm_except_dim(v: Any, dim: int | None) -> Any:
    """The lengths of the slices of v along `dim`; −1 or None: the length of all of it."""
    if dim in (None, -1):
        return ops.norm(v)
    assert dim is not None
    return ops.norm(v, 2, [d for d in range(v.ndim) if d != dim % v.ndim], True)


class WeightNorm:
    """The pre-hook that computes w = g · v / ‖v‖ before each forward.

    Args:
        name: of the weight.
        dim: along which each slice has a length of its own; −1 or None: one length for all.
    """

    def __init__(self, name: str, dim: int | None) -> None:
        self.name, self.dim = name, -1 if dim is None else dim

    def compute_weight(self, module: Module) -> Any:
        """g · v / ‖v‖."""
        g, v = getattr(module, self.name + "_g"), getattr(module, self.name + "_v")
        return v * (g / norm_except_dim(v, self.dim))

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self.name, self.compute_weight(module))


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Splits a weight w in two parameters, its lengths g and its directions v: w = g · v / ‖v‖.

    The newer form is `nn.utils.parametrizations.weight_norm`.

    Args:
        module: whose weight is meant.
        name: its name; the new parameters are called `weight_g` and `weight_v`.
        dim: along which each slice has a length of its own; None: one length for all.

    Returns:
        The module itself.

    Source: T. Salimans and D. Kingma, "Weight Normalization" (2016).

    >>> import minitorch, warnings
    >>> with warnings.catch_warnings(action="ignore"):
    ...     layer = minitorch.nn.utils.weight_norm(minitorch.nn.Linear(20, 40))
    >>> layer.weight_g.shape, layer.weight_v.shape
    (minitorch.Size([40, 1]), minitorch.Size([40, 20]))
    """
    warnings.warn(
        "nn.utils.weight_norm is deprecated; use nn.utils.parametrizations.weight_norm",
        FutureWarning,
        stacklevel=2,
    )
    if any(isinstance(hook, WeightNorm) and hook.name == name for hook in module._forward_pre_hooks.values()):
        raise ArgumentError(f"weight_norm: {name!r} of {type(module).__name__} has one already")
    hook, weight = WeightNorm(name, dim), getattr(module, name)
    del module._parameters[name]
    module.register_parameter(name + "_g", Parameter(norm_except_dim(weight, hook.dim).detach()))
    module.register_parameter(name + "_v", Parameter(weight.detach()))
    hook(module, ())
    module.register_forward_pre_hook(hook)
    return module


def remove_weight_norm(module: Module, name: str = "weight") -> Module:
    """Makes the weight one parameter again; returns the module.

    >>> import minitorch, warnings
    >>> with warnings.catch_warnings(action="ignore"):
    ...     layer = minitorch.nn.utils.weight_norm(minitorch.nn.Linear(20, 40))
    >>> [name for name, _ in minitorch.nn.utils.remove_weight_norm(layer).named_parameters()]
    ['bias', 'weight']
    """
    for key, hook in module._forward_pre_hooks.items():
        if isinstance(hook, WeightNorm) and hook.name == name:
            weight = hook.compute_weight(module)
            delattr(module, name)
            del module._parameters[name + "_g"], module._parameters[name + "_v"]
            setattr(module, name, Parameter(weight.detach()))
            del module._forward_pre_hooks[key]
            return module
    raise ArgumentError(f"remove_weight_norm: {name!r} of {type(module).__name__} has none")
