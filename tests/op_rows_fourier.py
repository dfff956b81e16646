"""Rows of the op table: Fourier transforms."""

from __future__ import annotations

import numpy as np
from op_samples import call, row, x


def one_dim():
    """Calls along one dim, with every argument."""
    return [
        call(x(4)),
        call(x(2, 5)),
        call(x(3, 4), n=6),
        call(x(2, 6), 3, -1, "ortho"),
        call(x(4, 2), dim=0, norm="forward"),
        call(x(0, 3)),
    ]


def several_dims():
    """Calls along several dims."""
    return [
        call(x(2, 4)),
        call(x(2, 3, 4), dim=(0, 2)),
        call(x(3, 4), s=(4, 3)),
        call(x(2, 3, 2), s=(2, 4), dim=(1, 0), norm="ortho"),
        call(x(3, 5), norm="forward"),
    ]


def as_numpy(name):
    """NumPy's function, with PyTorch's names of arguments; two dims and several for Hermitian signals, too."""

    def function(a, n=None, dim=-1, norm=None):
        return getattr(np.fft, name)(a, n, dim, norm)

    def functions(a, s=None, dim=None, norm=None):
        if dim is None:
            dim = (-2, -1) if name.endswith("2") else tuple(range(-len(s or a.shape), 0))
        if "h" not in name:
            return getattr(np.fft, name)(a, s, dim, norm)
        *first, last = dim
        *sizes, size = s if s is not None else [None] * len(dim)
        if name.startswith("i"):
            for d, k in zip(first, sizes, strict=True):
                a = np.fft.fft(np.fft.ifft(a, None, d), k, d).real if k is None else resize(a, k, d)
            y = np.fft.ihfft(a, size, last, norm)
            return np.fft.ifftn(y, None, first, norm)
        for d, k in zip(first, sizes, strict=True):
            a = np.fft.fft(a, k, d, norm)
        return np.fft.hfft(a, size, last, norm)

    return functions if name[-1] in "2n" else function


def resize(a, n, axis):
    """Cut off or filled up with zeros."""
    a = np.moveaxis(a, axis, -1)[..., :n]
    a = np.concatenate([a, np.zeros((*a.shape[:-1], n - a.shape[-1]))], -1)
    return np.moveaxis(a, -1, axis)


for base in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft"):
    takes_complex = base not in ("rfft", "ihfft")
    for suffix, calls in (("", one_dim), ("2", several_dims), ("n", several_dims)):
        row(
            f"fft.{base}{suffix}",
            as_numpy(base + suffix),
            calls,
            complex=takes_complex,
            half=False,
            casts=True,
        )

for shift in ("fftshift", "ifftshift"):
    row(
        f"fft.{shift}",
        lambda a, dim=None, shift=shift: getattr(np.fft, shift)(a, dim),
        lambda: [call(x(5)), call(x(2, 3, 2)), call(x(2, 3), dim=1), call(x(2, 3), (0, 1))],
        complex=True,
        integers="same",
    )
