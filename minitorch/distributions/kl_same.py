"""Divergences between two distributions of one kind."""

from __future__ import annotations

from math import inf
from typing import Any

from minitorch import ops
from minitorch.distributions.bernoulli import Bernoulli
from minitorch.distributions.beta import Beta
from minitorch.distributions.binomial import Binomial
from minitorch.distributions.categorical import Categorical
from minitorch.distributions.cauchy import Cauchy
from minitorch.distributions.continuous_bernoulli import ContinuousBernoulli
from minitorch.distributions.dirichlet import Dirichlet
from minitorch.distributions.exponential import Exponential
from minitorch.distributions.gamma import Gamma
from minitorch.distributions.geometric import Geometric
from minitorch.distributions.gumbel import EULER, Gumbel
from minitorch.distributions.half_normal import HalfNormal
from minitorch.distributions.independent import Independent
from minitorch.distributions.kl import kl_divergence, register_kl
from minitorch.distributions.laplace import Laplace
from minitorch.distributions.lowrank_multivariate_normal import LowRankMultivariateNormal
from minitorch.distributions.multivariate_normal import MultivariateNormal, half_log_det, mahalanobis
from minitorch.distributions.normal import Normal
from minitorch.distributions.one_hot_categorical import OneHotCategorical
from minitorch.distributions.pareto import Pareto
from minitorch.distributions.poisson import Poisson
from minitorch.distributions.transformed_distribution import TransformedDistribution
from minitorch.distributions.uniform import Uniform
from minitorch.distributions.utils import sum_rightmost
from minitorch.errors import ArgumentError, NotSupportedError
from minitorch.ops.activation import softplus
from minitorch.special.gamma import digamma, lgamma


@register_kl(Bernoulli, Bernoulli)
def kl_bernoulli(p: Any, q: Any) -> Any:
    """p·log(p/q) + (1 − p)·log((1 − p)/(1 − q)), infinite where only q is certain."""
    one = p.probs * (softplus(-q.logits) - softplus(-p.logits))
    zero = (1 - p.probs) * (softplus(q.logits) - softplus(p.logits))
    one = ops.where(p.probs == 0, 0.0, ops.where(q.probs == 0, inf, one))
    zero = ops.where(p.probs == 1, 0.0, ops.where(q.probs == 1, inf, zero))
    return one + zero


@register_kl(ContinuousBernoulli, ContinuousBernoulli)
def kl_continuous_bernoulli(p: Any, q: Any) -> Any:
    """−H(p) − E log q."""
    return -p.entropy() - p.mean * q.logits - (-q.probs).log1p() - q._log_norm()


@register_kl(Binomial, Binomial)
def kl_binomial(p: Any, q: Any) -> Any:
    """That of one trial times their number, which must not be larger than q's."""
    if (p.total_count < q.total_count).any():
        raise NotSupportedError("kl_divergence: Binomial with fewer trials in p than in q has no closed form")
    each = p.probs * (p.logits - q.logits) + (-p.probs).log1p() - (-q.probs).log1p()
    return ops.where(p.total_count > q.total_count, inf, p.total_count * each)


@register_kl(Categorical, Categorical)
def kl_categorical(p: Any, q: Any) -> Any:
    """Σ p·log(p/q)."""
    terms = ops.where(q.probs == 0, inf, p.probs * (p.logits - q.logits))
    return ops.where(p.probs == 0, 0.0, terms).sum(-1)


@register_kl(OneHotCategorical, OneHotCategorical)
def kl_one_hot_categorical(p: Any, q: Any) -> Any:
    """As of the classes."""
    return kl_categorical(p._categorical, q._categorical)


@register_kl(Geometric, Geometric)
def kl_geometric(p: Any, q: Any) -> Any:
    """−H(p) − log(1 − q)·(1/p − 1) − log q."""
    return -p.entropy() - (-q.probs).log1p() / p.probs - q.logits


@register_kl(Poisson, Poisson)
def kl_poisson(p: Any, q: Any) -> Any:
    """p·log(p/q) − (p − q)."""
    return p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate)


@register_kl(Beta, Beta)
def kl_beta(p: Any, q: Any) -> Any:
    """As of two Dirichlet distributions with two classes."""
    both = [ops.stack([d.concentration1, d.concentration0], -1) for d in (p, q)]
    return kl_concentrations(*both)


@register_kl(Dirichlet, Dirichlet)
def kl_dirichlet(p: Any, q: Any) -> Any:
    """See `kl_concentrations`."""
    return kl_concentrations(p.concentration, q.concentration)


def kl_concentrations(p: Any, q: Any) -> Any:
    """log Γ(Σp) − log Γ(Σq) − Σ(log Γ(p) − log Γ(q)) + Σ(p − q)·(ψ(p) − ψ(Σp))."""
    total = p.sum(-1)
    norms = lgamma(total) - lgamma(q.sum(-1)) - (lgamma(p) - lgamma(q)).sum(-1)
    return norms + ((p - q) * (digamma(p) - digamma(total).unsqueeze(-1))).sum(-1)


@register_kl(Exponential, Exponential)
def kl_exponential(p: Any, q: Any) -> Any:
    """r − 1 − log r with r = q.rate/p.rate."""
    ratio = q.rate / p.rate
    return ratio - 1 - ratio.log()


