"""Draws against SciPy: their distribution, their gradients, and the shapes and dtypes that they come in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import special, stats

import minitorch
from minitorch import distributions as d, errors
from minitorch.ops.gamma_draws import gamma_slope, standard_gamma
from minitorch.registry import current_backend

F64 = minitorch.float64
N = 20_000


@pytest.fixture(autouse=True)
def seed() -> None:
    minitorch.manual_seed(0)


def t(*values: float) -> Any:
    return minitorch.tensor(values if len(values) > 1 else values[0], dtype=F64)


CONTINUOUS: dict[str, tuple[Any, Any]] = {
    "normal": (d.Normal(t(1.0), t(2.0)), stats.norm(1, 2)),
    "lognormal": (d.LogNormal(t(0.5), t(0.7)), stats.lognorm(0.7, scale=np.exp(0.5))),
    "laplace": (d.Laplace(t(1.0), t(2.0)), stats.laplace(1, 2)),
    "cauchy": (d.Cauchy(t(1.0), t(2.0)), stats.cauchy(1, 2)),
    "half-cauchy": (d.HalfCauchy(t(2.0)), stats.halfcauchy(scale=2)),
    "half-normal": (d.HalfNormal(t(2.0)), stats.halfnorm(scale=2)),
    "uniform": (d.Uniform(t(-1.0), t(3.0)), stats.uniform(-1, 4)),
    "exponential": (d.Exponential(t(2.0)), stats.expon(scale=0.5)),
    "gumbel": (d.Gumbel(t(1.0), t(2.0)), stats.gumbel_r(1, 2)),
    "pareto": (d.Pareto(t(2.0), t(3.0)), stats.pareto(3, scale=2)),
    "weibull": (d.Weibull(t(2.0), t(1.5)), stats.weibull_min(1.5, scale=2)),
    "gamma": (d.Gamma(t(3.0), t(2.0)), stats.gamma(3, scale=0.5)),
    "gamma-small": (d.Gamma(t(0.1), t(1.0)), stats.gamma(0.1)),
    "generalized-pareto": (d.GeneralizedPareto(t(1.0), t(2.0), t(0.3)), stats.genpareto(0.3, 1, 2)),
    "generalized-pareto-ends": (d.GeneralizedPareto(t(1.0), t(2.0), t(-0.5)), stats.genpareto(-0.5, 1, 2)),
    "generalized-pareto-zero": (d.GeneralizedPareto(t(1.0), t(2.0), t(0.0)), stats.expon(1, 2)),
    "von-mises": (d.VonMises(t(0.5), t(3.0)), stats.vonmises(3, 0.5)),
    "von-mises-wide": (d.VonMises(t(0.0), t(1e-3)), stats.vonmises(1e-3)),
    "inverse-gamma": (d.InverseGamma(t(3.0), t(2.0)), stats.invgamma(3, scale=2)),
    "chi2": (d.Chi2(t(5.0)), stats.chi2(5)),
    "student-t": (d.StudentT(t(3.0), t(1.0), t(2.0)), stats.t(3, 1, 2)),
    "fisher-snedecor": (d.FisherSnedecor(t(3.0), t(7.0)), stats.f(3, 7)),
    "beta": (d.Beta(t(2.0), t(0.5)), stats.beta(2, 0.5)),
    "beta-small": (d.Beta(t(0.05), t(0.1)), stats.beta(0.05, 0.1)),
    "transformed": (
        d.TransformedDistribution(d.Normal(t(0.0), t(1.0)), [d.AffineTransform(1.0, -2.0)]),
        stats.norm(1, 2),
    ),
}


@pytest.mark.parametrize("name", CONTINUOUS)
def test_continuous_draws(name: str) -> None:
    """No larger distance between distribution functions than one in a million samples would have."""
    ours, reference = CONTINUOUS[name]
    x = ours.sample((N,))
    assert x.dtype == F64
    assert stats.kstest(x.numpy(), reference.cdf).pvalue > 1e-4


@pytest.mark.parametrize("name", CONTINUOUS)
def test_density(name: str) -> None:
    ours, reference = CONTINUOUS[name]
    x = reference.ppf(np.linspace(0.02, 0.98, 25))
    np.testing.assert_allclose(
        ours.log_prob(minitorch.tensor(x)).numpy(), reference.logpdf(x), rtol=1e-8, atol=1e-8
    )
    if type(ours).mean is not d.Distribution.mean and name not in (
        "transformed",
        "cauchy",
        "von-mises",
        "von-mises-wide",
    ):
        np.testing.assert_allclose(ours.mean.item(), reference.mean(), rtol=1e-9)
        np.testing.assert_allclose(ours.variance.item(), reference.var(), rtol=1e-9)
    if type(ours).entropy is not d.Distribution.entropy:
        np.testing.assert_allclose(ours.entropy().item(), reference.entropy(), rtol=1e-9)


@pytest.mark.parametrize("name", CONTINUOUS)
def test_distribution_function_and_its_inverse(name: str) -> None:
    ours, reference = CONTINUOUS[name]
    x = reference.ppf(np.linspace(0.02, 0.98, 25))
    try:
        p = ours.cdf(minitorch.tensor(x))
    except errors.NotSupportedError:
        pytest.skip("no closed form")
    np.testing.assert_allclose(p.numpy(), reference.cdf(x), rtol=1e-7)
    try:
        back = ours.icdf(p)
    except errors.NotSupportedError:
        return
    np.testing.assert_allclose(back.numpy(), x, rtol=1e-7)


DISCRETE: dict[str, tuple[Any, Any]] = {
    "bernoulli": (d.Bernoulli(t(0.3)), stats.bernoulli(0.3)),
    "binomial": (d.Binomial(7, t(0.3)), stats.binom(7, 0.3)),
    "geometric": (d.Geometric(t(0.3)), stats.geom(0.3, loc=-1)),
    "negative-binomial": (d.NegativeBinomial(t(3.5), t(0.4)), stats.nbinom(3.5, 0.6)),
    "poisson": (d.Poisson(t(3.5)), stats.poisson(3.5)),
    "categorical": (
        d.Categorical(t(0.1, 0.2, 0.7)),
        stats.rv_discrete(values=([0, 1, 2], [0.1, 0.2, 0.7])),
    ),
}


@pytest.mark.parametrize("name", DISCRETE)
def test_discrete_draws(name: str) -> None:
    ours, reference = DISCRETE[name]
    x = ours.sample((N,)).numpy().astype(int)
    values = np.arange(0, 12)
    expected = reference.pmf(values) * N
    kept = expected > 5
    observed = np.array([(x == k).sum() for k in values])[kept]
    rest = N - expected[kept].sum()
    if rest > 1e-6 * N:
        observed, expected = np.append(observed, N - observed.sum()), np.append(expected[kept], rest)
    else:
        expected = expected[kept] * (N / expected[kept].sum())
        assert observed.sum() == N
    assert stats.chisquare(observed, expected).pvalue > 1e-4
    places = minitorch.tensor(values[:3], dtype=F64)[: 2 if name == "bernoulli" else 3]
    np.testing.assert_allclose(
        ours.log_prob(places).numpy(), reference.logpmf(values[: len(places)]), rtol=1e-9
    )
    if name != "categorical":
        np.testing.assert_allclose(ours.mean.item(), reference.mean(), rtol=1e-9)
        np.testing.assert_allclose(ours.variance.item(), reference.var(), rtol=1e-9)


VECTORS: dict[str, Any] = {
    "dirichlet": d.Dirichlet(t(0.5, 1.0, 3.0)),
    "one-hot": d.OneHotCategorical(t(0.1, 0.2, 0.7)),
    "multinomial": d.Multinomial(5, t(0.1, 0.2, 0.7)),
    "mvn": d.MultivariateNormal(t(1.0, -1.0), minitorch.tensor([[2.0, 0.5], [0.5, 1.0]], dtype=F64)),
    "mvn-low-rank": d.LowRankMultivariateNormal(t(1.0, -1.0), minitorch.ones(2, 1, dtype=F64), t(1.0, 2.0)),
    "independent": d.Independent(d.Gamma(t(1.0, 2.0, 5.0), t(1.0)), 1),
    "mixture": d.MixtureSameFamily(
        d.Categorical(t(0.3, 0.7)),
        d.Independent(d.Normal(minitorch.tensor([[0.0, 1.0], [5.0, 2.0]], dtype=F64), t(1.0)), 1),
    ),
}


@pytest.mark.parametrize("name", VECTORS)
def test_vector_draws_have_the_mean_and_the_variance(name: str) -> None:
    ours = VECTORS[name]
    x = ours.sample((N,)).numpy()
    assert x.shape == (N, *ours.event_shape)
    error = 5 * np.sqrt(ours.variance.numpy() / N)
    assert np.all(np.abs(x.mean(0) - ours.mean.numpy()) < error)
    np.testing.assert_allclose(x.var(0), ours.variance.numpy(), rtol=0.1)


def test_multivariate_normal_draws_have_the_covariance() -> None:
    ours = VECTORS["mvn"]
    x = ours.sample((N,)).numpy()
    np.testing.assert_allclose(np.cov(x.T), ours.covariance_matrix.numpy(), atol=0.1)
    reference = stats.multivariate_normal(ours.loc.numpy(), ours.covariance_matrix.numpy())
    np.testing.assert_allclose(
        ours.log_prob(minitorch.tensor(x[:9])).numpy(), reference.logpdf(x[:9]), rtol=1e-10
    )
    assert ours.entropy().item() == pytest.approx(reference.entropy())


def test_low_rank_covariance_is_the_same_as_a_whole_one() -> None:
    ours = VECTORS["mvn-low-rank"]
    whole = d.MultivariateNormal(ours.loc, ours.covariance_matrix)
    x = whole.sample((5,))
    np.testing.assert_allclose(ours.log_prob(x).numpy(), whole.log_prob(x).numpy(), rtol=1e-10)
    np.testing.assert_allclose(ours.entropy().item(), whole.entropy().item(), rtol=1e-10)
    np.testing.assert_allclose(ours.scale_tril.numpy(), whole.scale_tril.numpy(), rtol=1e-10)
    np.testing.assert_allclose(ours.precision_matrix.numpy(), whole.precision_matrix.numpy(), rtol=1e-10)
    assert abs(d.kl_divergence(ours, whole).item()) < 1e-12


def test_continuous_bernoulli_draws() -> None:
    """Its mean, and the same values by formula and by series on both sides of a bound."""
    x = d.ContinuousBernoulli(t(0.2)).sample((N,))
    ours = d.ContinuousBernoulli(t(0.2))
    assert x.mean().item() == pytest.approx(ours.mean.item(), abs=0.01)
    assert x.var().item() == pytest.approx(ours.variance.item(), abs=0.01)
    near, wide = (d.ContinuousBernoulli(t(0.4985), lims=lims) for lims in ((0.499, 0.501), (0.49, 0.51)))
    assert near.mean.item() == pytest.approx(wide.mean.item(), rel=1e-8)
    assert near.log_prob(t(0.3)).item() == pytest.approx(wide.log_prob(t(0.3)).item(), rel=1e-5)


def test_dirichlet_density() -> None:
    ours, reference = VECTORS["dirichlet"], stats.dirichlet([0.5, 1.0, 3.0])
    x = np.array([0.2, 0.3, 0.5])
    assert ours.log_prob(minitorch.tensor(x)).item() == pytest.approx(reference.logpdf(x))
    assert ours.entropy().item() == pytest.approx(reference.entropy())


def test_small_concentrations_give_probabilities() -> None:
    x = d.Dirichlet(minitorch.full((1000, 3), 1e-3)).sample()
    assert x.isfinite().all()
    np.testing.assert_allclose(x.sum(-1).numpy(), 1, rtol=1e-5)
    np.testing.assert_allclose(x.mean(0).numpy(), 1 / 3, atol=0.06)


# Gradients ------------------------------------------------------------------------------------------------


def test_slope_of_gamma_numbers_by_quantiles() -> None:
    """∂y/∂α at a fixed probability is the derivative of SciPy's quantile function."""
    a = np.repeat([0.01, 0.1, 0.5, 0.9, 1.0, 1.5, 3.0, 10.0, 50.0, 300.0], 7)
    u = np.tile([0.001, 0.05, 0.3, 0.5, 0.8, 0.99, 0.9999], 10)
    y, h = special.gammaincinv(a, u), 1e-4 * a
    kept = y > 1e-290
    quantile = special.gammaincinv
    expected = (
        8 * (quantile(a + h, u) - quantile(a - h, u)) - quantile(a + 2 * h, u) + quantile(a - 2 * h, u)
    ) / (12 * h)
    slope = gamma_slope(current_backend(), a, y)
    np.testing.assert_allclose(slope[kept], expected[kept], rtol=1e-6)
    assert np.isfinite(slope[kept]).all()


