"""Windows: numbers that fade a piece of a signal in and out."""

from minitorch.absent import refuser as _refuser
from minitorch.signal.windows.windows import (
    bartlett as bartlett,
    blackman as blackman,
    cosine as cosine,
    exponential as exponential,
    gaussian as gaussian,
    general_cosine as general_cosine,
    general_hamming as general_hamming,
    hamming as hamming,
    hann as hann,
    kaiser as kaiser,
    nuttall as nuttall,
)

__getattr__ = _refuser("signal.windows")
