"""The three transforms that all the others are made of, and their arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from minitorch import dtypes
from minitorch.backend import Array
from minitorch.errors import ArgumentError, DtypeError, ShapeError
from minitorch.op import Op
from minitorch.ops.common import Dims, require_tensors, wrap_dim
from minitorch.ops.join import cat, narrow

SWAPPED = {"backward": "forward", "forward": "backward", "ortho": "ortho"}


class FFT(Op):
    """y_k = c·Σ x_j·e^(∓2πi·jk/n) over some dims;   dx is the other transform of g, with the same c."""

    def forward(self, x: Array, *, dims: tuple[int, ...], inverse: bool, norm: str) -> Array:
        self.dims, self.inverse, self.norm = dims, inverse, norm
        return self.backend.fft(x, dims, inverse, norm)

    def backward(self, g: Array) -> Array:
        return FFT.apply(g, dims=self.dims, inverse=not self.inverse, norm=SWAPPED[self.norm])


class RFFT(Op):
    """The first n/2 + 1 of y_k = c·Σ x_j·e^(−2πi·jk/n) for real x;   dx_j = c·Re Σ g_k·e^(2πi·jk/n)."""

    def forward(self, x: Array, *, dim: int, norm: str) -> Array:
        self.dim, self.norm, self.n = dim, norm, x.shape[dim]
        return self.backend.rfft(x, dim, norm)

    def backward(self, g: Array) -> Array:  # IRFFT counts twice what it has a mirror image of
        weights = mirrored(self.backend, g, self.dim, self.n, 0.5)
        return IRFFT.apply(g * weights, dim=self.dim, n=self.n, norm=SWAPPED[self.norm])


class IRFFT(Op):
    """y_j = c·Re Σ w_k·x_k·e^(2πi·jk/n) of half a spectrum;   dx_k = w_k·c·Σ g_j·e^(−2πi·jk/n).

    w_k is 2, but 1 at both ends of the spectrum, which have no mirror image.
    """

    def forward(self, x: Array, *, dim: int, n: int, norm: str) -> Array:
        self.dim, self.norm, self.n = dim, norm, n
        return self.backend.irfft(x, n, dim, norm)

    def backward(self, g: Array) -> Array:
        y = RFFT.apply(g, dim=self.dim, norm=SWAPPED[self.norm])
        return y * mirrored(self.backend, y, self.dim, self.n, 2.0)


def mirrored(backend: Any, x: Any, dim: int, n: int, weight: float) -> Array:
    """`weight` for frequencies that occur twice in a real signal's spectrum, 1 for the others."""
    k = backend.arange(n // 2 + 1)
    weights = backend.where((k == 0) | (2 * k == n), 1.0, weight).astype(
        backend.zeros((), real_kind(x)).dtype
    )
    return weights.reshape((-1,) + (1,) * (x.ndim - 1 - dim))


def real_kind(x: Any) -> str:
    """The name of the real dtype of the precision of `x`."""
    return "float32" if str(x.dtype).endswith(("float32", "complex64")) else "float64"


def as_complex(op_name: str, x: Any) -> Any:
    """The tensor in a complex dtype: integers in that of the default dtype."""
    x = as_float(op_name, x)
    if x.is_complex():
        return x
    return x.to(dtypes.complex64 if x.dtype is dtypes.float32 else dtypes.complex128)


def as_float(op_name: str, x: Any) -> Any:
    """The tensor, with integers in the default dtype.

    Raises:
        DtypeError: for halves.
    """
    require_tensors(op_name, input=x)
    if x.dtype in dtypes.HALVES:
        raise DtypeError(f"{op_name}: not defined for {x.dtype} on a CPU; use x.float()")
    return x.to(dtypes.get_default_dtype()) if x.dtype.category < dtypes.FLOATING else x


def as_real(op_name: str, x: Any) -> Any:
    """The tensor, with integers in the default dtype.

    Raises:
        DtypeError: for complex numbers.
    """
    x = as_float(op_name, x)
    if x.is_complex():
        raise DtypeError(f"{op_name}: expects a real input, got {x.dtype}; use {op_name.replace('.r', '.')}")
    return x


def check_norm(op_name: str, norm: str | None) -> str:
    """The normalization, "backward" by default.

    Raises:
        ArgumentError: for an unknown one.
    """
    norm = "backward" if norm is None else norm
    if norm not in SWAPPED:
        raise ArgumentError(f"{op_name}: norm must be 'backward', 'forward' or 'ortho', got {norm!r}")
    return norm


def check_size(op_name: str, n: int, dim: int) -> int:
    """A size of a transform.

    Raises:
        ArgumentError: below 1.
    """
    if n < 1:
        raise ArgumentError(f"{op_name}: a transform of {n} numbers (dim {dim}) is not defined")
    return n


def one_dim(op_name: str, x: Any, n: int | None, dim: int) -> tuple[int, int]:
    """The dim of a transform, counted from the front, and its size."""
    if not x.ndim:
        raise ShapeError(f"{op_name}: needs at least one dim, got a 0-d tensor")
    d = wrap_dim(op_name, dim, x.ndim)
    return d, check_size(op_name, x.shape[d] if n is None else n, d)


def several_dims(
    op_name: str, x: Any, s: int | Sequence[int] | None, dim: Dims
) -> tuple[tuple[int, ...], list[int | None]]:
    """The dims of a transform, and the sizes that were asked for, None where none was."""
    sizes = None if s is None else [s] if isinstance(s, int) else list(s)
    if dim is None:
        count = x.ndim if sizes is None else len(sizes)
        if count > x.ndim:
            raise ShapeError(f"{op_name}: {count} sizes for a tensor of {x.ndim} dims")
        dims = tuple(range(x.ndim - count, x.ndim))
    else:
        dims = tuple(wrap_dim(op_name, d, x.ndim) for d in ([dim] if isinstance(dim, int) else dim))
        if len(set(dims)) < len(dims):
            raise ArgumentError(f"{op_name}: dim {dim} names a dimension twice")
        if dims and not x.ndim:
            raise ShapeError(f"{op_name}: needs at least one dim, got a 0-d tensor")
    if sizes is not None and len(sizes) != len(dims):
        raise ArgumentError(f"{op_name}: {len(sizes)} sizes for {len(dims)} dims")
    wanted: list[int | None] = [None] * len(dims)
    for i, n in enumerate(sizes or ()):
        if n != -1:
            wanted[i] = check_size(op_name, n, dims[i])
    for d, size in zip(dims, wanted, strict=True):
        if size is None:
            check_size(op_name, x.shape[d], d)
    return dims, wanted


def resized(x: Any, dims: Sequence[int], sizes: Sequence[int | None]) -> Any:
    """The tensor, cut off or filled up with zeros at the end of dims."""
    for d, n in zip(dims, sizes, strict=True):
        have = x.shape[d]
        if n is None or n == have:
            continue
        if n < have:
            x = narrow(x, d, 0, n)
        else:
            shape = list(x.shape)
            shape[d] = n - have
            x = cat([x, x.new_zeros(shape)], d)
    return x