@register_kl(Gamma, Gamma)
def kl_gamma(p: Any, q: Any) -> Any:
    """q.c·log(p.rate/q.rate) + log Γ(q.c) − log Γ(p.c) + (p.c − q.c)·ψ(p.c) + (q.rate − p.rate)·E x."""
    norms = lgamma(q.concentration) - lgamma(p.concentration)
    shapes = (p.concentration - q.concentration) * digamma(p.concentration)
    rates = q.concentration * (p.rate / q.rate).log() + (q.rate - p.rate) * p.mean
    return norms + shapes + rates


@register_kl(Normal, Normal)
def kl_normal(p: Any, q: Any) -> Any:
    """½·(r − 1 − log r + ((p.loc − q.loc)/q.scale)²) with r the ratio of variances."""
    ratio = (p.scale / q.scale) ** 2
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale) ** 2 - 1 - ratio.log())


@register_kl(HalfNormal, HalfNormal)
def kl_half_normal(p: Any, q: Any) -> Any:
    """As before folding."""
    return kl_normal(p.base_dist, q.base_dist)


@register_kl(Laplace, Laplace)
def kl_laplace(p: Any, q: Any) -> Any:
    """d/q.scale + r·exp(−d/p.scale) − log r − 1 with d = |p.loc − q.loc| and r the ratio of scales."""
    ratio, distance = p.scale / q.scale, (p.loc - q.loc).abs()
    return distance / q.scale + ratio * (-distance / p.scale).exp() - ratio.log() - 1


@register_kl(Gumbel, Gumbel)
def kl_gumbel(p: Any, q: Any) -> Any:
    """d + γ·(r − 1) − log r + exp(−d)·Γ(1 + r) − 1 with d = (p.loc − q.loc)/q.scale, r the ratio of scales."""
    ratio, distance = p.scale / q.scale, (p.loc - q.loc) / q.scale
    return distance + EULER * (ratio - 1) - ratio.log() + (lgamma(1 + ratio) - distance).exp() - 1


@register_kl(Cauchy, Cauchy)
def kl_cauchy(p: Any, q: Any) -> Any:
    """log(((p.scale + q.scale)² + (p.loc − q.loc)²)/(4·p.scale·q.scale)).

    Source: F. Chyzak, F. Nielsen, A closed-form formula for the KL divergence between Cauchy distributions, 2019.
    """
    top = (p.scale + q.scale) ** 2 + (p.loc - q.loc) ** 2
    return top.log() - (4 * p.scale * q.scale).log()


@register_kl(Pareto, Pareto)
def kl_pareto(p: Any, q: Any) -> Any:
    """q.alpha·log(p.scale/q.scale) − log r + r − 1 with r = q.alpha/p.alpha, infinite where p begins before q."""
    ratio = q.alpha / p.alpha
    result = q.alpha * (p.scale / q.scale).log() - ratio.log() + ratio - 1
    return ops.where(p.scale < q.scale, inf, result)


@register_kl(Uniform, Uniform)
def kl_uniform(p: Any, q: Any) -> Any:
    """The logarithm of the ratio of lengths, infinite where p reaches further than q."""
    result = ((q.high - q.low) / (p.high - p.low)).log()
    return ops.where((q.low > p.low) | (q.high < p.high), inf, result)


@register_kl(LowRankMultivariateNormal, LowRankMultivariateNormal)
@register_kl(LowRankMultivariateNormal, MultivariateNormal)
@register_kl(MultivariateNormal, LowRankMultivariateNormal)
@register_kl(MultivariateNormal, MultivariateNormal)
def kl_multivariate_normal(p: Any, q: Any) -> Any:
    """½·(log det Σq/det Σp + tr(Σq⁻¹·Σp) + (p.loc − q.loc)ᵀ·Σq⁻¹·(p.loc − q.loc) − n)."""
    from minitorch import linalg

    if p.event_shape != q.event_shape:
        raise ArgumentError(f"kl_divergence: events have shapes {p.event_shape} and {q.event_shape}")
    n = p.event_shape[0]
    batch = ops.broadcast_shapes(tuple(p.batch_shape), tuple(q.batch_shape))
    own, other = (d.scale_tril.expand(*batch, n, n) for d in (p, q))
    spread = (linalg.solve_triangular(other, own, upper=False) ** 2).sum((-2, -1))
    square = mahalanobis(q.scale_tril, q.loc - p.loc)
    return half_log_det(q.scale_tril) - half_log_det(p.scale_tril) + 0.5 * (spread + square - n)


@register_kl(Independent, Independent)
def kl_independent(p: Any, q: Any) -> Any:
    """The sum over the elements of the event."""
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotSupportedError("kl_divergence: the two Independent have different numbers of dims")
    return sum_rightmost(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims)


@register_kl(TransformedDistribution, TransformedDistribution)
def kl_transformed(p: Any, q: Any) -> Any:
    """As before the transforms, which must be the same."""
    if p.transforms != q.transforms or p.event_shape != q.event_shape:
        raise NotSupportedError("kl_divergence: the two transformed distributions have different transforms")
    return kl_divergence(p.base_dist, q.base_dist)


@register_kl(Bernoulli, Poisson)
def kl_bernoulli_poisson(p: Any, q: Any) -> Any:
    """−H(p) − E log q."""
    return -p.entropy() - (ops.xlogy(p.probs, q.rate) - q.rate)


@register_kl(Poisson, Bernoulli)
@register_kl(Poisson, Binomial)
def kl_poisson_bounded(p: Any, q: Any) -> Any:
    """Infinite: a Poisson number may be any count."""
    return p.rate.new_full(p.rate.shape, inf)
