"""Every distribution against PyTorch's: densities, moments, shapes, divergences, transforms and what is refused."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minitorch

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle

Build = Callable[[Any, Callable[..., Any]], Any]
RNG = np.random.default_rng(0)


def real(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def positive(*shape: int) -> Any:
    return np.exp(0.5 * RNG.standard_normal(shape)) + 0.1


def unit(*shape: int) -> Any:
    return RNG.uniform(0.05, 0.95, shape)


def simplex(*shape: int) -> Any:
    weights = RNG.uniform(0.1, 1, shape)
    return weights / weights.sum(-1, keepdims=True)


def spd(*shape: int) -> Any:
    a = RNG.standard_normal(shape)
    return a @ np.swapaxes(a, -1, -2) + 2 * np.eye(shape[-1])


def case(name: str, /, *args: Any, **kwargs: Any) -> Build:
    """The distribution of this name; arrays become tensors that require gradients."""

    def build(library: Any, leaf: Callable[[Any], Any]) -> Any:
        convert = lambda x: leaf(x) if isinstance(x, np.ndarray) else x  # noqa: E731
        values = [convert(x) for x in args]
        return getattr(library.distributions, name)(*values, **{k: convert(v) for k, v in kwargs.items()})

    return build


def nested(name: str, *parts: Build, **kwargs: Any) -> Build:
    return lambda library, leaf: getattr(library.distributions, name)(
        *(part(library, leaf) for part in parts), **kwargs
    )


def transformed(base: Build, *transforms: tuple[Any, ...]) -> Build:
    def build(library: Any, leaf: Callable[[Any], Any]) -> Any:
        d = library.distributions
        return d.TransformedDistribution(base(library, leaf), [getattr(d, n)(*a) for n, *a in transforms])

    return build


CASES: dict[str, Build] = {
    "normal": case("Normal", real(3, 2), positive(2)),
    "normal-0d": case("Normal", real(), positive()),
    "lognormal": case("LogNormal", real(3), positive(3) / 2),
    "laplace": case("Laplace", real(3, 1), positive(2)),
    "cauchy": case("Cauchy", real(3), positive(3)),
    "half-cauchy": case("HalfCauchy", positive(3)),
    "half-normal": case("HalfNormal", positive(3, 2)),
    "uniform": case("Uniform", real(3), real(3) + 6),
    "exponential": case("Exponential", positive(3, 2)),
    "gumbel": case("Gumbel", real(3), positive(3)),
    "pareto": case("Pareto", positive(4), np.array([0.5, 1.5, 2.5, 4.0])),
    "weibull": case("Weibull", positive(3), positive(3) + 1),
    "kumaraswamy": case("Kumaraswamy", np.array([0.5, 1.0, 2.0, 3.0]), np.array([2.0, 1.0, 1.5, 0.7])),
    "gamma": case("Gamma", positive(3, 2), positive(2)),
    "inverse-gamma": case("InverseGamma", np.array([0.7, 1.5, 4.0]), positive(3)),
    "chi2": case("Chi2", 3 * positive(3)),
    "student-t": case("StudentT", np.array([0.7, 1.5, 2.0, 5.0]), real(4), positive(4)),
    "fisher-snedecor": case("FisherSnedecor", np.array([1.0, 3.0, 5.0]), np.array([1.5, 3.0, 7.0])),
    "beta": case("Beta", np.array([0.5, 1.0, 2.0, 0.3]), np.array([0.5, 3.0, 4.0, 2.0])),
    "dirichlet": case("Dirichlet", positive(3, 4)),
    "dirichlet-small": case("Dirichlet", np.array([[0.2, 0.5, 0.3], [1.5, 2.0, 0.4]])),
    "bernoulli": case("Bernoulli", unit(3, 2)),
    "bernoulli-logits": case("Bernoulli", logits=real(3, 2)),
    "bernoulli-half": case("Bernoulli", np.array([0.0, 0.5, 1.0])),
    "geometric": case("Geometric", unit(3)),
    "geometric-logits": case("Geometric", logits=real(3)),
    "binomial": case("Binomial", 5, unit(3)),
    "binomial-counts": case("Binomial", np.array([1.0, 4.0, 9.0]), logits=real(3)),
    "negative-binomial": case("NegativeBinomial", np.array([1.0, 2.5, 7.0]), unit(3)),
    "negative-binomial-logits": case("NegativeBinomial", 4.0, logits=real(2, 3)),
    "poisson": case("Poisson", np.array([0.0, 0.5, 7.0])),
    "categorical": case("Categorical", simplex(2, 4) * 3),
    "categorical-logits": case("Categorical", logits=real(4)),
    "one-hot": case("OneHotCategorical", simplex(2, 4)),
    "one-hot-logits": case("OneHotCategorical", logits=real(3)),
    "straight-through": case("OneHotCategoricalStraightThrough", simplex(2, 4)),
    "multinomial": case("Multinomial", 6, simplex(2, 4)),
    "multinomial-logits": case("Multinomial", 3, logits=real(3)),
    "mvn-covariance": case("MultivariateNormal", real(2, 3), spd(3, 3)),
    "mvn-precision": case("MultivariateNormal", real(3), precision_matrix=spd(2, 3, 3)),
    "mvn-tril": case("MultivariateNormal", real(2, 3), scale_tril=np.linalg.cholesky(spd(2, 3, 3))),
    "mvn-low-rank": case("LowRankMultivariateNormal", real(2, 4), real(4, 2), positive(4)),
    "von-mises": case("VonMises", real(4), np.array([0.1, 1.0, 5.0, 30.0])),
    "continuous-bernoulli": case("ContinuousBernoulli", np.array([0.1, 0.4995, 0.5, 0.7])),
    "continuous-bernoulli-logits": case("ContinuousBernoulli", logits=real(4)),
    "independent": nested(
        "Independent", case("Normal", real(3, 2), positive(3, 2)), reinterpreted_batch_ndims=1
    ),
    "independent-two": nested(
        "Independent", case("Gamma", positive(4, 3, 2), 1.0), reinterpreted_batch_ndims=2
    ),
    "mixture": nested(
        "MixtureSameFamily", case("Categorical", simplex(2, 3)), case("Normal", real(2, 3), positive(3))
    ),
    "mixture-vectors": nested(
        "MixtureSameFamily",
        case("Categorical", logits=real(2, 3)),
        nested("Independent", case("Normal", real(2, 3, 4), positive(4)), reinterpreted_batch_ndims=1),
    ),
    "relaxed-bernoulli": case("RelaxedBernoulli", np.array(0.7), unit(3)),
    "relaxed-bernoulli-logits": case("RelaxedBernoulli", np.array(2.0), logits=real(3)),
    "relaxed-one-hot": case("RelaxedOneHotCategorical", np.array(0.7), simplex(2, 4)),
    "logistic-normal": case("LogisticNormal", real(2, 3), positive(3)),
    "transformed-affine": transformed(
        case("Normal", real(3), positive(3)), ("AffineTransform", 1.0, -2.0), ("ExpTransform",)
    ),
    "transformed-sigmoid": transformed(case("Normal", real(3), positive(3)), ("SigmoidTransform",)),
    "transformed-logistic": transformed(
        case("Uniform", np.zeros(3), np.ones(3)),
        ("SigmoidTransform",) if False else ("AffineTransform", 2.0, 3.0),
    ),
    "transformed-simplex": transformed(case("Normal", real(2, 3), positive(3)), ("StickBreakingTransform",)),
    "transformed-reshaped": transformed(
        nested("Independent", case("Normal", real(2, 6), positive(6)), reinterpreted_batch_ndims=1),
        ("ReshapeTransform", (6,), (2, 3)),
        ("TanhTransform",),
    ),
}


COARSE = {"von-mises": 1e-5}  # PyTorch computes Bessel functions in single precision


def both(name: str) -> tuple[Any, Any, list[Any], list[Any]]:
    """The distribution in both libraries, and the tensors that it was made of."""
    result: list[Any] = []
    leaves: list[list[Any]] = []
    for library in (minitorch, torch):
        made: list[Any] = []

        def leaf(x: Any, library: Any = library, made: list[Any] = made) -> Any:
            made.append(library.tensor(x.copy(), requires_grad=True))
            return made[-1]

        result.append(CASES[name](library, leaf))
        leaves.append(made)
    return result[0], result[1], leaves[0], leaves[1]


def draws(d: Any, *shape: int) -> Any:
    torch.manual_seed(0)
    return d.sample(shape)


def agree(ours: Any, theirs: Any, tolerance: float = 1e-9) -> None:
    assert tuple(ours.shape) == tuple(theirs.shape)
    np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=tolerance, atol=tolerance)


def same_or_both_refuse(ours: Callable[[], Any], theirs: Callable[[], Any], tolerance: float = 1e-9) -> None:
    try:
        expected = theirs()
    except NotImplementedError:
        with pytest.raises(NotImplementedError):
            ours()
        return
    agree(ours(), expected, tolerance)


@pytest.mark.parametrize("name", CASES)
def test_log_prob_and_its_gradient(name: str) -> None:
    d, e, xs, ys = both(name)
    value = draws(e, 4)
    own = minitorch.tensor(value.detach().numpy())
    ours, theirs = d.log_prob(own), e.log_prob(value)
    agree(ours, theirs, COARSE.get(name, 1e-9))
    weights = np.random.default_rng(1).standard_normal(tuple(theirs.shape))
    (ours * minitorch.tensor(weights)).sum().backward()
    (theirs * torch.tensor(weights)).sum().backward()
    for x, y in zip(xs, ys, strict=True):
        if y.grad is not None and name != "bernoulli-half":  # whose logits PyTorch cuts off
            agree(x.grad, y.grad, COARSE.get(name, 1e-7))


@pytest.mark.parametrize("moment", ["mean", "variance", "stddev", "mode"])
@pytest.mark.parametrize("name", CASES)
def test_moments(name: str, moment: str) -> None:
    if (name, moment) == ("kumaraswamy", "mode"):
        pytest.skip("PyTorch 2.13 gives NaN for every mode of Kumaraswamy")
    d, e, _, _ = both(name)
    same_or_both_refuse(lambda: getattr(d, moment), lambda: getattr(e, moment), COARSE.get(name, 1e-9))


@pytest.mark.parametrize("name", CASES)
def test_entropy(name: str) -> None:
    d, e, _, _ = both(name)
    try:
        expected = e.entropy()
    except NotImplementedError:
        return  # ours may know more
    tolerance = 1e-6 if name.startswith("multinomial") else 1e-9  # log n! is a float32 in PyTorch
    agree(d.entropy(), expected, tolerance)
    agree(d.perplexity(), e.perplexity(), tolerance)


@pytest.mark.parametrize("name", CASES)
def test_cdf_and_icdf(name: str) -> None:
    d, e, _, _ = both(name)
    value = draws(e, 5)
    own = minitorch.tensor(value.detach().numpy())
    try:
        expected = e.cdf(value)
    except NotImplementedError:
        return
    agree(d.cdf(own), expected, 1e-8)
    p = np.random.default_rng(2).uniform(0.01, 0.99, (5, *value.shape[1:]))
    try:
        expected = e.icdf(torch.tensor(p))
    except NotImplementedError:
        return
    agree(d.icdf(minitorch.tensor(p)), expected, 1e-8)


@pytest.mark.parametrize("name", CASES)
def test_shapes_flags_and_text(name: str) -> None:
    d, e, _, _ = both(name)
    assert tuple(d.batch_shape) == tuple(e.batch_shape)
    assert tuple(d.event_shape) == tuple(e.event_shape)
    assert (d.has_rsample, d.has_enumerate_support) == (e.has_rsample, e.has_enumerate_support)
    assert (d.support.event_dim, d.support.is_discrete) == (e.support.event_dim, e.support.is_discrete)
    for shape in ((), (3,), (2, 3)):
        assert tuple(d.sample(shape).shape) == tuple(e.sample(shape).shape)
    assert (
        d.sample().dtype == minitorch.int64
        if e.sample().dtype == torch.int64
        else d.sample().is_floating_point()
    )
    assert type(d).__name__ == type(e).__name__
    value = draws(e, 3)
    assert d.support.check(minitorch.tensor(value.detach().numpy())).all()


@pytest.mark.parametrize("name", CASES)
def test_expand(name: str) -> None:
    d, e, _, _ = both(name)
    shape = (2, *e.batch_shape)
    d, e = d.expand(shape), e.expand(shape)
    assert tuple(d.batch_shape) == tuple(e.batch_shape)
    assert tuple(d.event_shape) == tuple(e.event_shape)
    value = draws(e, 3)
    own = minitorch.tensor(value.detach().numpy())
    agree(d.log_prob(own), e.log_prob(value), COARSE.get(name, 1e-9))
    assert tuple(d.sample((3,)).shape) == tuple(value.shape)
    same_or_both_refuse(lambda: d.mean, lambda: e.mean)


@pytest.mark.parametrize("expand", [True, False])
@pytest.mark.parametrize(
    "name", [n for n in CASES if not n.startswith(("bernoulli-half", "binomial-counts"))]
)
def test_enumerate_support(name: str, expand: bool) -> None:
    d, e, _, _ = both(name)
    same_or_both_refuse(lambda: d.enumerate_support(expand), lambda: e.enumerate_support(expand))


# Divergences --------------------------------------------------------------------------------------------

KL_CASES: dict[str, list[Build]] = {
    "Bernoulli": [case("Bernoulli", unit(3)), case("Bernoulli", np.array([0.0, 0.5, 1.0]))],
    "Beta": [case("Beta", positive(3), positive(3)), case("Beta", positive(3), positive(3))],
    "Binomial": [case("Binomial", 4, unit(3)), case("Binomial", 4, unit(3)), case("Binomial", 3, unit(3))],
    "Categorical": [case("Categorical", simplex(3, 4)), case("Categorical", simplex(3, 4))],
    "Cauchy": [case("Cauchy", real(3), positive(3)), case("Cauchy", real(3), positive(3))],
    "Dirichlet": [case("Dirichlet", positive(3, 4)), case("Dirichlet", positive(3, 4))],
    "Exponential": [case("Exponential", positive(3)), case("Exponential", positive(3))],
    "Gamma": [case("Gamma", positive(3), positive(3)), case("Gamma", positive(3), positive(3))],
    "Geometric": [case("Geometric", unit(3)), case("Geometric", unit(3))],
    "Gumbel": [case("Gumbel", real(3), positive(3)), case("Gumbel", real(3), positive(3))],
    "HalfNormal": [case("HalfNormal", positive(3)), case("HalfNormal", positive(3))],
    "Independent": [
        nested("Independent", case("Normal", real(3, 2), positive(3, 2)), reinterpreted_batch_ndims=1)
        for _ in range(2)
    ],
    "Laplace": [case("Laplace", real(3), positive(3)), case("Laplace", real(3), positive(3))],
    "LogNormal": [case("LogNormal", real(3), positive(3)), case("LogNormal", real(3), positive(3))],
    "ContinuousBernoulli": [case("ContinuousBernoulli", unit(3)), case("ContinuousBernoulli", unit(3))],
    "LowRankMultivariateNormal": [
        case("LowRankMultivariateNormal", real(3, 2), real(2, 1), positive(2)),
        case("LowRankMultivariateNormal", real(2), real(3, 2, 2), positive(2)),
    ],
    "MultivariateNormal": [
        case("MultivariateNormal", real(3, 2), spd(3, 2, 2)),
        case("MultivariateNormal", real(2), spd(2, 2)),
    ],
    "Normal": [case("Normal", real(3), positive(3)), case("Normal", real(3), positive(3))],
    "OneHotCategorical": [case("OneHotCategorical", simplex(3, 4)), case("OneHotCategorical", simplex(3, 4))],
    "Pareto": [
        case("Pareto", positive(3), np.array([0.9, 1.7, 2.5])),
        case("Pareto", positive(3), np.array([3.0, 2.2, 2.5])),
    ],
    "Poisson": [case("Poisson", positive(3)), case("Poisson", positive(3))],
    "Uniform": [
        case("Uniform", np.array([0.1, 0.2, 0.3]), np.array([0.7, 0.8, 0.9])),
        case("Uniform", np.array([-2.0, 0.0, 0.3]), np.array([1.0, 3.0, 1.0])),
        case("Uniform", np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 5.0])),
    ],
}


@pytest.mark.parametrize("q_name", KL_CASES)
@pytest.mark.parametrize("p_name", KL_CASES)
def test_kl_divergence(p_name: str, q_name: str) -> None:
    refused = 0
    for p_build in KL_CASES[p_name]:
        for q_build in KL_CASES[q_name]:
            pairs = [
                (p_build(library, library.tensor), q_build(library, library.tensor))
                for library in (minitorch, torch)
            ]
            try:
                expected = torch.distributions.kl_divergence(*pairs[1])
            except NotImplementedError:
                with pytest.raises(NotImplementedError):
                    minitorch.distributions.kl_divergence(*pairs[0])
                refused += 1
                continue
            ours = minitorch.distributions.kl_divergence(*pairs[0])
            if {p_name, q_name} == {"ContinuousBernoulli", "Uniform"}:
                finite = expected.isfinite()  # PyTorch takes bounds that touch for bounds that are crossed
                ours, expected = ours[minitorch.tensor(finite.numpy())], expected[finite]
            agree(ours, expected, 1e-8)
    assert refused == 0 or p_name != q_name or p_name == "Binomial"


# Transforms and constraints -----------------------------------------------------------------------------

TRANSFORMS: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "exp": (lambda t: t.ExpTransform(), real(3, 2)),
    "power": (lambda t: t.PowerTransform(2.0), positive(3)),
    "sigmoid": (lambda t: t.SigmoidTransform(), real(3, 2)),
    "softplus": (lambda t: t.SoftplusTransform(), real(3)),
    "tanh": (lambda t: t.TanhTransform(), real(3)),
    "affine": (lambda t: t.AffineTransform(1.5, -2.0), real(3)),
    "affine-event": (lambda t: t.AffineTransform(1.5, -2.0, event_dim=1), real(3, 2)),
    "softmax": (lambda t: t.SoftmaxTransform(), real(3, 4)),
    "stick-breaking": (lambda t: t.StickBreakingTransform(), real(3, 4)),
    "lower-cholesky": (lambda t: t.LowerCholeskyTransform(), real(2, 3, 3)),
    "positive-definite": (lambda t: t.PositiveDefiniteTransform(), np.tril(real(2, 3, 3))),
    "reshape": (lambda t: t.ReshapeTransform((2, 3), (6,)), real(4, 2, 3)),
    "compose": (lambda t: t.ComposeTransform([t.AffineTransform(0.5, 2.0), t.ExpTransform()]), real(3)),
    "compose-events": (
        lambda t: t.ComposeTransform(
            [t.TanhTransform(), t.AffineTransform(1.0, 2.0), t.StickBreakingTransform()]
        ),
        real(3, 4),
    ),
    "corr-cholesky": (lambda t: t.CorrCholeskyTransform(), real(3, 6)),
    "cat": (
        lambda t: t.CatTransform([t.ExpTransform(), t.AffineTransform(1.0, 2.0)], dim=-1, lengths=[1, 3]),
        real(2, 4),
    ),
    "stack": (lambda t: t.StackTransform([t.ExpTransform(), t.TanhTransform()], dim=1), real(3, 2)),
    "independent": (lambda t: t.IndependentTransform(t.ExpTransform(), 1), real(3, 2)),
    "identity": (lambda t: t.identity_transform, real(3)),
    "inverse": (lambda t: t.ExpTransform().inv, positive(3)),
}


@pytest.mark.parametrize("cache", [0, 1])
@pytest.mark.parametrize("name", TRANSFORMS)
def test_transform(name: str, cache: int) -> None:
    make, start = TRANSFORMS[name]
    ours = make(minitorch.distributions.transforms).with_cache(cache)
    theirs = make(torch.distributions.transforms).with_cache(cache)
    x, y = minitorch.tensor(start), torch.tensor(start)
    u, v = ours(x), theirs(y)
    agree(u, v)
    agree(ours.inv(u), theirs.inv(v))
    assert ours.bijective == theirs.bijective
    assert (ours.domain.event_dim, ours.codomain.event_dim) == (
        theirs.domain.event_dim,
        theirs.codomain.event_dim,
    )
    assert tuple(ours.forward_shape(tuple(y.shape))) == tuple(theirs.forward_shape(y.shape))
    assert tuple(ours.inverse_shape(tuple(v.shape))) == tuple(theirs.inverse_shape(v.shape))
    assert bool(ours.codomain.check(u).all()) == bool(theirs.codomain.check(v).all())
    same_or_both_refuse(lambda: ours.log_abs_det_jacobian(x, u), lambda: theirs.log_abs_det_jacobian(y, v))
    try:
        sign = theirs.sign
    except NotImplementedError:
        with pytest.raises(NotImplementedError):
            _ = ours.sign
    else:
        assert ours.sign == sign
    if cache and name not in ("compose", "compose-events", "identity"):
        assert ours.inv(u) is x


CONSTRAINTS: dict[str, Callable[[Any], Any]] = {
    **{
        name: (lambda c, name=name: getattr(c, name))
        for name in ("real", "real_vector", "positive", "nonnegative", "unit_interval", "simplex", "boolean")
    },
    **{
        name: (lambda c, name=name: getattr(c, name))
        for name in (
            "one_hot",
            "nonnegative_integer",
            "positive_integer",
            "lower_triangular",
            "lower_cholesky",
        )
    },
    **{
        name: (lambda c, name=name: getattr(c, name))
        for name in ("positive_definite", "positive_semidefinite", "symmetric", "square", "corr_cholesky")
    },
    "interval": lambda c: c.interval(-1.0, 0.5),
    "half_open": lambda c: c.half_open_interval(0.0, 1.0),
    "greater_than": lambda c: c.greater_than(0.5),
    "greater_than_eq": lambda c: c.greater_than_eq(1.0),
    "less_than": lambda c: c.less_than(0.5),
    "integers": lambda c: c.integer_interval(0, 3),
    "multinomial": lambda c: c.multinomial(3),
    "independent": lambda c: c.independent(c.positive, 2),
}
VALUES: list[Any] = [
    np.eye(3),
    -np.eye(3),
    np.ones((3, 3)),
    np.array([[0.2, 0.3, 0.5], [0.0, 1.0, 0.0], [0.5, 0.5, 0.5]]),
    np.array([[1.0, 2.0, 3.0], [0.0, 1.5, np.nan], [-1.0, np.inf, 0.5]]),
    np.linalg.cholesky(np.array([[2.0, 0.5, 0.1], [0.5, 1.0, 0.2], [0.1, 0.2, 3.0]])),
    np.array([[2.0, 0.5, 0.1], [0.5, 1.0, 0.2], [0.1, 0.2, 3.0]]),
    np.array([[[1.0, 0, 0], [0.6, 0.8, 0], [0, 0.6, 0.8]]]),
]


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_constraint(name: str) -> None:
    ours = CONSTRAINTS[name](minitorch.distributions.constraints)
    theirs = CONSTRAINTS[name](torch.distributions.constraints)
    assert (ours.event_dim, ours.is_discrete) == (theirs.event_dim, theirs.is_discrete)
    for value in VALUES:
        mine, other = ours.check(minitorch.tensor(value)), theirs.check(torch.tensor(value))
        assert mine.tolist() == other.tolist(), value


@pytest.mark.parametrize("registry", ["biject_to", "transform_to"])
@pytest.mark.parametrize(
    "name",
    [
        *(
            "real",
            "positive",
            "nonnegative",
            "unit_interval",
            "simplex",
            "lower_cholesky",
            "interval",
            "half_open",
        ),
        *("greater_than", "greater_than_eq", "less_than", "independent", "real_vector", "positive_definite"),
    ],
)
def test_transform_into_a_constraint(name: str, registry: str) -> None:
    start = np.random.default_rng(3).standard_normal((3, 3))
    results = []
    if registry == "biject_to" and name in ("lower_cholesky", "positive_definite"):
        for library in (minitorch, torch):
            with pytest.raises(NotImplementedError):
                library.distributions.biject_to(CONSTRAINTS[name](library.distributions.constraints))
        return
    for library in (minitorch, torch):
        constraint = CONSTRAINTS[name](library.distributions.constraints)
        transform = getattr(library.distributions, registry)(constraint)
        value = transform(library.tensor(start))
        assert constraint.check(value).all()
        results.append(value)
    agree(*results)


# Arguments ------------------------------------------------------------------------------------------------


def test_signatures() -> None:
    ours, theirs = minitorch.distributions, torch.distributions
    for name in theirs.__all__:
        if not hasattr(ours, name) or not inspect.isclass(getattr(theirs, name)):
            continue
        mine = inspect.signature(getattr(ours, name).__init__).parameters
        other = inspect.signature(getattr(theirs, name).__init__).parameters
        assert list(mine) == list(other), name
        assert [p.default for p in mine.values()] == [p.default for p in other.values()], name


def test_every_name_is_there_or_says_why() -> None:
    for name in torch.distributions.__all__:
        try:
            getattr(minitorch.distributions, name)
        except minitorch.errors.NotSupportedError as error:
            assert len(str(error)) > len(name) + 30  # noqa: PT017
        module = (
            getattr(torch.distributions, name).__module__.replace("torch.", "", 1)
            if hasattr(getattr(torch.distributions, name), "__module__")
            else ""
        )
        if hasattr(minitorch.distributions, name) and module.count(".") == 1:
            __import__(f"minitorch.{module}")


BAD: dict[str, Callable[[Any], Any]] = {
    "scale": lambda t: t.distributions.Normal(0.0, -1.0),
    "scale-tensor": lambda t: t.distributions.Normal(t.zeros(2), t.tensor([1.0, 0.0])),
    "nan": lambda t: t.distributions.Normal(t.tensor(float("nan")), 1.0),
    "probs": lambda t: t.distributions.Bernoulli(1.5),
    "both": lambda t: t.distributions.Bernoulli(0.5, 0.5),
    "neither": lambda t: t.distributions.Categorical(),
    "categorical-0d": lambda t: t.distributions.Categorical(t.tensor(0.5)),
    "categorical-negative": lambda t: t.distributions.Categorical(t.tensor([0.5, -0.5, 1.0])),
    "uniform": lambda t: t.distributions.Uniform(1.0, 1.0),
    "dirichlet-0d": lambda t: t.distributions.Dirichlet(t.tensor(1.0)),
    "geometric-zero": lambda t: t.distributions.Geometric(0.0),
    "mvn-none": lambda t: t.distributions.MultivariateNormal(t.zeros(2)),
    "mvn-not-spd": lambda t: t.distributions.MultivariateNormal(
        t.zeros(2), t.tensor([[1.0, 2.0], [2.0, 1.0]])
    ),
    "mvn-0d": lambda t: t.distributions.MultivariateNormal(t.tensor(0.0), t.eye(1)),
    "independent": lambda t: t.distributions.Independent(t.distributions.Normal(0.0, 1.0), 1),
    "value-string": lambda t: t.distributions.Normal(0.0, 1.0).log_prob("x"),
    "value-number": lambda t: t.distributions.Normal(0.0, 1.0).log_prob(1.0),
    "value-outside": lambda t: t.distributions.Exponential(1.0).log_prob(t.tensor(-1.0)),
    "value-nan": lambda t: t.distributions.Normal(0.0, 1.0).log_prob(t.tensor(float("nan"))),
    "value-class": lambda t: t.distributions.Categorical(t.ones(3)).log_prob(t.tensor(3)),
    "value-shape": lambda t: t.distributions.Normal(t.zeros(3), t.ones(3)).log_prob(t.zeros(2)),
    "value-event": lambda t: t.distributions.Dirichlet(t.ones(3)).log_prob(t.ones(2) / 2),
    "mixture": lambda t: t.distributions.MixtureSameFamily(
        t.distributions.Categorical(t.ones(3)), t.distributions.Normal(t.zeros(2), 1.0)
    ),
    "mixture-no-categorical": lambda t: t.distributions.MixtureSameFamily(
        t.distributions.Normal(0.0, 1.0), t.distributions.Normal(t.zeros(2), 1.0)
    ),
    "parameter-type": lambda t: t.distributions.Normal("a", 1.0),
    "default-validate": lambda t: t.distributions.Distribution.set_default_validate_args("yes"),
}


@pytest.mark.parametrize("name", BAD)
def test_refused(name: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        BAD[name](torch)
    with pytest.raises(ValueError, match=r"\w"):
        BAD[name](minitorch)


def test_without_checks() -> None:
    for library in (minitorch, torch):
        d = library.distributions.Exponential(library.tensor(-1.0), validate_args=False)
        assert float(d.mean) == -1.0
        e = library.distributions.Exponential(library.tensor(2.0), validate_args=False)
        assert float(e.log_prob(library.tensor(-1.0))) == pytest.approx(np.log(2) + 2)
