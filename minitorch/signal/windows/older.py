"""Windows under the names of `minitorch` itself, older than `minitorch.signal.windows`, and periodic by default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.signal.windows.windows import cosines, kaiser_formula, window

if TYPE_CHECKING:
    from minitorch.variable import Variable

KINDS = (dtypes.float16, dtypes.float32, dtypes.float64)


def hann_window(window_length: int, periodic: bool = True, **settings: Any) -> Variable:
    """½ − ½·cos(2πk/n).

    >>> import minitorch
    >>> minitorch.hann_window(4)
    tensor([0.0000, 0.5000, 1.0000, 0.5000])
    """
    return window("hann_window", window_length, not periodic, cosines((0.5, 0.5)), settings, KINDS)


def hamming_window(
    window_length: int, periodic: bool = True, alpha: float = 0.54, beta: float = 0.46, **settings: Any
) -> Variable:
    """α − β·cos(2πk/n).

    >>> import minitorch
    >>> minitorch.hamming_window(4)
    tensor([0.0800, 0.5400, 1.0000, 0.5400])
    """
    return window("hamming_window", window_length, not periodic, cosines((alpha, beta)), settings, KINDS)


def blackman_window(window_length: int, periodic: bool = True, **settings: Any) -> Variable:
    """0.42 − 0.5·cos(2πk/n) + 0.08·cos(4πk/n).

    >>> import minitorch
    >>> minitorch.blackman_window(4)[1:]
    tensor([0.3400, 1.0000, 0.3400])
    """
    return window("blackman_window", window_length, not periodic, cosines((0.42, 0.5, 0.08)), settings, KINDS)


def bartlett_window(window_length: int, periodic: bool = True, **settings: Any) -> Variable:
    """1 − |2k/n − 1|.

    >>> import minitorch
    >>> minitorch.bartlett_window(4)
    tensor([0.0000, 0.5000, 1.0000, 0.5000])
    """

    def formula(k: int, n: float) -> float:
        return 1 - abs(2 * k / n - 1)

    return window("bartlett_window", window_length, not periodic, formula, settings, KINDS)


def kaiser_window(window_length: int, periodic: bool = True, beta: float = 12.0, **settings: Any) -> Variable:
    """I₀(β·√(1 − (2k/n − 1)²))/I₀(β).

    >>> import minitorch
    >>> minitorch.kaiser_window(3, periodic=False, beta=2.0)
    tensor([0.4387, 1.0000, 0.4387])
    """
    return window("kaiser_window", window_length, not periodic, kaiser_formula(beta), settings, KINDS)
