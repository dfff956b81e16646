"""Sequences of different lengths: padded to one length, or packed without padding.

A packed batch holds the first step of all sequences, then the second step of all that have one, and so on;
sequences are sorted by length, the longest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

from minitorch import creation, dtypes, filled, ops, ranges
from minitorch.errors import ArgumentError, ArgumentTypeError, ShapeError
from minitorch.ops.cumulative import cumsum
from minitorch.value import Value
from minitorch.variable import Variable


class PackedSequenceFields(NamedTuple):
    """The fields of a `PackedSequence`."""

    data: Variable
    batch_sizes: Variable
    sorted_indices: Variable | None = None
    unsorted_indices: Variable | None = None


class PackedSequence(PackedSequenceFields):
    """Sequences of different lengths without padding, for RNN, LSTM and GRU; made by `pack_padded_sequence`.

    Attributes:
        data: all steps, step by step.
        batch_sizes: how many sequences have a first, a second, … step.
        sorted_indices: which sequence became the first one, the second one, …; None if they were sorted.
        unsorted_indices: where each sequence is now.

    >>> import minitorch
    >>> from minitorch.nn.utils.rnn import pack_sequence
    >>> pack_sequence([minitorch.tensor([1, 2, 3]), minitorch.tensor([4])])
    PackedSequence(data=tensor([1, 4, 2, 3]), batch_sizes=tensor([2, 1, 1]), sorted_indices=None, unsorted_indices=None)
    """

    def __new__(
        cls,
        data: Any,
        batch_sizes: Variable | None = None,
        sorted_indices: Variable | None = None,
        unsorted_indices: Variable | None = None,
    ) -> Self:
        """A packed batch from its fields; `PackedSequence((data, batch_sizes))` is another form."""
        if batch_sizes is None:
            if not isinstance(data, (list, tuple)) or len(data) != 2:
                raise ArgumentTypeError(
                    "PackedSequence: expected data and batch_sizes; make one with pack_padded_sequence"
                )
            data, batch_sizes = data
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """The batch with `data` cast or moved, as `Tensor.to`; itself if there is nothing to do."""
        data = self.data.to(*args, **kwargs)
        return self if data is self.data else type(self)(data, *self[1:])

    def cpu(self) -> Self:
        """The batch in the CPU's memory."""
        return self.to("cpu")

    def cuda(self, device: Any = "cuda") -> Self:
        """The batch in a GPU's memory."""
        return self.to(device)

    @property
    def is_cuda(self) -> bool:
        """Whether `data` is in a GPU's memory."""
        return bool(self.data.is_cuda)

    def double(self) -> Self:
        """The batch in float64."""
        return self.to(dtypes.float64)

    def float(self) -> Self:
        """The batch in float32."""
        return self.to(dtypes.float32)

    def half(self) -> Self:
        """The batch in float16."""
        return self.to(dtypes.float16)

    def long(self) -> Self:
        """The batch in int64."""
        return self.to(dtypes.int64)

    def int(self) -> Self:
        """The batch in int32."""
        return self.to(dtypes.int32)

    def short(self) -> Self:
        """The batch in int16."""
        return self.to(dtypes.int16)

    def char(self) -> Self:
        """The batch in int8."""
        return self.to(dtypes.int8)

    def byte(self) -> Self:
        """The batch in uint8."""
        return self.to(dtypes.uint8)


def invert_permutation(permutation: Variable | None) -> Variable | None:
    """The permutation that undoes another one; of None, None.

    >>> import minitorch
    >>> minitorch.nn.utils.rnn.invert_permutation(minitorch.tensor([2, 0, 1]))
    tensor([1, 2, 0])
    """
    return None if permutation is None else permutation.argsort()


def positions(batch_sizes: Variable) -> tuple[Variable, Variable]:
    """For each row of the packed data its step and its sequence."""
    steps = ops.repeat_interleave(ranges.arange(len(batch_sizes)), batch_sizes)
    begins = cumsum(batch_sizes, 0) - batch_sizes
    return steps, ranges.arange(len(steps)) - begins[steps]


