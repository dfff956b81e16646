"""What all distributions share: checks, expansion, lazily computed parameters, divergences, transforms."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import minitorch
from minitorch import distributions as d, errors
from minitorch.distributions import constraints, transforms
from minitorch.distributions.utils import lazy_property, tril_matrix_to_vec, vec_to_tril_matrix

F64 = minitorch.float64


def t(*values: float) -> Any:
    return minitorch.tensor(values if len(values) > 1 else values[0], dtype=F64)


def test_checks_can_be_turned_off_for_one_and_for_all() -> None:
    with pytest.raises(errors.ArgumentError, match=r"Normal: parameter scale .* GreaterThan"):
        d.Normal(0.0, -1.0)
    assert d.Normal(0.0, -1.0, validate_args=False).scale == -1
    try:
        d.Distribution.set_default_validate_args(False)
        assert d.Normal(0.0, -1.0).scale == -1
        with pytest.raises(errors.ArgumentError):
            d.Normal(0.0, -1.0, validate_args=True)
    finally:
        d.Distribution.set_default_validate_args(True)


def test_logits_and_probs_are_computed_from_each_other_with_a_graph() -> None:
    p = t(0.25).requires_grad_()
    ours = d.Bernoulli(p)
    with minitorch.no_grad():
        logits = ours.logits
    assert logits.requires_grad
    assert logits is ours.logits
    logits.backward()
    assert p.grad.item() == pytest.approx(1 / (0.25 * 0.75))


def test_a_lazy_property_of_a_class() -> None:
    class Box:
        @lazy_property
        def value(self) -> int:
            """What is in it."""
            return 3

    assert isinstance(Box.value, lazy_property)
    assert Box.value.__doc__ == "What is in it."
    assert Box().value == 3


def test_expanded_parameters_share_memory() -> None:
    loc = minitorch.zeros(2)
    ours = d.Normal(loc, 1.0).expand((3, 2))
    loc.fill_(5.0)
    assert ours.loc.tolist() == [[5.0, 5.0]] * 3
    with pytest.raises(errors.MinitorchError):
        d.Normal(loc, 1.0).expand((3,))


def test_expand_keeps_checks_and_class() -> None:
    class Special(d.Normal):
        pass

    ours = Special(0.0, 1.0, validate_args=False).expand((2,))
    assert type(ours) is Special
    assert not ours._validate_args


def test_copies_and_pickles() -> None:
    for ours in (d.Normal(t(0.0, 1.0), 1.0), d.LogNormal(0.0, 1.0), d.Categorical(t(0.5, 0.5))):
        for twin in (copy.deepcopy(ours), pickle.loads(pickle.dumps(ours))):
            value = minitorch.ones(2) if not isinstance(ours, d.Categorical) else minitorch.tensor(1)
            assert minitorch.equal(twin.log_prob(value), ours.log_prob(value))


def test_text() -> None:
    assert repr(d.Normal(0.0, 1.0)) == "Normal(loc: 0.0, scale: 1.0)"
    assert (
        repr(d.Gamma(minitorch.ones(2), 1.0))
        == "Gamma(concentration: minitorch.Size([2]), rate: minitorch.Size([2]))"
    )
    assert repr(d.Independent(d.Poisson(minitorch.ones(2)), 1)).startswith("Independent(Poisson(rate:")


def test_what_a_distribution_lacks_says_so() -> None:
    class Empty(d.Distribution):
        pass

    empty = Empty(validate_args=False)
    for name in ("mean", "mode", "variance", "stddev"):
        with pytest.raises(NotImplementedError, match="Empty"):
            getattr(empty, name)
    for name in ("rsample", "entropy", "enumerate_support", "perplexity", "sample"):
        with pytest.raises(NotImplementedError, match="Empty"):
            getattr(empty, name)()
    for name in ("log_prob", "cdf", "icdf"):
        with pytest.raises(NotImplementedError, match="Empty"):
            getattr(empty, name)(t(0.0))


def test_a_distribution_of_your_own() -> None:
    class Triangle(d.Distribution):
        arg_constraints = {"width": constraints.positive}  # noqa: RUF012
        support = constraints.real
        has_rsample = True

        def __init__(self, width: Any, validate_args: bool | None = None) -> None:
            (self.width,) = d.utils.broadcast_all(width)
            super().__init__(self.width.shape, validate_args=validate_args)

        def rsample(self, sample_shape: Any = ()) -> Any:
            shape = self._extended_shape(sample_shape)
            return self.width * (minitorch.rand(shape) - minitorch.rand(shape))

    ours = Triangle(minitorch.ones(2)).expand((3, 2))
    assert ours.sample((4,)).shape == (4, 3, 2)
    with pytest.raises(errors.ArgumentError, match="Triangle: parameter width"):
        Triangle(-1.0)


def test_entropy_is_the_mean_of_minus_log_prob() -> None:
    for ours in (
        d.Binomial(5, t(0.3)),
        d.Categorical(t(0.1, 0.2, 0.7)),
        d.Bernoulli(t(0.3)),
        d.OneHotCategorical(t(0.1, 0.9)),
    ):
        log_prob = ours.log_prob(ours.enumerate_support())
        assert ours.entropy().item() == pytest.approx(-(log_prob.exp() * log_prob).sum().item())
        assert log_prob.exp().sum().item() == pytest.approx(1)


def test_multinomial_entropy_by_enumeration() -> None:
    ours = d.Multinomial(3, t(0.2, 0.3, 0.5))
    counts = [(i, j, 3 - i - j) for i in range(4) for j in range(4 - i)]
    log_prob = ours.log_prob(minitorch.tensor(counts, dtype=F64))
    assert log_prob.exp().sum().item() == pytest.approx(1)
    assert ours.entropy().item() == pytest.approx(-(log_prob.exp() * log_prob).sum().item())


# Divergences ------------------------------------------------------------------------------------------------

PAIRS = [
    (d.Normal(t(0.0), t(1.0)), d.Laplace(t(0.5), t(2.0))),
    (d.Normal(t(0.0), t(1.0)), d.Gumbel(t(0.5), t(2.0))),
    (d.Gamma(t(2.0), t(1.0)), d.Exponential(t(0.7))),
    (d.Gamma(t(2.0), t(1.0)), d.Gumbel(t(0.5), t(2.0))),
    (d.Exponential(t(2.0)), d.Gamma(t(2.0), t(1.0))),
    (d.Beta(t(2.0), t(3.0)), d.Gamma(t(2.0), t(1.0))),
    (d.Beta(t(2.0), t(3.0)), d.Beta(t(1.0), t(0.5))),
    (d.Pareto(t(1.0), t(4.0)), d.Normal(t(1.0), t(2.0))),
    (d.Uniform(t(0.1), t(0.8)), d.Beta(t(2.0), t(3.0))),
    (d.Uniform(t(1.0), t(2.0)), d.Pareto(t(0.5), t(3.0))),
    (d.Uniform(t(1.0), t(2.0)), d.Gumbel(t(0.5), t(3.0))),
    (d.Gumbel(t(0.0), t(1.0)), d.Normal(t(0.5), t(2.0))),
    (d.Gumbel(t(0.0), t(1.0)), d.Gumbel(t(0.5), t(2.0))),
    (d.Laplace(t(0.0), t(1.0)), d.Normal(t(0.5), t(2.0))),
    (d.Cauchy(t(0.0), t(1.0)), d.Cauchy(t(0.5), t(2.0))),
    (d.LogNormal(t(0.0), t(1.0)), d.LogNormal(t(0.5), t(2.0))),
    (d.Dirichlet(t(1.0, 2.0, 3.0)), d.Dirichlet(t(0.5, 2.0, 1.0))),
    (d.Poisson(t(2.0)), d.Poisson(t(3.0))),
    (d.Geometric(t(0.2)), d.Geometric(t(0.5))),
    (d.Binomial(5, t(0.2)), d.Binomial(5, t(0.5))),
    (d.Bernoulli(t(0.2)), d.Poisson(t(0.5))),
    (d.HalfNormal(t(1.0)), d.HalfNormal(t(2.0))),
]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: "-".join(type(x).__name__ for x in pair))
def test_divergence_by_draws(pair: Any) -> None:
    minitorch.manual_seed(0)
    p, q = pair
    x = p.sample((40_000,))
    away = p.log_prob(x) - q.log_prob(x)
    error = away.std().item() / 200
    assert abs(d.kl_divergence(p, q).item() - away.mean().item()) < 5 * error


def test_divergence_of_distributions_without_an_entry() -> None:
    with pytest.raises(NotImplementedError, match="Weibull and Weibull"):
        d.kl_divergence(d.Weibull(1.0, 1.0), d.Weibull(1.0, 1.0))
    with pytest.raises(errors.ArgumentTypeError, match="class of distributions"):
        d.register_kl(int, d.Normal)


def test_divergence_takes_the_closest_classes_and_warns_of_ties() -> None:
    class A(d.Normal):
        pass

    class B(A):
        pass

    d.register_kl(A, d.Normal)(lambda p, q: "A-Normal")
    assert d.kl_divergence(B(0.0, 1.0), B(0.0, 1.0)) == "A-Normal"
    d.register_kl(d.Normal, B)(lambda p, q: "Normal-B")
    with pytest.warns(RuntimeWarning, match=r"Ambiguous kl_divergence\(B, B\)"):
        assert d.kl_divergence(B(0.0, 1.0), B(0.0, 1.0)) == "A-Normal"
    d.register_kl(B, B)(lambda p, q: "B-B")
    assert d.kl_divergence(B(0.0, 1.0), B(0.0, 1.0)) == "B-B"
    assert d.kl_divergence(d.Normal(0.0, 1.0), d.Normal(0.0, 1.0)) == 0


# Transforms ---------------------------------------------------------------------------------------------------

BIJECTIONS: dict[str, tuple[transforms.Transform, Any]] = {
    "exp": (transforms.ExpTransform(), t(0.3, -1.0, 2.0)),
    "power": (transforms.PowerTransform(t(2.5)), t(0.3, 1.0, 2.0)),
    "sigmoid": (transforms.SigmoidTransform(), t(0.3, -1.0, 2.0)),
    "softplus": (transforms.SoftplusTransform(), t(0.3, -1.0, 2.0)),
    "tanh": (transforms.TanhTransform(), t(0.3, -1.0, 2.0)),
    "affine": (transforms.AffineTransform(t(1.0), t(-2.0)), t(0.3, -1.0, 2.0)),
    "distribution": (transforms.CumulativeDistributionTransform(d.Normal(t(0.0), t(1.0))), t(0.3, -1.0, 2.0)),
    "composed": (
        transforms.ComposeTransform([transforms.ExpTransform(), transforms.PowerTransform(t(0.5))]),
        t(0.3, -1.0, 2.0),
    ),
}


@pytest.mark.parametrize("inverse", [False, True])
@pytest.mark.parametrize("name", BIJECTIONS)
def test_transform_comes_back_and_stretches_as_it_says(name: str, inverse: bool) -> None:
    f, x = BIJECTIONS[name]
    if inverse:
        f, x = f.inv, f(x)
    x = x.clone().requires_grad_()
    y = f(x)
    np.testing.assert_allclose(f.inv(y).detach().numpy(), x.detach().numpy(), rtol=1e-7)
    (slope,) = minitorch.autograd.grad(y.sum(), x)
    np.testing.assert_allclose(
        f.log_abs_det_jacobian(x, y).detach().numpy(), np.log(np.abs(slope.numpy())), rtol=1e-6, atol=1e-9
    )
    assert f.bijective
    assert f.inv.inv == f
    if isinstance(f.sign, int):
        assert np.all(np.sign(slope.numpy()) == f.sign)


def test_stick_breaking_stretches_as_it_says() -> None:
    f, x = transforms.StickBreakingTransform(), t(0.3, -1.0, 2.0)
    rows = []
    for k in range(3):
        z = x.clone().requires_grad_()
        f(z)[k].backward()
        rows.append(z.grad.numpy())
    _, expected = np.linalg.slogdet(np.stack(rows))
    assert f.log_abs_det_jacobian(x, f(x)).item() == pytest.approx(expected)
    np.testing.assert_allclose(f.inv(f(x)).numpy(), x.numpy(), rtol=1e-9)


def test_a_cache_gives_the_very_same_tensor_back() -> None:
    f = transforms.SigmoidTransform(cache_size=1)
    x = t(0.3, 50.0)
    assert f.inv(f(x)) is x
    y = t(0.25, 0.5)
    assert f(f.inv(y)) is y
    with pytest.raises(errors.ArgumentError, match="cache_size"):
        transforms.ExpTransform(cache_size=2)
    pickle.loads(pickle.dumps(f))


def test_a_decreasing_transform_mirrors_the_distribution_function() -> None:
    ours = d.TransformedDistribution(d.Exponential(t(1.0)), [transforms.AffineTransform(t(0.0), t(-1.0))])
    x = t(-0.5, -2.0)
    np.testing.assert_allclose(ours.cdf(x).numpy(), np.exp(x.numpy()))
    np.testing.assert_allclose(ours.icdf(ours.cdf(x)).numpy(), x.numpy())


def test_transforms_that_do_not_fit_are_refused() -> None:
    with pytest.raises(errors.ArgumentError, match="at least 1 dims"):
        d.TransformedDistribution(d.Normal(0.0, 1.0), transforms.StickBreakingTransform())
    with pytest.raises(errors.ArgumentTypeError, match="expected transforms"):
        d.TransformedDistribution(d.Normal(0.0, 1.0), ["exp"])
    with pytest.raises(errors.ShapeError, match="numbers of elements"):
        transforms.ReshapeTransform((2, 3), (5,))
    with pytest.raises(errors.ShapeError, match="last dims"):
        transforms.ReshapeTransform((2, 3), (6,))(minitorch.zeros(3, 2))
    with pytest.raises(NotImplementedError, match="sign"):
        _ = transforms.SoftmaxTransform().sign


def test_constraints_of_distributions_depend_on_them() -> None:
    assert constraints.is_dependent(d.Uniform.support)
    assert repr(d.Uniform(t(1.0), t(2.0)).support) == "Interval(lower_bound=1.0, upper_bound=2.0)"
    with pytest.raises(errors.ArgumentError, match="depends on the distribution"):
        constraints.dependent.check(t(1.0))
    with pytest.raises(NotImplementedError, match="no transform into"):
        d.biject_to(constraints.boolean)


def test_triangles_and_vectors() -> None:
    x = minitorch.tensor(np.random.default_rng(0).standard_normal((2, 3, 3)))
    for diag, count in ((0, 6), (-1, 3), (1, 8)):
        vector = tril_matrix_to_vec(x, diag)
        assert vector.shape == (2, count)
        assert minitorch.equal(vec_to_tril_matrix(vector, diag), x.tril(diag))
    with pytest.raises(errors.ShapeError):
        vec_to_tril_matrix(minitorch.zeros(4))


def test_names_that_are_not_there_say_what_to_use() -> None:
    with pytest.raises(errors.NotSupportedError, match="outer products"):
        _ = d.Wishart
    with pytest.raises(AttributeError):
        _ = d.Nothing


def test_parts_are_printed_as_they_are():
    chain = transforms.ComposeTransform([transforms.ExpTransform(), transforms.SigmoidTransform()])
    assert repr(chain) == "ComposeTransform(\n    ExpTransform(),\n    SigmoidTransform()\n)"
    mixture = d.MixtureSameFamily(d.Categorical(minitorch.ones(2)), d.Normal(minitorch.zeros(2), 1.0))
    assert repr(mixture).startswith("MixtureSameFamily(\n  Categorical(probs: minitorch.Size([2])")
    normal = d.MultivariateNormal(minitorch.zeros(2), minitorch.eye(2))
    normal.log_prob(minitorch.zeros(2))
    assert "scale_tril" not in repr(normal)
    assert normal.expand((3,)).scale_tril.shape == (3, 2, 2)
    assert normal.scale_tril.equal(minitorch.eye(2))
    assert "scale_tril: minitorch.Size([2, 2])" in repr(normal)
