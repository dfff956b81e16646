import numpy as np
import pytest

import minitorch
from minitorch import ops
from minitorch.errors import ArgumentError, DtypeError, IndexRangeError, NotSupportedError, ShapeError


def table(rows=4, width=2):
    values = np.arange(rows * width, dtype="float64").reshape(rows, width)
    return minitorch.tensor(values, requires_grad=True)


@pytest.mark.parametrize("shape", [(), (0,), (5,), (2, 3), (700,)])
def test_rows_are_looked_up_and_gradients_add_up(shape):
    rng = np.random.default_rng(0)
    w = table(7, 300)
    index = rng.integers(0, 7, shape)
    y = ops.embedding(minitorch.tensor(index), w)
    np.testing.assert_array_equal(y.detach().numpy(), w.detach().numpy()[index])
    g = rng.standard_normal(y.shape)
    y.backward(minitorch.from_numpy(g))
    expected = np.zeros((7, 300))
    np.add.at(expected, index, g)
    np.testing.assert_allclose(w.grad.numpy(), expected, atol=1e-12)


def test_the_padding_row_gets_no_gradient():
    for padding_idx in (2, -2):
        w = table()
        ops.embedding(minitorch.tensor([2, 0, 2, 3]), w, padding_idx=padding_idx).sum().backward()
        assert w.grad.tolist() == [[1, 1], [0, 0], [0, 0], [1, 1]]


def test_gradients_divided_by_frequency():
    w = table()
    y = ops.embedding(minitorch.tensor([2, 0, 2, 2]), w, padding_idx=0, scale_grad_by_freq=True)
    y.backward(minitorch.tensor([[3.0, 6.0]] * 4, dtype=minitorch.float64))
    np.testing.assert_allclose(w.grad.numpy(), [[0, 0], [0, 0], [3, 6], [0, 0]])


def test_long_rows_are_shortened_in_place_if_they_are_used():
    w = minitorch.tensor([[3.0, 4.0], [0.3, 0.4], [6.0, 8.0]])
    y = ops.embedding(minitorch.tensor([0, 1]), w, max_norm=1.0)
    np.testing.assert_allclose(y.numpy(), [[0.6, 0.8], [0.3, 0.4]], rtol=1e-5)
    np.testing.assert_allclose(w.numpy(), [[0.6, 0.8], [0.3, 0.4], [6, 8]], rtol=1e-5)


@pytest.mark.parametrize("wrong", [4, -1, 100])
def test_an_index_out_of_range_is_named(wrong):
    message = rf"embedding: index {wrong} is out of range for a weight with 4 rows \(shape \(4, 2\)\)"
    with pytest.raises(IndexRangeError, match=message):
        ops.embedding(minitorch.tensor([0, wrong, 1]), table())


def test_what_embedding_refuses():
    index = minitorch.tensor([0])
    with pytest.raises(DtypeError, match=r"embedding: indices must be an int64 or int32 tensor, got float32"):
        ops.embedding(minitorch.tensor([0.0]), table())
    with pytest.raises(ShapeError, match=r"embedding: the weight must be a matrix, got shape \(3,\)"):
        ops.embedding(index, minitorch.ones(3))
    with pytest.raises(ArgumentError, match=r"padding_idx 4 is out of range for a weight with 4 rows"):
        ops.embedding(index, table(), padding_idx=4)
    with pytest.raises(NotSupportedError, match=r"sparse gradients are not supported"):
        ops.embedding(index, table(), sparse=True)
