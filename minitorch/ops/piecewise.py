"""Activations of straight pieces: hardtanh and its relatives, shrinking, thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minitorch import dtypes
from minitorch.backend import Array
from minitorch.errors import ArgumentError
from minitorch.inplace import method as in_place
from minitorch.op import Op
from minitorch.ops.activation import leaky_relu
from minitorch.ops.common import array_of, check_floating
from minitorch.ops.memory import clone
from minitorch.ops.out import with_out
from minitorch.ops.where import where
from minitorch.registry import backend_of

if TYPE_CHECKING:
    from minitorch.variable import Variable


class Hardtanh(Op):
    """y = min(max(x, low), high);   dx = g where y is neither bound, else 0."""

    def forward(self, x: Array, *, low: float, high: float) -> Array:
        self.low, self.high = low, high
        y = self.backend.clip(x, low, high)
        self.save(output=y)
        return y

    def backward(self, g: Array) -> Array:
        y = array_of(self.saved.output)
        return g * ((y != self.low) & (y != self.high))

    def fused_backward(self, g: Array) -> Array:
        return self.backend.hardtanh_backward(self.saved.output, g, self.low, self.high)


def hardtanh(input: Any, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Variable:
    """min(max(x, `min_val`), `max_val`); unlike for `clamp`, the gradient at the bounds is 0.

    >>> import minitorch
    >>> minitorch.nn.functional.hardtanh(minitorch.tensor([-3.0, 0.5]))
    tensor([-1.0000,  0.5000])
    """
    if min_val > max_val:
        raise ArgumentError(f"hardtanh: min_val {min_val} is greater than max_val {max_val}; exchange them")
    kind = array_of(input).dtype.kind
    if kind == "u" and int(min_val) < 0:
        raise ArgumentError(
            f"hardtanh: uint8 has no negative numbers, such as min_val {min_val}; use x.float()"
        )
    if kind in "biu":
        min_val, max_val = int(min_val), int(max_val)
    return hardtanh_(input, min_val, max_val) if inplace else Hardtanh.apply(input, low=min_val, high=max_val)


def relu6(input: Any, inplace: bool = False) -> Variable:
    """min(max(x, 0), 6).

    >>> import minitorch
    >>> minitorch.nn.functional.relu6(minitorch.tensor([-1.0, 8.0]))
    tensor([0., 6.])
    """
    return hardtanh(input, 0.0, 6.0, inplace)


def hardsigmoid(input: Any, inplace: bool = False) -> Variable:
    """relu6(x + 3) / 6, a sigmoid of straight pieces.

    >>> import minitorch
    >>> minitorch.nn.functional.hardsigmoid(minitorch.tensor([-4.0, 0.0]))
    tensor([0.0000, 0.5000])
    """
    check_floating("hardsigmoid", array_of(input))
    return hardsigmoid_(input) if inplace else relu6(input + 3) / 6


def hardswish(input: Any, inplace: bool = False) -> Variable:
    """x · relu6(x + 3) / 6, a silu of few operations.

    Source: A. Howard et al., "Searching for MobileNetV3" (2019).

    >>> import minitorch
    >>> minitorch.nn.functional.hardswish(minitorch.tensor([-1.0, 4.0]))
    tensor([-0.3333,  4.0000])
    """
    check_floating("hardswish", array_of(input))
    return hardswish_(input) if inplace else input * relu6(input + 3) / 6


@with_out
def hardshrink(input: Any, lambd: float = 0.5) -> Variable:
    """x where |x| > `lambd`, else 0.

    >>> import minitorch
    >>> minitorch.nn.functional.hardshrink(minitorch.tensor([-1.0, 0.3]))
    tensor([-1.,  0.])
    """
    check_floating("hardshrink", array_of(input))
    x = array_of(input)
    return where((x >= -lambd) & (x <= lambd), 0.0, input)


@with_out
def softshrink(input: Any, lambd: float = 0.5) -> Variable:
    """x moved towards 0 by `lambd`, and 0 where |x| ≤ `lambd`.

    >>> import minitorch
    >>> minitorch.nn.functional.softshrink(minitorch.tensor([-1.0, 0.3]))
    tensor([-0.5000,  0.0000])
    """
    check_floating("softshrink", array_of(input))
    if lambd < 0:
        raise ArgumentError(f"softshrink: lambd must not be negative, got {lambd}")
    x = array_of(input)
    shift = backend_of(x).sign(x) * x.dtype.type(lambd)
    return where((x >= -lambd) & (x <= lambd), 0.0, input - shift)


def rrelu(
    input: Any, lower: float = 1 / 8, upper: float = 1 / 3, training: bool = False, inplace: bool = False
) -> Variable:
    """x where x > 0, else x times a slope: drawn uniformly for each element in training, else (lower + upper)/2.

    Args:
        input: any shape.
        lower: least slope.
        upper: largest slope.
        training: draw the slopes.
        inplace: store the result in `input` itself.

    Source: Xu et al., Empirical evaluation of rectified activations in convolutional network, 2015.

    >>> import minitorch
    >>> minitorch.nn.functional.rrelu(minitorch.tensor([-1.0, 2.0]), 0.1, 0.3)
    tensor([-0.2000,  2.0000])
    """
    check_floating("rrelu", array_of(input))
    if inplace:
        return rrelu_(input, lower, upper, training)
    if not lower <= upper:
        raise ArgumentError(f"rrelu: lower must not be greater than upper, got {lower} and {upper}")
    if not training:
        return leaky_relu(input, (lower + upper) / 2)
    slopes = input.detach().new_empty(input.shape, dtype=dtypes.float32).uniform_(lower, upper)
    return input * where(input.detach() <= 0, slopes.to(input.dtype), 1.0)


def threshold(input: Any, threshold: float, value: float, inplace: bool = False) -> Variable:
    """x where x > `threshold`, else `value`.

    >>> import minitorch
    >>> minitorch.threshold(minitorch.tensor([0.5, 2.0]), 1.0, 20.0)
    tensor([20.,  2.])
    """
    x = array_of(input)
    if inplace:
        return threshold_(input, threshold, value)
    return where(x <= threshold, x.dtype.type(value), input)


hardtanh_, threshold_ = in_place(hardtanh, "hardtanh_"), in_place(threshold, "threshold_")
hardsigmoid_ = in_place(hardsigmoid, "hardsigmoid_")
hardswish_ = in_place(lambda input: hardswish(clone(input)), "hardswish_")  # its steps need the old value
rrelu_ = in_place(lambda input, *args, **kwargs: rrelu(clone(input), *args, **kwargs), "rrelu_")
