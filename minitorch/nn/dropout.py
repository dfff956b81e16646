"""Dropout: zeros at random places during training, so that no unit relies on another."""

from __future__ import annotations

from minitorch.errors import ArgumentError
from minitorch.nn import functional as F
from minitorch.nn.module import Module
from minitorch.variable import Variable


class DropoutBase(Module):
    """What the layers share.

    Args:
        p: the probability of a zero.
        inplace: store the result in the input itself.
    """

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ArgumentError(
                f"{type(self).__name__}: p is a probability and must lie between 0 and 1, got {p}"
            )
        self.p, self.inplace = p, inplace

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(DropoutBase):
    """Each element is zero with probability p, and divided by 1 − p otherwise; in evaluation mode y = x.

    Shape: any, unchanged.

    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.

    >>> import minitorch
    >>> minitorch.nn.Dropout(0.5).eval()(minitorch.ones(3))
    tensor([1., 1., 1.])
    """

    def forward(self, input: Variable) -> Variable:
        return F.dropout(input, self.p, self.training, self.inplace)


class Dropout1d(DropoutBase):
    """As `Dropout`, for whole channels of sequences, (N, C, L) or (C, L).

    Shape: (N, C, L) or (C, L), unchanged.

    >>> import minitorch
    >>> y = minitorch.nn.Dropout1d(0.5)(minitorch.ones(2, 3, 4))
    >>> bool((y == y[..., :1]).all())
    True
    """

    def forward(self, input: Variable) -> Variable:
        return F.dropout1d(input, self.p, self.training, self.inplace)


class Dropout2d(DropoutBase):
    """As `Dropout`, for whole channels of images, (N, C, H, W).

    Shape: (N, C, H, W), unchanged; (N, C, L) with a warning.

    >>> import minitorch
    >>> y = minitorch.nn.Dropout2d(0.5)(minitorch.ones(2, 3, 4, 4))
    >>> bool((y == y[..., :1, :1]).all())
    True
    """

    def forward(self, input: Variable) -> Variable:
        return F.dropout2d(input, self.p, self.training, self.inplace)


class Dropout3d(DropoutBase):
    """As `Dropout`, for whole channels of volumes, (N, C, D, H, W) or (C, D, H, W).

    Shape: (N, C, D, H, W) or (C, D, H, W), unchanged.

    >>> import minitorch
    >>> y = minitorch.nn.Dropout3d(0.5)(minitorch.ones(2, 3, 4, 4, 4))
    >>> bool((y == y[..., :1, :1, :1]).all())
    True
    """

    def forward(self, input: Variable) -> Variable:
        return F.dropout3d(input, self.p, self.training, self.inplace)


class AlphaDropout(DropoutBase):
    """Dropout that keeps mean and variance, for use with `SELU`.

    Shape: any, unchanged.

    Source: Klambauer et al., "Self-normalizing neural networks", 2017.

    >>> import minitorch
    >>> y = minitorch.nn.AlphaDropout(0.2)(minitorch.randn(100000))
    >>> abs(y.mean().item()) < 0.05, abs(y.std().item() - 1) < 0.05
    (True, True)
    """

    def forward(self, input: Variable) -> Variable:
        return F.alpha_dropout(input, self.p, self.training, self.inplace)


class FeatureAlphaDropout(DropoutBase):
    """As `AlphaDropout`, for whole channels.

    Shape: (N, C, …), unchanged.

    >>> import minitorch
    >>> y = minitorch.nn.FeatureAlphaDropout(0.5)(minitorch.ones(2, 3, 4))
    >>> bool((y == y[..., :1]).all())
    True
    """

    def forward(self, input: Variable) -> Variable:
        return F.feature_alpha_dropout(input, self.p, self.training)
