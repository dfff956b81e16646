import numpy as np
import pytest

import minitorch
from minitorch import nn
from minitorch.errors import ArgumentError, DtypeError, IndexRangeError, NotSupportedError, ShapeError
from minitorch.nn import functional as F


def table(rows=4, width=2):
    values = np.arange(rows * width, dtype="float64").reshape(rows, width)
    return minitorch.tensor(values, requires_grad=True)


@pytest.mark.parametrize("shape", [(), (0,), (5,), (2, 3), (700,)])
def test_rows_are_looked_up_and_gradients_add_up(shape):
    rng = np.random.default_rng(0)
    w = table(7, 300)
    index = rng.integers(0, 7, shape)
    y = nn.functional.embedding(minitorch.tensor(index), w)
    np.testing.assert_array_equal(y.detach().numpy(), w.detach().numpy()[index])
    g = rng.standard_normal(y.shape)
    y.backward(minitorch.from_numpy(g))
    expected = np.zeros((7, 300))
    np.add.at(expected, index, g)
    np.testing.assert_allclose(w.grad.numpy(), expected, atol=1e-12)


def test_the_padding_row_gets_no_gradient():
    for padding_idx in (2, -2):
        w = table()
        nn.functional.embedding(minitorch.tensor([2, 0, 2, 3]), w, padding_idx=padding_idx).sum().backward()
        assert w.grad.tolist() == [[1, 1], [0, 0], [0, 0], [1, 1]]


def test_gradients_divided_by_frequency():
    w = table()
    y = nn.functional.embedding(minitorch.tensor([2, 0, 2, 2]), w, padding_idx=0, scale_grad_by_freq=True)
    y.backward(minitorch.tensor([[3.0, 6.0]] * 4, dtype=minitorch.float64))
    np.testing.assert_allclose(w.grad.numpy(), [[0, 0], [0, 0], [3, 6], [0, 0]])


def test_long_rows_are_shortened_in_place_if_they_are_used():
    w = minitorch.tensor([[3.0, 4.0], [0.3, 0.4], [6.0, 8.0]])
    y = nn.functional.embedding(minitorch.tensor([0, 1]), w, max_norm=1.0)
    np.testing.assert_allclose(y.numpy(), [[0.6, 0.8], [0.3, 0.4]], rtol=1e-5)
    np.testing.assert_allclose(w.numpy(), [[0.6, 0.8], [0.3, 0.4], [6, 8]], rtol=1e-5)


@pytest.mark.parametrize("wrong", [4, -1, 100])
def test_an_index_out_of_range_is_named(wrong):
    message = rf"embedding: index {wrong} is out of range for a weight with 4 rows \(shape \(4, 2\)\)"
    with pytest.raises(IndexRangeError, match=message):
        nn.functional.embedding(minitorch.tensor([0, wrong, 1]), table())


def test_what_embedding_refuses():
    index = minitorch.tensor([0])
    with pytest.raises(DtypeError, match=r"embedding: indices must be an int64 or int32 tensor, got float32"):
        nn.functional.embedding(minitorch.tensor([0.0]), table())
    with pytest.raises(ShapeError, match=r"embedding: the weight must be a matrix, got shape \(3,\)"):
        nn.functional.embedding(index, minitorch.ones(3))
    with pytest.raises(ArgumentError, match=r"padding_idx 4 is out of range for a weight with 4 rows"):
        nn.functional.embedding(index, table(), padding_idx=4)
    with pytest.raises(NotSupportedError, match=r"sparse gradients are not supported"):
        nn.functional.embedding(index, table(), sparse=True)


WORDS, BEGINS = minitorch.tensor([1, 2, 0, 3]), minitorch.tensor([0, 2])


def test_of_equal_elements_the_first_gets_the_gradient():
    w = minitorch.tensor([[1.0, 5.0], [3.0, 5.0], [3.0, 0.0]], requires_grad=True)
    y = F.embedding_bag(minitorch.tensor([[0, 1, 2]]), w, mode="max")
    assert y.tolist() == [[3, 5]]
    y.sum().backward()
    assert w.grad.tolist() == [[0, 1], [1, 0], [0, 0]]


