"""Hooks of a module: before and after its forward, and on the gradients of its inputs and outputs.

A module without hooks holds no `Hooks` at all, so that calling it costs nothing extra.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.hooks import RemovableHandle
from minitorch.nn.attributes import REGISTERING
from minitorch.nn.backward_hooks import Gates
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.nn.module import Module

Hook = Callable[..., Any]


class Hooks:
    """The hooks of one module, by kind, in the order in which they are called; each under its number."""

    def __init__(self) -> None:
        self.forward_pre: dict[int, Hook] = {}
        self.forward: dict[int, Hook] = {}
        self.with_kwargs: set[int] = set()  # which of these take keyword arguments
        self.always: set[int] = set()  # which of these run after errors, too
        self.backward_pre: dict[int, Hook] = {}
        self.backward: dict[int, Hook] = {}
        self.older_backward: dict[int, Hook] = {}
        self.state_dict_pre: dict[int, Hook] = {}
        self.state_dict_post: dict[int, Hook] = {}
        self.in_place: set[int] = set()  # which of these must not return another dict
        self.load_pre: dict[int, Hook] = {}
        self.without_module: set[int] = set()  # which of these are not given the module
        self.load_post: dict[int, Hook] = {}

    def called(self) -> bool:
        """Whether there is a hook that a call runs."""
        return bool(
            self.forward_pre or self.forward or self.backward_pre or self.backward or self.older_backward
        )


EVERYWHERE = Hooks()  # those of all modules


def add(table: dict[int, Any], entry: Any, prepend: bool = False) -> RemovableHandle:
    """Puts an entry at the end of a table, or at its start."""
    handle = RemovableHandle(table)
    earlier = dict(table) if prepend else {}
    if prepend:
        table.clear()
    table[handle.id] = entry
    table.update(earlier)
    return handle


def note(hooks: Hooks, handle: RemovableHandle, with_kwargs: bool, always: bool = False) -> RemovableHandle:
    """Remembers how a hook wants to be called."""
    if with_kwargs:
        hooks.with_kwargs.add(handle.id)
    if always:
        hooks.always.add(handle.id)
    return handle


def table(kind: str) -> Any:
    """The hooks of one kind by number, as an attribute of the module."""

    def get(self: HookMethods) -> dict[int, Hook]:
        return getattr(self._hook_tables(), kind)

    def put(self: HookMethods, hooks: dict[int, Hook]) -> None:
        setattr(self._hook_tables(), kind, hooks)

    return property(get, put)


class HookMethods:
    """The part of `Module` that registers hooks."""

    _hooks: Hooks | None = None  # set here, once a hook of all modules was registered

    _forward_pre_hooks = table("forward_pre")
    _forward_hooks = table("forward")
    _backward_pre_hooks = table("backward_pre")
    _backward_hooks = table("backward")
    _state_dict_pre_hooks = table("state_dict_pre")
    _state_dict_hooks = table("state_dict_post")
    _load_state_dict_pre_hooks = table("load_pre")
    _load_state_dict_post_hooks = table("load_post")

    def _hook_tables(self) -> Hooks:
        own: Hooks | None = self.__dict__.get("_hooks")
        if own is None:
            own = self.__dict__["_hooks"] = Hooks()
        return own

    def register_forward_pre_hook(
        self, hook: Hook, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Calls `hook(module, args)` before each forward; what it returns, if anything, replaces `args`.

        Args:
            hook: the function.
            prepend: call it before the hooks that are there.
            with_kwargs: call `hook(module, args, kwargs)`, which returns None or `(args, kwargs)`.

        >>> import minitorch
        >>> double = minitorch.nn.Identity()
        >>> handle = double.register_forward_pre_hook(lambda module, args: (args[0] * 2,))
        >>> double(minitorch.ones(2))
        tensor([2., 2.])
        """
        hooks = self._hook_tables()
        return note(hooks, add(hooks.forward_pre, hook, prepend), with_kwargs)

    def register_forward_hook(
        self,
        hook: Hook,
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:
        """Calls `hook(module, args, output)` after each forward.

        What it returns, if anything, replaces the output.

        Args:
            hook: the function.
            prepend: call it before the hooks that are there.
            with_kwargs: call `hook(module, args, kwargs, output)`.
            always_call: call it also when forward raised an error.

        >>> import minitorch
        >>> net = minitorch.nn.Linear(2, 3)
        >>> handle = net.register_forward_hook(lambda module, args, output: print(output.shape))
        >>> _ = net(minitorch.ones(4, 2))
        minitorch.Size([4, 3])
        """
        hooks = self._hook_tables()
        return note(hooks, add(hooks.forward, hook, prepend), with_kwargs, always_call)

    def register_full_backward_pre_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Calls `hook(module, grad_output)` when the gradients of the module's outputs are known.

        What it returns, if anything, replaces them.

        >>> import minitorch
        >>> net = minitorch.nn.Tanh()
        >>> handle = net.register_full_backward_pre_hook(lambda module, grad_output: print(grad_output))
        >>> net(minitorch.zeros(2, requires_grad=True)).sum().backward()
        (tensor([1., 1.]),)
        """
        return add(self._hook_tables().backward_pre, hook, prepend)

    def register_full_backward_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Calls `hook(module, grad_input, grad_output)` when the gradients of the module's inputs are known.

        What it returns, if anything, replaces `grad_input`. Both are tuples with one entry per positional
        argument or output; None where there is no gradient.

        >>> import minitorch
        >>> def show(module, grad_input, grad_output):
        ...     print(grad_input, grad_output)
        >>> net = minitorch.nn.ReLU()
        >>> handle = net.register_full_backward_hook(show)
        >>> net(minitorch.tensor([-1.0, 1.0], requires_grad=True)).sum().backward()
        (tensor([0., 1.]),) (tensor([1., 1.]),)
        """
        hooks = self._hook_tables()
        refuse_both(hooks.older_backward)
        return add(hooks.backward, hook, prepend)

    def register_backward_hook(self, hook: Hook) -> RemovableHandle:
        """The older form of `register_full_backward_hook`: the gradients are those of the last operation only.

        `grad_input` holds the gradients of what went into the operation behind the output.
        """
        hooks = self._hook_tables()
        refuse_both(hooks.backward)
        return add(hooks.older_backward, hook)


def refuse_both(others: dict[int, Hook]) -> None:
    """A module has backward hooks of one form only."""
    if others:
        raise ArgumentError(
            "register_backward_hook: a module cannot have hooks of both forms; use register_full_backward_hook"
        )


def call_with_hooks(module: Module, hooks: Hooks, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The forward of `module` with everything that is hooked to it, and to all modules."""
    if hooks is HookMethods._hooks and not EVERYWHERE.called():
        HookMethods._hooks = None  # the last hook of all modules is gone: the short way again
        return module.forward(*args, **kwargs)
    with_kwargs = EVERYWHERE.with_kwargs | hooks.with_kwargs
    after = [*EVERYWHERE.forward.items(), *hooks.forward.items()]
    output, called = None, set()
    try:
        for key, hook in [*EVERYWHERE.forward_pre.items(), *hooks.forward_pre.items()]:
            args, kwargs = run_pre_hook(module, hook, key in with_kwargs, args, kwargs)
        backward = [*EVERYWHERE.backward.values(), *hooks.backward.values()]
        backward_pre = [*EVERYWHERE.backward_pre.values(), *hooks.backward_pre.values()]
        gates = Gates(module, backward, backward_pre) if backward or backward_pre else None
        if gates is not None:
            args = gates.enter(args)
        output = module.forward(*args, **kwargs)
        after = [*EVERYWHERE.forward.items(), *hooks.forward.items()]
        for key, hook in after:
            called.add(key)
            changed = run_hook(module, hook, key in with_kwargs, args, kwargs, output)
            output = output if changed is None else changed
        output = output if gates is None else gates.leave(output)
        for hook in [*EVERYWHERE.older_backward.values(), *hooks.older_backward.values()]:
            hook_last_operation(module, hook, output)
        return output
    except Exception:
        always = EVERYWHERE.always | hooks.always
        for key, hook in after:
            if key in always and key not in called:
                try:
                    run_hook(module, hook, key in with_kwargs, args, kwargs, output)
                except Exception as second:
                    warnings.warn(
                        f"forward hook of {type(module).__name__} failed after an error in forward: {second}",
                        stacklevel=3,
                    )
        raise


def hook_last_operation(module: Module, hook: Hook, output: Any) -> None:
    """Registers a hook of the older form at the node behind the first tensor of the output."""
    while not isinstance(output, Value):
        output = next(iter(output.values() if isinstance(output, dict) else output))
    node: Any = output.grad_fn
    if node is not None:
        node.register_hook(lambda grad_input, grad_output: hook(module, grad_input, grad_output))


def run_hook(
    module: Module,
    hook: Hook,
    with_kwargs: bool,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    output: Any,
) -> Any:
    """Calls a forward hook in the form that it asked for."""
    return hook(module, args, kwargs, output) if with_kwargs else hook(module, args, output)


def run_pre_hook(
    module: Module, hook: Hook, with_kwargs: bool, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, Any]:
    """The arguments after a forward pre-hook."""
    if not with_kwargs:
        changed = hook(module, args)
        if changed is None:
            return args, kwargs
        return changed if isinstance(changed, tuple) else (changed,), kwargs
    changed = hook(module, args, kwargs)
    if changed is None:
        return args, kwargs
    if not isinstance(changed, tuple) or len(changed) != 2:
        raise ArgumentTypeError(
            f"register_forward_pre_hook: a hook with_kwargs must return None or (args, kwargs), "
            f"got {type(changed).__name__}"
        )
    return changed


# Hooks of all modules -------------------------------------------------------------------------------


def everywhere(kind: str, hook: Hook, with_kwargs: bool = False, always: bool = False) -> RemovableHandle:
    """Registers a hook of all modules; from now on also those without hooks of their own look for some."""
    if HookMethods._hooks is None:
        HookMethods._hooks = Hooks()
    return note(EVERYWHERE, add(getattr(EVERYWHERE, kind), hook), with_kwargs, always)


def release_everywhere() -> None:
    """Modules without hooks of their own look for none any more, if none of all modules is left."""
    if not EVERYWHERE.called():
        HookMethods._hooks = None


def register_module_forward_pre_hook(hook: Hook) -> RemovableHandle:
    """Calls `hook(module, args)` before each forward of every module.

    >>> import minitorch
    >>> from minitorch.nn.modules.module import register_module_forward_pre_hook
    >>> handle = register_module_forward_pre_hook(lambda module, args: print(type(module).__name__))
    >>> _ = minitorch.nn.ReLU()(minitorch.ones(2))
    ReLU
    >>> handle.remove()
    """
    return everywhere("forward_pre", hook)


def register_module_forward_hook(
    hook: Hook, *, with_kwargs: bool = False, always_call: bool = False
) -> RemovableHandle:
    """Calls `hook(module, args, output)` after each forward of every module, before its own hooks."""
    return everywhere("forward", hook, with_kwargs, always_call)


def register_module_full_backward_pre_hook(hook: Hook) -> RemovableHandle:
    """Calls `hook(module, grad_output)` for every module whose outputs get gradients."""
    return everywhere("backward_pre", hook)


def register_module_full_backward_hook(hook: Hook) -> RemovableHandle:
    """Calls `hook(module, grad_input, grad_output)` for every module whose inputs get gradients."""
    refuse_both(EVERYWHERE.older_backward)
    return everywhere("backward", hook)


def register_module_backward_hook(hook: Hook) -> RemovableHandle:
    """The older form of `register_module_full_backward_hook`; see `Module.register_backward_hook`."""
    refuse_both(EVERYWHERE.backward)
    return everywhere("older_backward", hook)


def register_module_parameter_registration_hook(hook: Hook) -> RemovableHandle:
    """Calls `hook(module, name, parameter)` when a parameter is registered; what it returns replaces it."""
    return add(REGISTERING["parameter"], hook)


def register_module_buffer_registration_hook(hook: Hook) -> RemovableHandle:
    """Calls `hook(module, name, buffer)` when a buffer is registered; what it returns replaces it."""
    return add(REGISTERING["buffer"], hook)


def register_module_module_registration_hook(hook: Hook) -> RemovableHandle:
    """Calls `hook(module, name, child)` when a child is registered; what it returns replaces it."""
    return add(REGISTERING["module"], hook)
