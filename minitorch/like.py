"""New tensors in the shape and, unless another is given, the dtype of an existing one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch import filled, sampling
from minitorch.errors import ArgumentTypeError
from minitorch.layout import creates

if TYPE_CHECKING:
    from minitorch.variable import Variable


def like(op_name: str, input: Any, dtype: Any, device: Any) -> tuple[Any, Any]:
    """Dtype and device of the new tensor: those of `input` where none are given.

    Raises:
        ArgumentTypeError: for anything else.
    """
    if not hasattr(input, "dtype") or not hasattr(input, "shape"):
        raise ArgumentTypeError(f"{op_name}: expected a Tensor, got {type(input).__name__}")
    if device is None and hasattr(input, "array"):
        device = input.device
    return (input.dtype if dtype is None else dtype), device


@creates
def empty_like(
    input: Variable,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
) -> Variable:
    """Arbitrary elements, in the shape of `input`.

    >>> import minitorch
    >>> minitorch.empty_like(minitorch.ones(2, 3)).shape
    minitorch.Size([2, 3])
    """
    kind, device = like("empty_like", input, dtype, device)
    return filled.empty(input.shape, dtype=kind, device=device, requires_grad=requires_grad)


@creates
def zeros_like(
    input: Variable,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
) -> Variable:
    """Zeros, in the shape of `input`.

    >>> import minitorch
    >>> minitorch.zeros_like(minitorch.tensor([1, 2]))
    tensor([0, 0])
    """
    kind, device = like("zeros_like", input, dtype, device)
    return filled.zeros(input.shape, dtype=kind, device=device, requires_grad=requires_grad)


@creates
def ones_like(
    input: Variable,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
) -> Variable:
    """Ones, in the shape of `input`.

    >>> import minitorch
    >>> minitorch.ones_like(minitorch.tensor([5, 6]))  # and in its dtype
    tensor([1, 1])
    """
    kind, device = like("ones_like", input, dtype, device)
    return filled.ones(input.shape, dtype=kind, device=device, requires_grad=requires_grad)


@creates
def full_like(
    input: Variable,
    fill_value: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
) -> Variable:
    """`fill_value` in every element, in the shape of `input`.

    >>> import minitorch
    >>> minitorch.full_like(minitorch.zeros(2, 2), 7)
    tensor([[7., 7.],
            [7., 7.]])
    """
    kind, device = like("full_like", input, dtype, device)
    return filled.full(input.shape, fill_value, dtype=kind, device=device, requires_grad=requires_grad)


@creates
def rand_like(
    input: Variable,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
    generator: Any = None,
) -> Variable:
    """Random numbers, uniform on [0, 1), in the shape of `input`.

    >>> import minitorch
    >>> x = minitorch.rand_like(minitorch.ones(2, 3, dtype=minitorch.float64))
    >>> x.shape, x.dtype
    (minitorch.Size([2, 3]), minitorch.float64)
    """
    kind, device = like("rand_like", input, dtype, device)
    return sampling.rand(
        input.shape, dtype=kind, device=device, requires_grad=requires_grad, generator=generator
    )


@creates
def randn_like(
    input: Variable,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
    generator: Any = None,
) -> Variable:
    """Normal random numbers, in the shape of `input`.

    >>> import minitorch
    >>> x = minitorch.ones(3)
    >>> (x + 0.1 * minitorch.randn_like(x)).shape  # with noise
    minitorch.Size([3])
    """
    kind, device = like("randn_like", input, dtype, device)
    return sampling.randn(
        input.shape, dtype=kind, device=device, requires_grad=requires_grad, generator=generator
    )


@creates
def randint_like(
    input: Variable,
    low: Any,
    high: Any = None,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
    generator: Any = None,
) -> Variable:
    """Random integers from `low` to `high − 1` (from 0 if only one bound is given), in the shape of `input`.

    >>> import minitorch
    >>> x = minitorch.randint_like(minitorch.ones(100), 3, 6)
    >>> bool((x >= 3).all() and (x < 6).all()), x.dtype
    (True, minitorch.float32)
    """
    low, high = (0, low) if high is None else (low, high)
    kind, device = like("randint_like", input, dtype, device)
    return sampling.randint(
        low, high, input.shape, dtype=kind, device=device, requires_grad=requires_grad, generator=generator
    )
