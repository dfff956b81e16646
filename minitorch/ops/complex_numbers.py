"""Complex numbers: their parts, angles and conjugates, and the same memory seen as pairs of real numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.autocasting import kernel
from minitorch.backend import Array
from minitorch.errors import DtypeError, ShapeError
from minitorch.op import Op
from minitorch.ops.common import array_of, conj as conjugate, require_tensors
from minitorch.ops.out import with_out
from minitorch.ops.trigonometric import cos, sin
from minitorch.ops.where import where

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Conj(Op):
    """y = x*;   dx = g*."""

    def forward(self, x: Array) -> Array:
        return self.backend.conj(x)

    def backward(self, g: Array) -> Array:
        return g.conj()


class Real(Op):
    """y = Re x, a view;   dx = g."""

    view = True

    def forward(self, x: Array) -> Array:
        return x.real

    def backward(self, g: Array) -> Array:
        return g + 0j if array_of(g).dtype.kind != "c" else g


class Imag(Op):
    """y = Im x, a view;   dx = i·g."""

    view = True

    def forward(self, x: Array) -> Array:
        if x.dtype.kind != "c":
            raise DtypeError(f"imag: only complex tensors have an imaginary part, got {x.dtype}")
        return x.imag

    def backward(self, g: Array) -> Array:
        return g * 1j


class Complex(Op):
    """z = x + i·y;   dx = Re g,  dy = Im g."""

    broadcasts = True

    def forward(self, x: Array, y: Array) -> Array:
        b = self.backend
        pairs = b.stack([b.broadcast_to(part, (x + y).shape) for part in (x, y)], -1)  # x + iy may be NaN
        return as_complex(pairs)

    def backward(self, g: Array) -> tuple[Array, Array]:
        return (g.real, g.imag) if array_of(g).dtype.kind == "c" else (g, g * 0)


class ViewAsReal(Op):
    """y = (Re x, Im x) along a new last dim, a view;   dx = g[…, 0] + i·g[…, 1]."""

    view = True

    def forward(self, x: Array) -> Array:
        x = self.backend.asarray(x)  # a scalar of the array library has no memory to look at
        re = x.real
        strides = [s // re.dtype.itemsize for s in x.strides]
        return self.backend.as_strided(re, (*x.shape, 2), (*strides, 1))

    def backward(self, g: Array) -> Array:
        return Complex.apply(g[..., 0], g[..., 1])


class ViewAsComplex(Op):
    """y = x[…, 0] + i·x[…, 1], a view;   dx = (Re g, Im g)."""

    view = True

    def forward(self, x: Array) -> Array:
        return as_complex(x)

    def backward(self, g: Array) -> Array:
        return ViewAsReal.apply(g)


class Angle(Op):
    """y = the angle of x, which is 0 or π for real x;   dx = g·i/x*, 0 at 0 and for real x."""

    float_only = True

    def forward(self, x: Array) -> Array:
        b = self.backend
        if x.dtype.kind == "c":
            self.save(x=x)
            return b.atan2(x.imag, x.real)
        return b.where(b.isnan(x), x, b.where(x < 0, x.dtype.type(math.pi), x.dtype.type(0)))

    def backward(self, g: Array) -> Array:
        if self.saved is None:
            return g * 0
        x = self.saved.x
        zero = array_of(x) == 0
        return where(zero, 0.0, g * 1j / conjugate(where(zero, 1.0, x)))


def as_complex(x: Array) -> Array:
    """The bytes of neighbouring pairs along the last axis, which must be contiguous, as complex numbers."""
    return x.view(dtypes.BY_NUMPY[x.dtype].to_complex().dtype)[..., 0]


def conj(input: Variable) -> Variable:
    """The complex conjugate, elementwise; a real tensor as it is.

    >>> import minitorch
    >>> minitorch.conj(minitorch.tensor([1 + 2j]))
    tensor([1.-2.j])
    """
    return Conj.apply(input) if array_of(input).dtype.kind == "c" else input


def adjoint(input: Any) -> Variable:
    """The last two dims exchanged, and conjugated.

    >>> import minitorch
    >>> minitorch.adjoint(minitorch.tensor([[1j, 2.0]]))
    tensor([[0.-1.j],
            [2.-0.j]])
    """
    from minitorch.ops.shape import transpose

    return conj(transpose(input, -2, -1))


@with_out
def conj_physical(input: Variable) -> Variable:
    """The complex conjugate, elementwise, as `conj`, which always computes here; a real tensor as it is.

    >>> import minitorch
    >>> minitorch.conj_physical(minitorch.tensor([1 + 2j]))
    tensor([1.-2.j])
    """
    return conj(input)


def resolve_conj(input: Variable) -> Variable:
    """The tensor as it is: `conj` computes at once, nothing is left to resolve.

    >>> import minitorch
    >>> minitorch.resolve_conj(minitorch.tensor([1 + 2j]).conj())
    tensor([1.-2.j])
    """
    require_tensors("resolve_conj", input=input)
    return input


def resolve_neg(input: Variable) -> Variable:
    """The tensor as it is: negation computes at once, nothing is left to resolve.

    >>> import minitorch
    >>> minitorch.resolve_neg(minitorch.tensor([1 + 2j]).conj().imag)
    tensor([-2.])
    """
    require_tensors("resolve_neg", input=input)
    return input


def real(input: Variable) -> Variable:
    """The real part, a view; a real tensor as it is.

    >>> import minitorch
    >>> z = minitorch.tensor([1 + 2j])
    >>> z.real.zero_()
    tensor([0.])
    >>> z
    tensor([0.+2.j])
    """
    return Real.apply(input) if array_of(input).dtype.kind == "c" else input


def imag(input: Variable) -> Variable:
    """The imaginary part of a complex tensor, a view.

    Raises:
        DtypeError: for a real tensor.

    >>> import minitorch
    >>> minitorch.imag(minitorch.tensor([1 + 2j, 3j]))
    tensor([2., 3.])
    """
    return Imag.apply(input)


@with_out
def angle(input: Variable) -> Variable:
    """The angle of each complex number in radians, between −π and π; of a real one 0 or π.

    >>> import minitorch
    >>> minitorch.angle(minitorch.tensor([1j, -1 + 0j])), minitorch.angle(minitorch.tensor([2.0, -2.0]))
    (tensor([1.5708, 3.1416]), tensor([0.0000, 3.1416]))
    """
    return Angle.apply(input)


def complex(real: Variable, imag: Variable, *, out: Any = None) -> Variable:
    """The complex tensor with these parts.

    Args:
        real: the real part.
        imag: the imaginary part, of the same dtype.
        out: where to write the result; it must have the very dtype of the result.

    Raises:
        DtypeError: unless both parts are float32, or both are float64.

    >>> import minitorch
    >>> minitorch.complex(minitorch.tensor([1.0, 0.0]), minitorch.tensor([2.0, -1.0]))
    tensor([1.+2.j, 0.-1.j])
    """
    check_parts("complex", real=real, imag=imag)
    if out is None:
        return Complex.apply(real, imag)
    if hasattr(out, "dtype") and out.dtype is not real.dtype.to_complex():
        raise DtypeError(
            f"complex: out must be {real.dtype.to_complex()} for parts of {real.dtype}, got {out.dtype}"
        )
    return with_out(complex)(real, imag, out=out)


@kernel
@with_out
def polar(abs: Variable, angle: Variable) -> Variable:
    """The complex tensor abs·(cos(angle) + i·sin(angle)).

    Raises:
        DtypeError: unless both are float32, or both are float64.

    >>> import minitorch
    >>> minitorch.polar(minitorch.tensor([2.0]), minitorch.tensor([minitorch.pi / 3]))
    tensor([1.0000+1.7321j])
    """
    check_parts("polar", abs=abs, angle=angle)
    return Complex.apply(abs * cos(angle), abs * sin(angle))


def check_parts(op_name: str, **parts: Any) -> None:
    """Refuses what cannot be the parts of complex numbers."""
    require_tensors(op_name, **parts)
    first, second = (part.dtype for part in parts.values())
    if first is not second or first not in (dtypes.float32, dtypes.float64):
        raise DtypeError(
            f"{op_name}: expected two tensors of float32, or two of float64, got {first} and {second}; "
            f"convert one with .to(dtype)"
        )


def view_as_real(input: Variable) -> Variable:
    """A complex tensor seen as pairs of real numbers: a view with a last dim of size 2.

    Raises:
        DtypeError: for a real tensor.

    >>> import minitorch
    >>> minitorch.view_as_real(minitorch.tensor([1 + 2j, 3j]))
    tensor([[1., 2.],
            [0., 3.]])
    """
    require_tensors("view_as_real", input=input)
    if not input.is_complex():
        raise DtypeError(f"view_as_real: expected a complex tensor, got {input.dtype}")
    return ViewAsReal.apply(input)


@kernel
def view_as_complex(input: Variable) -> Variable:
    """Pairs of real numbers along the last dim seen as complex numbers, a view.

    Raises:
        DtypeError: unless it is float32 or float64.
        ShapeError: unless the last dim has size 2, and its elements stand side by side in memory.

    >>> import minitorch
    >>> minitorch.view_as_complex(minitorch.tensor([[1.0, 2.0], [0.0, 3.0]]))
    tensor([1.+2.j, 0.+3.j])
    """
    require_tensors("view_as_complex", input=input)
    if input.dtype not in (dtypes.float32, dtypes.float64):
        raise DtypeError(f"view_as_complex: expected float32 or float64, got {input.dtype}; convert it first")
    if not input.ndim or input.shape[-1] != 2:
        raise ShapeError(f"view_as_complex: expected a last dim of size 2, got shape {tuple(input.shape)}")
    strides = input.stride()
    aside = strides[-1] != 1 or any(s % 2 for s in strides[:-1]) or input.storage_offset() % 2
    if aside and input.numel():
        raise ShapeError(
            f"view_as_complex: pairs must stand side by side in memory, but the strides are {strides} "
            f"(offset {input.storage_offset()}); use contiguous() first"
        )
    return ViewAsComplex.apply(input)