def test_the_last_offset_ends_the_last_bag():
    w = table()
    y = F.embedding_bag(WORDS, w, minitorch.tensor([0, 2, 3]), mode="sum", include_last_offset=True)
    assert y.tolist() == [[6, 8], [0, 1]]
    y.sum().backward()
    assert not w.grad[3].any()


def test_the_gradient_of_bags_divided_by_frequency():
    w = table()
    F.embedding_bag(
        minitorch.tensor([2, 0, 2, 2]), w, minitorch.tensor([0, 1]), mode="sum", scale_grad_by_freq=True
    ).sum().backward()
    np.testing.assert_allclose(w.grad.numpy(), [[1, 1], [0, 0], [1, 1], [0, 0]])


@pytest.mark.parametrize(
    ("words", "begins", "settings", "error", "message"),
    [
        (WORDS, None, {}, ArgumentError, "for an input of 1 dim, offsets must be a tensor of 1 dim"),
        (WORDS, BEGINS[None], {}, ArgumentError, "offsets must be a tensor of 1 dim"),
        (WORDS[None], BEGINS, {}, ArgumentError, "offsets must be None"),
        (WORDS[None, None], None, {}, ArgumentError, "got 3 dims"),
        (WORDS, BEGINS + 1, {}, ArgumentError, r"offsets\[0\] = 1"),
        (WORDS, BEGINS * 3, {}, ArgumentError, r"offsets\[-1\] = 6 lies behind the end of the input of length 4"),
        (WORDS, minitorch.tensor([0, 3, 2]), {}, IndexRangeError, r"must not decrease, got \[0, 3, 2\]"),
        (WORDS, BEGINS[:0], {"include_last_offset": True}, ArgumentError, "needs at least one offset"),
        (WORDS + 1, BEGINS, {}, IndexRangeError, "index 4 is out of range"),
        (WORDS.double(), BEGINS, {}, DtypeError, "must be an int64 or int32 tensor"),
        (WORDS, BEGINS, {"mode": "min"}, ArgumentError, "mode must be 'sum', 'mean' or 'max', got 'min'"),
        (WORDS, BEGINS, {"padding_idx": 4}, ArgumentError, "padding_idx 4 is out of range"),
        (WORDS, BEGINS, {"sparse": True}, NotSupportedError, "sparse gradients are not supported"),
        (WORDS, BEGINS, {"mode": "max", "scale_grad_by_freq": True}, ArgumentError, "does not go with"),
        (WORDS, BEGINS, {"per_sample_weights": minitorch.ones(4)}, NotSupportedError, "needs mode='sum'"),
        (WORDS, BEGINS, {"per_sample_weights": minitorch.ones(3)}, ArgumentError, "shape of the input"),
        (
            WORDS, BEGINS, {"mode": "sum", "per_sample_weights": minitorch.ones(4)},
            DtypeError, "per_sample_weights are minitorch.float32, the weight is minitorch.float64",
        ),
    ],
)  # fmt: skip
def test_what_embedding_bag_refuses(words, begins, settings, error, message):
    with pytest.raises(error, match=message):
        F.embedding_bag(words, table(), begins, **settings)


def test_what_the_layer_refuses():
    with pytest.raises(ArgumentError, match="EmbeddingBag: padding_idx=5 lies outside of the table of 5"):
        nn.EmbeddingBag(5, 2, padding_idx=5)
    with pytest.raises(NotSupportedError, match="EmbeddingBag: sparse gradients"):
        nn.EmbeddingBag(5, 2, sparse=True)
    with pytest.raises(ShapeError, match=r"the weight has shape \(2, 2\), expected \(5, 2\)"):
        nn.EmbeddingBag(5, 2, _weight=minitorch.ones(2, 2))
    with pytest.raises(ShapeError, match="expected a matrix"):
        nn.EmbeddingBag.from_pretrained(minitorch.ones(2))
    assert not nn.EmbeddingBag.from_pretrained(minitorch.ones(2, 2)).weight.requires_grad
    assert not nn.EmbeddingBag(5, 2, padding_idx=-1).weight[4].any()
