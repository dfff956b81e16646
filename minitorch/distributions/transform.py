"""`Transform`: the base of all transforms, inverses and compositions."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any, cast
from weakref import ref

from minitorch.distributions import constraints
from minitorch.distributions.utils import sum_rightmost
from minitorch.errors import ArgumentError, NotSupportedError, ShapeError

if TYPE_CHECKING:
    from minitorch.variable import Variable

Shape = tuple[int, ...]


class Transform:
    """A function y = f(x), with f⁻¹ and log |det ∂y/∂x| where they exist.

    One of your own defines `domain`, `codomain`, `_call`, `_inverse`, `log_abs_det_jacobian`, and sets
    `bijective` and, for increasing or decreasing functions of single numbers, `sign`.

    Args:
        cache_size: 1 keeps the last x with its y, so that `inv(transform(x))` is x itself, at no cost.

    >>> import minitorch
    >>> from minitorch.distributions.transforms import ExpTransform
    >>> f, x = ExpTransform(), minitorch.tensor([0.0, 1.0])
    >>> f(x), f.inv(f(x)), f.log_abs_det_jacobian(x, f(x))
    (tensor([1.0000, 2.7183]), tensor([0.0000, 1.0000]), tensor([0., 1.]))
    """

    bijective = False
    domain: Any
    codomain: Any

    def __init__(self, cache_size: int = 0) -> None:
        if cache_size not in (0, 1):
            raise ArgumentError(f"{type(self).__name__}: cache_size must be 0 or 1, got {cache_size}")
        self._cache_size = cache_size
        self._inv: Any = None
        self._cached: tuple[Any, Any] = (None, None)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_inv": None}

    @property
    def event_dim(self) -> int:
        """How many dims belong to one value, before and after."""
        if self.domain.event_dim != self.codomain.event_dim:
            raise ArgumentError(f"{type(self).__name__}: use .domain.event_dim or .codomain.event_dim")
        return int(self.domain.event_dim)

    @property
    def inv(self) -> Transform:
        """The inverse."""
        inverse = None if self._inv is None else self._inv()
        if inverse is None:
            inverse = InverseTransform(self)
            self._inv = ref(inverse)
        return inverse

    @property
    def sign(self) -> Any:
        """1 for increasing functions, −1 for decreasing ones."""
        raise NotSupportedError(f"{type(self).__name__}.sign: it is no monotonic function of single numbers")

    def with_cache(self, cache_size: int = 1) -> Transform:
        """The same transform with a cache of this size."""
        if self._cache_size == cache_size:
            return self
        new = type(self).__new__(type(self))
        new.__dict__.update(self.__dict__, _cache_size=cache_size, _inv=None, _cached=(None, None))
        return new

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __call__(self, x: Variable) -> Variable:
        """f(x)."""
        if not self._cache_size:
            return self._call(x)
        if self._cached[0] is not x:
            self._cached = x, self._call(x)
        return cast("Variable", self._cached[1])

    def _inv_call(self, y: Variable) -> Variable:
        if not self._cache_size:
            return self._inverse(y)
        if self._cached[1] is not y:
            self._cached = self._inverse(y), y
        return cast("Variable", self._cached[0])

    def _call(self, x: Variable) -> Variable:
        raise NotImplementedError

    def _inverse(self, y: Variable) -> Variable:
        raise NotImplementedError

    def log_abs_det_jacobian(self, x: Variable, y: Variable) -> Variable:
        """log |det ∂y/∂x|, one number for each value."""
        raise NotSupportedError(f"{type(self).__name__}.log_abs_det_jacobian: this transform has none")

    def forward_shape(self, shape: Sequence[int]) -> Shape:
        """The shape of y for x of this shape."""
        return tuple(shape)

    def inverse_shape(self, shape: Sequence[int]) -> Shape:
        """The shape of x for y of this shape."""
        return tuple(shape)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class Elementwise(Transform):
    """A bijective function of single numbers, the same for all."""

    bijective = True
    domain: Any = constraints.real

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    __hash__ = object.__hash__

    @property
    def sign(self) -> int:
        """1: the function increases."""
        return 1


class InverseTransform(Transform):
    """The inverse of a transform."""

    def __init__(self, transform: Transform) -> None:
        super().__init__(transform._cache_size)
        self._original = transform
        self.domain, self.codomain = transform.codomain, transform.domain
        self.bijective = transform.bijective

    @property
    def inv(self) -> Transform:
        """The transform itself."""
        return self._original

    @property
    def sign(self) -> Any:
        """As of the transform."""
        return self._original.sign

    def with_cache(self, cache_size: int = 1) -> Transform:
        """The inverse of the transform with a cache."""
        return self if cache_size == self._cache_size else self.inv.with_cache(cache_size).inv

    def __eq__(self, other: object) -> bool:
        return isinstance(other, InverseTransform) and self._original == other._original

    __hash__ = object.__hash__

    def __call__(self, x: Variable) -> Variable:
        """f(x)."""
        return self._original._inv_call(x)

    def log_abs_det_jacobian(self, x: Variable, y: Variable) -> Variable:
        """The opposite of the transform's."""
        return -self._original.log_abs_det_jacobian(y, x)

    def forward_shape(self, shape: Sequence[int]) -> Shape:
        """The shape of y for x of this shape."""
        return self._original.inverse_shape(shape)

    def inverse_shape(self, shape: Sequence[int]) -> Shape:
        """The shape of x for y of this shape."""
        return self._original.forward_shape(shape)

    def __repr__(self) -> str:
        return f"InverseTransform({self._original!r})"


