"""Special functions against SciPy, over their whole domain."""

import numpy as np
import pytest
import scipy.special as reference

import minitorch
from minitorch.errors import ArgumentError, ArgumentTypeError, DtypeError, GradientError

special = minitorch.special
EDGES = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 2.0, -2.0, 0.5, 1e-20, 1e-5])

# name, SciPy's function, bounds, tolerance; relative where no zero is near, absolute otherwise
RELATIVE = [
    ("erfc", reference.erfc, -6, 26),
    ("erfcx", reference.erfcx, -20, 100),
    ("erfinv", reference.erfinv, -1, 1),
    ("ndtr", reference.ndtr, -30, 8),
    ("log_ndtr", reference.log_ndtr, -100, 8),
    ("ndtri", reference.ndtri, 0, 1),
    ("gammaln", reference.gammaln, 3, 300),
    ("i0", reference.i0, -100, 100),
    ("i0e", reference.i0e, -100, 100),
    ("i1", reference.i1, -100, 100),
    ("i1e", reference.i1e, -100, 100),
    ("modified_bessel_k0", reference.k0, 0, 100),
    ("modified_bessel_k1", reference.k1, 0, 100),
    ("scaled_modified_bessel_k0", reference.k0e, 0, 1000),
    ("scaled_modified_bessel_k1", reference.k1e, 0, 1000),
    ("airy_ai", lambda x: reference.airy(x)[0], -1, 40),
    ("entr", reference.entr, 0.0, 0.9),
]
ABSOLUTE = [
    ("gammaln", reference.gammaln, 0.1, 3),
    ("gammaln", reference.gammaln, -5.9, -5.1),
    ("digamma", reference.psi, 0.1, 200),
    ("digamma", reference.psi, -5.9, -5.1),
    ("bessel_j0", reference.j0, -100, 100),
    ("bessel_j1", reference.j1, -100, 100),
    ("bessel_y0", reference.y0, 0.01, 100),
    ("bessel_y1", reference.y1, 0.1, 100),
    ("airy_ai", lambda x: reference.airy(x)[0], -50, 2),
    ("spherical_bessel_j0", lambda x: reference.spherical_jn(0, x), 0, 100),
    ("sinc", np.sinc, -5, 5),
]


def apply(name, *arrays):
    return getattr(special, name)(*map(minitorch.from_numpy, arrays)).numpy()


@pytest.mark.parametrize(("name", "function", "low", "high"), RELATIVE)
def test_relative_accuracy(name, function, low, high):
    x = np.random.default_rng(0).uniform(low, high, 2000)
    np.testing.assert_allclose(apply(name, x), function(x), rtol=1e-13, atol=1e-300)


@pytest.mark.parametrize(("name", "function", "low", "high"), ABSOLUTE)
def test_absolute_accuracy(name, function, low, high):
    x = np.random.default_rng(0).uniform(low, high, 2000)
    np.testing.assert_allclose(apply(name, x), function(x), rtol=2e-13, atol=3e-14)


@pytest.mark.parametrize(
    "name", sorted({case[0] for case in RELATIVE + ABSOLUTE} - {"sinc", "airy_ai", "entr"})
)
def test_edges(name):
    function = next(case[1] for case in RELATIVE + ABSOLUTE if case[0] == name)
    with np.errstate(all="ignore"):
        wanted = function(EDGES)
    infinite = np.isinf(EDGES)  # where SciPy has NaN for some, and limits are known
    np.testing.assert_allclose(apply(name, EDGES)[~infinite], wanted[~infinite], rtol=1e-13)


def test_limits_at_infinity():
    x = np.array([np.inf, -np.inf])
    assert apply("bessel_j0", x).tolist() == [0, 0]
    assert apply("i0", x).tolist() == [np.inf, np.inf]
    assert apply("i1", x).tolist() == [np.inf, -np.inf]
    assert apply("airy_ai", x).tolist() == [0, 0]
    assert apply("spherical_bessel_j0", x).tolist() == [0, 0]
    assert apply("gammaln", x).tolist() == [np.inf, np.inf]
    assert apply("erfcx", x).tolist() == [0, np.inf]


def test_lgamma_keeps_every_digit_at_its_zeros():
    exact = np.array([2.0**-30, -(2.0**-30)])
    np.testing.assert_allclose(
        apply("gammaln", 1 + exact), -0.57721566490153286061 * exact + np.pi**2 / 12 * exact**2, rtol=1e-14
    )


@pytest.mark.parametrize("exponent", [(-3, 0), (0, 2), (2, 4)])
def test_incomplete_gamma_functions(exponent):
    rng = np.random.default_rng(1)
    a = 10 ** rng.uniform(*exponent, 2000)
    x = a * np.exp(rng.uniform(-3, 3, 2000) / np.sqrt(1 + a))
    np.testing.assert_allclose(apply("gammainc", a, x), reference.gammainc(a, x), rtol=5e-13, atol=1e-290)
    np.testing.assert_allclose(apply("gammaincc", a, x), reference.gammaincc(a, x), rtol=5e-13, atol=1e-290)


def test_incomplete_gamma_functions_of_large_order():
    a = np.array([2e5, 1e7, 1e10])
    x = a + np.array([1.0, -2.0, 0.5]) * np.sqrt(a)
    p, q = apply("gammainc", a, x), apply("gammaincc", a, x)
    np.testing.assert_allclose(p + q, 1, rtol=1e-15)
    # Wilson and Hilferty: the cube root is almost normal
    nearly = reference.ndtr(((x / a) ** (1 / 3) - (1 - 1 / (9 * a))) * 3 * np.sqrt(a))
    np.testing.assert_allclose(p, nearly, rtol=1e-5)
    below, above = np.array([99_999.0]), np.array([100_001.0])  # either side of where the method changes
    step = np.diff([apply("gammaincc", a, np.array([1e5]))[0] for a in (below, above)])
    assert step == pytest.approx(2 / np.sqrt(2e5 * np.pi), rel=1e-4)


