"""What ops do at the edges: 0-d and empty tensors, integers, booleans, NaN, float16, and what they refuse."""

import math

import numpy as np
import pytest

import minitorch as mt
from minitorch.errors import (
    ArgumentError,
    ArgumentTypeError,
    DtypeError,
    IndexRangeError,
    MinitorchError,
    ShapeError,
)

INT8, UINT8, HALF = mt.int8, mt.uint8, mt.float16


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (lambda: mt.tensor([5.0, -5.0]) // 0, [math.inf, -math.inf]),
        (lambda: mt.tensor([-3.0, 3.0]) % 2, [1.0, 1.0]),
        (lambda: mt.fmod(mt.tensor([-3.0, 3.0]), 2), [-1.0, 1.0]),
        (lambda: mt.div(mt.tensor([5, -5]), 2, rounding_mode="floor"), [2, -3]),
        (lambda: mt.div(mt.tensor([5, -5]), 2, rounding_mode="trunc"), [2, -2]),
        (lambda: mt.tensor([2, -1, 1, -1]) ** mt.tensor([-1, -3, -2, -2]), [0, -1, 1, 1]),
        (lambda: mt.tensor([1], dtype=INT8) + 300, [45]),
        (lambda: mt.tensor([1], dtype=UINT8) + (-1), [0]),
        (lambda: mt.tensor([100], dtype=INT8) * 2, [-56]),
        (lambda: mt.sign(mt.tensor([math.nan, -0.5, 0.0])), [0.0, -1.0, 0.0]),
        (lambda: mt.sign(mt.tensor([True, False])), [True, False]),
        (lambda: mt.square(mt.tensor([True, False])), [1, 0]),
        (lambda: mt.tensor([]).logsumexp(0), -math.inf),
        (lambda: mt.tensor([-math.inf, -math.inf]).logsumexp(0), -math.inf),
        (lambda: mt.tensor([0.0, 2.0, -3.0]).norm(0), 2.0),
        (lambda: mt.tensor(3.0).index_select(0, mt.tensor([0])), 3.0),
        (lambda: mt.dot(mt.tensor([100, 100], dtype=UINT8), mt.tensor([1, 2], dtype=UINT8)), 44),
        (lambda: mt.tensor([5, -6]).clamp(0.5, 2), [2.0, 0.5]),
        (lambda: mt.tensor([1.0, 5.0]).clamp(3, 1), [1.0, 1.0]),
        (lambda: mt.where(mt.tensor([True, False]), 1.5, 2), [1.5, 2.0]),
        (lambda: mt.tensor([1, 0], dtype=UINT8).all(), 0),
    ],
)
def test_values(expression, expected):
    assert expression().tolist() == expected


@pytest.mark.parametrize(
    ("expression", "dtype"),
    [
        (lambda: mt.where(mt.tensor([True]), 1.5, 2), mt.float32),
        (lambda: mt.tensor([5], dtype=INT8).clamp(max=2.5), mt.float32),
        (lambda: mt.square(mt.tensor([True])), mt.int64),
        (lambda: mt.tensor([1], dtype=UINT8).any(), UINT8),
        (lambda: mt.tensor([1], dtype=INT8).sum(dtype=INT8), INT8),
        (lambda: mt.tensor([1], dtype=INT8).cumsum(0), mt.int64),
        (lambda: mt.tensor([1], dtype=INT8).prod(dtype=mt.int16), mt.int16),
    ],
)
def test_dtypes(expression, dtype):
    assert expression().dtype is dtype


