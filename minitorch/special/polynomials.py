"""Orthogonal polynomials, each by its recurrence of three terms: pₖ₊₁ from pₖ and pₖ₋₁.

They are plain compositions of other functions, and therefore differentiable in x.

Source: M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, table 22.7.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.ops.common import array_of, check_real, refuse_numbers
from minitorch.ops.out import with_out
from minitorch.ops.where import where
from minitorch.registry import backend_of

if TYPE_CHECKING:
    from minitorch.variable import Variable

Step = Callable[[int, Any, Any, Any], Any]


def recur(
    op_name: str, x: Any, n: Any, first: Callable[[Any], Any], step: Step, limit: float = math.inf
) -> Any:
    """The polynomial of degree n at x: p₀ = 1, p₁ = first(x), pₖ₊₁ = step(k, x, pₖ, pₖ₋₁).

    Args:
        op_name: for messages.
        x: where the polynomial is evaluated: a tensor or a number.
        n: its degree, likewise; the two broadcast, and degrees are rounded towards zero.
        first: gives p₁.
        step: gives pₖ₊₁.
        limit: above this degree the result is NaN.
    """
    if not (hasattr(x, "dtype") or hasattr(n, "dtype")):
        refuse_numbers(op_name, input=x, n=n)
    for value in (x, n):
        if hasattr(value, "dtype"):
            check_real(op_name, array_of(value))
    dtype = dtypes.result_type(x, n)
    dtype = dtype if dtype.category >= dtypes.FLOATING else dtypes.get_default_dtype()
    backend = backend_of(array_of(x if hasattr(x, "dtype") else n))
    degree = backend.trunc(backend.asarray(array_of(n), "float64"))
    x = x.to(dtype) if hasattr(x, "array") else n.new_full((), x, dtype=dtype)
    blank = backend.zeros((), dtype.dtype)
    before, here = x * 0 + 1, first(x)
    y = where(degree == 0, before, where(degree < 0, blank, here))
    wanted = degree[backend.isfinite(degree) & (degree <= limit)]
    for k in range(1, int(wanted.max()) if wanted.size else 0):
        before, here = here, step(k, x, here, before)
        y = where(degree == k + 1, here, y)
    return where(degree > limit, blank + math.nan, y) if limit < math.inf else y


def chebyshev(k: int, x: Any, p: Any, before: Any) -> Any:
    """2·x·pₖ − pₖ₋₁, for all four kinds."""
    return x * p * 2 - before


def shifted(k: int, x: Any, p: Any, before: Any) -> Any:
    """The same for polynomials on [0, 1]."""
    return (x * 2 - 1) * p * 2 - before


def highest(x: Any, n: Any) -> float:
    """The degree up to which Hermite's polynomials are computed: beyond, they overflow."""
    return 512 if dtypes.result_type(x, n) is dtypes.float64 else 128


@with_out
def chebyshev_polynomial_t(input: Any, n: Any) -> Variable:
    """Tₙ(x), Chebyshev's polynomial of the first kind: cos(n·θ) for x = cos θ.

    >>> import minitorch
    >>> minitorch.special.chebyshev_polynomial_t(minitorch.tensor([0.5]), 3)  # 4x³ − 3x
    tensor([-1.])
    """
    return recur("chebyshev_polynomial_t", input, n, lambda x: x, chebyshev)


@with_out
def chebyshev_polynomial_u(input: Any, n: Any) -> Variable:
    """Uₙ(x), Chebyshev's polynomial of the second kind: sin((n + 1)·θ)/sin θ for x = cos θ.

    >>> import minitorch
    >>> minitorch.special.chebyshev_polynomial_u(minitorch.tensor([0.5]), 2)  # 4x² − 1
    tensor([0.])
    """
    return recur("chebyshev_polynomial_u", input, n, lambda x: x * 2, chebyshev)


@with_out
def chebyshev_polynomial_v(input: Any, n: Any) -> Variable:
    """Vₙ(x), Chebyshev's polynomial of the third kind: cos((n + ½)·θ)/cos(θ/2) for x = cos θ.

    >>> import minitorch
    >>> minitorch.special.chebyshev_polynomial_v(minitorch.tensor([0.5]), 1)  # 2x − 1
    tensor([0.])
    """
    return recur("chebyshev_polynomial_v", input, n, lambda x: x * 2 - 1, chebyshev)


