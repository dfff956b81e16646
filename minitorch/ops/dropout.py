"""Dropout: in training, elements or whole channels at random are set to zero."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

from minitorch import random
from minitorch.backend import Array
from minitorch.errors import ArgumentError, ShapeError
from minitorch.inplace import assign, check
from minitorch.op import Op
from minitorch.ops.common import array_of, check_floating
from minitorch.registry import backend_of
from minitorch.value import wrap

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Dropout(Op):
    """y = x·mask/(1 − p);   dx = g·mask/(1 − p)."""

    def forward(self, x: Array, *, mask: Array, p: float) -> Array:
        self.p = p
        self.keep(mask=mask)
        return self.backend.dropout(x, mask, p)

    def backward(self, g: Array) -> Array:
        return Dropout.apply(g, mask=self.saved.mask, p=self.p)


def _dropout(op_name: str, input: Any, p: float, training: bool, inplace: bool, shape: Any) -> Any:
    """Dropout with one decision for each element of `shape`, which broadcasts against the input."""
    check_probability(op_name, p)
    if inplace:
        check(op_name, input)
    if not training or p == 0:
        return input
    check_floating(op_name, array_of(input))
    mask = keep_mask(input, shape, 1 - p)
    y = Dropout.apply(input, mask=mask, p=p)
    return assign(op_name, input, y) if inplace else y


def keep_mask(input: Any, shape: Any, keep: float) -> Array:
    """Booleans on the device of `input`, each True with probability `keep`."""
    like = array_of(input)
    return backend_of(like).keep_mask(random.source(like=like), tuple(shape), keep)


def check_probability(op_name: str, p: float) -> None:
    """Refuses what is no probability."""
    if not 0 <= p <= 1:
        raise ArgumentError(f"{op_name}: p is a probability between 0 and 1, got {p!r}")


def dropout(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Variable:
    """In training sets each element to zero with probability `p`, and scales the rest by 1/(1 − p).

    Args:
        input: any shape.
        p: probability of zero.
        training: otherwise the input is returned as it is.
        inplace: store the result in the input.

    Raises:
        ArgumentError: if `p` is no probability.

    Source: Srivastava et al., Dropout, JMLR 2014.

    >>> import minitorch
    >>> y = minitorch.nn.functional.dropout(minitorch.ones(1000), 0.2)
    >>> sorted(set(y.tolist()))
    [0.0, 1.25]
    """
    return _dropout("dropout", input, p, training, inplace, input.shape)


def dropout1d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Variable:
    """As `dropout`, for whole channels of sequences.

    Shape: (N, C, L) or (C, L).

    >>> import minitorch
    >>> y = minitorch.nn.functional.dropout1d(minitorch.ones(2, 3, 4))
    >>> minitorch.isclose(y, y[..., :1]).all()  # a channel is kept or dropped as one
    tensor(True)
    """
    return _channels("dropout1d", input, 1, p, training, inplace)


def dropout2d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Variable:
    """As `dropout`, for whole channels of images: neighbours in a channel are too alike to drop one by one.

    Shape: (N, C, H, W); (N, C, L) with a warning.

    Source: Tompson et al., Efficient object localization using convolutional networks, CVPR 2015.

    >>> import minitorch
    >>> y = minitorch.nn.functional.dropout2d(minitorch.ones(2, 3, 4, 4))
    >>> bool((y.amax((2, 3)) == y.amin((2, 3))).all())
    True
    """
    return _channels("dropout2d", input, 2, p, training, inplace)


def dropout3d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Variable:
    """As `dropout`, for whole channels of volumes.

    Shape: (N, C, D, H, W) or (C, D, H, W).

    >>> import minitorch
    >>> x = minitorch.ones(1, 2, 2, 2, 2)
    >>> minitorch.nn.functional.dropout3d(x, training=False).equal(x)  # nothing happens in evaluation
    True
    """
    return _channels("dropout3d", input, 3, p, training, inplace)


def _channels(op_name: str, input: Any, dims: int, p: float, training: bool, inplace: bool) -> Any:
    """Dropout of whole channels; which dims tell them apart is PyTorch's choice also for odd shapes."""
    shape, ndim = tuple(input.shape), input.ndim
    leading = 2 if dims == 2 or ndim == dims + 2 else 1
    if ndim not in (dims + 1, dims + 2):
        message = (
            f"{op_name}: expected {dims + 1} dims (C, …) or {dims + 2} dims (N, C, …), got shape {shape}"
        )
        if dims == 1 or ndim < leading:
            raise ShapeError(message)
        warnings.warn(f"{message}; dims after the first {leading} are dropped as one", stacklevel=3)
    elif dims == 2 and ndim == 3:
        warnings.warn(
            f"{op_name}: shape {shape} is taken for (N, C, L), so rows are dropped as one; use dropout1d for that, "
            f"or add the batch dim with x.unsqueeze(0)",
            stacklevel=3,
        )
    return _dropout(op_name, input, p, training, inplace, (*shape[:leading], *(1,) * (ndim - leading)))


def alpha_dropout(input: Any, p: float = 0.5, training: bool = False, inplace: bool = False) -> Variable:
    """Dropout for `selu` networks: keeps mean 0 and variance 1, by dropping to selu's lower limit −α′.

    y = a·(x where kept, −α′ elsewhere) + b,   a = ((1 − p)·(1 + p·α′²))^−½,   b = a·p·α′

    Args:
        input: any shape.
        p: probability of being dropped.
        training: otherwise the input is returned as it is.
        inplace: store the result in the input.

    Source: Klambauer et al., Self-normalizing neural networks, NeurIPS 2017.

    >>> import minitorch
    >>> y = minitorch.nn.functional.alpha_dropout(minitorch.ones(1000), 0.1, training=True)
    >>> len(set(y.tolist()))
    2
    """
    return _alpha_dropout("alpha_dropout", input, p, training, inplace, input.shape)


def feature_alpha_dropout(
    input: Any, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Variable:
    """As `alpha_dropout`, for whole channels.

    Shape: (N, C, …).

    >>> import minitorch
    >>> y = minitorch.nn.functional.feature_alpha_dropout(minitorch.ones(2, 3, 4), 0.5, training=True)
    >>> bool((y == y[..., :1]).all())
    True
    """
    if training and p != 0 and input.ndim < 2:
        raise ShapeError(f"feature_alpha_dropout: expected (N, C, …), got {tuple(input.shape)}")
    shape = (*input.shape[:2], *(1,) * (input.ndim - 2))
    return _alpha_dropout("feature_alpha_dropout", input, p, training, inplace, shape)


def _alpha_dropout(op_name: str, input: Any, p: float, training: bool, inplace: bool, shape: Any) -> Any:
    """Alpha dropout with one decision for each element of `shape`, which broadcasts against the input."""
    check_probability(op_name, p)
    if inplace:
        check(op_name, input)
    if not training or p == 0:
        return input
    check_floating(op_name, array_of(input))
    if p == 1:
        y = input * 0
    else:
        floor = 1.7580993408473766
        a = 1 / math.sqrt((1 - p) * (1 + p * floor**2))
        mask = keep_mask(input, shape, 1 - p)
        kept = wrap(mask).to(input.dtype)
        y = input * (kept * a) + (kept - 1) * (a * floor) + a * p * floor
    return assign(op_name, input, y) if inplace else y
