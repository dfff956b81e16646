"""Distances between vectors, and how their components vary together: dist, cdist, renorm, cov, corrcoef."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.autocasting import kernel
from minitorch.errors import ArgumentError, DtypeError, ShapeError
from minitorch.ops.arithmetic import div
from minitorch.ops.clamp import clamp
from minitorch.ops.common import array_of, check_floating, check_real, looks_at, require_tensors, wrap_dim
from minitorch.ops.complex_numbers import complex as complex_of
from minitorch.ops.linalg import check_same_dtype, matmul
from minitorch.ops.norm import norm
from minitorch.ops.out import with_out
from minitorch.ops.pointwise import sqrt
from minitorch.ops.reduce import sum as total
from minitorch.ops.where import where

if TYPE_CHECKING:
    from minitorch.variable import Variable

MANY = 25  # rows from which on the products of cdist pay


@kernel
def dist(input: Any, other: Any, p: float = 2) -> Variable:
    """‖x − y‖ₚ over all elements, after broadcasting.

    >>> import minitorch
    >>> minitorch.dist(minitorch.tensor([3.0, 0.0]), minitorch.tensor([0.0, 4.0]))
    tensor(5.)
    """
    require_tensors("dist", input=input, other=other)
    return norm(input - other, p)


@kernel
def cdist(
    x1: Any, x2: Any, p: float = 2.0, compute_mode: str | None = "use_mm_for_euclid_dist_if_necessary"
) -> Variable:
    """‖x1ᵢ − x2ⱼ‖ₚ for every row of the one and every row of the other.

    Args:
        x1: (…, n, d).
        x2: (…, m, d); leading dims broadcast.
        p: which norm; 0 counts the components that differ.
        compute_mode: `"use_mm_for_euclid_dist"` computes Euclidean distances by |x|² − 2·x·y + |y|², fast but less
            exact for rows near each other; `"donot_use_mm_for_euclid_dist"` does not, and the default
            `"use_mm_for_euclid_dist_if_necessary"` does so for more than 25 rows.

    Shape: (…, n, d), (…, m, d) → (…, n, m).

    Raises:
        ShapeError: if the last dims differ.

    >>> import minitorch
    >>> minitorch.cdist(minitorch.tensor([[0.0, 0.0]]), minitorch.tensor([[3.0, 4.0], [0.0, 1.0]]))
    tensor([[5., 1.]])
    """
    require_tensors("cdist", x1=x1, x2=x2)
    if x1.ndim < 2 or x2.ndim < 2 or x1.shape[-1] != x2.shape[-1]:
        raise ShapeError(
            f"cdist: expected (…, n, d) and (…, m, d), got {tuple(x1.shape)} and {tuple(x2.shape)}"
        )
    check_floating("cdist", x1.array)
    check_real("cdist", x1.array)
    check_same_dtype("cdist", x1.array, x2.array)
    if p < 0:
        raise ArgumentError(f"cdist: p must not be negative, got {p}")
    modes = ("use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist")
    if compute_mode is not None and compute_mode not in modes:
        raise ArgumentError(f"cdist: compute_mode must be one of {', '.join(modes)}, got {compute_mode!r}")
    many = max(x1.shape[-2], x2.shape[-2]) > MANY and compute_mode in (None, modes[0])
    if p == 2 and (compute_mode == modes[1] or many):
        squares = total(x1 * x1, -1, True) - 2 * matmul(x1, x2.mT) + total(x2 * x2, -1, True).mT
        return sqrt(clamp(squares, min=1e-30))
    return norm(x1.unsqueeze(-2) - x2.unsqueeze(-3), p, -1)


@kernel
@with_out
def renorm(input: Any, p: float, dim: int, maxnorm: float) -> Variable:
    """Each slice along `dim`, scaled down to the p-norm `maxnorm` if it is longer.

    >>> import minitorch
    >>> minitorch.renorm(minitorch.tensor([[3.0, 4.0], [0.3, 0.4]]), 2, 0, 1.0)
    tensor([[0.6000, 0.8000],
            [0.3000, 0.4000]])
    """
    if input.ndim < 2:
        raise ShapeError(f"renorm: needs at least 2 dims, got shape {tuple(input.shape)}")
    if isinstance(p, complex) or p <= 0:
        raise ArgumentError(f"renorm: p must be positive, got {p}")
    if isinstance(maxnorm, complex) or maxnorm < 0:
        raise ArgumentError(f"renorm: maxnorm must not be negative, got {maxnorm}")
    check_floating("renorm", input.array)
    own = wrap_dim("renorm", dim, input.ndim)
    lengths = norm(input, p, tuple(d for d in range(input.ndim) if d != own), True)
    longer = array_of(lengths) > maxnorm
    return input * where(longer, maxnorm / (where(longer, lengths, 1.0) + 1e-7), 1.0).to(input.dtype)


def cov(input: Any, *, correction: int = 1, fweights: Any = None, aweights: Any = None) -> Variable:
    """The covariances of variables, one in each row, with observations in the columns.

    Args:
        input: (variables, observations), or a vector of observations of one variable.
        correction: what is subtracted from the number of observations in the divisor.
        fweights: how often each observation occurs, integers.
        aweights: how much each observation counts, floating-point numbers.

    Shape: (n, m) → (n, n); a vector gives a 0-d tensor.

    Raises:
        ShapeError: for more dims, or weights of another number.

    >>> import minitorch
    >>> minitorch.cov(minitorch.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    if input.ndim > 2:
        raise ShapeError(f"cov: expected a vector or a matrix, got shape {tuple(input.shape)}")
    if input.dtype is dtypes.bool_:
        raise DtypeError("cov: not defined for booleans; use x.float()")
    x = input.reshape(1, -1) if input.ndim < 2 else input
    count = x.shape[1]
    weights = None
    for name, w, floating in (("fweights", fweights, False), ("aweights", aweights, True)):
        if w is None:
            continue
        if tuple(w.shape) != (count,) and not (w.ndim == 0 and count == 1):
            raise ShapeError(f"cov: {name} of shape {tuple(w.shape)} for {count} observations")
        if w.dtype.is_floating_point is not floating or w.dtype in (dtypes.bool_, dtypes.complex64):
            kind = "floating-point numbers" if floating else "integers"
            raise DtypeError(f"cov: {name} must be {kind}, got {w.dtype}")
        if w.numel() and looks_at(w) and (w.array < 0).any():
            raise ArgumentError(f"cov: {name} must not be negative")
        weights = w if weights is None else weights * w
    w_sum = count if weights is None else weights.sum()
    mean = total(x, 1, True) / w_sum if weights is None else total(x * weights, 1, True) / w_sum
    if weights is None or not correction or aweights is None:
        divisor = w_sum - correction
    else:
        divisor = w_sum - correction * (weights * aweights).sum() / w_sum
    centred = x - mean
    other = (centred if weights is None else centred * weights).mT.conj()
    if other.dtype is not centred.dtype:
        centred = centred.to(other.dtype)
    divisor = clamp(divisor, min=0) if hasattr(divisor, "array") else max(divisor, 0)
    y = div(matmul(centred, other), divisor)
    return y.squeeze() if y.numel() == 1 or input.ndim < 2 else y


def corrcoef(input: Any) -> Variable:
    """The correlations of variables, one in each row: covariances divided by standard deviations.

    Shape: (n, m) → (n, n); a vector gives a 0-d tensor.

    >>> import minitorch
    >>> minitorch.corrcoef(minitorch.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    if input.ndim > 2:
        raise ShapeError(f"corrcoef: expected a vector or a matrix, got shape {tuple(input.shape)}")
    c = cov(input)
    if c.ndim == 0:
        return c / c
    spread = sqrt(c.diagonal())
    c = c / spread.unsqueeze(1) / spread
    if not c.is_complex():
        return clamp(c, -1, 1)
    return complex_of(clamp(c.real, -1, 1), clamp(c.imag, -1, 1))
