"""Fourier transforms along one dim: fft, ifft, rfft, irfft, hfft, ihfft.

`norm` says which of the two transforms is divided by n: "backward" (the default) the one with i in its name,
"forward" the other, "ortho" both, by √n.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.autocasting import kernel
from minitorch.fft.transforms import (
    FFT,
    IRFFT,
    RFFT,
    SWAPPED,
    as_complex,
    as_real,
    check_norm,
    check_size,
    one_dim,
    resized,
)
from minitorch.ops.out import with_out

if TYPE_CHECKING:
    from minitorch.variable import Variable


def complex_transform(
    op_name: str, x: Any, n: int | None, dim: int, norm: str | None, inverse: bool
) -> Variable:
    """`fft` or `ifft`."""
    x, norm = as_complex(op_name, x), check_norm(op_name, norm)
    d, size = one_dim(op_name, x, n, dim)
    return FFT.apply(resized(x, [d], [size]), dims=(d,), inverse=inverse, norm=norm)


def real_to_half(op_name: str, x: Any, n: int | None, dim: int, norm: str) -> Variable:
    """The first half of the spectrum of real numbers."""
    x = as_real(op_name, x)
    d, size = one_dim(op_name, x, n, dim)
    return RFFT.apply(resized(x, [d], [size]), dim=d, norm=norm)


def half_to_real(op_name: str, x: Any, n: int | None, dim: int, norm: str) -> Variable:
    """n real numbers from the first half of their spectrum."""
    x = as_complex(op_name, x)
    d, have = one_dim(op_name, x, None, dim)
    size = check_size(op_name, 2 * (have - 1) if n is None else n, d)
    return IRFFT.apply(resized(x, [d], [size // 2 + 1]), dim=d, n=size, norm=norm)


@kernel
@with_out
def fft(input: Any, n: int | None = None, dim: int = -1, norm: str | None = None) -> Variable:
    """The discrete Fourier transform y_k = Σ x_j·e^(−2πi·jk/n) along a dim.

    Args:
        input: real or complex.
        n: cut off or fill up with zeros to this size first.
        dim: along which dim.
        norm: "backward" for no division, "forward" to divide by n, "ortho" by √n.

    Raises:
        ArgumentError: for a transform of no numbers, or another norm.

    Source: J. Cooley, J. Tukey, "An Algorithm for the Machine Calculation of Complex Fourier Series" (1965).

    >>> import minitorch
    >>> minitorch.fft.fft(minitorch.tensor([1.0, 0.0, -1.0, 0.0]))
    tensor([0.+0.j, 2.+0.j, 0.+0.j, 2.+0.j])
    """
    return complex_transform("fft.fft", input, n, dim, norm, False)


@kernel
@with_out
def ifft(input: Any, n: int | None = None, dim: int = -1, norm: str | None = None) -> Variable:
    """The inverse of `fft`: x_j = 1/n·Σ y_k·e^(2πi·jk/n).

    Args:
        input: real or complex.
        n: cut off or fill up with zeros to this size first.
        dim: along which dim.
        norm: "backward" to divide by n, "forward" for no division, "ortho" by √n.

    >>> import minitorch
    >>> minitorch.fft.ifft(minitorch.tensor([4.0, 0.0]))
    tensor([2.+0.j, 2.+0.j])
    """
    return complex_transform("fft.ifft", input, n, dim, norm, True)


@kernel
@with_out
def rfft(input: Any, n: int | None = None, dim: int = -1, norm: str | None = None) -> Variable:
    """The first n/2 + 1 numbers of `fft` of real numbers; the others are their mirror image.

    Args:
        input: real.
        n: cut off or fill up with zeros to this size first.
        dim: along which dim.
        norm: as for `fft`.

    Raises:
        DtypeError: for complex numbers.

    >>> import minitorch
    >>> minitorch.fft.rfft(minitorch.tensor([1.0, 0.0, -1.0, 0.0]))
    tensor([0.+0.j, 2.+0.j, 0.+0.j])
    """
    return real_to_half("fft.rfft", input, n, dim, check_norm("fft.rfft", norm))


@kernel
@with_out
def irfft(input: Any, n: int | None = None, dim: int = -1, norm: str | None = None) -> Variable:
    """The inverse of `rfft`: real numbers from the first half of their spectrum.

    Args:
        input: complex, m = n/2 + 1 numbers.
        n: how many results; 2·(m − 1) by default, so give it if it is odd.
        dim: along which dim.
        norm: as for `ifft`.

    >>> import minitorch
    >>> minitorch.fft.irfft(minitorch.tensor([0j, 2 + 0j, 0j]))
    tensor([ 1.,  0., -1.,  0.])
    """
    return half_to_real("fft.irfft", input, n, dim, check_norm("fft.irfft", norm))


@kernel
@with_out
def hfft(input: Any, n: int | None = None, dim: int = -1, norm: str | None = None) -> Variable:
    """`fft` of a signal that is its own mirror image conjugated, given by its first half: its spectrum is real.

    Args:
        input: complex, m = n/2 + 1 numbers.
        n: how many results; 2·(m − 1) by default.
        dim: along which dim.
        norm: as for `fft`.

    >>> import minitorch
    >>> minitorch.fft.hfft(minitorch.tensor([1 + 0j, 1 + 0j]))
    tensor([2., 0.])
    """
    norm = SWAPPED[check_norm("fft.hfft", norm)]
    return half_to_real("fft.hfft", as_complex("fft.hfft", input).conj(), n, dim, norm)


@kernel
@with_out
def ihfft(input: Any, n: int | None = None, dim: int = -1, norm: str | None = None) -> Variable:
    """The inverse of `hfft`: the first half of a signal whose spectrum is real.

    Args:
        input: real.
        n: cut off or fill up with zeros to this size first.
        dim: along which dim.
        norm: as for `ifft`.

    >>> import minitorch
    >>> minitorch.fft.ihfft(minitorch.tensor([2.0, 0.0]))
    tensor([1.-0.j, 1.-0.j])
    """
    norm = SWAPPED[check_norm("fft.ihfft", norm)]
    return real_to_half("fft.ihfft", input, n, dim, norm).conj()