@pytest.mark.parametrize(
    ("expression", "error", "message"),
    [
        (lambda: mt.tensor([1]) - True, DtypeError, "sub: a difference with booleans"),
        (lambda: 1 - mt.tensor([True]), DtypeError, "rsub: a difference with booleans"),
        (lambda: -mt.tensor([True]), DtypeError, "neg: .*use ~x"),
        (lambda: mt.tensor([5]) // 0, ArgumentError, "floor_divide: integer division by zero"),
        (lambda: mt.tensor([5]) % mt.tensor([0]), ArgumentError, "remainder: integer division"),
        (lambda: mt.tensor([1j]) // 2, DtypeError, "floor_divide: not defined for complex"),
        (lambda: mt.tensor([True]) % mt.tensor([True]), DtypeError, "remainder: not .*booleans"),
        (lambda: mt.tensor([2]) ** -1, MinitorchError, "pow: .*negative power"),
        (lambda: mt.add(mt.tensor([1]), 2, alpha=1.5), DtypeError, r"add: alpha=1\.5"),
        (lambda: mt.tensor([1], dtype=INT8) + 2**70, DtypeError, "add: .*does not fit into int8"),
        (lambda: mt.tensor([1j]) > 0, DtypeError, "greater: complex numbers have no order"),
        (lambda: mt.tensor([1j]).max(), DtypeError, "amax: complex numbers have no order"),
        (lambda: mt.tensor([1j]).argmin(), DtypeError, "argmin: complex numbers have no order"),
        (lambda: mt.tensor([1j]).clamp(0, 1), DtypeError, "clamp: complex numbers have no order"),
        (lambda: mt.maximum(mt.tensor([1j]), mt.tensor([1])), DtypeError, "maximum: complex"),
        (lambda: mt.tensor([5], dtype=UINT8).clamp(-5), DtypeError, "clamp: the number -5 does"),
        (lambda: mt.tensor([5.0]).clamp(), ArgumentError, "clamp: give at least one"),
        (lambda: mt.tensor([1]).mean(), DtypeError, "mean: needs a floating-point.*float"),
        (lambda: mt.tensor([1]).var(), DtypeError, "var: not defined for int64"),
        (lambda: mt.tensor([1]).norm(), DtypeError, "norm: not defined for int64"),
        (lambda: mt.tensor(3.0).sum(1), IndexRangeError, "sum: dim 1 is out of range"),
        (lambda: mt.tensor([1]).prod((0,)), ArgumentTypeError, "prod: dim must be an int"),
        (lambda: mt.tensor([1]).sum((0, 0)), MinitorchError, "sum: dim .*twice"),
        (lambda: mt.zeros(0, 2).amax(0), IndexRangeError, "amax: nothing to choose from"),
        (lambda: mt.tensor(3.0).chunk(1), ShapeError, "chunk: a 0-d tensor"),
        (lambda: mt.tensor(3.0).narrow(0, 0, 1), ShapeError, "narrow: a 0-d tensor"),
        (lambda: mt.tensor(3.0).select(0, 0), IndexRangeError, "select: index 0 is out of range"),
        (lambda: mt.tensor(3.0).unbind(), IndexRangeError, "unbind: a 0-d tensor"),
        (lambda: mt.tensor([1, 2]).split([3, -1]), ShapeError, "split: sizes must not be negative"),
        (lambda: mt.tensor([1]).repeat_interleave(-1), ShapeError, "repeat_interleave: counts"),
        (lambda: mt.tensor([1]).index_select(0, mt.tensor([-1])), IndexRangeError, "index_select"),
        (lambda: mt.where(mt.tensor([1]), 1.0, 2.0), DtypeError, "where: the condition must be"),
        (lambda: mt.where(mt.tensor([True]), mt.tensor([1], dtype=INT8), 300), DtypeError, "where: 300"),
        (
            lambda: mt.nn.functional.layer_norm(mt.ones(2, 4), (4,), mt.ones(4).double()),
            DtypeError,
            "layer_norm: weight is minitorch.float64, but the input is minitorch.float32",
        ),
        (lambda: mt.index_put(mt.ones(2), (mt.tensor([0]),), mt.tensor([1])), DtypeError, "index_put"),
        (lambda: mt.isclose(mt.tensor([1]), mt.tensor([1.0])), DtypeError, "isclose: dtypes"),
    ],
)
def test_refusals(expression, error, message):
    with pytest.raises(error, match=message):
        expression()


@pytest.mark.parametrize("name", ["round", "floor", "ceil", "trunc", "sign", "abs", "square"])
@pytest.mark.parametrize("dtype", [mt.int64, mt.float32], ids=str)
def test_results_have_memory_of_their_own(name, dtype):
    x = mt.tensor([1, 2], dtype=dtype)
    y = getattr(mt, name)(x)
    y[0] = 7
    assert x.tolist() == [1, 2]


@pytest.mark.parametrize("dim", [None, 0])
def test_float16_is_added_up_in_float32(dim):
    x = mt.full((5000, 2), 10.0, dtype=HALF)
    small = mt.ones(3000, 2, dtype=HALF)
    assert x.mean(dim).tolist() == ([10.0, 10.0] if dim == 0 else 10.0)
    assert small.sum(0).tolist() == [3000.0, 3000.0]
    assert small.cumsum(0)[-1].tolist() == [3000.0, 3000.0]
    assert (x * 30).std(dim, False).tolist() == ([0.0, 0.0] if dim == 0 else 0.0)
    assert mt.full((100, 2), 300.0, dtype=HALF).norm(dim=0).tolist() == [3000.0, 3000.0]
    assert {y.dtype for y in (x.mean(dim), x.std(dim), x.var(dim), x.norm(dim=dim))} == {HALF}


def test_the_gradient_of_a_broadcast_float16_is_added_up_in_float32():
    bias = mt.zeros(2, dtype=HALF, requires_grad=True)
    (mt.zeros(3000, 2, dtype=HALF) + bias).backward(mt.ones(3000, 2, dtype=HALF))
    assert bias.grad.tolist() == [3000.0, 3000.0]
    assert bias.grad.dtype is HALF


def test_bounds_of_clamp_get_the_gradient_where_they_are_the_result():
    x = mt.tensor([-2.0, 0.5, 2.0, -1.0], requires_grad=True)
    low = mt.tensor(-1.0, requires_grad=True)
    high = mt.tensor([1.0, 1.0, 1.0, -3.0], requires_grad=True)
    x.clamp(low, high).backward(mt.tensor([1.0, 10.0, 100.0, 1000.0]))
    assert x.grad.tolist() == [0.0, 10.0, 0.0, 0.0]
    assert low.grad.item() == 1.0
    assert high.grad.tolist() == [0.0, 0.0, 100.0, 1000.0]


@pytest.mark.parametrize("p", [1, 2, 3, 1.5, 0.5, math.inf])
def test_the_norm_of_zeros_has_a_gradient_of_zeros(p):
    x = mt.zeros(3, requires_grad=True)
    x.norm(p).backward()
    np.testing.assert_array_equal(x.grad.numpy(), np.zeros(3))


def test_nan_takes_part_in_comparisons_as_in_ieee():
    x = mt.tensor([math.nan, 1.0])
    assert x.max().isnan()
    assert x.argmax().item() == 0
    assert x.max(0).indices.item() == 0
    assert mt.maximum(x, mt.zeros(2)).isnan().tolist() == [True, False]
    assert x.clamp(0, 2).isnan().tolist() == [True, False]
    assert (x == x).tolist() == [False, True]


def test_an_ellipsis_for_no_dims_does_not_part_index_tensors():
    x = mt.arange(24).reshape(2, 3, 4)
    t = mt.tensor([1, 0])
    assert x[:, t, ..., t].tolist() == x[:, t, t].tolist()
    assert x[:, t, ..., t].shape == (2, 2)


def test_gradients_of_many_duplicate_indices_add_up():
    rng = np.random.default_rng(0)
    index, g = rng.integers(0, 7, (50, 3)), rng.standard_normal((50, 3, 20))
    x = mt.tensor(rng.standard_normal((7, 20)), requires_grad=True)
    x[mt.from_numpy(index)].backward(mt.from_numpy(g))
    onehot = (index[..., None] == np.arange(7)).astype(float)  # (50, 3, 7)
    np.testing.assert_allclose(x.grad.numpy(), np.einsum("abk,abd->kd", onehot, g))
