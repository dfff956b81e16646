"""Choice between two values by a condition: where."""

from __future__ import annotations

from typing import Any

from minitorch import dtypes
from minitorch.backend import Array, Backend
from minitorch.errors import DtypeError
from minitorch.op import Op
from minitorch.ops.common import array_of, not_a_tensor
from minitorch.ops.out import with_out
from minitorch.registry import backend_of


class Where(Op):
    """z = x where the condition holds, else y;   dx = g there, dy = g elsewhere."""

    broadcasts = True

    def forward(self, condition: Array, x: Array, y: Array) -> Array:
        kind = getattr(condition, "dtype", None)  # the condition may be True or False
        if kind is not None and kind.kind != "b" and kind != "uint8":
            raise DtypeError(
                f"where: the condition must be bool, got {kind}; write it as a comparison, or use .bool()"
            )
        self.keep(condition=condition)
        return self.backend.where(condition, x, y)

    def backward(self, g: Array) -> tuple[None, Array | None, Array | None]:
        condition = self.saved.condition
        _, need_x, need_y = self.needs_input_grad
        return (
            None,
            Where.apply(condition, g, zero_like(g)) if need_x else None,
            Where.apply(condition, zero_like(g), g) if need_y else None,
        )


def zero_like(g: Any) -> Any:
    """A 0-d zero of the dtype of `g`, as a bare array."""
    array = array_of(g)
    return array.dtype.type(0)


@with_out
def where(condition: Any, input: Any = None, other: Any = None) -> Any:
    """`input` where `condition` holds, else `other`; with the condition alone, the indices where it holds.

    >>> import minitorch
    >>> x = minitorch.tensor([-1.0, 2.0])
    >>> minitorch.where(x > 0, x, 0.0)
    tensor([0., 2.])
    """
    if input is None and other is None:
        return condition.nonzero(as_tuple=True)
    if not hasattr(condition, "dtype"):
        raise not_a_tensor("where", condition)
    kinds = [v for v in (input, other) if hasattr(v, "dtype")]
    if len(kinds) < 2:
        for choice in (input, other):
            if not (hasattr(choice, "dtype") or isinstance(choice, (bool, int, float, complex))):
                raise not_a_tensor("where", choice)
    if len(kinds) < 2 or array_of(kinds[0]).dtype is not array_of(kinds[1]).dtype:
        common = dtypes.result_type(input, other)
        backend = backend_of(array_of(condition))
        input, other = (as_choice(v, common, backend) for v in (input, other))
    return Where.apply(condition, input, other)


def as_choice(x: Any, dtype: dtypes.dtype, backend: Backend) -> Any:
    """A number or value in the dtype that `where` gives."""
    if isinstance(x, (bool, int, float, complex)):
        try:
            return backend.asarray(x, dtype.dtype)
        except OverflowError:
            raise DtypeError(f"where: {x} does not fit into {dtype}; convert the tensor first") from None
    if array_of(x).dtype == dtype.dtype:
        return x
    return x.to(dtype) if hasattr(x, "array") else x.astype(dtype.dtype)
