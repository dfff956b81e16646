"""`Module`: the base of all layers and models, which knows its parameters, buffers and children by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from minitorch import dtypes, like
from minitorch.device import require
from minitorch.errors import (
    ArgumentError,
    ArgumentTypeError,
    MinitorchError,
    NotSupportedError,
)
from minitorch.modes import no_grad
from minitorch.nn.hooks import call_with_hooks
from minitorch.nn.members import Members
from minitorch.nn.parameter import is_lazy
from minitorch.nn.state import StateMethods
from minitorch.ops.memory import parse_to
from minitorch.variable import Variable


def forward_missing(self: Module, *args: Any, **kwargs: Any) -> Any:
    """Stands where a module does not define `forward`."""
    raise NotSupportedError(
        f"forward: {type(self).__name__} has no forward method, so it cannot be called; "
        f"define forward(self, x), or call its children"
    )


class Module(Members, StateMethods):
    """Base class of all layers and models.

    A subclass calls `super().__init__()`, assigns parameters and other modules as attributes, which registers
    them, and defines `forward`.

    Attributes:
        training: whether dropout, batch norm and the like behave as during training; see `train`, `eval`.

    >>> import minitorch
    >>> from minitorch import nn
    >>> class Net(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.hidden = nn.Linear(4, 8)
    ...         self.out = nn.Linear(8, 2)
    ...
    ...     def forward(self, x):
    ...         return self.out(self.hidden(x).tanh())
    >>> net = Net()
    >>> net(minitorch.zeros(3, 4)).shape
    minitorch.Size([3, 2])
    >>> [name for name, _ in net.named_parameters()]
    ['hidden.weight', 'hidden.bias', 'out.weight', 'out.bias']
    """

    forward: Callable[..., Any] = forward_missing

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Runs `forward` and the hooks; an error of minitorch gets the path of the module in its message."""
        try:
            if self._hooks is None:
                return self.forward(*args, **kwargs)
            return call_with_hooks(self, self._hooks, args, kwargs)
        except MinitorchError as error:
            locate(error, self)
            raise

    # Modes, casts and moves -------------------------------------------------------------------------

    def train(self, mode: bool = True) -> Self:
        """Sets training mode (or evaluation mode) in the module and all its descendants; returns it.

        >>> import minitorch
        >>> minitorch.nn.Dropout(0.5).eval().train().training
        True
        """
        if not isinstance(mode, bool):
            raise ArgumentError(f"train: mode must be True or False, got {mode!r}")
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self) -> Self:
        """Sets evaluation mode: no dropout, running statistics; returns the module.

        >>> import minitorch
        >>> minitorch.nn.Dropout(0.5).eval().training
        False
        """
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Freezes (False) or unfreezes all parameters; returns the module.

        >>> import minitorch
        >>> net = minitorch.nn.Linear(2, 3).requires_grad_(False)
        >>> [w.requires_grad for w in net.parameters()]
        [False, False]
        """
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forgets all gradients, or sets them to zero.

        >>> import minitorch
        >>> net = minitorch.nn.Linear(2, 1)
        >>> net(minitorch.ones(2)).backward()
        >>> net.zero_grad()
        >>> net.weight.grad is None
        True
        """
        for parameter in self.parameters():
            if parameter.grad is not None:
                if set_to_none:
                    parameter.grad = None
                else:
                    parameter.grad = parameter.grad.detach()
                    parameter.grad.zero_()

    def apply(self, fn: Callable[[Module], Any]) -> Self:
        """Calls `fn` with every descendant and at last with the module itself; returns it.

        >>> import minitorch
        >>> net = minitorch.nn.Sequential(minitorch.nn.Linear(2, 3), minitorch.nn.ReLU())
        >>> _ = net.apply(lambda module: print(type(module).__name__))
        Linear
        ReLU
        Sequential
        """
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def _apply(self, fn: Callable[[Variable], Variable], recurse: bool = True) -> Self:
        """Replaces the memory of all parameters, gradients and buffers by what `fn` makes of it."""
        with no_grad():
            for module in self.modules() if recurse else [self]:
                for parameter in module._parameters.values():
                    if parameter is not None:
                        parameter.data = fn(parameter.data)
                        if parameter.grad is not None:
                            parameter.grad.data = fn(parameter.grad.data)
                for name, buffer in module._buffers.items():
                    if is_lazy(buffer):
                        buffer.data = fn(buffer.data)
                    elif buffer is not None:
                        module._buffers[name] = fn(buffer)
        return self

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Moves and casts all parameters and buffers, in place; integer ones keep their dtype.

        Forms: `to(dtype)`, `to(device)`, `to(device, dtype)`, `to(tensor)`.

        Raises:
            ArgumentTypeError: for an integer dtype.

        >>> import minitorch
        >>> minitorch.nn.Linear(2, 3).to(minitorch.float64).weight.dtype
        minitorch.float64
        """
        where, dtype, _, _, non_blocking = parse_to(*args, **kwargs)
        if dtype is not None and not (dtype.is_floating_point or dtype.is_complex):
            raise ArgumentTypeError(
                f"to: a module can only be cast to a floating-point or complex dtype, not {dtype}"
            )
        if where is not None:
            where = require(where)
        return self._apply(
            lambda x: x.to(where, dtype if is_fractional(x) else None, non_blocking=non_blocking)
        )

    def float(self) -> Self:
        """Casts floating-point parameters and buffers to float32."""
        return self._apply(lambda x: x.float() if x.is_floating_point() else x)

    def double(self) -> Self:
        """Casts floating-point parameters and buffers to float64."""
        return self._apply(lambda x: x.double() if x.is_floating_point() else x)

    def half(self) -> Self:
        """Casts floating-point parameters and buffers to float16."""
        return self._apply(lambda x: x.half() if x.is_floating_point() else x)

    def bfloat16(self) -> Self:
        """Casts floating-point parameters and buffers to bfloat16."""
        return self._apply(lambda x: x.bfloat16() if x.is_floating_point() else x)

    def type(self, dst_type: dtypes.dtype | str) -> Self:
        """Casts all parameters and buffers."""
        return self._apply(lambda x: x.type(dst_type))

    def to_empty(self, *, device: Any, recurse: bool = True) -> Self:
        """Gives all parameters and buffers new memory, whose values are still to be set.

        >>> import minitorch
        >>> minitorch.nn.Linear(2, 3).to_empty(device="cpu").weight.shape
        minitorch.Size([3, 2])
        """
        return self._apply(lambda x: like.empty_like(x, device=device), recurse)

    def share_memory(self) -> Self:
        """Raises an error: minitorch has no tensors that several processes share."""
        raise NotSupportedError(
            "share_memory: minitorch has no tensors that several processes share; send the state_dict() instead"
        )

    def compile(self, *args: Any, **kwargs: Any) -> None:
        """Raises an error: minitorch has no compiler; a module runs as it is."""
        raise NotSupportedError(
            "compile: minitorch does not compile modules; leave the call out, the results are the same"
        )

    def cpu(self) -> Self:
        """Moves all parameters and buffers to the CPU."""
        return self._apply(lambda x: x.cpu())

    def cuda(self, device: Any = None) -> Self:
        """Moves all parameters and buffers to a GPU."""
        return self._apply(lambda x: x.cuda(device))

    # How it shows itself ------------------------------------------------------------------------------

    def _get_name(self) -> str:
        return type(self).__name__

    def extra_repr(self) -> str:
        """What the representation says about this module itself; override it."""
        return ""

    def __repr__(self) -> str:
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        children = [f"({name}): {indent(repr(child))}" for name, child in self._modules.items()]
        if not children and len(lines) <= 1:
            return f"{self._get_name()}({extra})"
        return f"{self._get_name()}(\n  " + "\n  ".join([*lines, *children]) + "\n)"


def is_fractional(x: Variable) -> bool:
    """Whether a cast of a module changes this value."""
    return x.is_floating_point() or x.is_complex()


def indent(text: str) -> str:
    """All lines but the first moved to the right."""
    return text.replace("\n", "\n  ")


def locate(error: MinitorchError, module: Module) -> None:
    """Extends the module path of an error that leaves `module` on its way out.

    The path grows from the inside: each module adds the name that it has for the one before.
    """
    path, kind = "", type(module).__name__
    if error.place is not None:
        inner, inner_path, kind = error.place
        names = {id(m): name for name, m in module.named_modules()}
        path = ".".join(part for part in (names.get(inner, "?"), inner_path) if part)
    error.place = id(module), path, kind
    root = type(module).__name__
    error.module_path = f"{root}.{path} ({kind})" if path else root
