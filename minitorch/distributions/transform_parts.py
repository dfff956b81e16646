"""Transforms of the parts of a tensor, each with its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minitorch import ops
from minitorch.distributions import constraints
from minitorch.distributions.transform import Transform
from minitorch.distributions.utils import sum_rightmost
from minitorch.errors import ArgumentError, ShapeError

if TYPE_CHECKING:
    from minitorch.variable import Variable


class CatTransform(Transform):
    """Transforms pieces along a dim, each with a transform of its own, and cats the results.

    Args:
        tseq: the transforms.
        dim: the dim.
        lengths: of the pieces; 1 each if None.
        cache_size: 1 keeps the last x with its y.

    >>> import minitorch
    >>> from minitorch.distributions.transforms import CatTransform, ExpTransform, identity_transform
    >>> CatTransform([ExpTransform(), identity_transform], lengths=[1, 2])(minitorch.zeros(3))
    tensor([1., 0., 0.])
    """

    def __init__(
        self,
        tseq: Sequence[Transform],
        dim: int = 0,
        lengths: Sequence[int] | None = None,
        cache_size: int = 0,
    ) -> None:
        super().__init__(cache_size)
        self.transforms = [transform.with_cache(cache_size) for transform in tseq]
        self.lengths, self.dim = list(lengths or [1] * len(self.transforms)), dim
        if len(self.lengths) != len(self.transforms):
            raise ArgumentError(
                f"CatTransform: {len(self.lengths)} lengths for {len(self.transforms)} transforms"
            )
        self.bijective = all(transform.bijective for transform in self.transforms)
        self.domain = constraints.cat([f.domain for f in self.transforms], dim, self.lengths)
        self.codomain = constraints.cat([f.codomain for f in self.transforms], dim, self.lengths)

    @property
    def event_dim(self) -> int:
        """That of the transform with the most."""
        return max(transform.event_dim for transform in self.transforms)

    @property
    def length(self) -> int:
        """The sum of the lengths."""
        return sum(self.lengths)

    def with_cache(self, cache_size: int = 1) -> Transform:
        """The same transform with a cache of this size."""
        if self._cache_size == cache_size:
            return self
        return CatTransform(self.transforms, self.dim, self.lengths, cache_size)

    def _pieces(self, x: Variable) -> Any:
        if not -x.ndim <= self.dim < x.ndim or x.shape[self.dim] != self.length:
            raise ShapeError(
                f"CatTransform: dim {self.dim} must have length {self.length}, got shape {tuple(x.shape)}"
            )
        return ops.split(x, self.lengths, self.dim)

    def _call(self, x: Variable) -> Variable:
        return ops.cat([f(u) for f, u in zip(self.transforms, self._pieces(x), strict=True)], self.dim)

    def _inverse(self, y: Variable) -> Variable:
        return ops.cat([f.inv(v) for f, v in zip(self.transforms, self._pieces(y), strict=True)], self.dim)

    def log_abs_det_jacobian(self, x: Variable, y: Variable) -> Variable:
        """Those of the pieces, side by side; their sum, if the dim belongs to one value."""
        parts = []
        for f, u, v in zip(self.transforms, self._pieces(x), self._pieces(y), strict=True):
            parts.append(sum_rightmost(f.log_abs_det_jacobian(u, v), self.event_dim - f.event_dim))
        dim = (self.dim - x.ndim if self.dim >= 0 else self.dim) + self.event_dim
        return ops.cat(parts, dim) if dim < 0 else sum(parts[1:], parts[0])


class StackTransform(Transform):
    """Transforms slices along a dim, each with a transform of its own, and stacks the results.

    Args:
        tseq: the transforms.
        dim: the dim.
        cache_size: 1 keeps the last x with its y.

    >>> import minitorch
    >>> from minitorch.distributions.transforms import ExpTransform, StackTransform, identity_transform
    >>> StackTransform([ExpTransform(), identity_transform])(minitorch.zeros(2, 2))
    tensor([[1., 1.],
            [0., 0.]])
    """

    def __init__(self, tseq: Sequence[Transform], dim: int = 0, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.transforms, self.dim = [transform.with_cache(cache_size) for transform in tseq], dim
        self.bijective = all(transform.bijective for transform in self.transforms)
        self.domain = constraints.stack([f.domain for f in self.transforms], dim)
        self.codomain = constraints.stack([f.codomain for f in self.transforms], dim)

    def with_cache(self, cache_size: int = 1) -> Transform:
        """The same transform with a cache of this size."""
        return (
            self if self._cache_size == cache_size else StackTransform(self.transforms, self.dim, cache_size)
        )

    def _slices(self, x: Variable) -> Any:
        count = len(self.transforms)
        if not -x.ndim <= self.dim < x.ndim or x.shape[self.dim] != count:
            raise ShapeError(
                f"StackTransform: dim {self.dim} must have length {count}, got shape {tuple(x.shape)}"
            )
        return ops.unbind(x, self.dim)

    def _call(self, x: Variable) -> Variable:
        return ops.stack([f(u) for f, u in zip(self.transforms, self._slices(x), strict=True)], self.dim)

    def _inverse(self, y: Variable) -> Variable:
        return ops.stack([f.inv(v) for f, v in zip(self.transforms, self._slices(y), strict=True)], self.dim)

    def log_abs_det_jacobian(self, x: Variable, y: Variable) -> Variable:
        """Those of the slices."""
        slices = zip(self.transforms, self._slices(x), self._slices(y), strict=True)
        return ops.stack([f.log_abs_det_jacobian(u, v) for f, u, v in slices], self.dim)
