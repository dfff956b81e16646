"""Embedding and EmbeddingBag: a table of vectors, looked up one by one or in bags."""

from __future__ import annotations

from typing import Any, Self

from minitorch.errors import ArgumentError, NotSupportedError, ShapeError
from minitorch.modes import no_grad
from minitorch.nn import functional as F, init
from minitorch.nn.module import Module
from minitorch.nn.parameter import Parameter, empty_parameter
from minitorch.variable import Variable


class Embedding(Module):
    """y = weight[x]: a vector for each index.

    Args:
        num_embeddings: how many vectors the table holds.
        embedding_dim: the size of each.
        padding_idx: the vector of this index starts as zero and gets no gradient.
        max_norm: vectors that are looked up are first scaled down to this norm, in place.
        norm_type: the exponent of that norm.
        scale_grad_by_freq: divide each gradient by how often its index occurs.
        sparse: not supported.
        device, dtype: of the table.

    Shape: (…) of integers → (…, embedding_dim).

    Attributes:
        weight: (num_embeddings, embedding_dim), initially normal with mean 0 and variance 1.

    >>> import minitorch
    >>> minitorch.nn.Embedding(10, 3)(minitorch.tensor([[1, 2, 4, 5], [4, 3, 2, 9]])).shape
    minitorch.Size([2, 4, 3])
    """

    weight: Parameter

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Variable | None = None,
        _freeze: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.padding_idx = check_table("Embedding", num_embeddings, padding_idx, sparse)
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.max_norm, self.norm_type = max_norm, norm_type
        self.scale_grad_by_freq, self.sparse = scale_grad_by_freq, sparse
        if _weight is None:
            self.weight = empty_parameter(num_embeddings, embedding_dim, device=device, dtype=dtype)
            self.reset_parameters()
        else:
            self.weight = given_table("Embedding", _weight, (num_embeddings, embedding_dim))
        self.weight.requires_grad_(not _freeze)

    def reset_parameters(self) -> None:
        """Draws the initial values anew."""
        draw_table(self.weight, self.padding_idx)

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Variable,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Self:
        """An Embedding with the rows of `embeddings` as its vectors, which are not learned if `freeze`."""
        if embeddings.ndim != 2:
            raise ShapeError(
                f"Embedding.from_pretrained: expected a matrix, got shape {tuple(embeddings.shape)}"
            )
        rows, columns = embeddings.shape
        return cls(
            rows, columns, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse, embeddings,
            freeze,
        )  # fmt: skip

    def forward(self, input: Variable) -> Variable:
        return F.embedding(
            input, self.weight, self.padding_idx, self.max_norm, self.norm_type,
            self.scale_grad_by_freq, self.sparse,
        )  # fmt: skip

    def extra_repr(self) -> str:
        text = f"{self.num_embeddings}, {self.embedding_dim}"
        for name, default in {
            "padding_idx": None,
            "max_norm": None,
            "norm_type": 2,
            "scale_grad_by_freq": False,
        }.items():
            value = getattr(self, name)
            text += "" if value == default else f", {name}={value}"
        return text


class EmbeddingBag(Module):
    """For each bag of indices the sum, mean or largest of their vectors; zeros for an empty bag.

    Args:
        num_embeddings: how many vectors the table holds.
        embedding_dim: the size of each.
        max_norm: vectors that are looked up are first scaled down to this norm, in place.
        norm_type: the exponent of that norm.
        scale_grad_by_freq: divide each gradient by how often its index occurs.
        mode: `"sum"`, `"mean"` or `"max"`.
        sparse: not supported.
        include_last_offset: the last offset is where the last bag ends, not where one begins.
        padding_idx: this index is left out; its vector starts as zero and gets no gradient.
        device, dtype: of the table.

    Shape: (B, N) of integers, or (n) with offsets (B) → (B, embedding_dim).

    Attributes:
        weight: (num_embeddings, embedding_dim), initially normal with mean 0 and variance 1.

    >>> import minitorch
    >>> words, begins = minitorch.tensor([1, 2, 4, 5, 4, 3]), minitorch.tensor([0, 4])
    >>> minitorch.nn.EmbeddingBag(10, 3)(words, begins).shape
    minitorch.Size([2, 3])
    """

    weight: Parameter

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        _weight: Variable | None = None,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.padding_idx = check_table("EmbeddingBag", num_embeddings, padding_idx, sparse)
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.max_norm, self.norm_type = max_norm, norm_type
        self.scale_grad_by_freq, self.sparse, self.mode = scale_grad_by_freq, sparse, mode
        self.include_last_offset = include_last_offset
        if _weight is None:
            self.weight = empty_parameter(num_embeddings, embedding_dim, device=device, dtype=dtype)
            self.reset_parameters()
        else:
            self.weight = given_table("EmbeddingBag", _weight, (num_embeddings, embedding_dim))

    def reset_parameters(self) -> None:
        """Draws the initial values anew."""
        draw_table(self.weight, self.padding_idx)

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Variable,
        freeze: bool = True,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
    ) -> Self:
        """An EmbeddingBag with the rows of `embeddings` as its vectors, which are not learned if `freeze`."""
        if embeddings.ndim != 2:
            raise ShapeError(
                f"EmbeddingBag.from_pretrained: expected a matrix, got shape {tuple(embeddings.shape)}"
            )
        rows, columns = embeddings.shape
        bag = cls(
            rows, columns, max_norm, norm_type, scale_grad_by_freq, mode, sparse, embeddings,
            include_last_offset, padding_idx,
        )  # fmt: skip
        bag.weight.requires_grad_(not freeze)
        return bag

    def forward(
        self, input: Variable, offsets: Variable | None = None, per_sample_weights: Variable | None = None
    ) -> Variable:
        """What is in each bag.

        Args:
            input: indices; a matrix has a bag in each row.
            offsets: where each bag begins, if `input` is one long vector.
            per_sample_weights: what each vector is multiplied by, in sums only.
        """
        return F.embedding_bag(
            input, self.weight, offsets, self.max_norm, self.norm_type, self.scale_grad_by_freq,
            self.mode, self.sparse, per_sample_weights, self.include_last_offset, self.padding_idx,
        )  # fmt: skip

    def extra_repr(self) -> str:
        text = f"{self.num_embeddings}, {self.embedding_dim}"
        for name, default in {"max_norm": None, "norm_type": 2, "scale_grad_by_freq": False}.items():
            value = getattr(self, name)
            text += "" if value == default else f", {name}={value}"
        text += f", mode={self.mode!r}"
        return text if self.padding_idx is None else f"{text}, padding_idx={self.padding_idx}"


def check_table(name: str, rows: int, padding_idx: int | None, sparse: bool) -> int | None:
    """The padding index counted from the front, after checking the settings of a table."""
    if sparse:
        raise NotSupportedError(f"{name}: sparse gradients are not supported; leave sparse=False")
    if padding_idx is None:
        return None
    if not -rows <= padding_idx < rows:
        raise ArgumentError(f"{name}: padding_idx={padding_idx} lies outside of the table of {rows}")
    return padding_idx % rows


def given_table(name: str, weight: Variable, shape: tuple[int, int]) -> Parameter:
    """A tensor as the table."""
    if tuple(weight.shape) != shape:
        raise ShapeError(f"{name}: the weight has shape {tuple(weight.shape)}, expected {shape}")
    return Parameter(weight)


def draw_table(weight: Parameter, padding_idx: int | None) -> None:
    """Draws the initial values of a table: normal, but zero for padding."""
    init.normal_(weight)
    if padding_idx is not None:
        with no_grad():
            weight[padding_idx] = 0
