"""Steps in a CUDA graph: which rules can be repeated, and that their settings are still the recorded ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from minitorch.errors import BackendError
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.optim.optimizer import Group, Optimizer


def check_of_settings(optimizer: Optimizer) -> Callable[[], None]:
    """For the replays of a graph in which the optimizer takes a step: refuses settings that have changed since.

    Raises:
        BackendError: if a graph cannot repeat the rule at all.
    """
    name = type(optimizer).__name__
    if not optimizer.repeatable:
        raise BackendError(
            f"{name}: its numbers of the step are computed by the CPU, so that a captured graph would repeat them. "
            "Use Adam, AdamW, Adamax, Adagrad, RMSprop, Adadelta or SGD in a graph, or leave the step out of it"
        )
    names = list(optimizer.defaults)
    recorded = [settings(group, names) for group in optimizer.param_groups]

    def check() -> None:
        for number, (before, group) in enumerate(zip(recorded, optimizer.param_groups, strict=False)):
            for key, now in settings(group, names).items():
                if now != before[key]:
                    raise BackendError(
                        f"{name}: {key} of parameter group {number} was {before[key]} when the graph was captured, is "
                        f"{now} now, and a graph repeats the numbers that it was captured with. Capture it anew, or "
                        f"have the graph read a learning rate: lr=minitorch.tensor(…, device='cuda'), changed in place"
                    )

    return check


def settings(group: Group, names: list[str]) -> dict[str, Any]:
    """The settings of a group as a graph knows them."""
    return {name: as_recorded(group.get(name)) for name in names}


def as_recorded(value: Any) -> Any:
    """A number by its value, a tensor on a GPU, which the graph reads, by the place where it lies."""
    if isinstance(value, (tuple, list)):
        return [as_recorded(entry) for entry in value]
    if isinstance(value, Value):
        cpu = value.device.type == "cpu"  # type: ignore[attr-defined]
        return value.array.tolist() if cpu else f"a tensor at {value.data_ptr():#x}"  # type: ignore[attr-defined]
    return value
