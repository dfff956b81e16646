"""The χ² distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from minitorch.distributions import constraints
from minitorch.distributions.gamma import Gamma
from minitorch.distributions.utils import broadcast_all

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Chi2(Gamma):
    """The sum of the squares of `df` standard normal numbers: Gamma(df/2, ½).

    Args:
        df: degrees of freedom.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import Chi2
    >>> Chi2(3.0).log_prob(minitorch.tensor(2.0))
    tensor(-1.5724)
    """

    arg_constraints: ClassVar[Any] = {"df": constraints.positive}

    def __init__(self, df: Any, validate_args: bool | None = None) -> None:
        (df,) = broadcast_all(df)
        super().__init__(0.5 * df, 0.5, validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distribution for a larger batch."""
        new = super().expand(batch_shape, _instance)
        new.concentration = self.concentration.expand(*new.batch_shape)
        new.rate = self.rate.expand(*new.batch_shape)
        return new

    @property
    def df(self) -> Variable:
        """Degrees of freedom."""
        return self.concentration * 2
