"""Copies and casts: clone, to, contiguous."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.backend import Array
from minitorch.device import device, device_of, require, transfer
from minitorch.errors import ArgumentTypeError
from minitorch.layout import order_of, preserve_format
from minitorch.modes import current
from minitorch.op import Op
from minitorch.ops.common import ndim_of
from minitorch.registry import device_backend
from minitorch.value import Value, wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Clone(Op):
    """y = x, in memory of its own;   dx = g."""

    moves = True

    def forward(self, x: Array, *, order: tuple[int, ...] | None = None) -> Array:
        if order is None:
            return self.backend.copy(x)
        inverse = sorted(range(x.ndim), key=order.__getitem__)
        return self.backend.transpose(self.backend.copy(self.backend.transpose(x, order)), inverse)

    def backward(self, g: Array) -> Array:
        return g


class Alias(Op):
    """y = x, the same memory;   dx = g."""

    view = True

    def forward(self, x: Array) -> Array:
        return x[...]

    def backward(self, g: Array) -> Array:
        return g


class ToCopy(Op):
    """y = x in another dtype;   dx = g in x's dtype (by the engine; the real part for real x)."""

    moves = True

    def forward(self, x: Array, *, dtype: dtypes.dtype) -> Array:
        return self.backend.astype(x, dtype.dtype)

    def backward(self, g: Array) -> Array:
        return g


class ToDevice(Op):
    """y = x on another device;   dx = g on x's."""

    moves = True

    def forward(self, x: Array, *, target: device, non_blocking: bool = False) -> Array:
        self.origin = device_of(x)
        self.backend = device_backend(target.type)
        return transfer(x, target, non_blocking)

    def backward(self, g: Array) -> Array:
        if isinstance(g, Value):
            return ToDevice.apply(g, target=self.origin)
        return transfer(g, self.origin)


def clone(input: Any, *, memory_format: Any = None) -> Variable:
    """A copy in memory of its own, through which gradients flow; its dims in memory in the order of the format.

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, 2.0], requires_grad=True)
    >>> x.clone().sum().backward()
    >>> x.grad
    tensor([1., 1.])
    """
    level = current().level
    if level is not None:
        input = level.own(input)  # inside of vmap each slice gets a copy
    if memory_format is None:
        return Clone.apply(input)
    return Clone.apply(input, order=order_of("clone", memory_format, ndim_of("clone", input)))


def contiguous(input: Variable, memory_format: Any = None) -> Variable:
    """The tensor itself if its memory is in row-major order, or that of the format, else such a copy.

    >>> import minitorch
    >>> x = minitorch.ones(2, 3)
    >>> x.T.is_contiguous(), x.T.contiguous().is_contiguous(), x.contiguous() is x
    (False, True, True)
    """
    return input if input.is_contiguous(memory_format) else clone(input, memory_format=memory_format)


def fill(input: Any, value: Any) -> Variable:
    """A tensor like `input` with `value`, a number or a 0-d tensor, in every element.

    >>> import minitorch
    >>> minitorch.fill(minitorch.ones(2), 3)
    tensor([3., 3.])
    """
    return clone(input).fill_(value)


def to(input: Variable, *args: Any, **kwargs: Any) -> Variable:
    """The tensor in another dtype or on another device; itself if nothing changes.

    Forms: `to(dtype)`, `to(device)`, `to(device, dtype)`, `to(other)`; keywords `dtype, device,
    non_blocking, copy, memory_format`.

    >>> import minitorch
    >>> minitorch.tensor([1, 2]).to(minitorch.float64)
    tensor([1., 2.], dtype=minitorch.float64)
    """
    where, kind, copy, order, non_blocking = parse_to(*args, **kwargs)
    if where is not None and (target := require(where)) != device_of(input.array):
        input, copy = ToDevice.apply(input, target=target, non_blocking=non_blocking), False
    if kind is not None and kind is not input.dtype:
        input, copy = ToCopy.apply(input, dtype=kind), False
    if order is not None and order is not preserve_format:
        input, copy = contiguous(input, order), False
    return clone(input) if copy else input


def parse_to(
    *args: Any,
    device: Any = None,
    dtype: Any = None,
    non_blocking: bool = False,
    copy: bool = False,
    memory_format: Any = None,
) -> tuple[Any, dtypes.dtype | None, bool, Any, bool]:
    """The device, dtype, copy flag, memory format and `non_blocking` meant by the arguments of `to`."""
    flags: list[bool] = []
    for value in args:
        if isinstance(value, Value):
            device, dtype = value.device, value.dtype  # type: ignore[attr-defined]
        elif is_device(value):
            device = value
        elif isinstance(value, bool):
            flags.append(value)
        elif value is not None:
            dtype = value
    if dtype is not None:
        try:
            dtype = dtypes.as_dtype(dtype)
        except ArgumentTypeError as error:
            raise ArgumentTypeError(f"to: expected a dtype, device or tensor: {error}") from None
    non_blocking, copy = (*flags, *(non_blocking, copy)[len(flags) :])
    return device, dtype, copy, memory_format, non_blocking


def is_device(value: Any) -> bool:
    """Whether `value` names a device."""
    return isinstance(value, (str, device)) or value.__class__ is int


def type_as(input: Variable, other: Variable) -> Variable:
    """The tensor in the dtype of `other`.

    >>> import minitorch
    >>> minitorch.tensor([1, 2]).type_as(minitorch.tensor(0.5))
    tensor([1., 2.])
    """
    return to(input, other.dtype)


def detach(input: Variable) -> Variable:
    """The same memory outside of the graph; in-place changes of either are noticed by both.

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, 2.0], requires_grad=True)
    >>> minitorch.detach(x).requires_grad
    False
    """
    result = wrap(input.array)
    result._counter = input._version_counter()
    return result


def _caster(dtype: dtypes.dtype) -> Any:
    def cast(input: Variable, memory_format: Any = None) -> Variable:
        return to(input, dtype, memory_format=memory_format)

    cast.__name__ = dtype.name
    cast.__doc__ = f"The tensor as {dtype.name}; itself if it is one already."
    return cast


float_, double = map(_caster, (dtypes.float32, dtypes.float64))
half, bfloat16 = map(_caster, (dtypes.float16, dtypes.bfloat16))
long, int_, short = map(_caster, (dtypes.int64, dtypes.int32, dtypes.int16))
char, byte, bool_ = map(_caster, (dtypes.int8, dtypes.uint8, dtypes.bool_))
cfloat, cdouble = map(_caster, (dtypes.complex64, dtypes.complex128))
