"""Sequences of different lengths: `pad_sequence`, `unpad_sequence`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minitorch import ops
from minitorch.errors import ArgumentError, NotSupportedNameError

if TYPE_CHECKING:
    from minitorch.variable import Variable

PACKED = ("PackedSequence", "pack_padded_sequence", "pad_packed_sequence", "pack_sequence")


def pad_sequence(
    sequences: Sequence[Variable],
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

    >>> import minitorch
    >>> minitorch.nn.utils.rnn.pad_sequence([minitorch.ones(2), minitorch.ones(1)], batch_first=True)
    tensor([[1., 1.],
            [1., 0.]])
    """
    if padding_side not in ("left", "right"):
        raise ArgumentError(f"pad_sequence: padding_side must be 'left' or 'right', got {padding_side!r}")
    if not len(sequences):
        raise ArgumentError("pad_sequence: got an empty list of sequences")
    longest = max(x.shape[0] for x in sequences)
    padded = []
    for x in sequences:
        short = longest - x.shape[0]
        ends = (short, 0) if padding_side == "left" else (0, short)
        padded.append(ops.pad(x, (0, 0) * (x.ndim - 1) + ends, value=padding_value))
    return ops.stack(padded, 0 if batch_first else 1)


def unpad_sequence(
    padded_sequences: Variable, lengths: Variable, batch_first: bool = False
) -> list[Variable]:
    """The sequences in a padded tensor, each cut to its length.

    >>> import minitorch
    >>> padded = minitorch.tensor([[1, 2, 3], [4, 5, 0]])
    >>> minitorch.nn.utils.rnn.unpad_sequence(padded, minitorch.tensor([3, 2]), batch_first=True)
    [tensor([1, 2, 3]), tensor([4, 5])]
    """
    batch = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    return [x[:length] for x, length in zip(batch, lengths.tolist(), strict=True)]


def __getattr__(name: str) -> Any:
    if name in PACKED:
        raise NotSupportedNameError(
            f"{name}: packed sequences are not supported yet; pad them with pad_sequence and ignore the "
            f"outputs after each sequence's end"
        )
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
