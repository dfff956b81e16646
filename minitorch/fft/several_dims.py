"""Fourier transforms along several dims: one after the other, which is the same as all at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minitorch.autocasting import kernel
from minitorch.errors import ArgumentError
from minitorch.fft.one_dim import half_to_real, real_to_half
from minitorch.fft.transforms import (
    FFT,
    SWAPPED,
    as_complex,
    as_real,
    check_norm,
    resized,
    several_dims,
)
from minitorch.ops.common import Dims
from minitorch.ops.out import with_out

if TYPE_CHECKING:
    from minitorch.variable import Variable

Sizes = int | Sequence[int] | None


def complex_transform(op_name: str, x: Any, s: Sizes, dim: Dims, norm: str | None, inverse: bool) -> Variable:
    """`fftn` or `ifftn`."""
    x, norm = as_complex(op_name, x), check_norm(op_name, norm)
    dims, sizes = several_dims(op_name, x, s, dim)
    return FFT.apply(resized(x, dims, sizes), dims=dims, inverse=inverse, norm=norm)


def real_to_half_of(
    op_name: str, x: Any, s: Sizes, dim: Dims, norm: str | None, hermitian: bool = False
) -> Variable:
    """`rfftn`, or `ihfftn`: half a spectrum along the last of the dims, then ordinary transforms along the others."""
    x, norm = as_real(op_name, x), check_norm(op_name, norm)
    dims, sizes = several_dims(op_name, x, s, dim)
    if not dims:
        raise ArgumentError(f"{op_name}: needs at least one dim to transform")
    x = resized(x, dims, sizes)
    y = real_to_half(op_name, x, None, dims[-1], SWAPPED[norm] if hermitian else norm)
    y = y.conj() if hermitian else y
    return FFT.apply(y, dims=dims[:-1], inverse=hermitian, norm=norm) if len(dims) > 1 else y


def half_to_real_of(
    op_name: str, x: Any, s: Sizes, dim: Dims, norm: str | None, hermitian: bool = False
) -> Variable:
    """`irfftn`, or `hfftn`: ordinary transforms, and then real numbers along the last of the dims."""
    x, norm = as_complex(op_name, x), check_norm(op_name, norm)
    dims, sizes = several_dims(op_name, x, s, dim)
    if not dims:
        raise ArgumentError(f"{op_name}: needs at least one dim to transform")
    last = sizes[-1]
    x = resized(x, dims, [*sizes[:-1], None if last is None else last // 2 + 1])
    x = FFT.apply(x, dims=dims[:-1], inverse=not hermitian, norm=norm) if len(dims) > 1 else x
    x = x.conj() if hermitian else x
    return half_to_real(op_name, x, last, dims[-1], SWAPPED[norm] if hermitian else norm)


@kernel
@with_out
def fft2(input: Any, s: Sizes = None, dim: Dims = (-2, -1), norm: str | None = None) -> Variable:
    """`fft` along two dims.

    Args:
        input: real or complex.
        s: cut off or fill up with zeros to these sizes first; −1 leaves a size as it is.
        dim: which dims.
        norm: "backward" for no division, "forward" to divide by the number of elements, "ortho" by its root.

    >>> import minitorch
    >>> minitorch.fft.fft2(minitorch.ones(2, 2))
    tensor([[4.+0.j, 0.+0.j],
            [0.+0.j, 0.+0.j]])
    """
    return complex_transform("fft.fft2", input, s, dim, norm, False)


@kernel
@with_out
def fftn(input: Any, s: Sizes = None, dim: Dims = None, norm: str | None = None) -> Variable:
    """`fft` along several dims.

    Args:
        input: real or complex.
        s: cut off or fill up with zeros to these sizes first; −1 leaves a size as it is.
        dim: which dims; all by default, or as many of the last ones as there are sizes.
        norm: "backward" for no division, "forward" to divide by the number of elements, "ortho" by its root.

    >>> import minitorch
    >>> minitorch.fft.fftn(minitorch.ones(2, 2))
    tensor([[4.+0.j, 0.+0.j],
            [0.+0.j, 0.+0.j]])
    """
    return complex_transform("fft.fftn", input, s, dim, norm, False)


@kernel
@with_out
def ifft2(input: Any, s: Sizes = None, dim: Dims = (-2, -1), norm: str | None = None) -> Variable:
    """`ifft` along two dims: the inverse of `fft2`.

    Args:
        input: real or complex.
        s: cut off or fill up with zeros to these sizes first; −1 leaves a size as it is.
        dim: which dims.
        norm: "backward" to divide by the number of elements, "forward" for no division, "ortho" by its root.

    >>> import minitorch
    >>> minitorch.fft.ifft2(minitorch.ones(2, 2))
    tensor([[1.+0.j, 0.+0.j],
            [0.+0.j, 0.+0.j]])
    """
    return complex_transform("fft.ifft2", input, s, dim, norm, True)


@kernel
@with_out
def ifftn(input: Any, s: Sizes = None, dim: Dims = None, norm: str | None = None) -> Variable:
    """`ifft` along several dims: the inverse of `fftn`.

    Args:
        input: real or complex.
        s: cut off or fill up with zeros to these sizes first; −1 leaves a size as it is.
        dim: which dims; all by default, or as many of the last ones as there are sizes.
        norm: "backward" to divide by the number of elements, "forward" for no division, "ortho" by its root.

    >>> import minitorch
    >>> minitorch.fft.ifftn(minitorch.ones(2, 2))
    tensor([[1.+0.j, 0.+0.j],
            [0.+0.j, 0.+0.j]])
    """
    return complex_transform("fft.ifftn", input, s, dim, norm, True)


@kernel
@with_out
def rfft2(input: Any, s: Sizes = None, dim: Dims = (-2, -1), norm: str | None = None) -> Variable:
    """`rfft` along the last of two dims, then `fft` along the other.

    Args:
        input: real.
        s: cut off or fill up with zeros to these sizes first; −1 leaves a size as it is.
        dim: which dims.
        norm: as for `fft2`.

    >>> import minitorch
    >>> minitorch.fft.rfft2(minitorch.ones(2, 4)).shape
    minitorch.Size([2, 3])
    """
    return real_to_half_of("fft.rfft2", input, s, dim, norm)


@kernel
@with_out
def rfftn(input: Any, s: Sizes = None, dim: Dims = None, norm: str | None = None) -> Variable:
    """`rfft` along the last of several dims, then `fft` along the others.

    Args:
        input: real.
        s: cut off or fill up with zeros to these sizes first; −1 leaves a size as it is.
        dim: which dims; all by default, or as many of the last ones as there are sizes.
        norm: as for `fft2`.

    >>> import minitorch
    >>> minitorch.fft.rfftn(minitorch.ones(2, 4)).shape
    minitorch.Size([2, 3])
    """
    return real_to_half_of("fft.rfftn", input, s, dim, norm)


@kernel
@with_out
def irfft2(input: Any, s: Sizes = None, dim: Dims = (-2, -1), norm: str | None = None) -> Variable:
    """The inverse of `rfft2`: real numbers.

    Args:
        input: complex; half a spectrum along the last of the dims.
        s: how many results along each dim; −1 leaves a size as it is.
        dim: which dims.
        norm: as for `ifft2`.

    >>> import minitorch
    >>> minitorch.fft.irfft2(minitorch.fft.rfft2(minitorch.ones(2, 2)))
    tensor([[1., 1.],
            [1., 1.]])
    """
    return half_to_real_of("fft.irfft2", input, s, dim, norm)


@kernel
@with_out
def irfftn(input: Any, s: Sizes = None, dim: Dims = None, norm: str | None = None) -> Variable:
    """The inverse of `rfftn`: real numbers.

    Args:
        input: complex; half a spectrum along the last of the dims.
        s: how many results along each dim; −1 leaves a size as it is.
        dim: which dims; all by default, or as many of the last ones as there are sizes.
        norm: as for `ifft2`.

    >>> import minitorch
    >>> minitorch.fft.irfftn(minitorch.fft.rfftn(minitorch.ones(2, 2)))
    tensor([[1., 1.],
            [1., 1.]])
    """
    return half_to_real_of("fft.irfftn", input, s, dim, norm)


@with_out
def hfft2(input: Any, s: Sizes = None, dim: Dims = (-2, -1), norm: str | None = None) -> Variable:
    """`fft` along the other of two dims, then `hfft` along the last: real numbers.

    Args:
        input: complex; half a signal along the last of the dims.
        s: how many results along each dim; −1 leaves a size as it is.
        dim: which dims.
        norm: as for `fft2`.

    >>> import minitorch
    >>> minitorch.fft.hfft2(minitorch.fft.ihfft2(minitorch.ones(2, 2)))
    tensor([[1., 1.],
            [1., 1.]])
    """
    return half_to_real_of("fft.hfft2", input, s, dim, norm, True)


@with_out
def hfftn(input: Any, s: Sizes = None, dim: Dims = None, norm: str | None = None) -> Variable:
    """`fft` along the others of several dims, then `hfft` along the last: real numbers.

    Args:
        input: complex; half a signal along the last of the dims.
        s: how many results along each dim; −1 leaves a size as it is.
        dim: which dims; all by default, or as many of the last ones as there are sizes.
        norm: as for `fft2`.

    >>> import minitorch
    >>> minitorch.fft.hfftn(minitorch.fft.ihfftn(minitorch.ones(2, 2)))
    tensor([[1., 1.],
            [1., 1.]])
    """
    return half_to_real_of("fft.hfftn", input, s, dim, norm, True)


@with_out
def ihfft2(input: Any, s: Sizes = None, dim: Dims = (-2, -1), norm: str | None = None) -> Variable:
    """The inverse of `hfft2`.

    Args:
        input: real.
        s: cut off or fill up with zeros to these sizes first; −1 leaves a size as it is.
        dim: which dims.
        norm: as for `ifft2`.

    >>> import minitorch
    >>> minitorch.fft.ihfft2(minitorch.ones(2, 4)).shape
    minitorch.Size([2, 3])
    """
    return real_to_half_of("fft.ihfft2", input, s, dim, norm, True)


@with_out
def ihfftn(input: Any, s: Sizes = None, dim: Dims = None, norm: str | None = None) -> Variable:
    """The inverse of `hfftn`.

    Args:
        input: real.
        s: cut off or fill up with zeros to these sizes first; −1 leaves a size as it is.
        dim: which dims; all by default, or as many of the last ones as there are sizes.
        norm: as for `ifft2`.

    >>> import minitorch
    >>> minitorch.fft.ihfftn(minitorch.ones(2, 4)).shape
    minitorch.Size([2, 3])
    """
    return real_to_half_of("fft.ihfftn", input, s, dim, norm, True)
