"""Comparisons and logic: results are booleans (bitwise ones integers) and have no derivative."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.backend import Array
from minitorch.errors import ArgumentError, DtypeError
from minitorch.modes import no_grad
from minitorch.op import Op
from minitorch.ops.common import Binary, array_of, check_ordered, is_bool, refuse_numbers
from minitorch.ops.out import with_out
from minitorch.registry import backend_of

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Compare(Binary):
    """A question about two values; `kind` is the backend's function."""

    differentiable = False

    def forward(self, x: Array, y: Array, *, kind: str) -> Array:
        if kind in ("less", "less_equal", "greater", "greater_equal"):
            check_ordered(kind, x, y)
        return getattr(self.backend, kind)(x, y)


class Bitwise(Compare):
    """An operation on the bits of two integers or booleans."""

    def forward(self, x: Array, y: Array, *, kind: str) -> Array:
        for value in (x, y):
            if self.backend.asarray(value).dtype.kind in "fcV":
                raise DtypeError(f"{kind}: needs integers or booleans, got {value.dtype}")
        z = getattr(self.backend, kind)(x, y)
        if kind.endswith("shift") and all(is_bool(v) for v in (x, y)):
            if kind == "left_shift":
                raise DtypeError("bitwise_left_shift: not defined for booleans; convert them with .int()")
            return z.astype(bool)
        return z


class Member(Op):
    """z = whether x is among the elements of y; it has no derivative."""

    promotes, differentiable = True, False

    def forward(self, x: Array, y: Array) -> Array:
        b = self.backend
        x, y = b.asarray(x), b.asarray(y)
        if x.dtype.kind not in "iufV" or y.dtype.kind not in "iufV":
            raise DtypeError(f"isin: needs real numbers, got {x.dtype} and {y.dtype}")
        return b.isin(x, y)


@with_out
def eq(input: Any, other: Any) -> Variable:
    """Whether `input` = `other`, elementwise.

    >>> import minitorch
    >>> minitorch.eq(minitorch.tensor([1, 2]), 2)
    tensor([False,  True])
    """
    refuse_numbers("eq", input=input)
    return Compare.apply(input, other, kind="equal")


@with_out
def ne(input: Any, other: Any) -> Variable:
    """Whether `input` ≠ `other`, elementwise.

    >>> import minitorch
    >>> minitorch.tensor([1.0, minitorch.nan]) != minitorch.tensor([1.0, minitorch.nan])  # NaN differs from itself
    tensor([False,  True])
    """
    refuse_numbers("ne", input=input)
    return Compare.apply(input, other, kind="not_equal")


@with_out
def lt(input: Any, other: Any) -> Variable:
    """Whether `input` < `other`, elementwise.

    >>> import minitorch
    >>> minitorch.tensor([1, 2, 3]) < 2
    tensor([ True, False, False])
    """
    refuse_numbers("lt", input=input)
    return Compare.apply(input, other, kind="less")


@with_out
def le(input: Any, other: Any) -> Variable:
    """Whether `input` ≤ `other`, elementwise.

    >>> import minitorch
    >>> minitorch.tensor([1, 2, 3]) <= 2
    tensor([ True,  True, False])
    """
    refuse_numbers("le", input=input)
    return Compare.apply(input, other, kind="less_equal")


@with_out
def gt(input: Any, other: Any) -> Variable:
    """Whether `input` > `other`, elementwise.

    >>> import minitorch
    >>> minitorch.tensor([[1], [3]]) > minitorch.tensor([0, 2])  # broadcast
    tensor([[ True, False],
            [ True,  True]])
    """
    refuse_numbers("gt", input=input)
    return Compare.apply(input, other, kind="greater")


@with_out
def ge(input: Any, other: Any) -> Variable:
    """Whether `input` ≥ `other`, elementwise.

    >>> import minitorch
    >>> minitorch.tensor([1, 2, 3]) >= 2
    tensor([False,  True,  True])
    """
    refuse_numbers("ge", input=input)
    return Compare.apply(input, other, kind="greater_equal")


@with_out
def logical_and(input: Any, other: Any) -> Variable:
    """Whether both are true (not zero), elementwise.

    >>> import minitorch
    >>> minitorch.logical_and(minitorch.tensor([0, 1, 2]), minitorch.tensor([1, 0, 3]))
    tensor([False, False,  True])
    """
    refuse_numbers("logical_and", input=input, other=other)
    return Compare.apply(input, other, kind="logical_and")


@with_out
def logical_or(input: Any, other: Any) -> Variable:
    """Whether at least one is true (not zero), elementwise.

    >>> import minitorch
    >>> minitorch.logical_or(minitorch.tensor([0.0, 0.5]), minitorch.tensor([0, 0]))
    tensor([False,  True])
    """
    refuse_numbers("logical_or", input=input, other=other)
    return Compare.apply(input, other, kind="logical_or")


@with_out
def logical_xor(input: Any, other: Any) -> Variable:
    """Whether exactly one is true (not zero), elementwise.

    >>> import minitorch
    >>> minitorch.logical_xor(minitorch.tensor([0, 1, 2]), minitorch.tensor([1, 0, 3]))
    tensor([ True,  True, False])
    """
    refuse_numbers("logical_xor", input=input, other=other)
    return Compare.apply(input, other, kind="logical_xor")


