"""Constraints: sets that parameters and samples must lie in. `constraint.check(value)` tells where they do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from minitorch import ops
from minitorch.dtypes import finfo
from minitorch.errors import ArgumentError
from minitorch.filled import full

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Constraint:
    """A set of values.

    Attributes:
        is_discrete: whether it is a set of separate points.
        event_dim: how many dims of a tensor make one value.
    """

    is_discrete: Any = False
    event_dim: Any = 0

    def check(self, value: Variable) -> Variable:
        """Which values lie in the set: a tensor of bools, without the last `event_dim` dims."""
        raise NotImplementedError

    def __repr__(self) -> str:
        settings = ", ".join(f"{key}={value}" for key, value in self.__dict__.items())
        return f"{type(self).__name__}({settings})"


class Dependent(Constraint):
    """A set that depends on other parameters, or on the distribution."""

    def __init__(self, *, is_discrete: bool | None = None, event_dim: int | None = None) -> None:
        self._is_discrete, self._event_dim = is_discrete, event_dim

    @property
    def is_discrete(self) -> bool:
        """Whether it is a set of separate points, where that is known."""
        return known("is_discrete", self._is_discrete)

    @property
    def event_dim(self) -> int:
        """How many dims of a tensor make one value, where that is known."""
        return known("event_dim", self._event_dim)

    def __call__(self, *, is_discrete: bool | None = None, event_dim: int | None = None) -> Dependent:
        """The same, with more known of it."""
        return Dependent(
            is_discrete=self._is_discrete if is_discrete is None else is_discrete,
            event_dim=self._event_dim if event_dim is None else event_dim,
        )

    def check(self, value: Variable) -> Variable:
        """Cannot be told from the value alone."""
        raise ArgumentError("constraints.dependent: whether a value fits depends on the distribution")

    def __repr__(self) -> str:
        return "Dependent()"


def known(name: str, value: Any) -> Any:
    """The value, unless it is None."""
    if value is None:
        raise ArgumentError(f"constraints.dependent: {name} depends on the distribution")
    return value


class DependentProperty(property, Dependent):
    """A property of a distribution that gives a constraint; on the class, a dependent constraint."""

    def __init__(
        self,
        function: Callable[[Any], Any] | None = None,
        *,
        is_discrete: bool | None = None,
        event_dim: int | None = None,
    ) -> None:
        property.__init__(self, function)
        Dependent.__init__(self, is_discrete=is_discrete, event_dim=event_dim)

    def __call__(self, function: Callable[[Any], Any]) -> DependentProperty:  # type: ignore[override]
        """The property that this function computes."""
        return DependentProperty(function, is_discrete=self._is_discrete, event_dim=self._event_dim)


def is_dependent(constraint: Any) -> bool:
    """Whether a constraint depends on the distribution.

    >>> from minitorch.distributions import Normal, Uniform
    >>> from minitorch.distributions.constraints import is_dependent
    >>> is_dependent(Uniform.support), is_dependent(Normal.support)
    (True, False)
    """
    return isinstance(constraint, Dependent)


class Independent(Constraint):
    """Values of which all elements along the last dims lie in another set."""

    def __init__(self, base_constraint: Constraint, reinterpreted_batch_ndims: int) -> None:
        self.base_constraint = base_constraint
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims

    @property
    def is_discrete(self) -> bool:
        """As the set of the elements."""
        return bool(self.base_constraint.is_discrete)

    @property
    def event_dim(self) -> int:
        """More than for the elements."""
        return int(self.base_constraint.event_dim) + self.reinterpreted_batch_ndims

    def check(self, value: Variable) -> Variable:
        """Whether all elements fit."""
        result = self.base_constraint.check(value)
        if result.ndim < self.reinterpreted_batch_ndims:
            raise ArgumentError(
                f"constraints.independent: expected at least {self.event_dim} dims, got {value.ndim}"
            )
        kept = result.ndim - self.reinterpreted_batch_ndims
        return result.reshape(*result.shape[:kept], -1).all(-1)


class MixtureSameFamilyConstraint(Constraint):
    """The support of a mixture: that of a component, with the dim of the components put in."""

    def __init__(self, base_constraint: Constraint) -> None:
        self.base_constraint = base_constraint

    @property
    def is_discrete(self) -> bool:
        """As the components."""
        return bool(self.base_constraint.is_discrete)

    @property
    def event_dim(self) -> int:
        """As the components."""
        return int(self.base_constraint.event_dim)

    def check(self, value: Variable) -> Variable:
        """Whether a value fits every component."""
        result = self.base_constraint.check(value.unsqueeze(-1 - self.event_dim))
        kept = value.ndim - self.event_dim
        return result.reshape(*result.shape[:kept], -1).all(-1)


class Boolean(Constraint):
    """0 and 1."""

    is_discrete = True

    def check(self, value: Variable) -> Variable:
        """Whether elements are 0 or 1."""
        return (value == 0) | (value == 1)


class OneHot(Constraint):
    """Vectors with a single 1 and zeros."""

    is_discrete, event_dim = True, 1

    def check(self, value: Variable) -> Variable:
        """Whether vectors have a single 1."""
        return boolean.check(value).all(-1) & (value.sum(-1) == 1)


class IntegerInterval(Constraint):
    """Integers from one to another."""

    is_discrete = True

    def __init__(self, lower_bound: Any, upper_bound: Any) -> None:
        self.lower_bound, self.upper_bound = lower_bound, upper_bound

    def check(self, value: Variable) -> Variable:
        """Whether elements are integers between the bounds."""
        return (value % 1 == 0) & (value >= self.lower_bound) & (value <= self.upper_bound)


class IntegerGreaterThan(Constraint):
    """Integers from one on."""

    is_discrete = True

    def __init__(self, lower_bound: Any) -> None:
        self.lower_bound = lower_bound

    def check(self, value: Variable) -> Variable:
        """Whether elements are integers that are large enough."""
        return (value % 1 == 0) & (value >= self.lower_bound)


class Real(Constraint):
    """All numbers but NaN."""

    def check(self, value: Variable) -> Variable:
        """Whether elements are numbers."""
        return value == value


class GreaterThan(Constraint):
    """Numbers above a bound."""

    def __init__(self, lower_bound: Any) -> None:
        self.lower_bound = lower_bound

    def check(self, value: Variable) -> Variable:
        """Whether elements lie above the bound."""
        return value > self.lower_bound


class GreaterThanEq(Constraint):
    """Numbers from a bound on."""

    def __init__(self, lower_bound: Any) -> None:
        self.lower_bound = lower_bound

    def check(self, value: Variable) -> Variable:
        """Whether elements do not lie below the bound."""
        return value >= self.lower_bound


class LessThan(Constraint):
    """Numbers below a bound."""

    def __init__(self, upper_bound: Any) -> None:
        self.upper_bound = upper_bound

    def check(self, value: Variable) -> Variable:
        """Whether elements lie below the bound."""
        return value < self.upper_bound


class Interval(Constraint):
    """Numbers between two bounds, which belong to the set."""

    def __init__(self, lower_bound: Any, upper_bound: Any) -> None:
        self.lower_bound, self.upper_bound = lower_bound, upper_bound

    def check(self, value: Variable) -> Variable:
        """Whether elements lie between the bounds."""
        return (value >= self.lower_bound) & (value <= self.upper_bound)


class HalfOpenInterval(Constraint):
    """Numbers between two bounds, of which the upper one does not belong to the set."""

    def __init__(self, lower_bound: Any, upper_bound: Any) -> None:
        self.lower_bound, self.upper_bound = lower_bound, upper_bound

    def check(self, value: Variable) -> Variable:
        """Whether elements lie between the bounds."""
        return (value >= self.lower_bound) & (value < self.upper_bound)


class Simplex(Constraint):
    """Vectors of numbers ≥ 0 whose sum is 1."""

    event_dim = 1

    def check(self, value: Variable) -> Variable:
        """Whether vectors are probabilities."""
        return (value >= 0).all(-1) & ((value.sum(-1) - 1).abs() < 1e-6)


class Multinomial(Constraint):
    """Vectors of counts whose sum is at most a bound."""

    is_discrete, event_dim = True, 1

    def __init__(self, upper_bound: Any) -> None:
        self.upper_bound = upper_bound

    def check(self, x: Variable) -> Variable:
        """Whether no count is negative, and their sum is small enough."""
        return (x >= 0).all(-1) & (x.sum(-1) <= self.upper_bound)


class LowerTriangular(Constraint):
    """Square matrices with zeros above the diagonal."""

    event_dim = 2

    def check(self, value: Variable) -> Variable:
        """Whether all elements above the diagonal are 0."""
        return (value.tril() == value).reshape(*value.shape[:-2], -1).all(-1)


class LowerCholesky(Constraint):
    """Lower triangular matrices with a positive diagonal."""

    event_dim = 2

    def check(self, value: Variable) -> Variable:
        """Whether matrices are lower triangular with a positive diagonal."""
        return lower_triangular.check(value) & (value.diagonal(0, -2, -1) > 0).all(-1)


class CorrCholesky(Constraint):
    """Lower triangular matrices with a positive diagonal and rows of length 1."""

    event_dim = 2

    def check(self, value: Variable) -> Variable:
        """Whether rows have length 1, up to rounding."""
        tolerance = finfo(value.dtype).eps * value.shape[-1] * 10
        lengths = (value * value).sum(-1).sqrt()
        return lower_cholesky.check(value) & ((lengths - 1).abs() < tolerance).all(-1)


class Square(Constraint):
    """Square matrices."""

    event_dim = 2

    def check(self, value: Variable) -> Variable:
        """Whether matrices are square."""
        return full(value.shape[:-2], value.shape[-2] == value.shape[-1])


class Symmetric(Square):
    """Symmetric matrices, up to rounding."""

    def check(self, value: Variable) -> Variable:
        """Whether matrices equal their transposes."""
        result = super().check(value)
        if not result.all():
            return result
        close = (value - value.mT).abs() <= 1e-6 + 1e-5 * value.mT.abs()
        return close.reshape(*value.shape[:-2], -1).all(-1)


class PositiveSemidefinite(Symmetric):
    """Symmetric matrices without negative eigenvalues."""

    def check(self, value: Variable) -> Variable:
        """Whether no eigenvalue is negative."""
        from minitorch import linalg

        symmetric_ones = super().check(value)
        if not symmetric_ones.all():
            return symmetric_ones
        return (linalg.eigvalsh(value) >= 0).all(-1)


class PositiveDefinite(Symmetric):
    """Symmetric matrices whose eigenvalues are positive."""

    def check(self, value: Variable) -> Variable:
        """Whether the matrices have a Cholesky factor."""
        from minitorch import linalg

        symmetric_ones = super().check(value)
        if not symmetric_ones.all():
            return symmetric_ones
        return linalg.cholesky_ex(value).info == 0


class Cat(Constraint):
    """Tensors of which each piece along a dim lies in a set of its own."""

    def __init__(
        self, cseq: Sequence[Constraint], dim: int = 0, lengths: Sequence[int] | None = None
    ) -> None:
        self.cseq, self.dim = list(cseq), dim
        self.lengths = list(lengths or [1] * len(self.cseq))
        if len(self.lengths) != len(self.cseq):
            raise ArgumentError(
                f"constraints.cat: {len(self.lengths)} lengths for {len(self.cseq)} constraints"
            )

    @property
    def is_discrete(self) -> bool:
        """Whether one of the sets is."""
        return any(c.is_discrete for c in self.cseq)

    @property
    def event_dim(self) -> int:
        """That of the set with the most."""
        return max(int(c.event_dim) for c in self.cseq)

    def check(self, value: Variable) -> Variable:
        """Whether the pieces fit."""
        pieces = ops.split(value, self.lengths, self.dim)
        return ops.cat([c.check(v) for c, v in zip(self.cseq, pieces, strict=True)], self.dim)


class Stack(Constraint):
    """Tensors of which each slice along a dim lies in a set of its own."""

    def __init__(self, cseq: Sequence[Constraint], dim: int = 0) -> None:
        self.cseq, self.dim = list(cseq), dim

    @property
    def is_discrete(self) -> bool:
        """Whether one of the sets is."""
        return any(c.is_discrete for c in self.cseq)

    @property
    def event_dim(self) -> int:
        """That of the set with the most; one more where the dim lies within a value."""
        most = max(int(c.event_dim) for c in self.cseq)
        return most + 1 if self.dim + most < 0 else most

    def check(self, value: Variable) -> Variable:
        """Whether the slices fit."""
        slices = ops.unbind(value, self.dim)
        return ops.stack([c.check(v) for c, v in zip(self.cseq, slices, strict=True)], self.dim)


dependent = Dependent()
dependent_property = DependentProperty
independent = Independent
boolean = Boolean()
one_hot = OneHot()
nonnegative_integer = IntegerGreaterThan(0)
positive_integer = IntegerGreaterThan(1)
integer_interval = IntegerInterval
real = Real()
real_vector = Independent(real, 1)
positive = GreaterThan(0.0)
nonnegative = GreaterThanEq(0.0)
greater_than = GreaterThan
greater_than_eq = GreaterThanEq
less_than = LessThan
multinomial = Multinomial
unit_interval = Interval(0.0, 1.0)
interval = Interval
half_open_interval = HalfOpenInterval
simplex = Simplex()
lower_triangular = LowerTriangular()
lower_cholesky = LowerCholesky()
corr_cholesky = CorrCholesky()
square = Square()
symmetric = Symmetric()
positive_semidefinite = PositiveSemidefinite()
positive_definite = PositiveDefinite()
cat = Cat
stack = Stack
