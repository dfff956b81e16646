"""`UninitializedParameter` and `UninitializedBuffer`: tensors whose shape is not known yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from minitorch import creation
from minitorch.errors import ShapeError
from minitorch.nn.parameter import Buffer, Parameter, empty_parameter
from minitorch.value import wrap
from minitorch.variable import Variable


class Uninitialized(Variable):
    """What the two share: a dtype and a device, and an error for whoever asks for more."""

    cls_to_become: type[Variable]
    persistent: bool

    def __init__(self, requires_grad: bool, device: Any, dtype: Any) -> None:
        placeholder = empty_parameter(0, device=device, dtype=dtype)
        if requires_grad:
            creation.check_requires_grad(placeholder.dtype)
        self.__dict__["array"] = placeholder.array
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
    def array(self) -> Any:  # type: ignore[override]
        raise ShapeError(
            f"{type(self).__name__}: this tensor has no shape and no values yet; call the module with an input first, "
            f"which initialises it, or load a state dict"
        )

    @property  # type: ignore[override]
    def data(self) -> Variable:
        """An empty tensor of the dtype and on the device that this one will have."""
        return wrap(self.__dict__["array"])

    @data.setter
    def data(self, new: Variable) -> None:
        self.__dict__["array"] = new.array

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
    >>> minitorch.nn.uninitialized.is_lazy(minitorch.nn.LazyLinear(3).weight)
    True
    """
    return isinstance(value, Uninitialized)
