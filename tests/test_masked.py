"""Masked reductions against NumPy's masked arrays, their gradients, and refusals."""

import numpy as np
import pytest

import minitorch
from minitorch import masked
from minitorch.autograd import gradcheck
from minitorch.errors import ArgumentError, DtypeError, ShapeError

X = np.random.default_rng(0).normal(size=(3, 4, 2))
MASK = np.random.default_rng(1).random((3, 4, 2)) < 0.6
MASK[:, 0] = True
HIDDEN = np.ma.array(X, mask=~MASK)


@pytest.mark.parametrize("dim", [None, 1, (0, 1)])
@pytest.mark.parametrize("keepdim", [False, True])
@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("sum", np.ma.sum),
        ("mean", np.ma.mean),
        ("prod", np.ma.prod),
        ("amax", np.ma.max),
        ("amin", np.ma.min),
        ("var", lambda a, axis, keepdims: np.ma.var(a, axis=axis, keepdims=keepdims, ddof=1)),
        ("std", lambda a, axis, keepdims: np.ma.std(a, axis=axis, keepdims=keepdims, ddof=1)),
        ("norm", lambda a, axis, keepdims: np.sqrt(np.ma.sum(a**2, axis=axis, keepdims=keepdims))),
        ("logsumexp", lambda a, axis, keepdims: np.log(np.ma.sum(np.exp(a), axis=axis, keepdims=keepdims))),
    ],
)
def test_reductions(name, reference, dim, keepdim):
    if name == "prod" and dim == (0, 1):
        expected = np.ma.prod(np.ma.prod(HIDDEN, axis=1, keepdims=True), axis=0, keepdims=True)
        expected = expected if keepdim else expected[0, 0]
    else:
        expected = reference(HIDDEN, axis=dim, keepdims=keepdim)
    found = getattr(masked, name)(minitorch.tensor(X), dim=dim, keepdim=keepdim, mask=minitorch.tensor(MASK))
    np.testing.assert_allclose(found, np.ma.getdata(expected), rtol=1e-10)


def test_along_a_dim():
    x, mask = minitorch.tensor(X), minitorch.tensor(MASK)
    np.testing.assert_array_equal(
        masked.argmax(x, 1, mask=mask, dtype=minitorch.int64), np.ma.argmax(HIDDEN, axis=1)
    )
    np.testing.assert_array_equal(
        masked.argmin(x, 1, mask=mask, dtype=minitorch.int64), np.ma.argmin(HIDDEN, axis=1)
    )
    np.testing.assert_allclose(masked.cumsum(x, 1, mask=mask), np.cumsum(np.where(MASK, X, 0), 1))
    np.testing.assert_allclose(masked.cumprod(x, 1, mask=mask), np.cumprod(np.where(MASK, X, 1), 1))
    for i, j in np.ndindex(3, 2):
        counted = np.sort(X[i, :, j][MASK[i, :, j]])
        assert masked.median(x, 1, mask=mask)[i, j].item() == counted[(len(counted) - 1) // 2]


def test_normalisations():
    x, mask = minitorch.tensor(X), minitorch.tensor(MASK)
    weights = np.where(MASK, np.exp(X), 0)
    share = weights / weights.sum(1, keepdims=True)
    np.testing.assert_allclose(masked.softmax(x, 1, mask=mask), share)
    np.testing.assert_allclose(masked.softmin(-x, 1, mask=mask), share)
    np.testing.assert_allclose(masked.log_softmax(x, 1, mask=mask).exp(), share)
    counted = np.where(MASK, X, 0)
    np.testing.assert_allclose(
        masked.normalize(x, 2, 1, mask=mask), counted / np.linalg.norm(counted, axis=1, keepdims=True)
    )


@pytest.mark.parametrize(
    "name", ["sum", "mean", "prod", "amax", "var", "std", "norm", "logsumexp", "median", "softmax"]
)
def test_gradients_do_not_see_what_is_hidden(name):
    x, mask = minitorch.tensor(X, requires_grad=True), minitorch.tensor(MASK)
    assert gradcheck(lambda x: getattr(masked, name)(x, dim=1, mask=mask), (x,))
    getattr(masked, name)(x, dim=1, mask=mask).sum().backward()
    assert (x.grad[~mask] == 0).all()


def test_where_nothing_counts():
    x, nothing = minitorch.ones(2, 3), minitorch.tensor([[True] * 3, [False] * 3])
    for name, expected in {
        "sum": 0,
        "prod": 1,
        "amax": -np.inf,
        "amin": np.inf,
        "logsumexp": -np.inf,
    }.items():
        assert getattr(masked, name)(x, 1, mask=nothing)[1].item() == expected
    for name in ("mean", "var", "median"):
        assert getattr(masked, name)(x, 1, mask=nothing)[1].isnan()
    assert masked.amax(x.int(), 1, mask=nothing)[1].item() == -(2**31)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda m: masked.sum(minitorch.ones(2), mask=m), ShapeError, "more dims than the input"),
        (
            lambda m: masked.mean(minitorch.ones(2, 2).int(), mask=m),
            DtypeError,
            "the mean of minitorch.int32",
        ),
        (lambda m: masked.amax(m, mask=m), DtypeError, "masked.amax: booleans have no value"),
        (
            lambda m: masked.median(m.int(), mask=~m),
            ArgumentError,
            "masked.median: some rows have no element",
        ),
        (lambda m: masked.var(minitorch.ones(2, 2), 0, True, correction=1), ArgumentError, "not both"),
    ],
)
def test_messages(call, error, message):
    with pytest.raises(error, match=message):
        call(minitorch.ones(2, 2).bool())
