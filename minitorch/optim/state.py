"""Checks of what `Optimizer.load_state_dict` is given, before anything is changed."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.creation import tensor
from minitorch.errors import MinitorchError, StateDictError
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.optim.optimizer import Optimizer
    from minitorch.variable import Variable

# Settings that checkpoints may lack, since they came later or say how rather than what.
OPTIONAL = {
    "amsgrad",
    "capturable",
    "centered",
    "decoupled_weight_decay",
    "differentiable",
    "foreach",
    "fused",
    "initial_accumulator_value",
    "maximize",
    "nesterov",
}


def group_without_params(group: dict[str, Any]) -> dict[str, Any]:
    """The settings of a group."""
    return {key: value for key, value in group.items() if key != "params"}


def check_state_dict(optimizer: Optimizer, state_dict: Any) -> None:
    """Refuses a state dict that does not fit.

    Raises:
        StateDictError: saying what was found and what was expected.
    """
    name = f"{type(optimizer).__name__}.load_state_dict"
    if (
        not isinstance(state_dict, dict)
        or not isinstance(state_dict.get("state"), dict)
        or not isinstance(state_dict.get("param_groups"), (list, tuple))
    ):
        found = sorted(map(str, state_dict)) if isinstance(state_dict, dict) else type(state_dict)
        raise StateDictError(
            f"{name}: expected a dict with 'state' and 'param_groups', as state_dict() gives, got {found}"
        )
    groups = optimizer.param_groups
    saved_groups = state_dict["param_groups"]
    if len(saved_groups) != len(groups):
        raise StateDictError(
            f"{name}: the state dict has {len(saved_groups)} parameter groups, the optimizer has "
            f"{len(groups)}; build the optimizer with the groups it was saved with"
        )
    expected = set()
    for number, (group, saved) in enumerate(zip(groups, saved_groups, strict=True)):
        where = f"{name}: parameter group {number}"
        if not isinstance(saved, dict) or not isinstance(saved.get("params"), (list, tuple)):
            raise StateDictError(f"{where} of the state dict is not a dict with a list 'params'")
        if not all(isinstance(key, (int, str)) and key not in expected for key in saved["params"]):
            raise StateDictError(f"{where} of the state dict does not number its parameters")
        if len(saved["params"]) != len(group["params"]):
            raise StateDictError(
                f"{where} has {len(saved['params'])} parameters in the state dict and "
                f"{len(group['params'])} in the optimizer"
            )
        lacking = sorted(set(optimizer.defaults) - set(saved) - OPTIONAL)
        if lacking:
            raise StateDictError(
                f"{where} lacks the settings {', '.join(lacking)}; the state dict seems to be of "
                f"another optimizer (it has {', '.join(sorted(set(saved) - {'params'}))})"
            )
        settings = {**optimizer.defaults, **group_without_params(saved)}
        try:
            optimizer.check_group(settings, where)
        except MinitorchError as error:
            raise StateDictError(str(error)) from None
        for key, x in zip(saved["params"], group["params"], strict=True):
            expected.add(key)
            if key in state_dict["state"]:
                check_entry(optimizer, settings, x, state_dict["state"][key], f"{name}: state {key}")
    unknown = [key for key in state_dict["state"] if key not in expected]
    if unknown:
        raise StateDictError(
            f"{name}: there is state for the parameters {unknown}, which no parameter group lists"
        )


def check_entry(optimizer: Optimizer, settings: dict[str, Any], x: Variable, entry: Any, where: str) -> None:
    """Refuses the state of one parameter, if it does not fit."""
    if not isinstance(entry, dict):
        raise StateDictError(f"{where} is not a dict but {type(entry).__name__}")
    shapes = optimizer.state_shapes(settings, x)
    if optimizer.state_required and entry and shapes:
        lacking = [key for key in (*optimizer.number_names, *shapes) if entry.get(key) is None]
        if lacking:
            raise StateDictError(
                f"{where} lacks {', '.join(lacking)}; the state dict seems to be of another "
                f"optimizer (it has {', '.join(map(str, entry))})"
            )
    for key, shape in shapes.items():
        value = entry.get(key)
        if value is None:
            continue
        if not isinstance(value, Value) or tuple(value.array.shape) != shape:
            found = tuple(value.array.shape) if isinstance(value, Value) else type(value).__name__
            raise StateDictError(
                f"{where}: {key} has shape {found}, expected {shape} for a parameter of shape "
                f"{tuple(x.array.shape)}; was the model changed, or the order of its parameters?"
            )
    for key in optimizer.number_names if shapes else ():
        number = entry.get(key)
        if not isinstance(number, (int, float, Value, type(None))):
            raise StateDictError(f"{where}: {key} must be a number or a tensor, got {type(number).__name__}")
        if isinstance(number, Value) and number.array.size != 1:
            raise StateDictError(f"{where}: {key} has shape {tuple(number.array.shape)}, expected one number")


def loaded_state(x: Variable, entry: dict[str, Any], numbers: tuple[str, ...]) -> dict[str, Any]:
    """A copy of the state of one parameter, in the parameter's dtype and place; `numbers` keep their dtype."""
    result: dict[str, Any] = {}
    for key, value in entry.items():
        if key in numbers and isinstance(value, (int, float)):
            result[key] = tensor(float(value), dtype=dtypes.float32)
        elif key in numbers and isinstance(value, Value):
            result[key] = value.detach().clone().reshape(())  # type: ignore[attr-defined]
        elif isinstance(value, Value):
            copy = value.detach().clone()  # type: ignore[attr-defined]
            result[key] = copy.to(dtype=x.dtype) if x.is_floating_point() else copy
        else:
            result[key] = deepcopy(value)
    return result
