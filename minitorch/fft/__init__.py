"""Fourier transforms, which can be differentiated like everything else."""

from minitorch.absent import refuser as _refuser
from minitorch.fft.frequencies import (
    fftfreq as fftfreq,
    fftshift as fftshift,
    ifftshift as ifftshift,
    rfftfreq as rfftfreq,
)
from minitorch.fft.one_dim import (
    fft as fft,
    hfft as hfft,
    ifft as ifft,
    ihfft as ihfft,
    irfft as irfft,
    rfft as rfft,
)
from minitorch.fft.several_dims import (
    fft2 as fft2,
    fftn as fftn,
    hfft2 as hfft2,
    hfftn as hfftn,
    ifft2 as ifft2,
    ifftn as ifftn,
    ihfft2 as ihfft2,
    ihfftn as ihfftn,
    irfft2 as irfft2,
    irfftn as irfftn,
    rfft2 as rfft2,
    rfftn as rfftn,
)

__getattr__ = _refuser("fft")
