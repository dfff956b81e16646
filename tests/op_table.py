"""The op table: one row per public differentiable function, from which its tests are generated.

A row is one call:

    row("atan2", np.arctan2, pairs())
    row("cumsum", renamed(np.cumsum, dim="axis"), lambda: [call(x(2, 3), 0), call(x(2, 3), dim=-1)])

    name        the function, in `minitorch.ops` or `minitorch.nn.functional`
    reference   the same function for NumPy arrays, written independently; takes the sample's arguments
    samples     makes the calls: `elementwise()`, `pairs()`, `reductions()`, or a list of `call(...)`.
                In them `x(2, 3)` is a tensor to differentiate, `ints(4, high=3)` and `mask(2, 3)` are
                constants, `np.dtype("float32")` is a dtype, lists of tensors may stand anywhere.
                `kink=True` marks a call at a point without a derivative (a tie, |x| at 0): no finite
                differences there, but PyTorch's choice of a gradient is still compared.
    function    what to call instead, where the function itself cannot be called as it is
    torch       PyTorch's name for it (or a function of tensors), where it is another one
    complex     it takes complex tensors, too
    integers    what integer tensors give: "float" (the default dtype), "same", "int64", or None
    half        float16 is worth a comparison (False where it is too coarse)
    differences the highest order of derivatives that finite differences can check: 2, or less
    casts       its result has a dtype of its own, not that of its inputs
    random      it draws random numbers: it is called with the same seed every time

`tests/ops/test_op_table.py` and `tests/oracle/test_op_table.py` do the rest, and fail for a public function
without a row. What has no derivative by nature is listed in `NOT_DIFFERENTIABLE`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import minitorch
import numpy as np
import op_rows_activation
import scipy.special
from op_samples import ROWS, call, elementwise, ints, mask, pairs, reductions, row, x

__all__ = ["NOT_DIFFERENTIABLE", "ROWS"]

ROOMS = [op_rows_activation]  # each adds its rows when it is imported
NOT_DIFFERENTIABLE = {
    *("argsort", "argwhere", "nonzero", "one_hot"),
    *("all", "any", "argmax", "argmin", "isfinite", "isinf", "isnan"),
    *("allclose", "eq", "equal", "ge", "gt", "isclose", "le", "lt", "ne"),
    *("bitwise_and", "bitwise_left_shift", "bitwise_not", "bitwise_or", "bitwise_right_shift"),
    *("bitwise_xor", "logical_and", "logical_not", "logical_or", "logical_xor"),
    *("bool_", "byte", "char", "int_", "long", "short", "detach"),
    "broadcast_shapes",
}


def renamed(function: Callable[..., Any], **names: str) -> Callable[..., Any]:
    """A NumPy function that takes PyTorch's argument names."""

    def call_with_names(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **{names.get(k, k): v for k, v in kwargs.items()})

    return call_with_names


def reducing(function: Callable[..., Any], **settings: Any) -> Callable[..., Any]:
    """A NumPy reduction that takes `dim` and `keepdim`."""

    def reduce(a: Any, dim: Any = None, keepdim: bool = False) -> Any:
        return function(a, axis=dim or None if dim != 0 else 0, keepdims=keepdim, **settings)

    return reduce


# Arithmetic ------------------------------------------------------------------------------------------------

