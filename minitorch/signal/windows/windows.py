"""The windows, as formulas of the place k = 0 … M − 1.

All take the number of places M, `sym` (True for a symmetric window, False for a periodic one, which is the symmetric
window of M + 1 places without its last), and, as `settings`, `dtype`, `device`, `layout` and `requires_grad`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from minitorch import creation, dtypes
from minitorch.errors import ArgumentError, ArgumentTypeError, DtypeError

if TYPE_CHECKING:
    from minitorch.variable import Variable


def window(
    name: str,
    M: int,
    sym: bool,
    formula: Callable[[int, float], float],
    settings: dict[str, Any],
    only: tuple[Any, ...] = (dtypes.float32, dtypes.float64),
) -> Variable:
    """The values of `formula(k, n)`, where n is the number of steps between the ends of the symmetric window.

    Raises:
        ArgumentError: for a negative M.
        DtypeError: for dtypes other than float32 and float64.
    """
    if M < 0:
        raise ArgumentError(f"{name}: M must not be negative, got {M}")
    if str(settings.pop("layout", None) or "strided").rpartition(".")[2] != "strided":
        raise ArgumentError(f"{name}: only strided tensors are supported")
    settings.pop("pin_memory", None)
    dtype = settings.pop("dtype", None) or dtypes.get_default_dtype()
    if dtype not in only:
        raise DtypeError(f"{name}: dtype must be {' or '.join(map(str, only))}, got {dtype}")
    values = [1.0] if M == 1 else [formula(k, M - 1 if sym else M) for k in range(M)]
    return creation.tensor(values, dtype=dtype, **settings)


def cosines(a: Sequence[float]) -> Callable[[int, float], float]:
    """Σ (−1)ⁱ·aᵢ·cos(2πi·k/n)."""
    return lambda k, n: math.fsum((-1) ** i * c * math.cos(2 * math.pi * i * k / n) for i, c in enumerate(a))


def general_cosine(M: int, *, a: Sequence[float], sym: bool = True, **settings: Any) -> Variable:
    """Σ (−1)ⁱ·aᵢ·cos(2πi·k/(M − 1)), a sum of cosines.

    Args:
        M: how many places.
        a: the coefficients.
        sym: symmetric, or periodic.
        settings: dtype, device, requires_grad.

    Raises:
        ArgumentTypeError: unless `a` is a list or tuple.

    >>> import minitorch
    >>> minitorch.signal.windows.general_cosine(3, a=[0.5, 0.5])
    tensor([0., 1., 0.])
    """
    if not isinstance(a, (list, tuple)):
        raise ArgumentTypeError(f"general_cosine: a must be a list or tuple, got {type(a).__name__}")
    if not a:
        raise ArgumentError("general_cosine: a is empty; give at least one coefficient")
    return window("general_cosine", M, sym, cosines(a), settings)


def general_hamming(M: int, *, alpha: float = 0.54, sym: bool = True, **settings: Any) -> Variable:
    """α − (1 − α)·cos(2πk/(M − 1)).

    >>> import minitorch
    >>> minitorch.signal.windows.general_hamming(3, alpha=0.6)
    tensor([0.2000, 1.0000, 0.2000])
    """
    return window("general_hamming", M, sym, cosines((alpha, 1 - alpha)), settings)


def hamming(M: int, *, sym: bool = True, **settings: Any) -> Variable:
    """0.54 − 0.46·cos(2πk/(M − 1)), which nearly cancels the first side lobe.

    >>> import minitorch
    >>> minitorch.signal.windows.hamming(3)
    tensor([0.0800, 1.0000, 0.0800])
    """
    return window("hamming", M, sym, cosines((0.54, 0.46)), settings)


def hann(M: int, *, sym: bool = True, **settings: Any) -> Variable:
    """½ − ½·cos(2πk/(M − 1)), 0 at both ends.

    >>> import minitorch
    >>> minitorch.signal.windows.hann(4, sym=False)
    tensor([0.0000, 0.5000, 1.0000, 0.5000])
    """
    return window("hann", M, sym, cosines((0.5, 0.5)), settings)


def blackman(M: int, *, sym: bool = True, **settings: Any) -> Variable:
    """0.42 − 0.5·cos(2πk/(M − 1)) + 0.08·cos(4πk/(M − 1)).

    >>> import minitorch
    >>> minitorch.signal.windows.blackman(4, sym=False)[1:]
    tensor([0.3400, 1.0000, 0.3400])
    """
    return window("blackman", M, sym, cosines((0.42, 0.5, 0.08)), settings)


def nuttall(M: int, *, sym: bool = True, **settings: Any) -> Variable:
    """The sum of four cosines with the least side lobes.

    Source: A. Nuttall, "Some Windows with Very Good Sidelobe Behavior" (1981).

    >>> import minitorch
    >>> minitorch.signal.windows.nuttall(4, sym=False)[1:]
    tensor([0.2270, 1.0000, 0.2270])
    """
    return window("nuttall", M, sym, cosines((0.3635819, 0.4891775, 0.1365995, 0.0106411)), settings)


def bartlett(M: int, *, sym: bool = True, **settings: Any) -> Variable:
    """1 − |2k/(M − 1) − 1|, a triangle with 0 at both ends.

    >>> import minitorch
    >>> minitorch.signal.windows.bartlett(5)
    tensor([0.0000, 0.5000, 1.0000, 0.5000, 0.0000])
    """
    return window("bartlett", M, sym, lambda k, n: 1 - abs(2 * k / n - 1), settings)


def cosine(M: int, *, sym: bool = True, **settings: Any) -> Variable:
    """sin(π·(k + ½)/M), half a wave.

    >>> import minitorch
    >>> minitorch.signal.windows.cosine(3)
    tensor([0.5000, 1.0000, 0.5000])
    """
    return window("cosine", M, sym, lambda k, n: math.sin(math.pi * (k + 0.5) / (n + 1)), settings)


def exponential(
    M: int, *, center: float | None = None, tau: float = 1.0, sym: bool = True, **settings: Any
) -> Variable:
    """e^(−|k − center|/τ).

    Args:
        M: how many places.
        center: (M − 1)/2 by default; only periodic windows may have another.
        tau: how fast it falls.
        sym: symmetric, or periodic.
        settings: dtype, device, requires_grad.

    >>> import minitorch
    >>> minitorch.signal.windows.exponential(3)
    tensor([0.3679, 1.0000, 0.3679])
    """
    if tau <= 0:
        raise ArgumentError(f"exponential: tau must be positive, got {tau}")
    if sym and center is not None:
        raise ArgumentError("exponential: a symmetric window has its center in the middle; leave center out")

    def formula(k: int, n: float) -> float:
        return math.exp(-abs(k - (n / 2 if center is None else center)) / tau)

    return window("exponential", M, sym, formula, settings)


def gaussian(M: int, *, std: float = 1.0, sym: bool = True, **settings: Any) -> Variable:
    """e^(−(k − (M − 1)/2)²/(2σ²)).

    >>> import minitorch
    >>> minitorch.signal.windows.gaussian(3)
    tensor([0.6065, 1.0000, 0.6065])
    """
    if std <= 0:
        raise ArgumentError(f"gaussian: std must be positive, got {std}")
    return window("gaussian", M, sym, lambda k, n: math.exp(-(((k - n / 2) / std) ** 2) / 2), settings)


def kaiser(M: int, *, beta: float = 12.0, sym: bool = True, **settings: Any) -> Variable:
    """I₀(β·√(1 − (2k/(M − 1) − 1)²))/I₀(β), nearly the most energy in the main lobe.

    Args:
        M: how many places.
        beta: how narrow it is.
        sym: symmetric, or periodic.
        settings: dtype, device, requires_grad.

    Source: J. Kaiser, R. Schafer, "On the Use of the I₀-Sinh Window for Spectrum Analysis" (1980).

    >>> import minitorch
    >>> minitorch.signal.windows.kaiser(3, beta=2.0)
    tensor([0.4387, 1.0000, 0.4387])
    """
    if beta < 0:
        raise ArgumentError(f"kaiser: beta must not be negative, got {beta}")
    return window("kaiser", M, sym, kaiser_formula(beta), settings)


def kaiser_formula(beta: float) -> Callable[[int, float], float]:
    """The Kaiser window's, for one β."""
    return lambda k, n: bessel_i0(beta * math.sqrt(max(0.0, 1 - (2 * k / n - 1) ** 2))) / bessel_i0(beta)


def bessel_i0(x: float) -> float:
    """I₀(x) = Σ ((x/2)ʲ/j!)², whose terms are all positive."""
    term = total = 1.0
    j = 0
    while term > total * 1e-17:
        j += 1
        term *= (x / (2 * j)) ** 2
        total += term
    return total