class ComposeTransform(Transform):
    """Several transforms, one after the other; none for the identity.

    >>> import minitorch
    >>> from minitorch.distributions.transforms import AffineTransform, ComposeTransform, ExpTransform
    >>> ComposeTransform([AffineTransform(1.0, 2.0), ExpTransform()])(minitorch.tensor(0.0))
    tensor(2.7183)
    """

    def __init__(self, parts: list[Transform], cache_size: int = 0) -> None:
        if cache_size:
            parts = [part.with_cache(cache_size) for part in parts]
        super().__init__(cache_size)
        self.parts = parts

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ComposeTransform) and self.parts == other.parts

    __hash__ = object.__hash__

    @property
    def domain(self) -> Any:
        """Where x lies, with as many dims in a value as the parts need."""
        if not self.parts:
            return constraints.real
        dims = self.parts[-1].codomain.event_dim
        for part in reversed(self.parts):
            dims = max(dims + part.domain.event_dim - part.codomain.event_dim, part.domain.event_dim)
        return widened(self.parts[0].domain, dims)

    @property
    def codomain(self) -> Any:
        """Where y lies, with as many dims in a value as the parts need."""
        if not self.parts:
            return constraints.real
        dims = self.parts[0].domain.event_dim
        for part in self.parts:
            dims = max(dims + part.codomain.event_dim - part.domain.event_dim, part.codomain.event_dim)
        return widened(self.parts[-1].codomain, dims)

    @property
    def bijective(self) -> bool:  # type: ignore[override]
        """Whether all parts are."""
        return all(part.bijective for part in self.parts)

    @property
    def sign(self) -> Any:
        """The product of the parts' signs."""
        return prod([part.sign for part in self.parts]) if self.parts else 1

    def with_cache(self, cache_size: int = 1) -> Transform:
        """The same transforms with caches."""
        return self if self._cache_size == cache_size else ComposeTransform(self.parts, cache_size)

    def __call__(self, x: Variable) -> Variable:
        """f(x)."""
        for part in self.parts:
            x = part(x)
        return x

    def _inv_call(self, y: Variable) -> Variable:
        for part in reversed(self.parts):
            y = part.inv(y)
        return y

    def log_abs_det_jacobian(self, x: Variable, y: Variable) -> Variable:
        """The sum over the parts."""
        if not self.parts:
            return x * 0
        total: Any = 0
        event_dim = self.domain.event_dim
        for k, part in enumerate(self.parts):
            after = part(x) if k + 1 < len(self.parts) else y
            term = part.log_abs_det_jacobian(x, after)
            total = total + sum_rightmost(term, event_dim - part.domain.event_dim)
            event_dim += part.codomain.event_dim - part.domain.event_dim
            x = after
        return cast("Variable", total)

    def forward_shape(self, shape: Sequence[int]) -> Shape:
        """The shape of y for x of this shape."""
        for part in self.parts:
            shape = part.forward_shape(shape)
        return tuple(shape)

    def inverse_shape(self, shape: Sequence[int]) -> Shape:
        """The shape of x for y of this shape."""
        for part in reversed(self.parts):
            shape = part.inverse_shape(shape)
        return tuple(shape)

    def __repr__(self) -> str:
        parts = ",\n    ".join(map(repr, self.parts))
        return f"ComposeTransform(\n    {parts}\n)"


