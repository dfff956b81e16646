"""`Parameter` and `Buffer`: tensors that a Module registers when they are assigned to it.

`UninitializedParameter` and `UninitializedBuffer` stand for those whose shape is not known yet; see `nn.lazy`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from minitorch import creation, filled
from minitorch.errors import ArgumentTypeError, ShapeError
from minitorch.registry import backend_of
from minitorch.value import Value, wrap
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
        array, place = backend_of(self.array).to_numpy(self.array), None if self.is_cpu else str(self.device)
        return rebuild_buffer, (array, self.persistent, place)


def rebuild_buffer(array: Any, persistent: bool, place: str | None = None) -> Buffer:
    """A buffer as it was pickled, where it was."""
    return Buffer(creation.as_tensor(array, device=place), persistent=persistent)


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


# Without a shape --------------------------------------------------------------------------------------------


class Uninitialized(Variable):
    """What the two share: a dtype and a device, and an error for whoever asks for more."""

    cls_to_become: type[Variable]
    persistent: bool

    def __init__(self, requires_grad: bool, device: Any, dtype: Any) -> None:
        placeholder = empty_parameter(0, device=device, dtype=dtype)
        if requires_grad:
            creation.check_requires_grad(placeholder.dtype)
        self.array = placeholder.array
        self._requires_grad = requires_grad

    def materialize(self, shape: Sequence[int], device: Any = None, dtype: Any = None) -> None:
        """Makes an ordinary parameter or buffer of this shape of it, whose values are still to be set.

        >>> import minitorch
        >>> w = minitorch.nn.UninitializedParameter()
        >>> w.materialize((2, 3))
        >>> w.shape
        minitorch.Size([2, 3])
        """
        own = self.data
        made = empty_parameter(
            *shape,
            device=own.device if device is None else device,
            dtype=own.dtype if dtype is None else dtype,
        )
        self.__class__ = self.cls_to_become  # type: ignore[assignment]
        self.array = made.array

    @property
    def array(self) -> Any:
        raise ShapeError(
            f"{type(self).__name__}: this tensor has no shape and no values yet; call the module with an input first, "
            f"which initialises it, or load a state dict"
        )

    @array.setter
    def array(self, new: Any) -> None:
        self.__dict__["array"] = new

    @property
    def data(self) -> Variable:
        """An empty tensor of the dtype and on the device that this one will have."""
        return wrap(self.__dict__["array"])

    @data.setter
    def data(self, new: Variable) -> None:
        self.array = new.array

    @property
    def dtype(self) -> Any:
        """The element type."""
        return self.data.dtype

    @property
    def device(self) -> Any:
        """Where it will be."""
        return self.data.device

    def is_floating_point(self) -> bool:
        """Whether its dtype is a floating-point one."""
        return self.data.is_floating_point()

    def is_complex(self) -> bool:
        """Whether its dtype is a complex one."""
        return self.data.is_complex()

    def detach(self) -> Any:
        """The tensor itself: there is nothing in it yet that a gradient could flow to."""
        return self

    def requires_grad_(self, requires_grad: bool = True) -> Any:
        """Sets whether the tensor that it becomes requires grad; returns it."""
        self._requires_grad = requires_grad
        return self

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        memo[id(self)] = copy = rebuild(*self._parts())
        return copy

    def __reduce_ex__(self, protocol: Any) -> Any:
        return rebuild, self._parts()

    def _parts(self) -> tuple[Any, ...]:
        return type(self), self._requires_grad, self.dtype, getattr(self, "persistent", None)


def rebuild(kind: Any, requires_grad: bool, dtype: Any, persistent: bool | None) -> Any:
    """The same as it was copied or pickled."""
    if persistent is None:
        return kind(requires_grad, dtype=dtype)
    return kind(requires_grad, dtype=dtype, persistent=persistent)


class UninitializedParameter(Uninitialized, Parameter):
    """A parameter whose shape is not known yet; `materialize(shape)` makes a `Parameter` of it.

    Args:
        requires_grad: whether gradients are accumulated, once there is something.
        device: of the parameter.
        dtype: of the parameter.

    >>> import minitorch
    >>> minitorch.nn.UninitializedParameter()
    <UninitializedParameter>
    """

    cls_to_become = Parameter

    def __init__(self, requires_grad: bool = True, device: Any = None, dtype: Any = None) -> None:
        Uninitialized.__init__(self, requires_grad, device, dtype)


class UninitializedBuffer(Uninitialized, Buffer):
    """A buffer whose shape is not known yet; `materialize(shape)` makes a `Buffer` of it.

    Args:
        requires_grad: whether gradients are accumulated, once there is something.
        device: of the buffer.
        dtype: of the buffer.
        persistent: whether it is part of the `state_dict`.

    >>> import minitorch
    >>> minitorch.nn.UninitializedBuffer().persistent
    True
    """

    cls_to_become = Buffer

    def __init__(
        self, requires_grad: bool = False, device: Any = None, dtype: Any = None, persistent: bool = True
    ) -> None:
        Uninitialized.__init__(self, requires_grad, device, dtype)
        self.persistent = persistent


def is_lazy(value: Any) -> bool:
    """Whether a parameter or buffer has no shape yet.

    >>> import minitorch
    >>> minitorch.nn.parameter.is_lazy(minitorch.nn.LazyLinear(3).weight)
    True
    """
    return isinstance(value, Uninitialized)
