"""Hooks on the gradients of a module: identity nodes around its call, at which they run."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from minitorch.backend import Array
from minitorch.errors import ArgumentError
from minitorch.modes import is_grad_enabled
from minitorch.op import Op
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.nn.hooks import Hook
    from minitorch.nn.module import Module


class BackwardHook(Op):
    """y = x, for several tensors at once;   dx = g.  Its node sees all their gradients together."""

    materialize = False

    def forward(self, *xs: Array) -> tuple[Array, ...]:
        return tuple(x[...] for x in xs)

    def backward(self, *gs: Array) -> tuple[Array, ...]:
        return gs


class Gates:
    """One call of a module with backward hooks: identity nodes around it, at which the hooks run."""

    def __init__(self, module: Module, hooks: list[Hook], pre_hooks: list[Hook]) -> None:
        self.module, self.hooks, self.pre_hooks = module, hooks, pre_hooks
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
