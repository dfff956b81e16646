"""Divergences between continuous distributions of different kinds: −H(p) − E log q, from moments of p.

log q(x) is a sum of a few functions of x (x itself, x², log x, log(1 − x), exp(−x/s)), so it takes no more
than the means of these under p. Where p reaches beyond the support of q, the divergence is infinite.
"""

from __future__ import annotations

from math import inf, log, pi, sqrt
from typing import Any

from minitorch import ops
from minitorch.distributions.beta import Beta
from minitorch.distributions.continuous_bernoulli import ContinuousBernoulli
from minitorch.distributions.exponential import Exponential
from minitorch.distributions.gamma import Gamma
from minitorch.distributions.gumbel import Gumbel
from minitorch.distributions.kl import register_kl
from minitorch.distributions.laplace import Laplace
from minitorch.distributions.normal import Normal
from minitorch.distributions.pareto import Pareto
from minitorch.distributions.uniform import Uniform
from minitorch.special.gamma import digamma, lgamma


def bounds(d: Any) -> tuple[Any, Any]:
    """Between which numbers draws lie."""
    if isinstance(d, Uniform):
        return d.low, d.high
    if isinstance(d, (Beta, ContinuousBernoulli)):
        return 0.0, 1.0
    if isinstance(d, Pareto):
        return d.scale, inf
    return (0.0, inf) if isinstance(d, (Exponential, Gamma)) else (-inf, inf)


def mean_log(p: Any) -> Any:
    """E log x."""
    if isinstance(p, Beta):
        return digamma(p.concentration1) - digamma(p.concentration1 + p.concentration0)
    if isinstance(p, Gamma):
        return digamma(p.concentration) - p.rate.log()
    if isinstance(p, Exponential):
        return -0.5772156649015329 - p.rate.log()
    if isinstance(p, Pareto):
        return p.scale.log() + 1 / p.alpha
    return (ops.xlogy(p.high, p.high) - ops.xlogy(p.low, p.low)) / (p.high - p.low) - 1


def mean_exp(p: Any, t: Any) -> Any:
    """E exp(t·x), for t < 0."""
    if isinstance(p, Normal):
        return (t * p.loc + 0.5 * (t * p.scale) ** 2).exp()
    if isinstance(p, Exponential):
        return p.rate / (p.rate - t)
    if isinstance(p, Gamma):
        return (1 - t / p.rate) ** -p.concentration
    return ((t * p.high).exp() - (t * p.low).exp()) / (t * (p.high - p.low))


def cross_entropy(p: Any, q: Any) -> Any:
    """−E log q(x), for draws x of p."""
    if isinstance(q, Normal):
        square = p.variance + (p.mean - q.loc) ** 2
        return 0.5 * square / q.scale**2 + q.scale.log() + 0.5 * log(2 * pi)
    if isinstance(q, Uniform):
        return (q.high - q.low).log()
    if isinstance(q, Exponential):
        return q.rate * p.mean - q.rate.log()
    if isinstance(q, Gamma):
        c = q.concentration
        return q.rate * p.mean - (c - 1) * mean_log(p) + lgamma(c) - c * q.rate.log()
    if isinstance(q, Pareto):
        return (q.alpha + 1) * mean_log(p) - q.alpha.log() - q.alpha * q.scale.log()
    if isinstance(q, Gumbel):
        away = (p.mean - q.loc) / q.scale
        return away + (q.loc / q.scale).exp() * mean_exp(p, -1 / q.scale) + q.scale.log()
    if isinstance(q, ContinuousBernoulli):
        return -p.mean * q.logits - (-q.probs).log1p() - q._log_norm()
    a, b = q.concentration1, q.concentration0
    mirrored = Uniform(1 - p.high, 1 - p.low, validate_args=False)
    norm = lgamma(a) + lgamma(b) - lgamma(a + b)
    return norm - (a - 1) * mean_log(p) - (b - 1) * mean_log(mirrored)


def kl_by_moments(p: Any, q: Any) -> Any:
    """−H(p) − E log q."""
    result = cross_entropy(p, q) - p.entropy()
    (p_low, p_high), (q_low, q_high) = bounds(p), bounds(q)
    if isinstance(q, Pareto) and isinstance(p, Uniform):
        result = ops.where(p_low <= 0, inf, result)
    for outside in (p_low < q_low, p_high > q_high):
        result = ops.where(outside, inf, result) if not isinstance(outside, bool) else result
    if isinstance(p, Pareto):  # its moments are infinite for small alpha
        result = ops.where(p.alpha <= (2 if isinstance(q, Normal) else 1), inf, result)
    return result


def kl_infinite(p: Any, q: Any) -> Any:
    """Infinite: p reaches beyond the support of q."""
    shape = ops.broadcast_shapes(tuple(p.batch_shape), tuple(q.batch_shape))
    return p.mean.new_full(shape, inf)


BY_MOMENTS: dict[type, tuple[type, ...]] = {
    Beta: (ContinuousBernoulli, Exponential, Gamma, Normal, Uniform),
    ContinuousBernoulli: (Exponential, Normal, Uniform),
    Exponential: (Gamma, Gumbel, Normal),
    Gamma: (Exponential, Gumbel, Normal),
    Gumbel: (Normal,),
    Laplace: (Normal,),
    Normal: (Gumbel,),
    Pareto: (Exponential, Gamma, Normal),
    Uniform: (Beta, ContinuousBernoulli, Exponential, Gamma, Gumbel, Normal, Pareto),
}
INFINITE: dict[type, tuple[type, ...]] = {
    Beta: (Pareto,),
    ContinuousBernoulli: (Pareto,),
    Exponential: (Beta, ContinuousBernoulli, Pareto, Uniform),
    Gamma: (Beta, ContinuousBernoulli, Pareto, Uniform),
    Gumbel: (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform),
    Laplace: (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform),
    Normal: (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform),
    Pareto: (Beta, ContinuousBernoulli, Uniform),
}
for table, function in ((BY_MOMENTS, kl_by_moments), (INFINITE, kl_infinite)):
    for type_p, types_q in table.items():
        for type_q in types_q:
            register_kl(type_p, type_q)(function)


@register_kl(Normal, Laplace)
def kl_normal_laplace(p: Any, q: Any) -> Any:
    """−H(p) + log(2·q.scale) + E |x − q.loc|/q.scale."""
    away = p.loc - q.loc
    z = away / p.scale
    distance = sqrt(2 / pi) * p.scale * (-0.5 * z**2).exp() + away * (z * sqrt(0.5)).erf()
    return distance / q.scale + (2 * q.scale).log() - p.entropy()