def test_slope_of_gamma_numbers_with_large_concentrations() -> None:
    """Where y is nearly normal: y ≈ α + z·√α + (z² − 1)/3."""
    a, z = np.array([1e4, 1e6]), 1.3
    slope = gamma_slope(current_backend(), a, a + z * np.sqrt(a) + (z**2 - 1) / 3)
    np.testing.assert_allclose(slope, 1 + 0.5 * z / np.sqrt(a), rtol=1e-5)


def test_gamma_numbers_have_first_derivatives_only() -> None:
    a = minitorch.full((3,), 2.0, requires_grad=True)
    (g,) = minitorch.autograd.grad(standard_gamma(a).sum(), a, create_graph=True)
    with pytest.raises(errors.NotSupportedError, match="first derivatives"):
        g.sum().backward()


def gamma_ratio(*signed: Any) -> Any:
    """Γ(x)·Γ(y)/Γ(z) for x, y, −z."""
    return sum(minitorch.lgamma(x) if x > 0 else -minitorch.lgamma(-x) for x in signed).exp()


EXPECTATIONS: dict[str, tuple[Callable[..., Any], list[float], Callable[..., Any]]] = {
    "normal": (d.Normal, [0.5, 1.5], lambda m, s: m**2 + s**2),
    "laplace": (d.Laplace, [0.5, 1.5], lambda m, s: m**2 + 2 * s**2),
    "gamma": (d.Gamma, [2.0, 1.5], lambda c, r: c * (c + 1) / r**2),
    "gamma-small": (d.Gamma, [0.3, 1.5], lambda c, r: c * (c + 1) / r**2),
    "beta": (d.Beta, [2.0, 3.0], lambda a, b: a * (a + 1) / ((a + b) * (a + b + 1))),
    "beta-small": (d.Beta, [0.3, 0.6], lambda a, b: a * (a + 1) / ((a + b) * (a + b + 1))),
    "exponential": (d.Exponential, [1.5], lambda r: 2 / r**2),
    "uniform": (d.Uniform, [0.5, 2.0], lambda a, b: (a**2 + a * b + b**2) / 3),
    "gumbel": (
        d.Gumbel,
        [0.5, 0.7],
        lambda m, s: (m + 0.5772156649015329 * s) ** 2 + s**2 * np.pi**2 / 6,
    ),
    "weibull": (d.Weibull, [1.5, 2.0], lambda s, k: s**2 * (2 / k) * minitorch.lgamma(2 / k).exp()),
    "kumaraswamy": (d.Kumaraswamy, [2.0, 3.0], lambda a, b: b * gamma_ratio(1 + 2 / a, b, -(1 + 2 / a + b))),
    "lognormal": (d.LogNormal, [0.2, 0.3], lambda m, s: (2 * m + 2 * s**2).exp()),
    "inverse-gamma": (d.InverseGamma, [7.0, 2.0], lambda c, r: r**2 / ((c - 1) * (c - 2))),
    "student-t": (d.StudentT, [9.0, 0.5, 1.5], lambda n, m, s: m**2 + s**2 * n / (n - 2)),
}


