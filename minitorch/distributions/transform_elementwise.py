"""Transforms of single numbers."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import TYPE_CHECKING, Any, cast

from minitorch import ops
from minitorch.distributions import constraints
from minitorch.distributions.transform import Elementwise, Shape, Transform
from minitorch.distributions.utils import clipped_sigmoid, sum_rightmost
from minitorch.dtypes import finfo
from minitorch.ops.activation import softplus
from minitorch.value import Value

if TYPE_CHECKING:
    from minitorch.variable import Variable


class ExpTransform(Elementwise):
    """y = exp x."""

    codomain = constraints.positive

    def _call(self, x: Variable) -> Variable:
        return x.exp()

    def _inverse(self, y: Variable) -> Variable:
        return y.log()

    def log_abs_det_jacobian(self, x: Variable, y: Variable) -> Variable:
        """X itself."""
        return x


class PowerTransform(Elementwise):
    """y = x^exponent, for x > 0."""

    domain = constraints.positive
    codomain = constraints.positive

    def __init__(self, exponent: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.exponent = exponent

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PowerTransform) and same(self.exponent, other.exponent)

    __hash__ = object.__hash__

    @property
    def sign(self) -> Any:
        """That of the exponent."""
        return sign_of(self.exponent)

    def _call(self, x: Variable) -> Variable:
        return cast("Variable", x**self.exponent)

    def _inverse(self, y: Variable) -> Variable:
        return cast("Variable", y ** (1 / self.exponent))

    def log_abs_det_jacobian(self, x: Variable, y: Variable) -> Variable:
        """Log |exponent · y/x|."""
        return (self.exponent * y / x).abs().log()

    def forward_shape(self, shape: Sequence[int]) -> Shape:
        """The shape of y for x of this shape."""
        return broadcast(shape, self.exponent)

    def inverse_shape(self, shape: Sequence[int]) -> Shape:
        """The shape of x for y of this shape."""
        return broadcast(shape, self.exponent)


class SigmoidTransform(Elementwise):
    """y = 1/(1 + exp(−x))."""

    codomain = constraints.unit_interval

    def _call(self, x: Variable) -> Variable:
        return clipped_sigmoid(x)

    def _inverse(self, y: Variable) -> Variable:
        limits = finfo(y.dtype)
        y = y.clamp(min=limits.tiny, max=1.0 - limits.eps)
        return y.log() - (-y).log1p()

    def log_abs_det_jacobian(self, x: Variable, y: Variable) -> Variable:
        """Log σ(x) + log σ(−x)."""
        return -softplus(-x) - softplus(x)


class SoftplusTransform(Elementwise):
    """y = log(1 + exp x)."""

    codomain = constraints.positive

    def _call(self, x: Variable) -> Variable:
        return softplus(x)

    def _inverse(self, y: Variable) -> Variable:
        return (-(-y).expm1()).log() + y

    def log_abs_det_jacobian(self, x: Variable, y: Variable) -> Variable:
        """Log σ(x)."""
        return -softplus(-x)


class TanhTransform(Elementwise):
    """y = tanh x."""

    codomain = constraints.interval(-1.0, 1.0)

    def _call(self, x: Variable) -> Variable:
        return x.tanh()

    def _inverse(self, y: Variable) -> Variable:
        return y.atanh()

    def log_abs_det_jacobian(self, x: Variable, y: Variable) -> Variable:
        """Log(1 − tanh² x), without cancellation."""
        return 2.0 * (log(2.0) - x - softplus(-2.0 * x))


class AbsTransform(Transform):
    """y = |x|, of which only y comes back."""

    domain = constraints.real
    codomain = constraints.positive

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AbsTransform)

    __hash__ = object.__hash__

    def _call(self, x: Variable) -> Variable:
        return x.abs()

    def _inverse(self, y: Variable) -> Variable:
        return y


class AffineTransform(Transform):
    """y = loc + scale · x.

    Args:
        loc: the shift.
        scale: the factor.
        event_dim: how many dims belong to one value.
        cache_size: 1 keeps the last x with its y.
    """

    bijective = True

    def __init__(self, loc: Any, scale: Any, event_dim: int = 0, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.loc, self.scale, self._event_dim = loc, scale, event_dim
        self.domain = self.codomain = (
            constraints.independent(constraints.real, event_dim) if event_dim else constraints.real
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AffineTransform) and (
            same(self.loc, other.loc) and same(self.scale, other.scale)
        )

    __hash__ = object.__hash__

    @property
    def sign(self) -> Any:
        """That of the factor."""
        return sign_of(self.scale)

    def _call(self, x: Variable) -> Variable:
        return cast("Variable", self.loc + self.scale * x)

    def _inverse(self, y: Variable) -> Variable:
        return cast("Variable", (y - self.loc) / self.scale)

    def log_abs_det_jacobian(self, x: Variable, y: Variable) -> Variable:
        """Log |scale|, summed over a value."""
        if isinstance(self.scale, Value):
            stretch = self.scale.abs().log()  # type: ignore[attr-defined]
        else:
            stretch = x.new_full((), log(abs(self.scale)))
        return sum_rightmost(stretch.expand(x.shape), self._event_dim)

    def forward_shape(self, shape: Sequence[int]) -> Shape:
        """The shape of y for x of this shape."""
        return broadcast(shape, self.loc, self.scale)

    def inverse_shape(self, shape: Sequence[int]) -> Shape:
        """The shape of x for y of this shape."""
        return broadcast(shape, self.loc, self.scale)


class CumulativeDistributionTransform(Transform):
    """y = F(x), the cumulative distribution function of a distribution of single numbers."""

    bijective = True
    codomain = constraints.unit_interval

    def __init__(self, distribution: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.distribution = distribution

    @property
    def domain(self) -> Any:
        """Where draws lie."""
        return self.distribution.support

    @property
    def sign(self) -> int:
        """1: the function increases."""
        return 1

    def _call(self, x: Variable) -> Variable:
        return cast("Variable", self.distribution.cdf(x))

    def _inverse(self, y: Variable) -> Variable:
        return cast("Variable", self.distribution.icdf(y))

    def log_abs_det_jacobian(self, x: Variable, y: Variable) -> Variable:
        """The logarithm of the density."""
        return cast("Variable", self.distribution.log_prob(x))


def same(x: Any, y: Any) -> bool:
    """Whether two numbers or tensors are equal."""
    result = x == y
    return bool(result.all()) if isinstance(result, Value) else bool(result)  # type: ignore[attr-defined]


def sign_of(x: Any) -> Any:
    """The sign of a number or of a tensor's elements."""
    return x.sign() if isinstance(x, Value) else (x > 0) - (x < 0)  # type: ignore[attr-defined]


def broadcast(shape: Sequence[int], *others: Any) -> Shape:
    """The common shape with tensors; numbers have none."""
    shapes = [other.array.shape for other in others if isinstance(other, Value)]
    return tuple(ops.broadcast_shapes(tuple(shape), *shapes))
