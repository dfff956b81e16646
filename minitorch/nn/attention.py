"""The choice between implementations of attention: accepted, though minitorch's backends decide for themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from minitorch.errors import ArgumentTypeError, BackendError


class SDPBackend(IntEnum):
    """PyTorch's implementations of `scaled_dot_product_attention`, by name.

    >>> from minitorch.nn.attention import SDPBackend
    >>> int(SDPBackend.MATH)
    0
    """

    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4


@contextmanager
def sdpa_kernel(
    backends: list[SDPBackend] | SDPBackend, set_priority: bool = False
) -> Iterator[dict[str, object]]:
    """Does nothing: in PyTorch it restricts attention to some implementations, which all compute the same.

    In minitorch the backend that owns the arrays has one implementation, exact to rounding.

    Args:
        backends: one implementation or several, by their names in PyTorch.
        set_priority: whether the first ones are preferred.

    Raises:
        ArgumentTypeError: for anything but members of `SDPBackend`.
        BackendError: if none that could compute anything is left.

    >>> import minitorch
    >>> from minitorch.nn.attention import SDPBackend, sdpa_kernel
    >>> x = minitorch.ones(1, 2, 4)
    >>> with sdpa_kernel(SDPBackend.MATH):
    ...     minitorch.nn.functional.scaled_dot_product_attention(x, x, x).shape
    minitorch.Size([1, 2, 4])
    """
    chosen: object = [backends] if isinstance(backends, SDPBackend) else backends
    if not isinstance(chosen, list) or not all(isinstance(b, SDPBackend) for b in chosen):
        raise ArgumentTypeError(
            f"sdpa_kernel: expected an SDPBackend or a list of them, got {type(backends).__name__}"
        )
    if not set(chosen) - {SDPBackend.ERROR}:
        raise BackendError(
            "sdpa_kernel: no implementation of attention is left; name one, as SDPBackend.MATH"
        )
    yield {}