@pytest.mark.parametrize("name", EXPECTATIONS)
def test_gradients_of_draws_are_those_of_the_mean(name: str) -> None:
    """d/dθ E x² = E d(x²)/dθ, for x = x(noise, θ)."""
    make, values, second_moment = EXPECTATIONS[name]
    params = [t(v).requires_grad_() for v in values]
    expected = minitorch.autograd.grad(second_moment(*params), params)
    count = 40_000
    wide = [p.detach().expand(count).clone().requires_grad_() for p in params]
    (make(*wide).rsample() ** 2).sum().backward()
    for x, g in zip(wide, expected, strict=True):
        spread = x.grad.std().item() / count**0.5
        assert abs(x.grad.mean().item() - g.item()) < 5 * spread + 1e-9


def test_gradients_of_dirichlet_draws() -> None:
    c = t(0.7, 1.5, 3.0).requires_grad_()
    count = 40_000
    wide = c.detach().expand(count, 3).clone().requires_grad_()
    (d.Dirichlet(wide).rsample()[:, 0] ** 2).sum().backward()
    total = c.sum()
    (expected,) = minitorch.autograd.grad(c[0] * (c[0] + 1) / (total * (total + 1)), c)
    spread = wide.grad.std(0).numpy() / count**0.5
    assert np.all(np.abs(wide.grad.mean(0).numpy() - expected.numpy()) < 5 * spread)


