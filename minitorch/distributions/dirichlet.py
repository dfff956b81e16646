"""The Dirichlet distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from minitorch import ops
from minitorch.distributions import constraints
from minitorch.distributions.distribution import Distribution, Shape
from minitorch.dtypes import finfo
from minitorch.errors import ArgumentError
from minitorch.ops.gamma_draws import standard_gamma
from minitorch.ranges import arange
from minitorch.sampling import rand
from minitorch.special.gamma import digamma, lgamma

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Dirichlet(Distribution):
    """p(x) = Γ(Σc)/ΠΓ(c) · Π x^(c − 1), for probabilities x.

    Draws are gamma numbers divided by their sum, taken from their logarithms, so that small concentrations do
    not run into 0/0; the gradients are those of the gamma numbers.

    Args:
        concentration: c; the last dim holds the classes.
        validate_args: check parameters and values.

    >>> import minitorch
    >>> from minitorch.distributions import Dirichlet
    >>> d = Dirichlet(minitorch.tensor([1.0, 2.0, 3.0]))
    >>> d.log_prob(minitorch.tensor([0.2, 0.3, 0.5])), d.mean
    (tensor(1.5041), tensor([0.1667, 0.3333, 0.5000]))
    """

    has_rsample = True
    arg_constraints: ClassVar[Any] = {"concentration": constraints.independent(constraints.positive, 1)}
    support = constraints.simplex

    def __init__(self, concentration: Variable, validate_args: bool | None = None) -> None:
        if concentration.ndim < 1:
            raise ArgumentError("Dirichlet: concentration must have at least one dim, that of the classes")
        self.concentration = concentration
        super().__init__(concentration.shape[:-1], concentration.shape[-1:], validate_args)

    @property
    def mean(self) -> Variable:
        """c/Σc."""
        return self.concentration / self.concentration.sum(-1, keepdim=True)

    @property
    def mode(self) -> Variable:
        """(c − 1)/Σ(c − 1), with 0 where c < 1; where all of them are, every corner is one, and this the first."""
        less = (self.concentration - 1).clamp(min=0)
        inner = less / less.sum(-1, keepdim=True)
        places = arange(less.shape[-1])
        corner = (places == 0).to(less.dtype)
        return ops.where((self.concentration < 1).all(-1, keepdim=True), corner, inner)

    @property
    def variance(self) -> Variable:
        """c·(Σc − c)/((Σc)²·(Σc + 1))."""
        total = self.concentration.sum(-1, keepdim=True)
        return self.concentration * (total - self.concentration) / (total**2 * (total + 1))

    def rsample(self, sample_shape: Shape = ()) -> Variable:
        """Gamma numbers divided by their sum."""
        return ops.softmax(log_gamma(self.concentration.expand(self._extended_shape(sample_shape))), -1)

    def log_prob(self, value: Variable) -> Variable:
        """The logarithm of the density."""
        if self._validate_args:
            self._validate_sample(value)
        c = self.concentration
        return ops.xlogy(c - 1, value).sum(-1) + lgamma(c.sum(-1)) - lgamma(c).sum(-1)

    def entropy(self) -> Variable:
        """Σ log Γ(c) − log Γ(Σc) − (n − Σc)·ψ(Σc) − Σ (c − 1)·ψ(c)."""
        c, total = self.concentration, self.concentration.sum(-1)
        spread = (c.shape[-1] - total) * digamma(total) + ((c - 1) * digamma(c)).sum(-1)
        return lgamma(c).sum(-1) - lgamma(total) - spread


def log_gamma(concentration: Variable) -> Variable:
    """Logarithms of gamma numbers, of small ones too: Gamma(c) is Gamma(c + 1)·U^(1/c).

    >>> import minitorch
    >>> from minitorch.distributions.dirichlet import log_gamma
    >>> bool(log_gamma(minitorch.full((100,), 1e-3)).isfinite().all())
    True
    """
    u = rand(concentration.shape, dtype=concentration.dtype).clamp(min=finfo(concentration.dtype).tiny)
    return standard_gamma(concentration + 1).log() + u.log() / concentration
