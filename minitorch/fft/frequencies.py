"""Which frequencies the numbers of a spectrum belong to, and their order: fftfreq, rfftfreq, fftshift, ifftshift."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch import creation, dtypes
from minitorch.ops.common import Dims, require_tensors, wrap_dims
from minitorch.ops.shape import roll

if TYPE_CHECKING:
    from minitorch.variable import Variable


def spread(numbers: Any, n: int, d: float, out: Any, settings: dict[str, Any]) -> Variable:
    """The numbers divided by n·d, in the dtype asked for."""
    dtype = settings.pop("dtype", None) or (dtypes.get_default_dtype() if out is None else out.dtype)
    y = creation.tensor(numbers, dtype=dtype, **settings) * (1.0 / (n * d) if n else 1.0)
    return y if out is None else out.resize_(*y.shape).copy_(y) if out.shape != y.shape else out.copy_(y)


def fftfreq(n: int, d: float = 1.0, *, out: Any = None, **settings: Any) -> Variable:
    """The frequencies of `fft`: 0, 1, …, then the negative ones …, −1, divided by n·d.

    Args:
        n: how many numbers are transformed.
        d: the time between two of them.
        out: where to put the result.
        settings: dtype, device, requires_grad, as for `tensor`.

    >>> import minitorch
    >>> minitorch.fft.fftfreq(4)
    tensor([ 0.0000,  0.2500, -0.5000, -0.2500])
    """
    return spread([*range((n + 1) // 2), *range(-(n // 2), 0)], n, d, out, settings)


def rfftfreq(n: int, d: float = 1.0, *, out: Any = None, **settings: Any) -> Variable:
    """The frequencies of `rfft`: 0, 1, …, n/2, divided by n·d.

    Args:
        n: how many numbers are transformed.
        d: the time between two of them.
        out: where to put the result.
        settings: dtype, device, requires_grad, as for `tensor`.

    >>> import minitorch
    >>> minitorch.fft.rfftfreq(4)
    tensor([0.0000, 0.2500, 0.5000])
    """
    return spread(list(range(n // 2 + 1)), n, d, out, settings)


def fftshift(input: Any, dim: Dims = None) -> Variable:
    """The spectrum with frequency 0 in the middle.

    >>> import minitorch
    >>> minitorch.fft.fftshift(minitorch.tensor([0, 1, 2, -2, -1]))
    tensor([-2, -1,  0,  1,  2])
    """
    require_tensors("fft.fftshift", input=input)
    dims = wrap_dims("fft.fftshift", dim, input.ndim)
    return roll(input, [input.shape[d] // 2 for d in dims], list(dims)) if dims else input.clone()


def ifftshift(input: Any, dim: Dims = None) -> Variable:
    """The inverse of `fftshift`.

    >>> import minitorch
    >>> minitorch.fft.ifftshift(minitorch.tensor([-2, -1, 0, 1, 2]))
    tensor([ 0,  1,  2, -2, -1])
    """
    require_tensors("fft.ifftshift", input=input)
    dims = wrap_dims("fft.ifftshift", dim, input.ndim)
    return roll(input, [-(input.shape[d] // 2) for d in dims], list(dims)) if dims else input.clone()
