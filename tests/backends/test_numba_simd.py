"""The formulas of simd.py: errors in units in the last place, against more digits; NaN, infinities and zeros."""

import numpy as np
import pytest

pytest.importorskip("numba")

from minitorch_numba import activation, simd
from minitorch_numba.jit import kernel, prange

mpmath = pytest.importorskip("mpmath")


@kernel
def expm1(x, y):
    for i in prange(len(x)):
        y[i] = simd.expm1(x[i])


EXTREMES = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-45, -1e-45, 1e-310, 1e38, -1e38, 1e300, -1e300, 1.0, -1.0]
BOUNDS = {  # kernel, the true function, where it is finite for float32 and float64, bound in ulp
    "exp": (activation.exp, mpmath.exp, (-87.3, 88.7), (-708.0, 709.7), 1.5),
    "expm1": (expm1, mpmath.expm1, (-100.0, 0.0), (-800.0, 0.0), 2.0),
    "log": (activation.log, mpmath.log, (1e-37, 1e38), (1e-300, 1e300), 1.5),
    "tanh": (activation.tanh, mpmath.tanh, (-12.0, 12.0), (-25.0, 25.0), 3.0),
    "sigmoid": (
        activation.sigmoid, lambda x: 1 / (1 + mpmath.exp(-x)), (-87.0, 90.0), (-708.0, 800.0), 3.0,
    ),
    "softplus": (
        activation.softplus, lambda x: mpmath.log1p(mpmath.exp(x)), (-87.0, 100.0), (-708.0, 800.0), 3.0,
    ),
    "erf": (activation.erf, mpmath.erf, (-5.0, 5.0), (-8.0, 8.0), 2.5),
}  # fmt: skip


def samples(low, high, dtype):
    """Numbers of an interval: evenly, near zero, and over all magnitudes."""
    rng = np.random.default_rng(0)
    x = np.concatenate(
        [
            rng.uniform(low, high, 1500),
            rng.uniform(max(low, -2), min(high, 2), 1500),
            10.0 ** rng.uniform(-30, 1, 500) * rng.choice([-1, 1], 500),
        ]
    )
    return np.unique(x[(x >= low) & (x <= high)].astype(dtype))


def computed(function, x):
    y = np.empty_like(x)
    with np.errstate(all="ignore"):
        function.serial(x, y)
    return y


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", BOUNDS)
def test_errors_in_units_in_the_last_place(name, dtype):
    function, true, single, double, bound = BOUNDS[name]
    x = samples(*(single if dtype == "float32" else double), dtype)
    y = computed(function, x)
    with mpmath.workdps(40):
        expected = [true(mpmath.mpf(float(v))) for v in x]
        worst = max(
            abs(mpmath.mpf(float(got)) - wanted)
            / mpmath.mpf(float(np.spacing(np.dtype(dtype).type(abs(wanted)))))
            for got, wanted in zip(y, expected, strict=True)
        )
    assert worst <= bound


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["exp", "log", "tanh", "erf"])
def test_extremes_are_those_of_numpy(name, dtype):
    with np.errstate(all="ignore"):
        x = np.array(EXTREMES, dtype)
        expected = (
            np.vectorize(lambda v: float(mpmath.erf(v)), [dtype])(x)
            if name == "erf"
            else getattr(np, name)(x)
        )
    y = computed(BOUNDS[name][0], x)
    np.testing.assert_allclose(y, expected, rtol=1e-6 if dtype == "float32" else 1e-14, atol=1e-45)
    zero = (x == 0) & (expected == 0)
    np.testing.assert_array_equal(np.signbit(y[zero]), np.signbit(x[zero]))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_exp_fades_out_through_denormal_numbers(dtype):
    start, stop = {"float32": (-87.0, -106.0), "float64": (-708.0, -750.0)}[dtype]
    x = np.linspace(start, stop, 300).astype(dtype)
    y, expected = computed(activation.exp, x), np.exp(x.astype("longdouble"))
    step = np.nextafter(np.dtype(dtype).type(0), np.dtype(dtype).type(1))
    assert np.abs(y - expected).max() <= np.maximum(2 * np.spacing(y), step).max()
    assert y[-1] == 0
    assert (np.diff(y) <= 0).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_integers_are_ordered_as_the_numbers_that_they_stand_for(dtype):
    order = {"float32": simd.order32, "float64": simd.order64}[dtype]
    back = {"float32": simd.from_order32, "float64": simd.from_order64}[dtype]
    x = np.array([-np.inf, -2, -1e-40, -0.0, 0.0, 1e-40, 1.5, np.inf, np.nan], dtype)
    keys = [int(order(v)) for v in x]
    assert keys == sorted(keys)
    np.testing.assert_array_equal([back(order(v)) for v in x], x)
