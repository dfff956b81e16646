"""Hooks of optimizers: functions of the user that are called around steps, saving and loading."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from minitorch.errors import ArgumentTypeError
from minitorch.hooks import RemovableHandle

Hook = Callable[..., Any]
Table = dict[int, Hook]

KINDS = ("step_pre", "step_post", "save_pre", "save_post", "load_pre", "load_post")
EVERYWHERE: dict[str, Table] = {"step_pre": {}, "step_post": {}}


def add(table: Table, hook: Hook, prepend: bool = False) -> RemovableHandle:
    """Puts a hook at the end of a table, or at its start."""
    handle = RemovableHandle(table)
    earlier = dict(table) if prepend else {}
    if prepend:
        table.clear()
    table[handle.id] = hook
    table.update(earlier)
    return handle


def register_optimizer_step_pre_hook(hook: Hook) -> RemovableHandle:
    """Calls `hook(optimizer, args, kwargs)` before each step of every optimizer; may return (args, kwargs)."""
    return add(EVERYWHERE["step_pre"], hook)


def register_optimizer_step_post_hook(hook: Hook) -> RemovableHandle:
    """Calls `hook(optimizer, args, kwargs)` after each step of every optimizer."""
    return add(EVERYWHERE["step_post"], hook)


def hooked(step: Callable[..., Any]) -> Callable[..., Any]:
    """A `step` between the hooks that were registered for it."""

    @wraps(step)
    def wrapped(self: OptimizerHooks, *args: Any, **kwargs: Any) -> Any:
        if self._stepping:  # super().step() inside of a subclass's own
            return step(self, *args, **kwargs)
        self._stepping = self._step_called = True
        try:
            for pre_hook in (*EVERYWHERE["step_pre"].values(), *self._hooks["step_pre"].values()):
                changed = pre_hook(self, (self, *args), kwargs)
                if changed is not None:
                    if not isinstance(changed, tuple) or len(changed) != 2:
                        raise ArgumentTypeError(
                            f"{type(self).__name__}.step: a step pre-hook must return None or a "
                            f"tuple (args, kwargs), got {changed!r}"
                        )
                    args, kwargs = changed[0][1:], changed[1]
            result = step(self, *args, **kwargs)
            for post_hook in (*self._hooks["step_post"].values(), *EVERYWHERE["step_post"].values()):
                post_hook(self, (self, *args), kwargs)
            return result
        finally:
            self._stepping = False

    return wrapped


class OptimizerHooks:
    """The part of `Optimizer` that registers hooks."""

    _stepping = False
    _step_called = False
    _hooks: dict[str, Table]

    def _no_hooks(self) -> None:
        self._hooks = {kind: {} for kind in KINDS}

    def _through_hooks(self, kind: str, state_dict: dict[str, Any]) -> dict[str, Any]:
        """The state dict, or what hooks put in its place."""
        for hook in tuple(self._hooks[kind].values()):
            changed = hook(self, state_dict)
            state_dict = state_dict if changed is None else changed
        return state_dict

    def register_step_pre_hook(self, hook: Hook) -> RemovableHandle:
        """Calls `hook(optimizer, args, kwargs)` before each step; it may return new (args, kwargs)."""
        return add(self._hooks["step_pre"], hook)

    def register_step_post_hook(self, hook: Hook) -> RemovableHandle:
        """Calls `hook(optimizer, args, kwargs)` after each step."""
        return add(self._hooks["step_post"], hook)

    def register_state_dict_pre_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Calls `hook(optimizer)` before `state_dict()` looks at anything.

        Args:
            hook: the function.
            prepend: call it before the hooks that are there.
        """
        return add(self._hooks["save_pre"], hook, prepend)

    def register_state_dict_post_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Calls `hook(optimizer, state_dict)` after `state_dict()`; it may return another in its place.

        Args:
            hook: the function.
            prepend: call it before the hooks that are there.
        """
        return add(self._hooks["save_post"], hook, prepend)

    def register_load_state_dict_pre_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Calls `hook(optimizer, state_dict)` before it is loaded; it may return another in its place.

        The hook gets a shallow copy, whose entries it may replace.

        Args:
            hook: the function.
            prepend: call it before the hooks that are there.
        """
        return add(self._hooks["load_pre"], hook, prepend)

    def register_load_state_dict_post_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Calls `hook(optimizer)` after a state was loaded.

        Args:
            hook: the function.
            prepend: call it before the hooks that are there.
        """
        return add(self._hooks["load_post"], hook, prepend)
