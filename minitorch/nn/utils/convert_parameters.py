"""All parameters as one vector, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from minitorch import ops
from minitorch.errors import ArgumentTypeError, ShapeError
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.variable import Variable


def parameters_to_vector(parameters: Iterable[Any]) -> Variable:
    """The elements of all parameters, in one vector.

    >>> import minitorch
    >>> net = minitorch.nn.Linear(2, 3)
    >>> minitorch.nn.utils.parameters_to_vector(net.parameters()).shape
    minitorch.Size([9])
    """
    return ops.cat([parameter.reshape(-1) for parameter in parameters])


def vector_to_parameters(vec: Variable, parameters: Iterable[Any]) -> None:
    """Puts the elements of a vector into the parameters, in order.

    Raises:
        ShapeError: if their numbers differ; nothing is changed then.

    >>> import minitorch
    >>> net = minitorch.nn.Linear(2, 1)
    >>> minitorch.nn.utils.vector_to_parameters(minitorch.tensor([1.0, 2.0, 3.0]), net.parameters())
    >>> net.weight.detach(), net.bias.detach()
    (tensor([[1., 2.]]), tensor([3.]))
    """
    if not isinstance(vec, Value):
        raise ArgumentTypeError(f"vector_to_parameters: expected a Tensor, got {type(vec).__name__}")
    listed = list(parameters)
    count = sum(parameter.numel() for parameter in listed)
    if vec.numel() != count:
        raise ShapeError(
            f"vector_to_parameters: the vector has {vec.numel()} elements, the parameters have {count}"
        )
    start = 0
    for parameter in listed:
        stop = start + parameter.numel()
        parameter.data = vec[start:stop].reshape(parameter.shape).detach()
        start = stop