def test_gradients_of_multivariate_normal_draws() -> None:
    loc = t(1.0, -1.0).requires_grad_()
    matrix = minitorch.tensor([[2.0, 0.5], [0.5, 1.0]], dtype=F64, requires_grad=True)
    x = d.MultivariateNormal(loc, matrix).rsample((N,))
    (x**2).sum(-1).mean().backward()  # E = |loc|² + tr Σ
    np.testing.assert_allclose(loc.grad.numpy(), 2 * loc.detach().numpy(), atol=0.1)
    np.testing.assert_allclose(
        matrix.grad.tril().numpy() + matrix.grad.triu(1).T.numpy(), np.eye(2), atol=0.05
    )


def test_relaxations_tend_to_what_they_relax() -> None:
    logits = t(0.5, -1.0, 0.3).requires_grad_()
    x = d.RelaxedOneHotCategorical(t(0.05), logits=logits).rsample((N,))
    np.testing.assert_allclose(x.detach().mean(0).numpy(), logits.detach().softmax(-1).numpy(), atol=0.02)
    x[:, 0].mean().backward()
    assert logits.grad[0] > 0
    p = t(0.3).requires_grad_()
    y = d.RelaxedBernoulli(t(0.05), probs=p).rsample((N,))
    assert y.detach().mean().item() == pytest.approx(0.3, abs=0.02)
    y.mean().backward()
    assert p.grad > 0