def widened(constraint: Any, event_dim: int) -> Any:
    """The same set, for values of `event_dim` dims."""
    extra = event_dim - constraint.event_dim
    return constraints.independent(constraint, extra) if extra else constraint


identity_transform = ComposeTransform([])


class IndependentTransform(Transform):
    """A transform of single values, taken for one of all values along the last dims together.

    >>> import minitorch
    >>> from minitorch.distributions.transforms import ExpTransform, IndependentTransform
    >>> x = minitorch.tensor([1.0, 2.0])
    >>> IndependentTransform(ExpTransform(), 1).log_abs_det_jacobian(x, x.exp())
    tensor(3.)
    """

    def __init__(
        self, base_transform: Transform, reinterpreted_batch_ndims: int, cache_size: int = 0
    ) -> None:
        super().__init__(cache_size)
        self.base_transform = base_transform.with_cache(cache_size)
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims
        self.bijective = base_transform.bijective
        self.domain = constraints.independent(base_transform.domain, reinterpreted_batch_ndims)
        self.codomain = constraints.independent(base_transform.codomain, reinterpreted_batch_ndims)

    def with_cache(self, cache_size: int = 1) -> Transform:
        """The same transform with a cache of this size."""
        if self._cache_size == cache_size:
            return self
        return IndependentTransform(self.base_transform, self.reinterpreted_batch_ndims, cache_size)

    @property
    def sign(self) -> Any:
        """As of the transform of single values."""
        return self.base_transform.sign

    def _call(self, x: Variable) -> Variable:
        if x.ndim < self.domain.event_dim:
            raise ShapeError(f"IndependentTransform: needs {self.domain.event_dim} dims, got shape {x.shape}")
        return self.base_transform(x)

    def _inverse(self, y: Variable) -> Variable:
        if y.ndim < self.codomain.event_dim:
            raise ShapeError(
                f"IndependentTransform: needs {self.codomain.event_dim} dims, got shape {y.shape}"
            )
        return self.base_transform.inv(y)

    def log_abs_det_jacobian(self, x: Variable, y: Variable) -> Variable:
        """The sum over the last dims."""
        return sum_rightmost(self.base_transform.log_abs_det_jacobian(x, y), self.reinterpreted_batch_ndims)

    def forward_shape(self, shape: Sequence[int]) -> Shape:
        """The shape of y for x of this shape."""
        return self.base_transform.forward_shape(shape)

    def inverse_shape(self, shape: Sequence[int]) -> Shape:
        """The shape of x for y of this shape."""
        return self.base_transform.inverse_shape(shape)

    def __repr__(self) -> str:
        return f"IndependentTransform({self.base_transform!r}, {self.reinterpreted_batch_ndims})"