def pack_padded_sequence(
    input: Variable, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Leaves the padding out of a padded batch.

    Args:
        input: the padded sequences.
        lengths: how long each is: a list or a tensor.
        batch_first: `input` is (batch, time, …) instead of (time, batch, …).
        enforce_sorted: they are sorted by length already, the longest first; otherwise they are sorted here.

    Shape: (T, B, …) → data (Σ lengths, …).

    Raises:
        ArgumentError: for lengths that are not positive, or not sorted though they should be.
        ShapeError: if there is not one length for each sequence, or one is longer than the input.

    >>> import minitorch
    >>> from minitorch.nn.utils.rnn import pack_padded_sequence
    >>> padded = minitorch.tensor([[1, 2, 0], [3, 0, 0], [4, 5, 6]])
    >>> packed = pack_padded_sequence(padded, [2, 1, 3], batch_first=True, enforce_sorted=False)
    >>> packed.data, packed.sorted_indices
    (tensor([4, 1, 3, 5, 2, 6]), tensor([2, 0, 1]))
    """
    name = "pack_padded_sequence"
    if input.ndim < 2:
        raise ShapeError(f"{name}: expected (time, batch, …), got shape {tuple(input.shape)}")
    length = creation.as_tensor(lengths, dtype=dtypes.int64)
    steps = input.transpose(0, 1) if batch_first else input
    if not input.numel():
        raise ShapeError(f"{name}: the input of shape {tuple(input.shape)} is empty")
    if length.ndim != 1 or len(length) != steps.shape[1]:
        raise ShapeError(
            f"{name}: lengths of shape {tuple(length.shape)} do not fit a batch of {steps.shape[1]} sequences"
        )
    order = None
    if not enforce_sorted:
        order = ops.argsort(length, descending=True)
        length, steps = length[order], steps.index_select(1, order)
    elif bool((length[1:] > length[:-1]).any()):
        raise ArgumentError(
            f"{name}: lengths must not increase, got {length.tolist()}; pass enforce_sorted=False to have "
            f"the sequences sorted"
        )
    if int(length[-1]) <= 0:
        raise ArgumentError(f"{name}: each sequence needs at least one step, got lengths {length.tolist()}")
    if int(length[0]) > steps.shape[0]:
        raise ShapeError(
            f"{name}: a sequence of length {int(length[0])} does not fit the input of {steps.shape[0]} steps"
        )
    batch_sizes = (ranges.arange(int(length[0])).unsqueeze(1) < length).sum(1)
    return PackedSequence(steps[positions(batch_sizes)], batch_sizes, order)


def pad_packed_sequence(
    sequence: PackedSequence,
    batch_first: bool = False,
    padding_value: float = 0.0,
    total_length: int | None = None,
) -> tuple[Variable, Variable]:
    """The padded batch that a packed one was made of, and the lengths.

    Args:
        sequence: the packed batch.
        batch_first: the result is (batch, time, …) instead of (time, batch, …).
        padding_value: what shorter sequences are filled up with.
        total_length: pad to this length instead of that of the longest.

    Raises:
        ArgumentError: if `total_length` is shorter than a sequence.

    >>> import minitorch
    >>> from minitorch.nn.utils.rnn import pack_sequence, pad_packed_sequence
    >>> packed = pack_sequence([minitorch.tensor([1, 2, 3]), minitorch.tensor([4])])
    >>> pad_packed_sequence(packed, batch_first=True)
    (tensor([[1, 2, 3],
            [4, 0, 0]]), tensor([3, 1]))
    """
    sizes = sequence.batch_sizes
    longest = len(sizes)
    if total_length is not None and total_length < longest:
        raise ArgumentError(
            f"pad_packed_sequence: total_length {total_length} is shorter than the longest sequence, {longest}"
        )
    steps = longest if total_length is None else total_length
    column = ranges.arange(int(sizes[0])) if sequence.unsorted_indices is None else sequence.unsorted_indices
    begins = cumsum(sizes, 0) - sizes
    inside = column < sizes.unsqueeze(1)  # (T, B)
    rows = ops.where(inside, begins.unsqueeze(1) + column, 0)
    padded = sequence.data[rows]
    known = inside.reshape(*inside.shape, *(1,) * (padded.ndim - 2))
    padded = ops.where(known, padded, filled.full((), padding_value, dtype=padded.dtype))
    if steps > longest:
        ends = (0, 0) * (padded.ndim - 1) + (0, steps - longest)
        padded = ops.pad(padded, ends, value=padding_value)
    return padded.transpose(0, 1) if batch_first else padded, inside.sum(0)


def pack_sequence(sequences: Sequence[Variable], enforce_sorted: bool = True) -> PackedSequence:
    """Packs sequences of different lengths.

    Args:
        sequences: each of shape (length, …).
        enforce_sorted: they are sorted by length already, the longest first; otherwise they are sorted here.

    >>> import minitorch
    >>> from minitorch.nn.utils.rnn import pack_sequence
    >>> pack_sequence([minitorch.tensor([1, 2, 3]), minitorch.tensor([4])]).batch_sizes
    tensor([2, 1, 1])
    """
    lengths = [x.shape[0] for x in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Variable]:
    """The sequences in a packed batch.

    >>> import minitorch
    >>> from minitorch.nn.utils.rnn import pack_sequence, unpack_sequence
    >>> unpack_sequence(pack_sequence([minitorch.tensor([1, 2, 3]), minitorch.tensor([4])]))
    [tensor([1, 2, 3]), tensor([4])]
    """
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)


def pad_sequence(
    sequences: Sequence[Variable] | Variable,
    batch_first: bool = False,
    padding_value: float = 0.0,
    padding_side: str = "right",
) -> Variable:
    """Sequences of different lengths in one tensor, filled up with `padding_value`.

    Args:
        sequences: each of shape (length, …).
        batch_first: the result is (batch, longest, …) instead of (longest, batch, …).
        padding_value: what shorter ones are filled up with.
        padding_side: `"right"` (after the sequence) or `"left"`.

    Raises:
        ArgumentError: for no sequences, or another side.
        ArgumentTypeError: for anything but tensors.

    >>> import minitorch
    >>> minitorch.nn.utils.rnn.pad_sequence([minitorch.ones(2), minitorch.ones(1)], batch_first=True)
    tensor([[1., 1.],
            [1., 0.]])
    """
    if padding_side not in ("left", "right"):
        raise ArgumentError(f"pad_sequence: padding_side must be 'left' or 'right', got {padding_side!r}")
    if not hasattr(sequences, "__len__") or not all(isinstance(x, Value) for x in sequences):
        raise ArgumentTypeError("pad_sequence: expected a list of tensors")
    if not len(sequences):
        raise ArgumentError("pad_sequence: got an empty list of sequences")
    longest = max(x.shape[0] for x in sequences)
    padded = []
    for x in sequences:
        short = longest - x.shape[0]
        ends = (short, 0) if padding_side == "left" else (0, short)
        padded.append(ops.pad(x, (0, 0) * (x.ndim - 1) + ends, value=padding_value))
    return ops.stack(padded, 0 if batch_first else 1)


def unpad_sequence(padded_sequences: Variable, lengths: Any, batch_first: bool = False) -> list[Variable]:
    """The sequences in a padded tensor, each cut to its length.

    >>> import minitorch
    >>> padded = minitorch.tensor([[1, 2, 3], [4, 5, 0]])
    >>> minitorch.nn.utils.rnn.unpad_sequence(padded, minitorch.tensor([3, 2]), batch_first=True)
    [tensor([1, 2, 3]), tensor([4, 5])]
    """
    batch = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    return [x[:length] for x, length in zip(batch, lengths.tolist(), strict=True)]