@with_out
def chebyshev_polynomial_w(input: Any, n: Any) -> Variable:
    """Wₙ(x), Chebyshev's polynomial of the fourth kind: sin((n + ½)·θ)/sin(θ/2) for x = cos θ.

    >>> import minitorch
    >>> minitorch.special.chebyshev_polynomial_w(minitorch.tensor([0.5]), 1)  # 2x + 1
    tensor([2.])
    """
    return recur("chebyshev_polynomial_w", input, n, lambda x: x * 2 + 1, chebyshev)


@with_out
def shifted_chebyshev_polynomial_t(input: Any, n: Any) -> Variable:
    """Tₙ(2x − 1), for x between 0 and 1.

    >>> import minitorch
    >>> minitorch.special.shifted_chebyshev_polynomial_t(minitorch.tensor([0.75]), 3)
    tensor([-1.])
    """
    return recur("shifted_chebyshev_polynomial_t", input, n, lambda x: x * 2 - 1, shifted)


@with_out
def shifted_chebyshev_polynomial_u(input: Any, n: Any) -> Variable:
    """Uₙ(2x − 1), for x between 0 and 1.

    >>> import minitorch
    >>> minitorch.special.shifted_chebyshev_polynomial_u(minitorch.tensor([0.75]), 2)
    tensor([0.])
    """
    return recur("shifted_chebyshev_polynomial_u", input, n, lambda x: (x * 2 - 1) * 2, shifted)


@with_out
def shifted_chebyshev_polynomial_v(input: Any, n: Any) -> Variable:
    """Vₙ(2x − 1), for x between 0 and 1.

    >>> import minitorch
    >>> minitorch.special.shifted_chebyshev_polynomial_v(minitorch.tensor([0.75]), 1)
    tensor([0.])
    """
    return recur("shifted_chebyshev_polynomial_v", input, n, lambda x: (x * 2 - 1) * 2 - 1, shifted)


@with_out
def shifted_chebyshev_polynomial_w(input: Any, n: Any) -> Variable:
    """Wₙ(2x − 1), for x between 0 and 1.

    >>> import minitorch
    >>> minitorch.special.shifted_chebyshev_polynomial_w(minitorch.tensor([0.75]), 1)
    tensor([2.])
    """
    return recur("shifted_chebyshev_polynomial_w", input, n, lambda x: (x * 2 - 1) * 2 + 1, shifted)


@with_out
def hermite_polynomial_h(input: Any, n: Any) -> Variable:
    """Hₙ(x), the physicists' Hermite polynomial; NaN for degrees that overflow.

    >>> import minitorch
    >>> minitorch.special.hermite_polynomial_h(minitorch.tensor([1.0]), 2)  # 4x² − 2
    tensor([2.])
    """
    return recur(
        "hermite_polynomial_h", input, n, lambda x: x * 2, lambda k, x, p, before: x * p * 2 - before * (2 * k),
        highest(input, n),
    )  # fmt: skip


@with_out
def hermite_polynomial_he(input: Any, n: Any) -> Variable:
    """Heₙ(x), the statisticians' Hermite polynomial; NaN for degrees that overflow.

    >>> import minitorch
    >>> minitorch.special.hermite_polynomial_he(minitorch.tensor([1.0]), 2)  # x² − 1
    tensor([0.])
    """
    return recur(
        "hermite_polynomial_he",
        input,
        n,
        lambda x: x,
        lambda k, x, p, before: x * p - before * k,
        highest(input, n),
    )


@with_out
def laguerre_polynomial_l(input: Any, n: Any) -> Variable:
    """Lₙ(x), Laguerre's polynomial.

    >>> import minitorch
    >>> minitorch.special.laguerre_polynomial_l(minitorch.tensor([1.0]), 2)  # (x² − 4x + 2)/2
    tensor([-0.5000])
    """
    return recur(
        "laguerre_polynomial_l", input, n, lambda x: 1 - x,
        lambda k, x, p, before: ((2 * k + 1 - x) * p - before * k) / (k + 1),
    )  # fmt: skip


@with_out
def legendre_polynomial_p(input: Any, n: Any) -> Variable:
    """Pₙ(x), Legendre's polynomial.

    >>> import minitorch
    >>> minitorch.special.legendre_polynomial_p(minitorch.tensor([0.5]), 2)  # (3x² − 1)/2
    tensor([-0.1250])
    """
    return recur(
        "legendre_polynomial_p", input, n, lambda x: x,
        lambda k, x, p, before: (x * p * (2 * k + 1) - before * k) / (k + 1),
    )  # fmt: skip