@with_out
def logical_not(input: Variable) -> Variable:
    """Whether the element is false (zero).

    >>> import minitorch
    >>> minitorch.logical_not(minitorch.tensor([0.0, 0.5, minitorch.nan]))
    tensor([ True, False, False])
    """
    return eq(input, 0)


@with_out
def bitwise_and(input: Any, other: Any) -> Variable:
    """The bits set in both, elementwise; for booleans: and.

    >>> import minitorch
    >>> minitorch.tensor([6]) & 3  # 110 and 011
    tensor([2])
    """
    return Bitwise.apply(input, other, kind="bitwise_and")


@with_out
def bitwise_or(input: Any, other: Any) -> Variable:
    """The bits set in either, elementwise; for booleans: or.

    >>> import minitorch
    >>> minitorch.tensor([6]) | 3  # 110 or 011
    tensor([7])
    """
    return Bitwise.apply(input, other, kind="bitwise_or")


@with_out
def bitwise_xor(input: Any, other: Any) -> Variable:
    """The bits set in exactly one, elementwise; for booleans: unequal.

    >>> import minitorch
    >>> minitorch.tensor([6]) ^ 3  # 110 against 011
    tensor([5])
    """
    return Bitwise.apply(input, other, kind="bitwise_xor")


@with_out
def bitwise_not(input: Variable) -> Variable:
    """All bits flipped, elementwise; for booleans: not.

    >>> import minitorch
    >>> ~minitorch.tensor([0, 5])  # two's complement: −x − 1
    tensor([-1, -6])
    >>> ~minitorch.tensor([True, False])
    tensor([False,  True])
    """
    kind = array_of(input).dtype
    if kind.kind in "fcV":
        raise DtypeError(f"bitwise_not: needs integers or booleans, got {kind}; for 1 − x write 1 - x")
    return Bitwise.apply(input, True if kind.kind == "b" else -1, kind="bitwise_xor")


@with_out
def bitwise_left_shift(input: Any, other: Any) -> Variable:
    """The bits of `input` moved up by `other` places.

    >>> import minitorch
    >>> minitorch.tensor([1, 3]) << 2  # times 4
    tensor([ 4, 12])
    """
    return Bitwise.apply(input, other, kind="left_shift")


@with_out
def bitwise_right_shift(input: Any, other: Any) -> Variable:
    """The bits of `input` moved down by `other` places, keeping the sign.

    >>> import minitorch
    >>> minitorch.tensor([13, -13]) >> 2  # divided by 4, rounded down
    tensor([ 3, -4])
    """
    return Bitwise.apply(input, other, kind="right_shift")


@with_out
def isin(elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False) -> Variable:
    """Whether each of `elements` is among `test_elements`.

    Args:
        elements: a tensor, or a number.
        test_elements: a tensor, or a number; at least one of both is a tensor.
        assume_unique: promises that no element comes twice; nothing depends on it here.
        invert: whether each is not among them.

    >>> import minitorch
    >>> minitorch.isin(minitorch.tensor([[1, 2], [3, 4]]), minitorch.tensor([2, 3]))
    tensor([[False,  True],
            [ True, False]])
    """
    if not (hasattr(elements, "dtype") or hasattr(test_elements, "dtype")):
        refuse_numbers("isin", elements=elements, test_elements=test_elements)
    found = Member.apply(elements, test_elements)
    return logical_not(found) if invert else found


def isclose(
    input: Variable,
    other: Variable,
    rtol: float = 1e-5,
    atol: float = 1e-8,
    equal_nan: bool = False,
) -> Variable:
    """Whether |input − other| ≤ atol + rtol·|other|, elementwise.

    Args:
        input: compared with `other`.
        other: what the relative tolerance refers to.
        rtol: the tolerance relative to |other|.
        atol: the absolute tolerance.
        equal_nan: whether NaN is close to NaN.

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, 2.0])
    >>> minitorch.isclose(x, x + minitorch.tensor([1e-6, 1e-3]))
    tensor([ True, False])
    """
    refuse_numbers("isclose", input=input, other=other)
    if rtol < 0 or atol < 0:
        raise ArgumentError(f"isclose: tolerances must not be negative, got rtol={rtol} and atol={atol}")
    if input.dtype is not other.dtype:
        raise DtypeError(f"isclose: dtypes {input.dtype} and {other.dtype} differ; convert one with .to()")
    if input.dtype is dtypes.bool_:
        return input == other
    with no_grad():
        near = (input == other) | ((input - other).abs() <= atol + rtol * other.abs()) & other.isfinite()
        if equal_nan:
            near = near | (input.isnan() & other.isnan())
    return near


def allclose(
    input: Variable,
    other: Variable,
    rtol: float = 1e-5,
    atol: float = 1e-8,
    equal_nan: bool = False,
) -> bool:
    """Whether all elements are close, as in `isclose`.

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, minitorch.nan])
    >>> minitorch.allclose(x, x), minitorch.allclose(x, x, equal_nan=True)
    (False, True)
    """
    return bool(isclose(input, other, rtol, atol, equal_nan).all())


def equal(input: Variable, other: Variable) -> bool:
    """Whether both have the same shape and elements.

    >>> import minitorch
    >>> x = minitorch.tensor([1, 2])
    >>> minitorch.equal(x, minitorch.tensor([1, 2])), minitorch.equal(x, minitorch.tensor([[1, 2]]))
    (True, False)
    """
    x, y = input.array, other.array
    return x.shape == y.shape and bool(backend_of(x).all(x == y, axis=None).item())
