"""Transforms: differentiable functions with their inverses and the logarithms of their Jacobians."""

from __future__ import annotations

from collections.abc import Sequence
from math import log, prod
from typing import TYPE_CHECKING, Any, cast
from weakref import ref

from minitorch import ops
from minitorch.distributions import constraints
from minitorch.distributions.utils import clipped_sigmoid, sum_rightmost
from minitorch.dtypes import finfo
from minitorch.errors import ArgumentError, NotSupportedError, ShapeError
from minitorch.value import Value

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
        return f"ComposeTransform({self.parts!r})"


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


class ReshapeTransform(Transform):
    """The last dims in another shape.

    >>> import minitorch
    >>> from minitorch.distributions.transforms import ReshapeTransform
    >>> ReshapeTransform((4,), (2, 2))(minitorch.arange(4))
    tensor([[0, 1],
            [2, 3]])
    """

    bijective = True

    def __init__(self, in_shape: Sequence[int], out_shape: Sequence[int], cache_size: int = 0) -> None:
        self.in_shape, self.out_shape = tuple(in_shape), tuple(out_shape)
        if prod(self.in_shape) != prod(self.out_shape):
            raise ShapeError(
                f"ReshapeTransform: {self.in_shape} and {self.out_shape} have different numbers of elements"
            )
        super().__init__(cache_size)

    @property
    def domain(self) -> Any:
        """Tensors of the one shape."""
        return constraints.independent(constraints.real, len(self.in_shape))

    @property
    def codomain(self) -> Any:
        """Tensors of the other shape."""
        return constraints.independent(constraints.real, len(self.out_shape))

    def _call(self, x: Variable) -> Variable:
        return x.reshape(self.forward_shape(x.shape))

    def _inverse(self, y: Variable) -> Variable:
        return y.reshape(self.inverse_shape(y.shape))

    def log_abs_det_jacobian(self, x: Variable, y: Variable) -> Variable:
        """0: nothing is stretched."""
        return x.new_zeros(x.shape[: x.ndim - len(self.in_shape)])

    def forward_shape(self, shape: Sequence[int]) -> Shape:
        """The shape of y for x of this shape."""
        return reshaped(tuple(shape), self.in_shape, self.out_shape)

    def inverse_shape(self, shape: Sequence[int]) -> Shape:
        """The shape of x for y of this shape."""
        return reshaped(tuple(shape), self.out_shape, self.in_shape)


def reshaped(shape: Shape, old: Shape, new: Shape) -> Shape:
    """A shape with other last dims."""
    cut = len(shape) - len(old)
    if cut < 0 or shape[cut:] != old:
        raise ShapeError(f"ReshapeTransform: the last dims must be {old}, got shape {shape}")
    return (*shape[:cut], *new)


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


class SoftmaxTransform(Transform):
    """y = softmax(x) over the last dim; the inverse gives one of many x, log y."""

    domain = constraints.real_vector
    codomain = constraints.simplex

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SoftmaxTransform)

    __hash__ = object.__hash__

    def _call(self, x: Variable) -> Variable:
        return ops.softmax(x, -1)

    def _inverse(self, y: Variable) -> Variable:
        return y.log()

    def forward_shape(self, shape: Sequence[int]) -> Shape:
        """The shape of y for x of this shape."""
        return last_dim(self, shape, 0)

    def inverse_shape(self, shape: Sequence[int]) -> Shape:
        """The shape of x for y of this shape."""
        return last_dim(self, shape, 0)


class StickBreakingTransform(Transform):
    """n numbers to n + 1 probabilities: each says how much is broken off from what is left of a stick.

        zₖ = σ(xₖ − log(n + 1 − k)),   yₖ = zₖ · (1 − z₁) · … · (1 − zₖ₋₁)

    >>> import minitorch
    >>> from minitorch.distributions.transforms import StickBreakingTransform
    >>> StickBreakingTransform()(minitorch.zeros(3))
    tensor([0.2500, 0.2500, 0.2500, 0.2500])
    """

    bijective = True
    domain = constraints.real_vector
    codomain = constraints.simplex

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StickBreakingTransform)

    __hash__ = object.__hash__

    def _call(self, x: Variable) -> Variable:
        z = clipped_sigmoid(x - pieces(x).log())
        whole = x.new_ones((*x.shape[:-1], 1))
        left = ops.cat([whole, (1 - z).cumprod(-1)], -1)
        return ops.cat([z, whole], -1) * left

    def _inverse(self, y: Variable) -> Variable:
        y = y[..., :-1]
        left = (1 - y.cumsum(-1)).clamp(min=finfo(y.dtype).tiny)
        return y.log() - left.log() + pieces(y).log()

    def log_abs_det_jacobian(self, x: Variable, y: Variable) -> Variable:
        """Σ log(∂yₖ/∂xₖ): the Jacobian is triangular."""
        x = x - pieces(x).log()
        return (-x - softplus(-x) + y[..., :-1].log()).sum(-1)

    def forward_shape(self, shape: Sequence[int]) -> Shape:
        """One more in the last dim."""
        return last_dim(self, shape, 1)

    def inverse_shape(self, shape: Sequence[int]) -> Shape:
        """One less in the last dim."""
        return last_dim(self, shape, -1)


class LowerCholeskyTransform(Transform):
    """Square matrices to lower triangular ones with a positive diagonal: exp of the diagonal, 0 above it."""

    domain = constraints.independent(constraints.real, 2)
    codomain = constraints.lower_cholesky

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LowerCholeskyTransform)

    __hash__ = object.__hash__

    def _call(self, x: Variable) -> Variable:
        return x.tril(-1) + ops.diag_embed(x.diagonal(0, -2, -1).exp())

    def _inverse(self, y: Variable) -> Variable:
        return y.tril(-1) + ops.diag_embed(y.diagonal(0, -2, -1).log())


class PositiveDefiniteTransform(Transform):
    """Square matrices to positive definite ones: L·Lᵀ, with L from `LowerCholeskyTransform`."""

    domain = constraints.independent(constraints.real, 2)
    codomain = constraints.positive_definite

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PositiveDefiniteTransform)

    __hash__ = object.__hash__

    def _call(self, x: Variable) -> Variable:
        x = LowerCholeskyTransform()(x)
        return x @ x.mT

    def _inverse(self, y: Variable) -> Variable:
        from minitorch import linalg

        return LowerCholeskyTransform().inv(linalg.cholesky(y))


def softplus(x: Variable) -> Variable:
    """Log(1 + exp x)."""
    from minitorch.nn.functional import softplus

    return softplus(x)


def pieces(x: Variable) -> Variable:
    """n, n − 1, …, 1 for the n elements along the last dim, plus one."""
    n = x.shape[-1]
    return x.new_full((n,), n + 1) - x.new_ones((n,)).cumsum(-1)


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


def last_dim(transform: Transform, shape: Sequence[int], change: int) -> Shape:
    """A shape with a longer or shorter last dim."""
    if not len(shape):
        raise ShapeError(f"{type(transform).__name__}: needs at least one dim")
    return (*shape[:-1], shape[-1] + change)
