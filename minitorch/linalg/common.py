"""What the formulas of linear algebra share.  The functions for formulas take bare arrays and Variables alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.backend import Array
from minitorch.errors import DtypeError, GradientError, LinAlgError, ShapeError
from minitorch.ops.common import array_of, conj, require_tensors
from minitorch.ops.diagonal import Diagonal, DiagonalEmbed, triangle
from minitorch.ops.linalg import Matmul
from minitorch.ops.where import where
from minitorch.registry import backend_of
from minitorch.value import wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable

PHASE = 1e-2  # how far a gradient may depend on the phase of a vector, which nothing determines


def check_matrices(op_name: str, square: bool = False, **inputs: Any) -> None:
    """Refuses what is no (batch of) matrices of floating-point or complex numbers.

    Raises:
        ArgumentTypeError, ShapeError, DtypeError: naming the input.
    """
    require_tensors(op_name, **inputs)
    for name, x in inputs.items():
        if x.ndim < 2 or (square and x.shape[-1] != x.shape[-2]):
            kind = "square matrices (…, n, n)" if square else "matrices (…, m, n)"
            raise ShapeError(f"{op_name}: {name} must be {kind}, got shape {tuple(x.shape)}")
        check_precise(op_name, name, x)


def check_precise(op_name: str, name: str, x: Any) -> None:
    """Refuses integers, booleans and halves."""
    if x.dtype.category < dtypes.FLOATING or x.dtype in dtypes.HALVES:
        raise DtypeError(
            f"{op_name}: {name} is {x.dtype}; use float32, float64 or complex numbers: x.float()"
        )


def check_same(op_name: str, x: Any, y: Any) -> None:
    """Refuses two tensors of different dtypes."""
    if x.dtype is not y.dtype:
        raise DtypeError(f"{op_name}: dtypes {x.dtype} and {y.dtype} differ; convert one")


def check_info(op_name: str, info: Array, what: str) -> None:
    """Raises a LinAlgError if a matrix failed; `what` tells, with `{}` for the number of the pivot."""
    if info.any():
        places = info.reshape(-1)
        at = int((places != 0).argmax())
        which = f"matrix {at} of the batch" if info.ndim else "the matrix"
        raise LinAlgError(f"{op_name}: {which} {what.format(int(places[at]))}")


def epsilon(x: Array) -> float:
    """The distance from 1 to the next number, in the precision of `x`."""
    return 2.0**-23 if x.dtype.char in "fF" else 2.0**-52


def complex_kind(x: Array) -> str:
    """The name of the complex dtype of the precision of `x`."""
    return "complex64" if x.dtype.char in "fF" else "complex128"


def eye_like(x: Any) -> Variable:
    """The identity matrix in the dtype of `x`, as large as its rows are long."""
    return wrap(backend_of(x.array).eye(x.shape[-1], x.shape[-1], x.array.dtype))


def adj(x: Any) -> Any:
    """Xᴴ."""
    return conj(x).swapaxes(-1, -2)


def mm(x: Any, *others: Any) -> Any:
    """The product of matrices, from left to right."""
    for y in others:
        x = Matmul.apply(x, y)
    return x


def lower(x: Any, k: int = 0) -> Any:
    """The elements on and below a diagonal."""
    return where(triangle("tril", x, k), x, 0.0)


def upper(x: Any, k: int = 0) -> Any:
    """The elements on and above a diagonal."""
    return where(triangle("triu", x, k - 1), 0.0, x)


def diagonal_of(x: Any) -> Any:
    """The diagonal of matrices.  Shape: (…, n, n) → (…, n)."""
    return Diagonal.apply(x, offset=0, dims=(x.ndim - 2, x.ndim - 1))


def diagonal_matrix(x: Any) -> Any:
    """Matrices with these diagonals.  Shape: (…, n) → (…, n, n)."""
    return DiagonalEmbed.apply(x, offset=0, dims=(x.ndim - 1, x.ndim), shape=(*x.shape, x.shape[-1]))


def real_of(x: Any) -> Any:
    """The real part; a real value as it is."""
    return x.real if array_of(x).dtype.kind == "c" else x


def imag_part(x: Any) -> Any:
    """i·Im x of complex values, as (x − conj x)/2."""
    return (x - conj(x)) / 2


def check_phase(op_name: str, imaginary: Any) -> None:
    """Refuses a loss that depends on the phases of singular vectors or eigenvectors: it has no gradient.

    Raises:
        GradientError: as PyTorch does.
    """
    values = array_of(imaginary)
    if values.size and abs(values).max() > PHASE:
        raise GradientError(
            f"{op_name}: the loss depends on the phase of the vectors, which is arbitrary, so it has no gradient; "
            f"make it depend on x.abs(), say, or on products of a vector and its conjugate"
        )
