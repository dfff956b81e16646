"""Hooks of a module: before and after its forward, and on the gradients of its inputs and outputs.

A module without hooks holds no `Hooks` at all, so that calling it costs nothing extra.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from minitorch.backend import Array
from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.hooks import RemovableHandle
from minitorch.modes import is_grad_enabled
from minitorch.op import Op
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.nn.module import Module

Hook = Callable[..., Any]


class Hooks:
    """The hooks of one module, by kind, in the order in which they are called."""

    def __init__(self) -> None:
        self.forward_pre: dict[int, tuple[Hook, bool]] = {}  # the hook; whether it takes kwargs
        self.forward: dict[int, tuple[Hook, bool, bool]] = {}  # …; whether it runs after errors, too
        self.backward_pre: dict[int, Hook] = {}
        self.backward: dict[int, Hook] = {}
        self.state_dict_pre: dict[int, Hook] = {}
        self.state_dict_post: dict[int, Hook] = {}
        self.load_pre: dict[int, Hook] = {}
        self.load_post: dict[int, Hook] = {}


def add(table: dict[int, Any], entry: Any, prepend: bool = False) -> RemovableHandle:
    """Puts an entry at the end of a table, or at its start."""
    handle = RemovableHandle(table)
    earlier = dict(table) if prepend else {}
    if prepend:
        table.clear()
    table[handle.id] = entry
    table.update(earlier)
    return handle


class HookMethods:
    """The part of `Module` that registers hooks."""

    _hooks: Hooks | None = None

    def _hook_tables(self) -> Hooks:
        if self._hooks is None:
            self.__dict__["_hooks"] = Hooks()
        return self._hooks  # type: ignore[return-value]

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
        return add(self._hook_tables().forward_pre, (hook, with_kwargs), prepend)

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
        return add(self._hook_tables().forward, (hook, with_kwargs, always_call), prepend)

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
        return add(self._hook_tables().backward, hook, prepend)


def call_with_hooks(module: Module, hooks: Hooks, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The forward of `module` with everything that is hooked to it."""
    output, called = None, set()
    try:
        for hook, with_kwargs in list(hooks.forward_pre.values()):
            args, kwargs = run_pre_hook(module, hook, with_kwargs, args, kwargs)
        gates = Gates(module, hooks) if hooks.backward or hooks.backward_pre else None
        if gates is not None:
            args = gates.enter(args)
        output = module.forward(*args, **kwargs)
        for key, (hook, with_kwargs, _) in list(hooks.forward.items()):
            called.add(key)
            changed = run_hook(module, hook, with_kwargs, args, kwargs, output)
            output = output if changed is None else changed
        return output if gates is None else gates.leave(output)
    except Exception:
        for key, (hook, with_kwargs, always) in list(hooks.forward.items()):
            if always and key not in called:
                try:
                    run_hook(module, hook, with_kwargs, args, kwargs, output)
                except Exception as second:
                    warnings.warn(
                        f"forward hook of {type(module).__name__} failed after an error in forward: {second}",
                        stacklevel=3,
                    )
        raise


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


class BackwardHook(Op):
    """y = x, for several tensors at once;   dx = g.  Its node sees all their gradients together."""

    materialize = False

    def forward(self, *xs: Array) -> tuple[Array, ...]:
        return tuple(x[...] for x in xs)

    def backward(self, *gs: Array) -> tuple[Array, ...]:
        return gs


class Gates:
    """One call of a module with backward hooks: identity nodes around it, at which the hooks run."""

    def __init__(self, module: Module, hooks: Hooks) -> None:
        self.module = module
        self.hooks, self.pre_hooks = list(hooks.backward.values()), list(hooks.backward_pre.values())
        self.input_places: list[int] | None = None
        self.output_places: list[int] | None = None
        self.grad_output: tuple[Any, ...] | None = None

    def enter(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments, behind a gate that calls the hooks."""
        self.input_count = len(args)
        args, self.input_places, node = gate(args)
        if node is not None:
            node.register_hook(self.on_inputs)
        return args

    def leave(self, output: Any) -> Any:
        """The output, behind a gate that calls the pre-hooks."""
        values = output if isinstance(output, tuple) else (output,)
        if not isinstance(output, (Value, tuple)):
            warnings.warn(
                f"{type(self.module).__name__}: backward hooks need an output that is a Tensor or a tuple of "
                f"Tensors, got {type(output).__name__}; they will not be called",
                stacklevel=4,
            )
            return output
        self.output_count = len(values)
        values, self.output_places, node = gate(values)
        if node is not None:
            node.register_prehook(self.on_outputs)
        return values if isinstance(output, tuple) else values[0]

    def on_outputs(self, gradients: tuple[Any, ...]) -> tuple[Any, ...]:
        """Runs the pre-hooks, and the hooks too if no gradient will arrive at the inputs."""
        assert self.output_places is not None
        grad_output = spread(gradients, self.output_places, self.output_count)
        for hook in self.pre_hooks:
            changed = hook(self.module, grad_output)
            if changed is not None:
                grad_output = checked("register_full_backward_pre_hook", changed, grad_output)
        self.grad_output = grad_output
        if self.input_places is None:
            for hook in self.hooks:
                changed = hook(self.module, (None,) * self.input_count, grad_output)
                if changed is not None and any(g is not None for g in changed):
                    raise ArgumentError(
                        "register_full_backward_hook: no input of the module requires grad, so the hook "
                        "must return None"
                    )
        return tuple(grad_output[i] for i in self.output_places)

    def on_inputs(self, gradients: tuple[Any, ...], _: Any) -> tuple[Any, ...] | None:
        """Runs the hooks."""
        if self.grad_output is None:  # a gradient that did not come through the module's output
            return None
        assert self.input_places is not None
        grad_input = spread(gradients, self.input_places, self.input_count)
        for hook in self.hooks:
            changed = hook(self.module, grad_input, self.grad_output)
            if changed is not None:
                grad_input = checked("register_full_backward_hook", changed, grad_input)
        self.grad_output = None
        return tuple(grad_input[i] for i in self.input_places)


def gate(values: tuple[Any, ...]) -> tuple[Any, list[int] | None, Any]:
    """Leads those values that require grad through one node; says which they are."""
    places = [i for i, x in enumerate(values) if isinstance(x, Value) and x._requires_grad]
    if not places or not is_grad_enabled():
        return values, None, None
    through = BackwardHook.apply(*(values[i] for i in places))
    replaced = list(values)
    for i, x in zip(places, through, strict=True):
        x._counter = values[i]._version_counter()  # the memory is the same
        replaced[i] = x
    kind = type(values)
    return kind(replaced) if kind is tuple else kind(*replaced), places, through[0].grad_fn


def spread(gradients: tuple[Any, ...], places: list[int], count: int) -> tuple[Any, ...]:
    """Gradients at their places among all arguments, with None in between."""
    full: list[Any] = [None] * count
    for i, g in zip(places, gradients, strict=True):
        full[i] = g
    return tuple(full)


def checked(op_name: str, changed: Any, expected: tuple[Any, ...]) -> tuple[Any, ...]:
    """What a hook returned in place of gradients, after counting it."""
    changed = changed if isinstance(changed, (tuple, list)) else (changed,)
    if len(changed) != len(expected):
        raise ArgumentError(
            f"{op_name}: the hook returned {len(changed)} gradients in place of {len(expected)}"
        )
    return tuple(changed)
