"""Modules as functions of their parameters: `functional_call`, `stack_module_state`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minitorch.errors import ArgumentError
from minitorch.ops import stack

if TYPE_CHECKING:
    from minitorch.nn.module import Module


def functional_call(
    module: Module,
    parameter_and_buffer_dicts: Any,
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """What a module computes with other tensors in the place of its parameters and buffers.

    Args:
        module: the module, which stays as it is.
        parameter_and_buffer_dicts: tensors by the names of `named_parameters` and `named_buffers`; or several such
            dictionaries, without a common name.
        args: the module's argument, or a tuple of them.
        kwargs: its keyword arguments.
        tie_weights: a tensor for one name of a shared parameter is meant for its other names, too.
        strict: every parameter and buffer must be given, and no other name.

    Raises:
        ArgumentError, ModuleKeyError: for names that do not fit.

    >>> import minitorch
    >>> from minitorch.func import functional_call, grad
    >>> net = minitorch.nn.Linear(2, 1, bias=False)
    >>> weights = {"weight": minitorch.ones(1, 2)}
    >>> functional_call(net, weights, minitorch.tensor([3.0, 4.0]))
    tensor([7.])
    >>> grad(lambda w, x: functional_call(net, w, x).sum())(weights, minitorch.tensor([3.0, 4.0]))
    {'weight': tensor([[3., 4.]])}
    """
    from minitorch.nn.utils import stateless

    if isinstance(parameter_and_buffer_dicts, dict):
        given = parameter_and_buffer_dicts
    elif isinstance(parameter_and_buffer_dicts, Sequence) and all(
        isinstance(d, dict) for d in parameter_and_buffer_dicts
    ):
        names = [name for d in parameter_and_buffer_dicts for name in d]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ArgumentError(
                f"functional_call: {', '.join(map(repr, twice))} is in several of the dictionaries"
            )
        given = {name: x for d in parameter_and_buffer_dicts for name, x in d.items()}
    else:
        raise ArgumentError(
            f"functional_call: expected a dict or a sequence of dicts, got {type(parameter_and_buffer_dicts).__name__}"
        )
    return stateless.call(module, given, args, kwargs, tie_weights=tie_weights, strict=strict)


def stack_module_state(models: Sequence[Module]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parameters and the buffers of several alike modules, stacked, for `vmap` over an ensemble.

    Returns:
        Two dictionaries; their tensors have a first dim that counts the modules. The parameters are new leaves,
        which require grad if the modules' own do.

    Raises:
        ArgumentError: without modules, or for modules of several classes or modes.

    >>> import minitorch
    >>> from minitorch.func import functional_call, stack_module_state, vmap
    >>> nets = [minitorch.nn.Linear(2, 3) for _ in range(4)]
    >>> params, buffers = stack_module_state(nets)
    >>> one = lambda p, x: functional_call(nets[0], p, x)
    >>> vmap(one, in_dims=(0, None))(params, minitorch.ones(5, 2)).shape
    minitorch.Size([4, 5, 3])
    """
    if not models:
        raise ArgumentError("stack_module_state: expected at least one module, got none")
    if len({model.training for model in models}) > 1:
        raise ArgumentError(
            "stack_module_state: all modules must be in the same mode; call train() or eval() on all"
        )
    if len({type(model) for model in models}) > 1:
        kinds = ", ".join(sorted({type(model).__name__ for model in models}))
        raise ArgumentError(f"stack_module_state: all modules must be of one class, got {kinds}")

    def stacked(tables: list[dict[str, Any]]) -> dict[str, Any]:
        result = {}
        for name in tables[0]:
            tensors = [table[name] for table in tables]
            needs = {x.requires_grad for x in tensors}
            if len(needs) > 1:
                raise ArgumentError(f"stack_module_state: {name!r} requires grad in some of the modules only")
            result[name] = stack([x.detach() for x in tensors])
            if needs == {True}:
                result[name].requires_grad_()
        return result

    parameters = stacked([dict(model.named_parameters()) for model in models])
    return parameters, stacked([dict(model.named_buffers()) for model in models])


def replace_all_batch_norm_modules_(root: Module) -> Module:
    """Takes the running statistics out of all batch norms below `root`, in place, since vmap cannot update them.

    >>> import minitorch
    >>> net = minitorch.nn.Sequential(minitorch.nn.BatchNorm1d(3))
    >>> minitorch.func.replace_all_batch_norm_modules_(net)[0].running_mean is None
    True
    """
    from minitorch.nn.norm import BatchNorm

    for module in root.modules():
        if isinstance(module, BatchNorm):
            module.running_mean = module.running_var = module.num_batches_tracked = None
            module.track_running_stats = False
    return root
