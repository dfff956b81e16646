"""Embedding: a table of vectors, looked up by index."""

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
        if sparse:
            raise NotSupportedError("Embedding: sparse gradients are not supported; leave sparse=False")
        if padding_idx is not None:
            if not -num_embeddings <= padding_idx < num_embeddings:
                raise ArgumentError(
                    f"Embedding: padding_idx={padding_idx} lies outside of the table of {num_embeddings}"
                )
            padding_idx %= num_embeddings
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.padding_idx, self.max_norm, self.norm_type = padding_idx, max_norm, norm_type
        self.scale_grad_by_freq, self.sparse = scale_grad_by_freq, sparse
        if _weight is None:
            self.weight = empty_parameter(num_embeddings, embedding_dim, device=device, dtype=dtype)
            self.reset_parameters()
            self.weight.requires_grad_(not _freeze)
        else:
            if tuple(_weight.shape) != (num_embeddings, embedding_dim):
                raise ShapeError(
                    f"Embedding: the weight has shape {tuple(_weight.shape)}, expected "
                    f"{(num_embeddings, embedding_dim)}"
                )
            self.weight = Parameter(_weight, requires_grad=not _freeze)

    def reset_parameters(self) -> None:
        """Draws the initial values anew."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            with no_grad():
                self.weight[self.padding_idx] = 0

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
