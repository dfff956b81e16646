"""The spectrum of a signal as it changes with time: stft, and its inverse istft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch.autocasting import kernel
from minitorch.errors import ArgumentError, DtypeError, NotSupportedError, ShapeError
from minitorch.fft.one_dim import fft, ifft, irfft, rfft
from minitorch.fft.transforms import as_complex, as_float
from minitorch.ops.common import require_tensors
from minitorch.ops.join import stack
from minitorch.ops.pad import pad
from minitorch.ops.scatter import index_add
from minitorch.ops.strided import unfold_along
from minitorch.registry import backend_of
from minitorch.value import wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable

SMALLEST = 1e-11  # how small a sum of squared windows may be by which is divided


def window_of(op_name: str, x: Any, window: Any, win_length: int, n_fft: int) -> Any:
    """The window, with zeros on both sides up to the length of the transform.

    Raises:
        ShapeError: for a window of another length.
    """
    if window is None:
        kind = x.real.dtype if x.is_complex() else x.dtype
        window = x.new_ones(win_length, dtype=kind)
    if tuple(window.shape) != (win_length,):
        raise ShapeError(
            f"{op_name}: expected a window of win_length {win_length} numbers, got {tuple(window.shape)}"
        )
    left = (n_fft - win_length) // 2
    return pad(window, (left, n_fft - win_length - left)) if win_length < n_fft else window


def check_lengths(op_name: str, n_fft: int, hop_length: int, win_length: int) -> None:
    """Refuses lengths that make no frames."""
    if n_fft <= 0 or hop_length <= 0:
        raise ArgumentError(f"{op_name}: n_fft and hop_length must be positive, got {n_fft} and {hop_length}")
    if not 0 < win_length <= n_fft:
        raise ArgumentError(f"{op_name}: win_length must lie between 1 and n_fft {n_fft}, got {win_length}")


@kernel
def stft(
    input: Any,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Any = None,
    center: bool = True,
    pad_mode: str = "reflect",
    normalized: bool = False,
    onesided: bool | None = None,
    return_complex: bool | None = None,
    align_to_window: bool | None = None,
) -> Variable:
    """The short-time Fourier transform: spectra of windows that move along a signal.

    Args:
        input: (L) or (B, L).
        n_fft: the size of each transform.
        hop_length: the step from one window to the next; n_fft/4 by default.
        win_length: the size of the window, in the middle of each frame; n_fft by default.
        window: its values; ones by default.
        center: pad the signal so that frame t lies around t·hop_length.
        pad_mode: how: "reflect", "constant", "replicate" or "circular".
        normalized: divide by √n_fft.
        onesided: only the n_fft/2 + 1 first frequencies; by default for real signals and windows.
        return_complex: must be given for real signals: False gives real and imaginary parts in a last dim of 2.
        align_to_window: not supported.

    Shape: (B, L) → (B, frequencies, frames).

    Raises:
        ArgumentError: for lengths that make no frames, or a missing `return_complex`.

    >>> import minitorch
    >>> minitorch.stft(minitorch.ones(8), 4, return_complex=True).shape
    minitorch.Size([3, 9])
    """
    x = as_float("stft", input)
    hop_length = n_fft // 4 if hop_length is None else hop_length
    win_length = n_fft if win_length is None else win_length
    if x.ndim not in (1, 2):
        raise ShapeError(f"stft: expected a signal (L) or a batch (B, L), got shape {tuple(x.shape)}")
    complex_window = window is not None and window.is_complex()
    if return_complex is None:
        if not x.is_complex() and not complex_window:
            raise ArgumentError("stft: return_complex must be given for real signals; True is what you want")
        return_complex = True
    if align_to_window:
        raise NotSupportedError(
            "stft: align_to_window is not supported; pad the signal before, and use center=False"
        )
    signal = x.unsqueeze(0) if x.ndim == 1 else x
    if center:
        half = n_fft // 2
        signal = pad(signal, (half, half), mode=pad_mode)
    length = signal.shape[1]
    if not 0 < n_fft <= length:
        raise ArgumentError(
            f"stft: n_fft must lie between 1 and the length of the signal {length}, got {n_fft}"
        )
    check_lengths("stft", n_fft, hop_length, win_length)
    values = window_of("stft", x, window, win_length, n_fft)
    onesided = not x.is_complex() and not complex_window if onesided is None else onesided
    if onesided and (x.is_complex() or complex_window):
        raise ArgumentError("stft: onesided=True is for real signals and windows only")
    frames = unfold_along(signal, 1, n_fft, hop_length) * values  # (B, frames, n_fft)
    norm = "ortho" if normalized else None
    y: Any = (rfft(frames, norm=norm) if onesided else fft(frames, norm=norm)).mT
    y = y.squeeze(0) if x.ndim == 1 else y
    return y if return_complex else stack([y.real, y.imag], -1)


def istft(
    input: Any,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Any = None,
    center: bool = True,
    normalized: bool = False,
    onesided: bool | None = None,
    length: int | None = None,
    return_complex: bool = False,
) -> Variable:
    """The inverse of `stft`: frames are transformed back, windowed again, added up, and divided by Σ window².

    Args:
        input: complex, (frequencies, frames) or (B, frequencies, frames).
        n_fft: the size of each transform.
        hop_length: the step from one window to the next; n_fft/4 by default.
        win_length: the size of the window; n_fft by default.
        window: its values; ones by default.
        center: whether the signal was padded.
        normalized: whether the spectra were divided by √n_fft.
        onesided: whether only n_fft/2 + 1 frequencies are there; by default if there are not n_fft.
        length: the length of the signal, which is cut off or filled up with zeros.
        return_complex: give a complex signal; not with onesided.

    Shape: (B, frequencies, frames) → (B, L).

    Raises:
        ArgumentError: for windows that leave gaps, so that the signal is not determined.

    Source: D. Griffin, J. Lim, "Signal Estimation from Modified Short-Time Fourier Transform" (1984).

    >>> import minitorch
    >>> x = minitorch.tensor([1.0, 2.0, 3.0, 4.0, 5.0])
    >>> minitorch.istft(minitorch.stft(x, 4, return_complex=True), 4, length=5)
    tensor([1., 2., 3., 4., 5.])
    """
    require_tensors("istft", input=input)
    hop_length = n_fft // 4 if hop_length is None else hop_length
    win_length = n_fft if win_length is None else win_length
    if not input.is_complex():
        raise DtypeError(f"istft: input must be complex, as stft gives it, got {input.dtype}")
    if input.ndim not in (2, 3) or not input.numel():
        raise ShapeError(
            f"istft: expected (B, frequencies, frames), not empty, got shape {tuple(input.shape)}"
        )
    x = input.unsqueeze(0) if input.ndim == 2 else input
    batch, frequencies, count = x.shape
    onesided = frequencies != n_fft if onesided is None else onesided
    if frequencies != (n_fft // 2 + 1 if onesided else n_fft):
        raise ShapeError(f"istft: {frequencies} frequencies do not fit n_fft {n_fft} and onesided={onesided}")
    check_lengths("istft", n_fft, hop_length, win_length)
    if onesided and return_complex:
        raise ArgumentError("istft: return_complex=True needs onesided=False")
    if window is not None and window.is_complex() and not return_complex:
        raise ArgumentError("istft: a complex window gives a complex signal; use return_complex=True")
    values = window_of("istft", x, window, win_length, n_fft)
    norm = "ortho" if normalized else None
    if return_complex:
        frames = ifft(x.mT, norm=norm)
        values = as_complex("istft", values)
    else:
        frames = irfft(x.mT[..., : n_fft // 2 + 1], n_fft, norm=norm)
    total = n_fft + hop_length * (count - 1)
    places = backend_of(x.array).arange(n_fft) + hop_length * backend_of(x.array).arange(count).reshape(-1, 1)
    index = wrap(places.reshape(-1))
    summed = index_add(
        (frames * values).new_zeros(batch, total), 1, index, (frames * values).reshape(batch, -1)
    )
    squares = (values * values).expand(count, n_fft).reshape(-1)
    divisor = index_add(squares.new_zeros(total), 0, index, squares)
    start = n_fft // 2 if center else 0
    end = total if length is None and not center else total - n_fft // 2 if length is None else start + length
    y, divisor = summed[:, start:end], divisor[start:end]
    if divisor.numel() and not bool((divisor.abs() > SMALLEST).all()):
        raise ArgumentError(
            "istft: the windows leave gaps in which the signal is not determined; use a smaller hop_length, "
            "or a window without zeros"
        )
    y = y / divisor
    missing = end - start - y.shape[1]
    y = pad(y, (0, missing)) if missing > 0 else y
    return y.squeeze(0) if input.ndim == 2 else y