row(
    "add",
    lambda a, b, alpha=1: a + alpha * b,
    lambda: [*pairs()(), call(x(2, 3), x(3), alpha=0.5)],
    complex=True,
    integers="same",
)
row(
    "sub",
    lambda a, b, alpha=1: a - alpha * b,
    lambda: [*pairs()(), call(x(2, 3), x(3), alpha=0.5)],
    complex=True,
    integers="same",
)
row(
    "rsub",
    lambda a, b, alpha=1: b - alpha * a,
    lambda: [*pairs()(), call(x(2, 3), x(3), alpha=0.5)],
    complex=True,
    integers="same",
)
row("mul", np.multiply, pairs(), complex=True, integers="same")
row(
    "div",
    lambda a, b, rounding_mode="copy": getattr(np, rounding_mode)(a / b),
    lambda: [
        *pairs(low=0.5)(),
        call(x(2, 3), x(3, low=0.5), rounding_mode="floor", real=True),
        call(x(2, 3), x(3, low=0.5), rounding_mode="trunc", real=True),
    ],
    complex=True,
    integers=None,
)
row(
    "rdiv",
    lambda a, b: b / a,
    pairs(low=0.5),
    torch=lambda a, b: b / a,
    complex=True,
    integers="float",
)
row("floor_divide", np.floor_divide, pairs(low=0.3), integers=None)
row("rfloor_divide", lambda a, b: b // a, pairs(low=0.3), torch=lambda a, b: b // a)
row("remainder", np.remainder, pairs(low=0.3))
row("rremainder", lambda a, b: b % a, pairs(low=0.3), torch=lambda a, b: b % a)
row("fmod", np.fmod, lambda: [*pairs(low=0.3)(), call(x(2, 3), -0.7)])
row(
    "pow",
    np.power,
    lambda: [
        *pairs(low=0.2)(),
        *[call(x(2, 3), n) for n in (2, 3, 0, 1, -1, -2, 2.0)],
        call(x(2, 3, low=0.2), 0.5),
        call(x(2, 3, low=0.2), -0.5),
        call(2.5, x(2, 3)),
        call(np.zeros((2,)), np.array([0.0, 2.0]), kink=True),
        call(np.array([0.0, 2.0]), 2, kink=True),
        call(np.array([0.0, 2.0]), 0, kink=True),
    ],
    complex=True,
)
row(
    "rpow",
    lambda a, b: b**a,
    lambda: [call(x(2, 3), 2.5), call(x(2), x(2, low=0.3))],
    torch=lambda a, b: b**a,
)
row("atan2", np.arctan2, pairs(low=0.3, scalar=None), integers="float")

# Functions of one value --------------------------------------------------------------------------------------

row("neg", np.negative, elementwise(), complex=True, integers="same")
row(
    "abs",
    np.abs,
    lambda: [*elementwise(low=0.3)(), call(-x(3, low=0.2)), call(np.zeros(2), kink=True)],
    complex=True,
    integers="same",
)
row(
    "sgn",
    lambda a: np.sign(a),
    lambda: [*elementwise(low=0.3)(), call(np.zeros(2), kink=True)],
    complex=True,
    integers="same",
)
for name in ("sign", "floor", "ceil", "trunc"):
    row(name, getattr(np, name), elementwise(), integers="same")
row(
    "round",
    lambda a, decimals=0: np.round(a, decimals),
    lambda: [*elementwise()(), call(x(2, 3), decimals=1), call(np.array([0.5, 1.5]), kink=True)],
    integers="same",
)
row("frac", lambda a: a - np.trunc(a), elementwise())
for name in ("exp", "expm1", "sin", "cos", "sinh", "cosh", "tanh"):
    row(name, getattr(np, name), elementwise(), complex=True, integers="float")
row("exp2", np.exp2, elementwise(), integers="float")
row("tan", np.tan, elementwise(-1.2, 1.2), complex=True, integers="float")
row("atan", np.arctan, elementwise(), complex=True, integers="float")
row("asinh", np.arcsinh, elementwise(), complex=True, integers="float")
for name in ("log", "log2", "log10", "sqrt"):
    row(name, getattr(np, name), elementwise(0.2, 3.0), complex=True, integers="float")
row("log1p", np.log1p, elementwise(-0.8, 2.0), complex=True, integers="float")
row("asin", np.arcsin, elementwise(-0.9, 0.9), complex=True, integers="float")
row("acos", np.arccos, elementwise(-0.9, 0.9), complex=True, integers="float")
row("atanh", np.arctanh, elementwise(-0.9, 0.9), complex=True)
row("acosh", np.arccosh, elementwise(1.2, 3.0), complex=True)
row("rsqrt", lambda a: 1 / np.sqrt(a), elementwise(0.2, 3.0), complex=True)
row("square", np.square, elementwise(), complex=True, integers="same")
row("reciprocal", lambda a: 1 / a, elementwise(0.3, 2.0), complex=True)
row("erf", scipy.special.erf, elementwise(), integers="float")
row("conj", np.conj, elementwise(), complex=True, integers="same")
row("real", np.real, elementwise(), complex=True, integers="same")
row(
    "imag",
    lambda a: np.imag(a * (1 + 2j)),
    elementwise(),
    function=lambda a: minitorch.imag(a * (1 + 2j)),
    torch=lambda a: (a * (1 + 2j)).imag,
    complex=True,
    half=False,
)

# The larger and the smaller ------------------------------------------------------------------------------------

for name in ("maximum", "minimum"):
    row(
        name,
        getattr(np, name),
        lambda: [*pairs(scalar=None)(), call(np.array([1.0, 2.0]), np.array([1.0, 3.0]), kink=True)],
        integers="same",
    )
row(
    "clamp",
    lambda a, min=None, max=None: np.clip(a, min, max),
    lambda: [
        call(x(2, 3), -0.5, 0.7),
        call(x(2, 3), min=-0.5),
        call(x(2, 3), max=0.5),
        call(x(), 0.0, 1.0),
        call(x(0, 3), 0.0, 1.0),
        call(x(2, 3), 1.0, -1.0),
        call(x(2, 3), x(3, high=0.0), x(2, 1, low=0.1)),
        call(x(2, 3), min=x(3)),
        call(x(3), max=x(2, 3)),
        call(np.array([0.0, 1.0, 2.0]), 0.0, 1.0, kink=True),
        call(np.array([0.0, 1.0, 2.0]), np.array(0.0), np.array(1.0), kink=True),
        call(np.array([1.0, 0.0, 3.0]), np.array(1.0), np.array(1.0), kink=True),
    ],
)

# Reductions -----------------------------------------------------------------------------------------------------

row("sum", reducing(np.sum), reductions(), complex=True, integers="int64")
row("mean", reducing(np.mean), lambda: reductions()()[:-1], complex=True)
row(
    "prod",
    lambda a, dim=None, keepdim=False: np.prod(a, axis=dim, keepdims=keepdim),
    lambda: [
        call(x(2, 3)),
        call(x(2, 3, 2), dim=1),
        call(x(2, 3, 2), dim=-1, keepdim=True),
        call(x()),
        call(x(2, 0, 3), dim=1),
        call(x(0)),
        call(np.array([[2.0, 0.0, 3.0], [0.0, 5.0, 0.0]]), 1),
    ],
    complex=True,
    integers="int64",
)


def variance(
    a: Any, dim: Any = None, keepdim: bool = False, correction: int = 1, unbiased: Any = None
) -> Any:
    if unbiased is not None:
        correction = int(unbiased)
    return np.var(a, axis=dim, ddof=correction, keepdims=keepdim)


def spreads() -> list[Any]:
    return [
        call(x(2, 3)),
        call(x(2, 3, 2), dim=1),
        call(x(2, 3, 2), dim=(0, -1), keepdim=True),
        call(x(2, 3), dim=1, correction=0),
        call(x(2, 3), dim=1, unbiased=False),
        call(x(2, 3), dim=0, correction=1),
        call(x(0, 3), dim=1),
    ]


row("var", variance, spreads, complex=True)
row("std", lambda *a, **k: np.sqrt(variance(*a, **k)), spreads, complex=True)


def with_mean(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda a, dim=None, keepdim=False, **k: (
        function(a, dim, keepdim, **k),
        np.mean(a, axis=dim, keepdims=keepdim),
    )


row("var_mean", with_mean(variance), spreads, complex=True)
row("std_mean", with_mean(lambda *a, **k: np.sqrt(variance(*a, **k))), spreads, complex=True)
row(
    "cumsum",
    lambda a, dim: np.cumsum(a, dim) if a.ndim else a,
    lambda: [call(x(2, 3), 0), call(x(2, 3, 2), dim=-2), call(x(), 0), call(x(0, 3), 0)],
    complex=True,
    integers="int64",
)
row(
    "logsumexp",
    lambda a, dim, keepdim=False: scipy.special.logsumexp(a, axis=dim, keepdims=keepdim),
    lambda: [
        call(x(2, 3), 0),
        call(x(2, 3, 2), dim=(0, -1), keepdim=True),
        call(x(2, 3) + 800, 1),
        call(x(), 0),
        call(x(3, 0), 0),
        call(np.array([[-np.inf, 1.0], [0.0, -np.inf]]), 1, kink=True),
    ],
    integers="float",
    half=False,
)


def extremes(*, several: bool) -> list[Any]:
    samples = [
        call(x(2, 3)),
        call(x(2, 3, 2), dim=1),
        call(x(2, 3, 2), dim=-1, keepdim=True),
        call(x()),
        call(x(0, 3), dim=1),
        call(np.array([[1.0, 2.0, 2.0], [3.0, 3.0, 3.0]]), kink=True),
        call(np.array([[1.0, 2.0, 2.0], [3.0, 3.0, 3.0]]), dim=1, kink=True),
        call(np.array([1.0, np.nan, 2.0]), dim=0, kink=True),
    ]
    return [*samples, call(x(2, 3, 2), dim=(0, 2))] if several else samples


for name in ("amax", "amin"):
    row(
        name,
        reducing(getattr(np, name[1:])),
        lambda: extremes(several=True),
        integers="same",
    )


def best(name: str) -> Callable[..., Any]:
    def extreme(a: Any, dim: Any = None, keepdim: bool = False, other: Any = None) -> Any:
        if dim is None:
            return getattr(np, name)(a)
        index = getattr(np, f"arg{name}")(a, axis=dim, keepdims=True)
        value = np.take_along_axis(a, index, dim)
        return (value, index) if keepdim else (value.squeeze(dim), index.squeeze(dim))

    return extreme


for name in ("max", "min"):
    row(name, best(name), lambda: extremes(several=False), integers="same")


def norm(a: Any, p: Any = 2, dim: Any = None, keepdim: bool = False) -> Any:
    size, power = np.abs(a), 2 if p == "fro" else p
    if power in (np.inf, -np.inf):
        return (np.max if power > 0 else np.min)(size, axis=dim, keepdims=keepdim)
    if power == 0:
        return np.sum((size != 0).astype(size.dtype), axis=dim, keepdims=keepdim)
    return np.sum(size**power, axis=dim, keepdims=keepdim) ** (1 / power)


row(
    "norm",
    norm,
    lambda: [
        call(x(2, 3)),
        call(x(2, 3), 2, dim=1),
        *[
            call(x(2, 3, 2), p, dim=(0, 2), keepdim=True)
            for p in (1, 3, 0.5, np.inf, -np.inf, 0, -1)
        ],
        call(x()),
        call(x(2, 0), dim=1),
        *[call(np.zeros((2, 2)), p, dim=0, kink=True) for p in (1, 2, 3)],
        call(np.array([[3.0, -3.0], [1.0, 2.0]]), np.inf, dim=1, kink=True),
    ],
    complex=True,
)

# Shapes ---------------------------------------------------------------------------------------------------------------

row(
    "reshape",
    lambda a, *shape: a.reshape(*shape),
    lambda: [call(x(2, 6), 3, -1), call(x(2, 6), (4, 3)), call(x(), 1, 1), call(x(0, 3), 3, 0)],
    torch=lambda a, *shape: a.reshape(*shape),
    complex=True,
    integers="same",
)
row(
    "view",
    lambda a, *shape: a.reshape(*shape),
    lambda: [call(x(2, 6), 3, -1), call(x(2, 6), (4, 3))],
    function=lambda a, *shape: a.contiguous().view(*shape),
    torch=lambda a, *shape: a.contiguous().view(*shape),
    complex=True,
    integers="same",
)
row(
    "view_as",
    lambda a, b: a.reshape(b.shape),
    lambda: [call(x(2, 6), ints(4, 3, high=2))],
    function=lambda a, b: a.contiguous().view_as(b),
    torch=lambda a, b: a.contiguous().view_as(b),
    complex=True,
)
row("reshape_as", lambda a, b: a.reshape(b.shape), lambda: [call(x(2, 6), ints(4, 3, high=2))])
row(
    "flatten",
    lambda a, start_dim=0, end_dim=-1: {
        (0, -1): a.reshape(-1),
        (1, -1): a.reshape(*a.shape[:1], -1),
        (0, 1): a.reshape(-1, *a.shape[2:]),
    }[start_dim, end_dim],
    lambda: [call(x(2, 3, 2)), call(x(2, 3, 2), 1), call(x(2, 3, 2), end_dim=1), call(x())],
    complex=True,
    integers="same",
)
row(
    "unflatten",
    lambda a, dim, sizes: a.reshape(*a.shape[:dim], *sizes, *a.shape[dim + 1 :]),
    lambda: [call(x(2, 6), 1, (2, 3)), call(x(4, 3), 0, (2, -1))],
)
row("ravel", np.ravel, elementwise(), complex=True, integers="same")
row(
    "permute",
    lambda a, *dims: a.transpose(*dims),
    lambda: [call(x(2, 3, 4), (2, 0, 1)), call(x(2, 3), (-1, 0)), call(x(0, 3), (1, 0))],
    complex=True,
    integers="same",
)
for name in ("transpose", "movedim"):
    row(
        name,
        np.swapaxes if name == "transpose" else np.moveaxis,
        lambda: [call(x(2, 3, 4), 0, 2), call(x(2, 3, 4), -1, 1), call(x(0, 3), 0, 1)],
        complex=True,
        integers="same",
    )
row("t", np.transpose, lambda: [call(x(2, 3)), call(x(3)), call(x())], complex=True)
row(
    "squeeze",
    lambda a, dim=None: np.squeeze(a, dim),
    lambda: [call(x(1, 3, 1)), call(x(1, 3, 1), 0), call(x(1, 3, 1), dim=(0, -1)), call(x())],
    complex=True,
    integers="same",
)
row(
    "unsqueeze",
    np.expand_dims,
    lambda: [call(x(2, 3), 1), call(x(2, 3), -1), call(x(), 0), call(x(0, 3), 0)],
    complex=True,
    integers="same",
)


def expanded(a: Any, *sizes: Any) -> Any:
    sizes = sizes[0] if len(sizes) == 1 and not isinstance(sizes[0], int) else sizes
    lead = len(sizes) - a.ndim
    return np.broadcast_to(a, [a.shape[i - lead] if n == -1 else n for i, n in enumerate(sizes)])


row(
    "expand",
    expanded,
    lambda: [call(x(2, 1), 2, 3), call(x(3), (2, -1)), call(x(), 2, 2), call(x(1, 3), 0, 3)],
    complex=True,
    integers="same",
)
row(
    "expand_as",
    lambda a, b: np.broadcast_to(a, b.shape),
    lambda: [call(x(2, 1), ints(2, 3, high=2))],
)
row("broadcast_to", np.broadcast_to, lambda: [call(x(2, 1), (4, 2, 3)), call(x(), (2,))])
row(
    "broadcast_tensors",
    np.broadcast_arrays,
    lambda: [call(x(2, 1), x(3)), call(x(), x(2, 2), x(1, 1, 1))],
)
row(
    "cat",
    lambda tensors, dim=0: np.concatenate(tensors, dim),
    lambda: [
        call([x(2, 3), x(1, 3)]),
        call([x(2, 3), x(2, 1), x(2, 0)], dim=-1),
        call((x(2),), 0),
    ],
    complex=True,
    integers="same",
)
row(
    "stack",
    lambda tensors, dim=0: np.stack(tensors, dim),
    lambda: [
        call([x(2, 3), x(2, 3)]),
        call([x(2, 3), x(2, 3)], dim=-1),
        call([x(), x()]),
        call([x(0)], 1),
    ],
    complex=True,
    integers="same",
)
row(
    "narrow",
    lambda a, dim, start, length: np.take(a, range(start, start + length), dim),
    lambda: [call(x(2, 5), 1, 1, 3), call(x(4, 2), 0, 0, 0), call(x(2, 5), -1, 2, 1)],
    complex=True,
)
row(
    "select",
    lambda a, dim, index: np.take(a, index, dim),
    lambda: [call(x(2, 5), 1, 3), call(x(4, 2), 0, -1), call(x(3), 0, 1)],
    complex=True,
)


def cuts(a: Any, size: Any, dim: int = 0) -> Any:
    sizes = [size] * (a.shape[dim] // size) if isinstance(size, int) else size
    return np.split(a, np.cumsum(sizes)[: None if sum(sizes) < a.shape[dim] else -1], dim)


row(
    "split",
    cuts,
    lambda: [call(x(5, 2), 2), call(x(2, 6), 3, dim=1), call(x(5, 2), [1, 0, 4]), call(x(3), 5)],
    complex=True,
)
row(
    "chunk",
    np.array_split,
    lambda: [call(x(6, 2), 3), call(x(2, 4), 2, 1), call(x(4), 4)],
)
row(
    "unbind",
    lambda a, dim=0: [np.take(a, i, dim) for i in range(a.shape[dim])],
    lambda: [call(x(3, 2)), call(x(3, 2), dim=-1), call(x(2, 0))],
)
row(
    "flip",
    np.flip,
    lambda: [call(x(2, 3), (0,)), call(x(2, 3), (0, -1)), call(x(0, 3), (1,))],
    complex=True,
    integers="same",
)
row(
    "roll",
    lambda a, shifts, dims=None: np.roll(a, shifts, dims),
    lambda: [
        call(x(2, 3), 1),
        call(x(2, 3), (1, -2), (0, 1)),
        call(x(2, 3), shifts=5, dims=1),
        call(x(0, 2), 1, 0),
    ],
    complex=True,
    integers="same",
)
row(
    "repeat",
    lambda a, *counts: np.tile(a, counts[0] if isinstance(counts[0], tuple) else counts),
    lambda: [call(x(2, 3), 2, 2), call(x(2), (3, 1, 2)), call(x(), 3), call(x(2), 0)],
    complex=True,
)
row("tile", np.tile, lambda: [call(x(2, 3), (2,)), call(x(2), (3, 2)), call(x(), (2,))])
row(
    "repeat_interleave",
    lambda a, repeats, dim=None: np.repeat(a, repeats, dim),
    lambda: [call(x(2, 3), 2), call(x(2, 3), 2, dim=1), call(x(3, 2), np.array([1, 0, 2]), dim=0)],
)


def padded(a: Any, pad: Any, mode: str = "constant", value: Any = None) -> Any:
    widths = [(0, 0)] * (a.ndim - len(pad) // 2)
    widths += [(pad[i], pad[i + 1]) for i in range(len(pad) - 2, -1, -2)]
    for i, (before, after) in enumerate(widths):
        a = np.take(a, range(max(-before, 0), a.shape[i] - max(-after, 0)), i)
    widths = [(max(before, 0), max(after, 0)) for before, after in widths]
    kind = {"replicate": "edge", "circular": "wrap"}.get(mode, mode)
    return np.pad(
        a, widths, kind, **({"constant_values": value or 0} if mode == "constant" else {})
    )


row(
    "pad",
    padded,
    lambda: [
        call(x(2, 3), (1, 2)),
        call(x(2, 3), (1, 0, 0, 2), value=1.5),
        call(x(2, 4), (-1, -2)),
        call(x(2, 4), (1, -2, -1, 0), "constant", 0.5),
        call(x(0, 2), (1, 1, 1, 0)),
        call(x(1, 2, 4), (1, 2), "reflect"),
        call(x(1, 1, 3, 4), (1, 2, 2, 1), mode="reflect"),
        call(x(1, 1, 3, 4), (1, 2, 0, 3), mode="replicate"),
        call(x(1, 1, 3, 4), (4, 2, 1, 3), mode="circular"),
    ],
    complex=True,
)
for name, least in (("atleast_1d", np.atleast_1d), ("atleast_2d", np.atleast_2d)):
    row(name, least, lambda: [call(x()), call(x(2)), call(x(2, 2)), call(x(), x(2))])

# Indices ------------------------------------------------------------------------------------------------------------------


def items() -> list[Any]:
    rows_, columns = np.array([0, 2, 2]), np.array([1, 0, 0])
    return [
        (x(3, 4), 1),
        (x(3, 4), (slice(None), -1)),
        (x(3, 4), (slice(0, 3, 2), None, slice(1, None))),
        (x(3, 4), (..., 2)),
        (x(), ()),
        (x(2, 3, 2), (..., None, 0)),
        (x(3, 4), rows_),
        (x(3, 4), (rows_, columns)),
        (x(3, 4), (slice(None), rows_)),
        (x(3, 4, 2), (rows_[:, None], columns)),
        (x(3, 4), (slice(1, 3), np.array([-1, 0]))),
        (x(3, 4), mask(3, 4)),
        (x(3, 4), np.array([True, False, True])),
        (x(3, 4), np.zeros((0,), np.int64)),
        (x(3, 4), slice(2, 2)),
    ]


row(
    "getitem",
    lambda a, index: a[index],
    lambda: [call(a, index) for a, index in items()],
    torch=lambda a, index: a[index],
    complex=True,
    integers="same",
)


def assigned(a: Any, index: Any, value: Any) -> Any:
    """The index assignment on a copy, in NumPy, minitorch and PyTorch alike."""
    a = a.copy() if isinstance(a, np.ndarray) else a.clone()
    a[index] = value
    return a


def assignments() -> list[Any]:
    unique = [item for item in items() if "[0, 2, 2]" not in repr(item[1])]
    filled = [call(a, index, x(*a[index].shape)) for a, index in unique]
    return [
        *filled,
        call(x(3, 4), (slice(None), 1), 2.5),
        call(x(3, 4), 0, x(4)),
        call(x(2, 3), 1, x()),
    ]


row("setitem", assigned, assignments, function=assigned, torch=assigned, complex=True)
row(
    "index_select",
    lambda a, dim, index: np.take(a, index, dim),
    lambda: [
        call(x(3, 4), 0, np.array([2, 0, 2])),
        call(x(3, 4), dim=-1, index=np.array([1])),
        call(x(3, 4), 1, np.zeros((0,), np.int64)),
    ],
    complex=True,
    integers="same",
)


def taken(a: Any, indices: Any, dim: Any = None) -> Any:
    if dim is None:
        return np.take_along_axis(a.reshape(-1), indices.reshape(-1), 0)
    return np.take_along_axis(a, indices, dim)


row(
    "take_along_dim",
    taken,
    lambda: [
        call(x(3, 4), ints(2, 4, high=3), 0),
        call(x(3, 4), ints(3, 6, high=4), dim=-1),
        call(x(3, 4), ints(1, 2, high=4), dim=1),
        call(x(3, 4), ints(5, high=12)),
    ],
    complex=True,
    integers="same",
)
row(
    "masked_fill",
    lambda a, mask, value: np.where(mask, value, a),
    lambda: [
        call(x(2, 3), mask(2, 3), 1.5),
        call(x(2, 3), mask(3), 0.0),
        call(x(2, 3), mask(2, 1), x()),
        call(x(0, 3), mask(3), -1.0),
    ],
    complex=True,
)
row(
    "where",
    np.where,
    lambda: [
        call(mask(2, 3), x(2, 3), x(2, 3)),
        call(mask(3), x(2, 1), x()),
        call(mask(2, 3), x(2, 3), 0.5),
        call(mask(2, 3), -1.5, x(3)),
        call(mask(0, 3), x(3), x(3)),
        call(np.array(True), x(2), x(2)),
    ],
    complex=True,
    integers="same",
)

# Products --------------------------------------------------------------------------------------------------------------------

row(
    "matmul",
    np.matmul,
    lambda: [
        call(x(2, 3), x(3, 4)),
        call(x(3), x(3)),
        call(x(2, 3), x(3)),
        call(x(3), x(3, 2)),
        call(x(2, 2, 3), x(3, 4)),
        call(x(2, 2, 3), x(3)),
        call(x(3), x(2, 3, 2)),
        call(x(2, 1, 2, 3), x(2, 3, 2)),
        call(x(2, 3), x(2, 3, 2)),
        call(x(0, 3), x(3, 2)),
        call(x(2, 0), x(0, 3)),
        call(x(2, 0, 3), x(3, 2)),
        call(x(2, 2, 0), x(0, 2)),
    ],
    complex=True,
    integers="same",
)
row("rmatmul", lambda a, b: b @ a, lambda: [call(x(3, 4), x(2, 3))], torch=lambda a, b: b @ a)
row("mm", np.matmul, lambda: [call(x(2, 3), x(3, 4)), call(x(2, 0), x(0, 2))], complex=True)
row(
    "bmm",
    np.matmul,
    lambda: [call(x(2, 2, 3), x(2, 3, 2)), call(x(0, 2, 3), x(0, 3, 2))],
    complex=True,
)
row("mv", np.matmul, lambda: [call(x(2, 3), x(3)), call(x(2, 0), x(0))], complex=True)
row("dot", np.dot, lambda: [call(x(3), x(3)), call(x(0), x(0))], complex=True, integers="same")
row("outer", np.outer, lambda: [call(x(3), x(2)), call(x(0), x(2))], complex=True, integers="same")
row(
    "linear",
    lambda a, w, bias=None: a @ w.T + (0 if bias is None else bias),
    lambda: [
        call(x(4, 3), x(2, 3), x(2)),
        call(x(4, 3), x(2, 3)),
        call(x(3), x(2, 3), x(2)),
        call(x(2, 2, 3), x(2, 3), bias=x(2)),
        call(x(0, 3), x(2, 3), x(2)),
        call(x(4, 3), x(3)),
        call(x(2, 0), x(3, 0), x(3)),
    ],
    complex=True,
)

# Copies and casts -----------------------------------------------------------------------------------------------------------------

row("clone", np.copy, elementwise(), complex=True, integers="same")
row("contiguous", np.copy, elementwise(), complex=True, integers="same")
row(
    "to",
    lambda a, dtype, copy=False: a.astype(dtype),
    lambda: [
        call(x(2, 3), np.dtype("float64"), copy=True),
        call(x(2, 3), np.dtype("complex128")),
        call(x(), np.dtype("float64")),
    ],
    casts=True,
)
row("type_as", lambda a, b: a.astype(b.dtype), lambda: [call(x(2, 3), x(1))])
row("double", lambda a: a.astype("float64"), elementwise(), casts=True, torch=lambda a: a.double())
row(
    "float_",
    lambda a: a.astype("float32"),
    elementwise(),
    torch=lambda a: a.float(),
    differences=0,
    casts=True,
)
row(
    "half",
    lambda a: a.astype("float16"),
    elementwise(),
    differences=0,
    casts=True,
    torch=lambda a: a.half(),
)
row(
    "cdouble",
    lambda a: a.astype("complex128"),
    elementwise(),
    complex=True,
    casts=True,
    torch=lambda a: a.cdouble(),
)
row(
    "cfloat",
    lambda a: a.astype("complex64"),
    elementwise(),
    complex=True,
    differences=0,
    casts=True,
    torch=lambda a: a.cfloat(),
)