def test_straight_through_gradients() -> None:
    p = t(0.2, 0.3, 0.5).requires_grad_()
    x = d.OneHotCategoricalStraightThrough(p).rsample()
    assert sorted(x.tolist()) == pytest.approx([0, 0, 1])
    (x * t(1.0, 2.0, 3.0)).sum().backward()
    np.testing.assert_allclose(p.grad.numpy(), np.array([1.0, 2.0, 3.0]) - 2.3)


def test_sample_has_no_gradient_and_rsample_has() -> None:
    scale = t(1.0).requires_grad_()
    ours = d.Normal(t(0.0), scale)
    assert not ours.sample().requires_grad
    assert ours.rsample().requires_grad
    assert not d.Categorical(logits=t(0.0, 1.0).requires_grad_()).sample().requires_grad
    with pytest.raises(errors.NotSupportedError, match=r"Poisson\.rsample"):
        d.Poisson(t(1.0)).rsample()


@pytest.mark.parametrize("dtype", [minitorch.float32, minitorch.float64])
def test_draws_come_in_the_dtype_of_the_parameters(dtype: Any) -> None:
    one = minitorch.ones(2, dtype=dtype)
    for make in (
        d.Normal,
        d.Gamma,
        d.Beta,
        d.Laplace,
        d.Gumbel,
        d.Pareto,
        d.Weibull,
        d.StudentT,
        d.FisherSnedecor,
    ):
        assert make(one, one).sample((3,)).dtype == dtype
    for make in (d.Exponential, d.HalfNormal, d.Chi2, d.Poisson, d.Dirichlet, d.OneHotCategorical):
        assert make(one).sample((3,)).dtype == dtype


def test_the_same_seed_gives_the_same_draws() -> None:
    draws = []
    for _ in range(2):
        minitorch.manual_seed(7)
        draws.append([make.sample((5,)) for make, _ in (*CONTINUOUS.values(), *DISCRETE.values())])
    for x, y in zip(*draws, strict=True):
        assert minitorch.equal(x, y)
