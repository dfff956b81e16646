"""`Distribution`: the base of all distributions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from minitorch.distributions import constraints
from minitorch.distributions.utils import lazy_property
from minitorch.errors import ArgumentError, ArgumentTypeError, NotSupportedError
from minitorch.modes import no_grad
from minitorch.value import Value
from minitorch.variable import Size

if TYPE_CHECKING:
    from minitorch.variable import Variable

Shape = Sequence[int]


class TypeOfSample(ArgumentTypeError, ValueError):
    """What should be a tensor of values is none."""


class Distribution:
    """The base of all distributions: sampling, densities, moments.

    A distribution has a batch of independent parameters, of shape `batch_shape`, and each draw from one of
    them has shape `event_shape`. `sample((n,))` has shape (n, *batch_shape, *event_shape), and `log_prob`
    gives one number for each event.

    Args:
        batch_shape: the shape of the parameters.
        event_shape: the shape of a draw.
        validate_args: check parameters and values; None for what `set_default_validate_args` says.

    Attributes:
        arg_constraints: which parameters there are, and where they may lie.
        support: where draws lie.
        has_rsample: whether `rsample` gives draws with gradients in the parameters.
        has_enumerate_support: whether `enumerate_support` gives all values.

    Raises:
        ArgumentError: for parameters outside of their constraints.

    >>> import minitorch
    >>> from minitorch.distributions import Normal
    >>> d = Normal(minitorch.tensor([0.0, 10.0]), 1.0)
    >>> d.batch_shape, d.sample((5,)).shape, d.log_prob(minitorch.tensor(0.0))
    (minitorch.Size([2]), minitorch.Size([5, 2]), tensor([ -0.9189, -50.9189]))
    """

    has_rsample = False
    has_enumerate_support = False
    arg_constraints: ClassVar[Any] = {}
    support: Any = constraints.dependent
    _validate_args: Any = True

    @staticmethod
    def set_default_validate_args(value: bool) -> None:
        """Whether distributions check their parameters and values, unless they are told otherwise."""
        if value not in (True, False):
            raise ArgumentError(f"set_default_validate_args: expected a bool, got {value!r}")
        Distribution._validate_args = value

    def __init__(
        self, batch_shape: Shape = (), event_shape: Shape = (), validate_args: bool | None = None
    ) -> None:
        self._batch_shape, self._event_shape = size(batch_shape), size(event_shape)
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            self._check_parameters()

    def _check_parameters(self) -> None:
        for name, constraint in self.arg_constraints.items():
            if constraints.is_dependent(constraint):
                continue
            if name not in self.__dict__ and isinstance(getattr(type(self), name, None), lazy_property):
                continue  # computed from another parameter, which is checked
            value = getattr(self, name)
            if not constraint.check(value).all():
                raise ArgumentError(
                    f"{type(self).__name__}: parameter {name} of shape {tuple(value.shape)} must satisfy "
                    f"{constraint}, but found invalid values:\n{value}"
                )

    @property
    def batch_shape(self) -> Size:
        """The shape of the parameters."""
        return self._batch_shape

    @property
    def event_shape(self) -> Size:
        """The shape of a draw."""
        return self._event_shape

    def expand(self, batch_shape: Shape, _instance: Any = None) -> Self:
        """The same distribution for a larger batch, to whose shape parameters broadcast; they are not copied.

        >>> import minitorch
        >>> from minitorch.distributions import Normal
        >>> Normal(0.0, 1.0).expand((2, 3)).batch_shape
        minitorch.Size([2, 3])
        """
        new = self._get_checked_instance(type(self), _instance)
        batch_shape = size(batch_shape)
        dims = {name: c.event_dim for name, c in self.arg_constraints.items()}
        for name, value in self.__dict__.items():
            if isinstance(value, Distribution):
                value = value.expand(self._inner_batch(name, batch_shape))
            elif name in dims and isinstance(value, Value):
                own = value.array.ndim - dims[name]
                value = value.expand(*batch_shape, *value.array.shape[own:])  # type: ignore[attr-defined]
            new.__dict__[name] = value
        new._batch_shape = batch_shape
        return new

    def _inner_batch(self, name: str, batch_shape: Shape) -> Shape:
        """The batch of the distribution that is kept under this name, for a batch of this one."""
        return batch_shape

    def _get_checked_instance(self, cls: Any, _instance: Any = None) -> Any:
        return cls.__new__(cls) if _instance is None else _instance

    @property
    def mean(self) -> Variable:
        """The mean."""
        return self._lacks("mean")

    @property
    def mode(self) -> Variable:
        """The most probable value."""
        return self._lacks("mode")

    @property
    def variance(self) -> Variable:
        """The variance."""
        return self._lacks("variance")

    @property
    def stddev(self) -> Variable:
        """The standard deviation."""
        return self.variance.sqrt()

    def sample(self, sample_shape: Shape = ()) -> Variable:
        """Draws without gradients, of shape (*sample_shape, *batch_shape, *event_shape)."""
        with no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape: Shape = ()) -> Variable:
        """Draws that are differentiable functions of the parameters."""
        return self._lacks("rsample")

    def sample_n(self, n: int) -> Variable:
        """`sample((n,))`."""
        return self.sample((n,))

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the density, or of the probability, at each value."""
        return self._lacks("log_prob")

    def cdf(self, value: Variable) -> Variable:
        """The probability of a draw of at most `value`."""
        return self._lacks("cdf")

    def icdf(self, value: Variable) -> Variable:
        """The value below which draws lie with this probability."""
        return self._lacks("icdf")

    def enumerate_support(self, expand: bool = True) -> Variable:
        """All values, along a new first dim; `expand=False` leaves dims of size 1 for the batch."""
        return self._lacks("enumerate_support")

    def entropy(self) -> Variable:
        """−E log p, in nats."""
        return self._lacks("entropy")

    def perplexity(self) -> Variable:
        """The exponential of the entropy."""
        return self.entropy().exp()

    def _lacks(self, what: str) -> Any:
        raise NotSupportedError(f"{type(self).__name__}.{what}: this distribution has none")

    def _extended_shape(self, sample_shape: Shape = ()) -> Size:
        return size((*sample_shape, *self._batch_shape, *self._event_shape))

    def _validate_sample(self, value: Any) -> None:
        """Refuses values that are no tensors, of the wrong shape, or outside of the support."""
        name = type(self).__name__
        if not isinstance(value, Value):
            raise TypeOfSample(f"{name}: expected a tensor of values, got {type(value).__name__}")
        shape, own = tuple(value.array.shape), (*self._batch_shape, *self._event_shape)
        events = len(self._event_shape)
        if events and shape[len(shape) - events :] != tuple(self._event_shape):
            raise ArgumentError(
                f"{name}: the last dims of values must be {tuple(self._event_shape)}, the shape of an event; "
                f"got shape {shape}"
            )
        for i, j in zip(reversed(shape), reversed(own), strict=False):
            if 1 != i != j != 1:
                raise ArgumentError(
                    f"{name}: values of shape {shape} do not broadcast with a batch and event of shape {own}"
                )
        try:
            support = self.support
        except NotImplementedError:
            return
        if not support.check(value).all():
            raise ArgumentError(f"{name}: values must lie in the support {support}, got\n{value}")

    def __repr__(self) -> str:
        parts = []
        for name in self.arg_constraints:
            value = self.__dict__.get(name)
            if value is not None:
                plain = not isinstance(value, Value) or value.array.size == 1
                parts.append(f"{name}: {value if plain else value.shape}")
        return f"{type(self).__name__}({', '.join(parts)})"


def size(shape: Iterable[int]) -> Size:
    """A shape as `Size`."""
    return Size(shape)
