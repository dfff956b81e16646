"""Sequences of different lengths: packing and padding undo each other, and what they refuse."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import minitorch
from minitorch.errors import ArgumentError, ArgumentTypeError, ShapeError
from minitorch.nn.utils import rnn


@settings(max_examples=40, deadline=None)
@given(
    lengths=st.lists(st.integers(1, 5), min_size=1, max_size=5),
    rest=st.sampled_from([(), (2,), (2, 3)]),
    batch_first=st.booleans(),
    more=st.integers(0, 2),
)
def test_padding_undoes_packing(lengths, rest, batch_first, more):
    rng = np.random.default_rng(0)
    sequences = [rng.normal(size=(n, *rest)) for n in lengths]
    padded = np.full((len(lengths), max(lengths) + more, *rest), -1.0)
    for row, sequence in zip(padded, sequences, strict=True):
        row[: len(sequence)] = sequence
    given_ = minitorch.tensor(padded if batch_first else padded.swapaxes(0, 1))
    packed = rnn.pack_padded_sequence(given_, lengths, batch_first, enforce_sorted=False)
    assert packed.data.shape == (sum(lengths), *rest)
    assert packed.batch_sizes.tolist() == [sum(n > t for n in lengths) for t in range(max(lengths))]
    back, sizes = rnn.pad_packed_sequence(packed, batch_first, -1.0, max(lengths) + more)
    assert minitorch.equal(back, given_)
    assert sizes.tolist() == lengths
    for a, b in zip(rnn.unpack_sequence(packed), sequences, strict=True):
        np.testing.assert_array_equal(a.numpy(), b)


def test_the_steps_are_in_order():
    packed = rnn.pack_sequence([minitorch.tensor([1, 2]), minitorch.tensor([3, 4, 5])], enforce_sorted=False)
    assert packed.data.tolist() == [3, 1, 4, 2, 5]
    assert packed.batch_sizes.tolist() == [2, 2, 1]
    assert packed.sorted_indices.tolist() == packed.unsorted_indices.tolist() == [1, 0]
    data, batch_sizes, _, _ = packed
    assert data is packed.data
    assert rnn.PackedSequence((data, batch_sizes)).sorted_indices is None
    assert rnn.PackedSequence(data, batch_sizes, minitorch.tensor([2, 0, 1])).unsorted_indices.tolist() == [
        1,
        2,
        0,
    ]
    assert rnn.invert_permutation(None) is None


def test_casts_and_copies():
    packed = rnn.pack_sequence([minitorch.ones(2)])
    assert packed.to(minitorch.float32) is packed
    assert packed.cpu() is packed
    assert not packed.is_cuda
    for name in ("double", "float", "half", "long", "int", "short", "char", "byte"):
        cast = getattr(packed, name)()
        assert type(cast) is rnn.PackedSequence
        assert cast.data.dtype is getattr(packed.data, name)().dtype
    twin = pickle.loads(pickle.dumps(packed))
    assert type(twin) is rnn.PackedSequence
    assert minitorch.equal(twin.data, packed.data)


def test_gradients_go_back_to_their_places():
    x = minitorch.zeros(3, 2, requires_grad=True)
    packed = rnn.pack_padded_sequence(x, [3, 1])
    padded, _ = rnn.pad_packed_sequence(packed, padding_value=7.0)
    (padded * minitorch.arange(6.0).reshape(3, 2)).sum().backward()
    assert x.grad.tolist() == [[0, 1], [2, 0], [4, 0]]


def test_padding_on_either_side():
    sequences = [minitorch.tensor([1, 2, 3]), minitorch.tensor([4])]
    assert rnn.pad_sequence(sequences, True, 9).tolist() == [[1, 2, 3], [4, 9, 9]]
    assert rnn.pad_sequence(sequences, padding_side="left").tolist() == [[1, 0], [2, 0], [3, 4]]
    assert rnn.pad_sequence(minitorch.ones(2, 3), batch_first=True).shape == (2, 3)


def test_what_is_refused():
    x = minitorch.zeros(3, 2, 4)
    with pytest.raises(
        ArgumentError, match=r"lengths must not increase, got \[2, 3\]; pass enforce_sorted=False"
    ):
        rnn.pack_padded_sequence(x, [2, 3])
    with pytest.raises(ArgumentError, match=r"each sequence needs at least one step, got lengths \[2, 0\]"):
        rnn.pack_padded_sequence(x, minitorch.tensor([2, 0]))
    with pytest.raises(ShapeError, match=r"lengths of shape \(1,\) do not fit a batch of 2 sequences"):
        rnn.pack_padded_sequence(x, [2])
    with pytest.raises(ShapeError, match="a sequence of length 4 does not fit the input of 3 steps"):
        rnn.pack_padded_sequence(x, [4, 1])
    with pytest.raises(ShapeError, match="is empty"):
        rnn.pack_padded_sequence(x[:, :0], [])
    with pytest.raises(ShapeError, match=r"expected \(time, batch, …\)"):
        rnn.pack_padded_sequence(x[0, 0], [4])
    with pytest.raises(ArgumentError, match="total_length 2 is shorter than the longest sequence, 3"):
        rnn.pad_packed_sequence(rnn.pack_padded_sequence(x, [3, 2]), total_length=2)
    with pytest.raises(ArgumentError, match="padding_side must be 'left' or 'right', got 'top'"):
        rnn.pad_sequence([x], padding_side="top")
    with pytest.raises(ArgumentError, match="empty list"):
        rnn.pad_sequence([])
    with pytest.raises(ArgumentTypeError, match="expected a list of tensors"):
        rnn.pad_sequence([[1, 2]])
    with pytest.raises(ArgumentTypeError, match="make one with pack_padded_sequence"):
        rnn.PackedSequence(x)
