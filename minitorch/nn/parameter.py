"""`Parameter` and `Buffer`: tensors that a Module registers when they are assigned to it."""

from __future__ import annotations

from typing import Any

from minitorch import creation, filled
from minitorch.errors import ArgumentTypeError
from minitorch.registry import backend_of
from minitorch.value import Value
from minitorch.variable import Variable


class Parameter(Variable):
    """A tensor that a module learns: assigned as an attribute, it becomes one of `module.parameters()`.

    Args:
        data: the tensor whose memory it shares; the parameter itself is a leaf.
        requires_grad: whether gradients are accumulated; also under `no_grad()`.

    Raises:
        ArgumentTypeError: for anything but a tensor.
        GradientError: for integer tensors, unless `requires_grad=False`.

    >>> import minitorch
    >>> minitorch.nn.Parameter(minitorch.ones(2))
    Parameter containing:
    tensor([1., 1.], requires_grad=True)
    """

    def __init__(self, data: Variable | None = None, requires_grad: bool = True) -> None:
        share(self, filled.empty(0) if data is None else data)
        if requires_grad:
            creation.check_requires_grad(self.dtype)
        self._requires_grad = bool(requires_grad)

    def __deepcopy__(self, memo: dict[int, Any]) -> Parameter:
        copy = type(self)(self.data.clone(), self._requires_grad)
        memo[id(self)] = copy
        return copy


class Buffer(Variable):
    """A tensor that belongs to a module's state without being learned, such as a running mean.

    Args:
        data: the tensor whose memory it shares.
        persistent: whether it is part of the `state_dict`.

    >>> import minitorch
    >>> buffer = minitorch.nn.Buffer(minitorch.ones(2))
    >>> buffer.requires_grad, buffer.persistent
    (False, True)
    """

    persistent: bool

    def __init__(self, data: Variable | None = None, *, persistent: bool = True) -> None:
        share(self, filled.empty(0) if data is None else data)
        self._requires_grad = getattr(data, "_requires_grad", False)
        self.persistent = persistent

    def __deepcopy__(self, memo: dict[int, Any]) -> Buffer:
        copy = type(self)(self.data.clone(), persistent=self.persistent)
        memo[id(self)] = copy
        return copy

    def __reduce_ex__(self, protocol: Any) -> Any:
        return rebuild_buffer, (backend_of(self.array).to_numpy(self.array), self.persistent)


def rebuild_buffer(array: Any, persistent: bool) -> Buffer:
    """A buffer as it was pickled."""
    return Buffer(creation.as_tensor(array), persistent=persistent)


def empty_parameter(*shape: int, device: Any = None, dtype: Any = None) -> Parameter:
    """A parameter of this shape whose values are still to be drawn."""
    return Parameter(filled.empty(*shape, device=device, dtype=dtype))


def share(target: Variable, data: Any) -> None:
    """Gives `target` the memory of the tensor `data`."""
    if not isinstance(data, Value):
        raise ArgumentTypeError(
            f"{type(target).__name__}: expected a Tensor, got {type(data).__name__}; "
            f"make one with minitorch.tensor(...)"
        )
    target.array, target._counter = data.array, data._version_counter()
