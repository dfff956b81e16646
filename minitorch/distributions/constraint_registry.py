"""`biject_to` and `transform_to`: from all real numbers into a constraint, for optimizing what is constrained."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from minitorch.distributions import constraints, transforms
from minitorch.errors import ArgumentTypeError, NotSupportedError

Factory = Callable[[Any], transforms.Transform]


class ConstraintRegistry:
    """Which transform leads from the real numbers into which constraint.

    >>> import minitorch
    >>> from minitorch.distributions import biject_to, constraints
    >>> biject_to(constraints.positive)(minitorch.zeros(2))
    tensor([1., 1.])
    """

    def __init__(self) -> None:
        self._registry: dict[type, Factory] = {}

    def register(self, constraint: Any, factory: Factory | None = None) -> Any:
        """Sets the function that makes the transform for a constraint's class; usable as a decorator."""
        if factory is None:
            return lambda factory: self.register(constraint, factory)
        kind = type(constraint) if isinstance(constraint, constraints.Constraint) else constraint
        if not (isinstance(kind, type) and issubclass(kind, constraints.Constraint)):
            raise ArgumentTypeError(f"register: expected a constraint or a class of them, got {constraint!r}")
        self._registry[kind] = factory
        return factory

    def __call__(self, constraint: Any) -> transforms.Transform:
        """The transform into a constraint."""
        factory = self._registry.get(type(constraint))
        if factory is None:
            raise NotSupportedError(f"there is no transform into {type(constraint).__name__}")
        return factory(constraint)


biject_to = ConstraintRegistry()
transform_to = ConstraintRegistry()


def affine_exp(bound: Any, sign: float) -> transforms.Transform:
    """exp x, above or below a bound."""
    return transforms.ComposeTransform([transforms.ExpTransform(), transforms.AffineTransform(bound, sign)])


def into_interval(constraint: Any) -> transforms.Transform:
    """σ(x), between two bounds."""
    low, high = constraint.lower_bound, constraint.upper_bound
    if isinstance(low, float) and isinstance(high, float) and (low, high) == (0.0, 1.0):
        return transforms.SigmoidTransform()
    return transforms.ComposeTransform(
        [transforms.SigmoidTransform(), transforms.AffineTransform(low, high - low)]
    )


def into_positive(constraint: Any) -> transforms.Transform:
    """exp x above the bound; above 0 without a shift."""
    bound = constraint.lower_bound
    plain = isinstance(bound, float) and bound == 0
    return transforms.ExpTransform() if plain else affine_exp(bound, 1)


def elementwise(registry: ConstraintRegistry, constraint: Any) -> transforms.Transform:
    """The transform of the elements, for all along the last dims together."""
    inner = registry(constraint.base_constraint)
    return transforms.IndependentTransform(inner, constraint.reinterpreted_batch_ndims)


def of_pieces(registry: ConstraintRegistry, constraint: Any) -> transforms.Transform:
    """The transforms of the pieces."""
    inner = [registry(c) for c in constraint.cseq]
    return transforms.CatTransform(inner, constraint.dim, constraint.lengths)


def of_slices(registry: ConstraintRegistry, constraint: Any) -> transforms.Transform:
    """The transforms of the slices."""
    return transforms.StackTransform([registry(c) for c in constraint.cseq], constraint.dim)


for registry in (biject_to, transform_to):
    registry.register(constraints.real, lambda c: transforms.identity_transform)
    registry.register(constraints.positive, into_positive)
    registry.register(constraints.nonnegative, into_positive)
    registry.register(constraints.less_than, lambda c: affine_exp(c.upper_bound, -1))
    registry.register(constraints.unit_interval, into_interval)
    registry.register(constraints.half_open_interval, into_interval)
    registry.register(constraints.Independent, partial(elementwise, registry))
    registry.register(constraints.cat, partial(of_pieces, registry))
    registry.register(constraints.stack, partial(of_slices, registry))
    registry.register(constraints.corr_cholesky, lambda c: transforms.CorrCholeskyTransform())
biject_to.register(constraints.simplex, lambda c: transforms.StickBreakingTransform())
transform_to.register(constraints.lower_cholesky, lambda c: transforms.LowerCholeskyTransform())
transform_to.register(constraints.positive_definite, lambda c: transforms.PositiveDefiniteTransform())
transform_to.register(constraints.positive_semidefinite, lambda c: transforms.PositiveDefiniteTransform())
transform_to.register(constraints.simplex, lambda c: transforms.SoftmaxTransform())
