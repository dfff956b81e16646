"""Questions about a tensor as a whole: `is_tensor`, `is_floating_point`, `numel` and so on."""

from __future__ import annotations

from typing import Any

from minitorch.errors import ArgumentTypeError, ShapeError
from minitorch.value import Value


def checked(op_name: str, input: Any) -> Any:
    """The argument, if it is a tensor.

    Raises:
        ArgumentTypeError: if it is not.
    """
    if not isinstance(input, Value):
        raise ArgumentTypeError(f"{op_name}: expected a Tensor, got {type(input).__name__}")
    return input


def is_tensor(obj: Any) -> bool:
    """Whether `obj` is a tensor.

    >>> import minitorch
    >>> minitorch.is_tensor(minitorch.ones(2)), minitorch.is_tensor([1.0])
    (True, False)
    """
    return isinstance(obj, Value)


def is_floating_point(input: Any) -> bool:
    """Whether the dtype is a floating-point one.

    >>> import minitorch
    >>> minitorch.is_floating_point(minitorch.tensor([1.0])), minitorch.is_floating_point(minitorch.tensor([1j]))
    (True, False)
    """
    return bool(checked("is_floating_point", input).dtype.is_floating_point)


def is_complex(input: Any) -> bool:
    """Whether the dtype is a complex one.

    >>> import minitorch
    >>> minitorch.is_complex(minitorch.tensor([1j])), minitorch.is_complex(minitorch.tensor([1.0]))
    (True, False)
    """
    return bool(checked("is_complex", input).dtype.is_complex)


def is_signed(input: Any) -> bool:
    """Whether the dtype has negative numbers.

    >>> import minitorch
    >>> minitorch.is_signed(minitorch.tensor([5])), minitorch.is_signed(minitorch.tensor([5], dtype=minitorch.uint8))
    (True, False)
    """
    return bool(checked("is_signed", input).dtype.is_signed)


def is_inference(input: Any) -> bool:
    """Whether the tensor was made under `inference_mode`.

    >>> import minitorch
    >>> with minitorch.inference_mode():
    ...     x = minitorch.ones(2)
    >>> minitorch.is_inference(x)
    True
    """
    return bool(checked("is_inference", input)._inference)


def is_same_size(input: Any, other: Any) -> bool:
    """Whether both tensors have the same shape.

    >>> import minitorch
    >>> minitorch.is_same_size(minitorch.ones(2, 3), minitorch.ones(3, 2))
    False
    """
    return tuple(checked("is_same_size", input).shape) == tuple(checked("is_same_size", other).shape)


def is_nonzero(input: Any) -> bool:
    """Whether the single element of a tensor is not zero.

    Raises:
        ShapeError: for any other number of elements.

    >>> import minitorch
    >>> minitorch.is_nonzero(minitorch.tensor([0.5])), minitorch.is_nonzero(minitorch.tensor(0))
    (True, False)
    """
    if checked("is_nonzero", input).numel() != 1:
        raise ShapeError(
            f"is_nonzero: expected one element, got shape {tuple(input.shape)}; use .any() or .all()"
        )
    return bool(input.item() != 0)


def numel(input: Any) -> int:
    """The number of elements.

    >>> import minitorch
    >>> minitorch.numel(minitorch.ones(2, 3))
    6
    """
    return int(checked("numel", input).array.size)


def get_device(input: Any) -> int:
    """The number of the GPU that a tensor is on; -1 on the CPU.

    >>> import minitorch
    >>> minitorch.get_device(minitorch.ones(2))
    -1
    """
    return int(checked("get_device", input).get_device())


def is_conj(input: Any) -> bool:
    """Whether the tensor waits to be conjugated: never, conjugates are computed at once.

    >>> import minitorch
    >>> minitorch.is_conj(minitorch.tensor([1j]).conj())
    False
    """
    return bool(checked("is_conj", input).is_conj())


def is_neg(input: Any) -> bool:
    """Whether the tensor waits to be negated: never.

    >>> import minitorch
    >>> minitorch.is_neg(-minitorch.ones(2))
    False
    """
    return bool(checked("is_neg", input).is_neg())


def is_distributed(input: Any) -> bool:
    """Whether the elements are spread over several machines: never.

    >>> import minitorch
    >>> minitorch.is_distributed(minitorch.ones(2))
    False
    """
    return bool(checked("is_distributed", input).is_distributed())
