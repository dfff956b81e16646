"""Hooks of optimizers: around steps, saving and loading."""

from __future__ import annotations

from typing import Any

import minitorch
from minitorch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook


def make(value: float = 1.0) -> tuple[Any, Any]:
    x = minitorch.tensor([value], requires_grad=True)
    x.grad = minitorch.ones(1)
    return x, minitorch.optim.SGD([x], lr=0.5, momentum=0.9)


def test_hooks_of_all_optimizers() -> None:
    log: list[str] = []
    _, optimizer = make()
    _, other = make()
    before = register_optimizer_step_pre_hook(lambda o, a, k: log.append("all before"))
    after = register_optimizer_step_post_hook(lambda o, a, k: log.append("all after"))
    optimizer.register_step_pre_hook(lambda o, a, k: log.append("before"))
    optimizer.register_step_post_hook(lambda o, a, k: log.append("after"))
    optimizer.step()
    assert log == ["all before", "before", "after", "all after"]
    other.step()
    assert log[4:] == ["all before", "all after"]
    before.remove()
    after.remove()
    other.step()
    assert len(log) == 6


def test_hooks_around_state_dict() -> None:
    log: list[str] = []
    _, optimizer = make()
    optimizer.register_state_dict_pre_hook(lambda o: log.append("second"))
    optimizer.register_state_dict_pre_hook(lambda o: log.append("first"), prepend=True)

    def note(o: Any, state: dict[str, Any]) -> None:
        state["note"] = "kept"

    optimizer.register_state_dict_post_hook(note)
    optimizer.register_state_dict_post_hook(lambda o, state: {**state, "more": 1})
    state = optimizer.state_dict()
    assert log == ["first", "second"]
    assert (state["note"], state["more"]) == ("kept", 1)


def test_hooks_around_load_state_dict() -> None:
    _, optimizer = make()
    optimizer.step()
    state = optimizer.state_dict()
    _, other = make()
    log: list[Any] = []

    def faster(o: Any, state: dict[str, Any]) -> dict[str, Any]:
        groups = [{**group, "lr": 2.0} for group in state["param_groups"]]
        return {**state, "param_groups": groups}

    handle = other.register_load_state_dict_pre_hook(faster)
    other.register_load_state_dict_post_hook(lambda o: log.append(o.param_groups[0]["lr"]))
    other.load_state_dict(state)
    assert log == [2.0]
    assert state["param_groups"][0]["lr"] == 0.5
    handle.remove()
    other.load_state_dict(state)
    assert log == [2.0, 0.5]


def test_a_pre_hook_that_sets_entries_leaves_the_given_dict_alone() -> None:
    _, optimizer = make()
    state = optimizer.state_dict()

    def clear(o: Any, state: dict[str, Any]) -> None:
        state["state"] = {}

    optimizer.step()
    state = optimizer.state_dict()
    optimizer.register_load_state_dict_pre_hook(clear)
    optimizer.load_state_dict(state)
    assert len(state["state"]) == 1
    assert not optimizer.state
