"""Arithmetic at its edges: dtypes of results, integers that wrap around, numbers in the place of tensors."""

import numpy as np
import pytest

import minitorch as mt
from minitorch.errors import ArgumentTypeError, DtypeError

BOOLS = mt.tensor([True, False])
BYTES = mt.tensor([3, 200], dtype=mt.uint8)


@pytest.mark.parametrize(
    ("function", "dtype", "values"),
    [
        (lambda: BOOLS + BOOLS, mt.bool, [True, False]),
        (lambda: BOOLS * 2, mt.int64, [2, 0]),
        (lambda: BOOLS % 2, mt.int64, [1, 0]),
        (lambda: BOOLS // 2, mt.int64, [0, 0]),
        (lambda: BOOLS**True, mt.bool, [True, False]),
        (lambda: BOOLS**2, mt.int64, [1, 0]),
        (lambda: BYTES + BYTES, mt.uint8, [6, 144]),
        (lambda: BYTES - 4, mt.uint8, [255, 196]),
        (lambda: -BYTES, mt.uint8, [253, 56]),
        (lambda: BYTES / 2, mt.float32, [1.5, 100.0]),
        (lambda: BYTES + mt.tensor([1, -1], dtype=mt.int8), mt.int16, [4, 199]),
        (lambda: BYTES * 1.5, mt.float32, [4.5, 300.0]),
        (lambda: mt.tensor([127], dtype=mt.int8) + 1, mt.int8, [-128]),
        (lambda: mt.tensor([2**62]) * 2, mt.int64, [-(2**63)]),
        (lambda: mt.tensor([0, 1, -1, 2]) ** mt.tensor([-1, -2, -3, -1]), mt.int64, [0, 1, -1, 0]),
        (lambda: mt.tensor([-1, 2], dtype=mt.int8) ** mt.tensor(-128, dtype=mt.int8), mt.int8, [1, 0]),
        (lambda: mt.tensor([1.0, 2.0], dtype=mt.float16) * 3, mt.float16, [3.0, 6.0]),
        (lambda: mt.tensor([1, 2]) * 1j, mt.complex64, [1j, 2j]),
        (lambda: mt.copysign(mt.tensor([1, -2]), -1), mt.float32, [-1.0, -2.0]),
        (lambda: mt.xlogy(mt.tensor([0, 2]), 1), mt.float32, [0.0, 0.0]),
        (lambda: mt.float_power(mt.tensor([2, 3]), 2), mt.float64, [4.0, 9.0]),
        (lambda: mt.fmax(BYTES, mt.tensor(-2, dtype=mt.int8)), mt.uint8, [254, 254]),
        (lambda: mt.gcd(mt.tensor([0, -12]), mt.tensor([0, 18])), mt.int64, [0, 6]),
        (lambda: mt.isin(mt.tensor([1.5, 2.0]), 2), mt.bool, [False, True]),
        (lambda: mt.isin(3, mt.tensor([1, 3])), mt.bool, True),
        (lambda: mt.isin(mt.tensor([1, 2]), mt.tensor([2]), invert=True), mt.bool, [True, False]),
        (lambda: mt.heaviside(mt.tensor([mt.nan, -0.0]), mt.tensor([2.0])), mt.float32, [0.0, 2.0]),
        (lambda: mt.complex(mt.tensor(1.0), mt.tensor(mt.inf)).real, mt.float32, 1.0),
        (lambda: mt.nan_to_num(mt.tensor([complex("nan+infj")]), posinf=3.0), mt.complex64, [3j]),
        (lambda: mt.rsub(mt.tensor([1, 2]), 10), mt.int64, [9, 8]),
        (lambda: mt.lerp(mt.tensor([0.1]), mt.tensor([0.3]), 1.0), mt.float32, [np.float32(0.3)]),
    ],
)
def test_results_and_their_dtypes(function, dtype, values):
    y = function()
    assert y.dtype is dtype
    assert y.tolist() == values


@pytest.mark.parametrize(
    ("function", "error", "message"),
    [
        (lambda: mt.maximum(BYTES, 0), ArgumentTypeError, "maximum: other must be a Tensor, got int"),
        (lambda: mt.eq(2, BYTES), ArgumentTypeError, "eq: input must be a Tensor, got int"),
        (lambda: mt.where(BOOLS, [1], 2.0), ArgumentTypeError, "where: expected a Tensor, got list"),
        (lambda: mt.where(BOOLS, 1.0, None), ArgumentTypeError, "where: expected a Tensor, got None"),
        (lambda: mt.add(BYTES, "1"), ArgumentTypeError, "add: expected a Tensor or a number, got str"),
        (lambda: mt.clamp(2, BYTES), ArgumentTypeError, "clamp: input must be a Tensor, got int"),
        (lambda: mt.isclose(BYTES, 2), ArgumentTypeError, "isclose: other must be a Tensor, got int"),
        (lambda: mt.lgamma(2.0), ArgumentTypeError, "lgamma: expected a Tensor, got float"),
        (lambda: BOOLS**BOOLS, DtypeError, "pow: bool to the power of bool"),
        (lambda: BOOLS << BOOLS, DtypeError, "bitwise_left_shift: not defined for booleans"),
        (lambda: BOOLS.abs(), DtypeError, "abs: not defined for booleans"),
        (lambda: BOOLS.floor(), DtypeError, "floor: not defined for booleans"),
        (lambda: BYTES.frac(), DtypeError, "frac: not defined for uint8"),
        (lambda: BYTES**300, DtypeError, "pow: the number 300 does not fit"),
        (lambda: mt.addcmul(BYTES, BYTES, BYTES, value=0.5), DtypeError, "addcmul: value=0.5 does not suit"),
        (lambda: mt.addcdiv(BYTES, BYTES, BYTES), DtypeError, "addcdiv: not defined for integers"),
        (
            lambda: mt.lerp(mt.ones(2), mt.ones(2).double(), 0.5),
            DtypeError,
            "lerp: expected floating-point tensors",
        ),
        (lambda: mt.hypot(BYTES, BYTES), DtypeError, "hypot: not defined for uint8"),
        (lambda: mt.gcd(mt.ones(2), mt.ones(2)), DtypeError, "gcd: needs integers, got float32"),
        (lambda: mt.heaviside(mt.ones(2), mt.ones(2).double()), DtypeError, "heaviside: expected one dtype"),
        (lambda: mt.ones(2).float_power_(2), DtypeError, "float_power_: the result is minitorch.float64"),
        (lambda: mt.view_as_real(mt.ones(2)), DtypeError, "view_as_real: expected a complex tensor"),
        (
            lambda: mt.polar(mt.ones(2), mt.ones(2).double()),
            DtypeError,
            "polar: expected two tensors of float32",
        ),
        (
            lambda: mt.complex(mt.ones(1), mt.ones(1), out=mt.zeros(1)),
            DtypeError,
            "complex: out must be .*complex64",
        ),
    ],
)
def test_refusals(function, error, message):
    with pytest.raises(error, match=message):
        function()


def test_complex_views_share_memory_and_gradients():
    z = mt.tensor([1 + 2j, 3j], requires_grad=True)
    pairs = mt.view_as_real(z)
    (pairs[:, 0] * pairs[:, 1]).sum().backward()
    assert z.grad.tolist() == [2 + 1j, 3 + 0j]
    x = mt.zeros(3, 2)
    mt.view_as_complex(x)[1] = 4 + 5j
    assert x.tolist() == [[0, 0], [4, 5], [0, 0]]
    assert mt.view_as_complex(mt.zeros(4, 3)[:, :2].contiguous()).shape == (4,)


def test_gradients_where_formulas_divide_zero_by_zero():
    z = mt.tensor([0j, 3 + 4j], requires_grad=True)
    z.sgn().sum().real.backward()
    assert z.grad[0].item() == 0
    z.grad = None
    z.angle().sum().backward()
    assert z.grad[0].item() == 0
    y, x = mt.zeros(1, requires_grad=True), mt.zeros(1, requires_grad=True)
    mt.atan2(y, x).backward()
    assert (y.grad.item(), x.grad.item()) == (0, 0)
    a = mt.tensor([0.0, 0.0], requires_grad=True)
    mt.xlogy(a, mt.tensor([0.0, 2.0])).sum().backward()
    assert a.grad.tolist() == [0.0, pytest.approx(np.log(2))]


def test_an_in_place_lerp_is_differentiated():
    x = mt.tensor([1.0, 2.0], requires_grad=True)
    w = mt.tensor([0.25, 0.75], requires_grad=True)
    h = x * 1
    h.lerp_(mt.tensor([5.0, 6.0]), w)
    h.sum().backward()
    assert x.grad.tolist() == [0.75, 0.25]
    assert w.grad.tolist() == [4.0, 4.0]


def test_a_power_keeps_its_result_only_for_the_gradient_of_the_exponent() -> None:
    x = mt.tensor([2.0, 3.0], requires_grad=True)
    assert (x**3).grad_fn.saved.output is None
    y = mt.tensor([1.5, 2.0], requires_grad=True)
    assert (x**y).grad_fn.saved.output is not None
    z = x**3
    z += 1  # in place: nothing needs the old result
    z.sum().backward(create_graph=True)
    np.testing.assert_allclose(x.grad.detach().numpy(), [12, 27])