def test_incomplete_gamma_functions_at_the_edges():
    a, x = (
        v.ravel()
        for v in np.meshgrid([0.0, 1.0, 3.5, np.inf, np.nan, -1.0], [0.0, 1.0, np.inf, np.nan, -1.0])
    )
    np.testing.assert_allclose(apply("gammainc", a, x), reference.gammainc(a, x), rtol=1e-13)
    np.testing.assert_allclose(apply("gammaincc", a, x), reference.gammaincc(a, x), rtol=1e-13)
    np.testing.assert_allclose(apply("gammaincc", np.array([1e-20]), np.array([1.0])), 2.1938393439551984e-21)


def test_zeta():
    rng = np.random.default_rng(2)
    s, q = rng.uniform(1.01, 30, 2000), rng.uniform(0.01, 50, 2000)
    np.testing.assert_allclose(apply("zeta", s, q), reference.zeta(s, q), rtol=1e-13)
    s, q = np.array([1.0, 0.5, 2.0, 2.5, 3.0, 2.0]), np.array([2.0, 2.0, -1.0, -0.5, -0.5, np.nan])
    np.testing.assert_allclose(
        apply("zeta", s, q), [np.inf, np.nan, np.inf, np.nan, reference.zeta(3, 0.5) - 8, np.nan]
    )


@pytest.mark.parametrize("n", range(6))
def test_polygamma(n):
    x = np.random.default_rng(3).uniform(0.1, 20, 500)
    ours = minitorch.polygamma(n, minitorch.from_numpy(x)).numpy()
    np.testing.assert_allclose(ours, reference.polygamma(n, x), rtol=1e-12, atol=1e-14)


def test_float32_is_as_accurate_as_it_can_be():
    x = np.random.default_rng(4).uniform(0.1, 20, 500).astype(np.float32)
    for name in ("gammaln", "digamma", "i0e", "bessel_j0", "erfcx"):
        wide = getattr(special, name)(minitorch.from_numpy(x.astype(np.float64))).numpy()
        narrow = apply(name, x)
        assert narrow.dtype == np.float32
        np.testing.assert_array_equal(narrow, wide.astype(np.float32))


def test_orthogonal_polynomials_of_many_degrees():
    x = np.linspace(-1, 1, 21)
    for n in (0, 1, 2, 7, 40):
        theta = np.arccos(x)
        np.testing.assert_allclose(
            special.chebyshev_polynomial_t(minitorch.from_numpy(x), n).numpy(), np.cos(n * theta), atol=1e-12
        )
        np.testing.assert_allclose(
            special.legendre_polynomial_p(minitorch.from_numpy(x), n).numpy(),
            reference.eval_legendre(n, x),
            atol=1e-12,
        )
    degrees = minitorch.tensor([-1.0, 2.9, 0.0])  # rounded towards zero; 0 for negative ones
    assert special.chebyshev_polynomial_t(minitorch.tensor(0.5), degrees).tolist() == [0.0, -0.5, 1.0]
    assert special.hermite_polynomial_h(minitorch.tensor([2.0]), 129).isnan().all()


def test_a_polynomial_is_differentiable_in_x():
    x = minitorch.tensor([0.3, -0.7], dtype=minitorch.float64, requires_grad=True)
    special.chebyshev_polynomial_t(x, 4).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), 4 * special.chebyshev_polynomial_u(x.detach(), 3).numpy())


def test_what_has_no_derivative_says_so():
    x = minitorch.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(GradientError, match="airy_ai: its derivative is not offered"):
        special.airy_ai(x).sum().backward()
    with pytest.raises(GradientError, match=r"igamma: its derivative with respect to input, the order"):
        minitorch.igamma(x, x.detach()).sum().backward()
    with pytest.raises(GradientError, match="zeta: its derivative with respect to the exponent"):
        special.zeta(x + 1, x.detach()).sum().backward()


def test_errors():
    x = minitorch.tensor([1.0, 2.0])
    with pytest.raises(ArgumentError, match="polygamma: n must not be negative"):
        minitorch.polygamma(-1, x)
    with pytest.raises(
        ArgumentTypeError, match="polygamma: n must be an int, got Variable; the tensor comes second"
    ):
        minitorch.polygamma(x, 1)
    with pytest.raises(ArgumentError, match="mvlgamma: p must be at least 1"):
        minitorch.mvlgamma(x, 0)
    with pytest.raises(DtypeError, match="igamma: not defined for int64"):
        minitorch.igamma(x.long(), x.long())
    with pytest.raises(DtypeError, match="lgamma: not defined for complex64"):
        minitorch.lgamma(x + 1j)
    with pytest.raises(ArgumentTypeError, match="legendre_polynomial_p: input must be a Tensor, got float"):
        special.legendre_polynomial_p(0.5, 2)
    with pytest.raises(AttributeError, match=r"minitorch.special has no attribute 'gamma_function'"):
        special.gamma_function  # noqa: B018


def test_methods_are_the_functions():
    x = minitorch.tensor([0.2, 0.7])
    assert x.polygamma(1).tolist() == minitorch.polygamma(1, x).tolist()
    assert x.clone().polygamma_(1).tolist() == x.polygamma(1).tolist()
    assert x.clone().lgamma_().tolist() == x.lgamma().tolist()
    assert x.logit(eps=0.3).tolist() == minitorch.logit(x, 0.3).tolist()
