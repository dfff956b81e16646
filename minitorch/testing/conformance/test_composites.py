"""Every composite against its definition, run with NumPy's primitives.

A row is the arguments of one call. Arrays among them are handed over in every layout, and looked at again
after the call: whatever a kernel changes in place, it has to change as the definition does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from inspect import isfunction
from typing import Any

import numpy as np
import pytest

from minitorch.backend import Array, Backend
from minitorch.backend_device import Devices
from minitorch.registry import get_backend
from minitorch.testing.conformance.fixtures import numbers, same
from minitorch.windows import Windows

Layout = Callable[[Backend, Any], Array]
NOT_KERNELS = {  # see test_memory, test_random
    "quiet", "check_complete", "add_into", "is_whole", "keep_mask", "to_dlpack",
    "get_num_threads", "set_num_threads", "warmup", "describe", "hints",
}  # fmt: skip

# What a forward keeps for its backward alone is each backend's own affair: it is not compared, and it is handed on.
KEEP = {"gelu", "linear_gelu", "silu", "cross_entropy", "attention"}
AFTER_FORWARD: dict[str, Callable[..., Any]] = {
    "gelu_backward": lambda backend, x, g, tanh: backend.gelu_backward(x, backend.gelu(x, tanh)[-1], g, tanh),
    "silu_backward": lambda backend, x, g: backend.silu_backward(x, backend.silu(x)[-1], g),
    "cross_entropy_backward": lambda backend, x, target, scale: backend.cross_entropy_backward(
        x, backend.cross_entropy(x, target)[-1], target, scale
    ),
    "attention_backward": lambda backend, g, q, k, v, mask, scale, causal, of_mask: (
        backend.attention_backward(
            g, q, k, v, mask, *backend.attention(q, k, v, mask, scale, causal), scale, causal, of_mask
        )
    ),
}


class Call:
    """The arguments of one call."""

    def __init__(self, *args: Any, tolerance: float = 64, **settings: Any) -> None:
        self.args, self.settings, self.tolerance = args, settings, tolerance

    def handed_over(self, change: Callable[[Any], Any]) -> list[Any]:
        """The arguments with every array in them changed."""
        return [walk(arg, change) for arg in self.args]


def walk(value: Any, change: Callable[[Any], Any]) -> Any:
    """A value with every array in it changed; lists are new ones."""
    if isinstance(value, np.ndarray):
        return change(value)
    return [walk(item, change) for item in value] if isinstance(value, list) else value


def floats(*shape: int, low: float = -2.0, high: float = 2.0, seed: int = 0) -> Iterator[Any]:
    """The same shape in single and double precision."""
    for kind in ("float32", "float64"):
        yield numbers(shape, kind, low, high, seed)


def several(*shapes: tuple[int, ...], low: float = -2.0, high: float = 2.0) -> Iterator[list[Any]]:
    """Arrays of these shapes in single and double precision."""
    for kind in ("float32", "float64"):
        yield [numbers(shape, kind, low, high, seed=i) for i, shape in enumerate(shapes)]


SHAPES: list[tuple[int, ...]] = [(2, 3), (), (0, 3), (3, 40, 20)]
ROWS: list[tuple[int, ...]] = [(1, 1), (2, 3), (40, 20)]
TARGET = np.array([1, 0, 4, 1])


def one(*settings: Any, shapes: Sequence[tuple[int, ...]] = SHAPES) -> list[Call]:
    """Calls with one array of several shapes."""
    return [Call(x, *settings) for shape in shapes for x in floats(*shape)]


def two(*settings: Any, low: float = -2.0, shapes: list[tuple[int, ...]] = SHAPES) -> list[Call]:
    """Calls with two arrays of the same shape."""
    return [Call(*pair, *settings) for shape in shapes for pair in several(shape, shape, low=low)]


# Layers ---------------------------------------------------------------------------------------------------

WINDOWS = {  # size, kernel, stride, padding, dilation
    "1d": ((9,), (3,), (2,), (1,), (1,)),
    "1×1": ((4, 5), (1, 1), (1, 1), (0, 0), (1, 1)),
    "1×1 apart": ((5, 6), (1, 1), (2, 2), (0, 0), (1, 1)),
    "3×3": ((6, 5), (3, 3), (1, 1), (1, 1), (1, 1)),
    "2×2": ((7, 6), (2, 2), (2, 2), (0, 0), (1, 1)),
    "uneven": ((9, 8), (3, 2), (2, 3), (1, 0), (2, 1)),
    "large": ((16, 12), (3, 3), (1, 1), (1, 1), (1, 1)),
    "3d": ((4, 5, 3), (2, 3, 1), (1, 2, 1), (1, 1, 0), (1, 1, 1)),
}
GROUPS = [(1, 3, 4), (2, 4, 6), (3, 3, 6), (3, 6, 3), (4, 4, 4)]  # groups, input and output channels


def windows(name: str) -> Windows:
    """The windows of a row of WINDOWS."""
    size, kernel, stride, before, dilation = WINDOWS[name]
    counts = tuple(
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, k, s, p, d in zip(size, kernel, stride, before, dilation, strict=True)
    )
    return Windows(size, kernel, stride, before, dilation, counts)


def each_window() -> list[Windows]:
    """All rows of WINDOWS."""
    return [windows(name) for name in WINDOWS]


def convolutions(which: str) -> list[Call]:
    """Two of the three arrays x, w, y of a convolution, and a bias for the third."""
    calls = []
    for lies in each_window():
        for groups, c, o in GROUPS:
            for batch in (2, 0) if groups == 1 else (3,):
                x, w, y = (batch, c, *lies.size), (o, c // groups, *lies.kernel), (batch, o, *lies.counts)
                shapes = {"x": x, "w": w, "y": y, "b": (o,), "c": (c,)}
                arrays = several(*(shapes[letter] for letter in which))
                calls += [Call(*pair, lies, groups) for pair in arrays]
    no_bias = [Call(*call.args[:2], None, *call.args[3:]) for call in calls[:6] if len(which) == 3]
    in_half = [Call(*call.handed_over(lambda a: a.astype("float16"))) for call in calls[8:12]]
    return calls + no_bias + in_half


def pooled(*shapes: str) -> list[Call]:
    """Arrays over windows: "x" of the input's size, "y" one number for each window."""
    calls = []
    for lies in each_window():
        for batch in (2, 0):
            full = {"x": (batch, 3, *lies.size), "y": (batch, 3, *lies.counts)}
            calls += [Call(*arrays, lies) for arrays in several(*(full[s] for s in shapes))]
    return calls


def max_pools(backward: bool) -> list[Call]:
    """Inputs, with many ties, and what was chosen."""
    calls = []
    for call in pooled("x", "y"):
        x, g, lies = call.args
        x = np.round(x)
        y = Backend.max_pool(get_backend("numpy"), x, lies)
        calls.append(Call(x, y, g, lies) if backward else Call(x, y, lies))
    return calls


def norms(*shapes: tuple[int, ...]) -> list[Call]:
    """Inputs, with and without parameters: (N, C, …) for batch norm, rows for layer norm."""
    calls = []
    for shape in shapes:
        for x, w, b in several(shape, (shape[1],), (shape[1],)):
            calls += [Call(x, w, b, 1e-5), Call(x, None, None, 1e-5)]
    return calls


def norm_gradients(
    kept: Callable[[tuple[int, ...]], tuple[int, ...]], *shapes: tuple[int, ...]
) -> list[Call]:
    """The same, with what the forward kept: arrays of shape `kept(shape)`."""
    calls = []
    for shape in shapes:
        for x, weight, mean, inv, g in several(shape, (shape[1],), kept(shape), kept(shape), shape):
            calls += [Call(x, w, mean, abs(inv) + 0.5, g) for w in (weight, None)]
    return calls


# Optimizers -------------------------------------------------------------------------------------------------


def steps(state: str, choices: dict[str, Any], *more: list[Any]) -> list[Call]:
    """Parameters with gradients and state, one of them large; settings on or off.

    Args:
        state: for each list of state "+" where its entries are positive, "-" else, "n" for None.
        choices: settings; of a tuple each value in turn, with the first one of all other tuples.
        more: what follows the arrays.
    """
    base = {name: value[0] if isinstance(value, tuple) else value for name, value in choices.items()}
    tuples = {name: value for name, value in choices.items() if isinstance(value, tuple)}
    calls = []
    for setting in [{**base, name: value} for name, values in tuples.items() for value in values]:
        for kind in ("float32", "float64"):
            columns: list[Any] = []
            for i, sign in enumerate("--" + state):
                low = 0.1 if sign == "+" else -2.0
                column = [numbers(shape, kind, low, 2, seed=i) for shape in [(2, 3), (), (200, 90)]]
                columns.append(None if sign == "n" else column)
            calls.append(Call(*columns, *more, **setting))
    return calls


COMMON = {"lr": 0.1, "weight_decay": (0.0, 0.1), "maximize": (False, True)}
SGD = {**COMMON, "momentum": (0.9, 0.0), "dampening": (0.0, 0.3), "nesterov": (False, True)}
ADAM = {**COMMON, "beta1": 0.9, "beta2": 0.99, "eps": 1e-3, "decoupled": (False, True)}
RMSPROP = {**COMMON, "alpha": 0.9, "eps": 1e-2, "momentum": 0.5}
STEPS = [1.0, 2.0, 5.0]


def centred(call: Call) -> Call:
    """Squares large enough to have the squared means taken away from them."""
    call.args[2][:] = [np.asarray(v + 5) for v in call.args[2]]
    return call


# Sequences --------------------------------------------------------------------------------------------------

T, N, H = 4, 2, 3


def sequences(*shapes: tuple[int, ...], before: tuple[Any, ...] = ()) -> list[Call]:
    """Arrays of these shapes, read forwards and backwards."""
    return [
        Call(*arrays, *before, reverse)
        for arrays in several(*shapes, low=-0.9, high=0.9)
        for reverse in (False, True)
    ]


def looked_up(gradients: bool) -> list[Call]:
    """Queries, keys and values, with and without masks; a row of the first mask hides everything."""
    shapes = [(2, 3, 4), (2, 5, 4), (2, 5, 2), (3, 5), (2, 3, 2)]
    hidden = np.zeros((3, 5), "float32")
    hidden[1] = -np.inf
    calls = []
    for q, k, v, mask, g in several(*shapes):
        for m, causal in ((None, False), (None, True), (mask, False), (hidden.astype(q.dtype), False)):
            if not gradients:
                calls.append(Call(q, k, v, m, 0.5, causal))
            else:
                calls += [Call(g, q, k, v, m, 0.5, causal, of_mask) for of_mask in (False, True)]
    return calls


def matrices(*shapes: tuple[int, ...], settings: tuple[Any, ...] = ()) -> list[Call]:
    """Matrices whose diagonals are large, so that errors stay small."""
    calls = []
    for arrays in several(*shapes):
        if arrays[0].shape[-1]:
            arrays[0] = arrays[0] / arrays[0].shape[-1] + np.eye(*arrays[0].shape[-2:], dtype=arrays[0].dtype)
        calls.append(Call(*arrays, *settings, tolerance=1024))
    return calls


CALLS: dict[str, Callable[[], list[Call]]] = {
    "clip": lambda: [*one(-1, 1), *one(None, 0.5), *one(-0.5, None)],
    "mean": lambda: [*one(1, shapes=[(2, 3)]), *one((0, 2), True, shapes=[(2, 3, 4)]), *one(None)],
    "logsumexp": lambda: [*one(1, shapes=[(2, 3)]), *one((0, 2), True, shapes=[(2, 3, 4)])],
    "diagonal": lambda: [*one(0, 0, 1, shapes=[(3, 4)]), *one(-1, 2, 0, shapes=[(2, 3, 4)])],
    "linear": lambda: [
        *[Call(*arrays) for arrays in several((4, 3), (2, 3), (2,))],
        *[Call(*arrays, None) for arrays in several((0, 3), (2, 3))],
    ],
    "linear_relu": lambda: [
        *[Call(*arrays) for arrays in several((4, 3), (2, 3), (2,))],
        *[Call(*arrays, None) for arrays in several((0, 3), (2, 3))],
    ],
    "linear_gelu": lambda: [
        *[Call(*arrays, tanh) for tanh in (False, True) for arrays in several((4, 3), (2, 3), (2,))],
        *[Call(*arrays, None, True) for arrays in several((0, 3), (2, 3))],
    ],
    "global_norm": lambda: [Call(arrays) for arrays in several((2, 3), (), (0,), (300, 90))],
    "norm_of_all": lambda: [Call(arrays) for arrays in several((2, 3), (), (0,), (300, 90))],
    "relu": one,
    "relu_backward": lambda: two(low=-0.0),
    "hardtanh_backward": lambda: two(-1.5, 1.0, low=-1.5),
    "leaky_relu": lambda: [*one(0.1), *one(1.5), *one(-0.5)],
    "leaky_relu_backward": lambda: two(0.1),
    "elu": lambda: [*one(1.0, 1.0, 1.0), *one(1.5, 1.1, 0.7)],
    "elu_backward": lambda: two(1.5, 1.1, 0.7),
    "gelu_cdf": lambda: [*one(False), *one(True)],
    "gelu": lambda: [*one(False), *one(True)],
    "gelu_backward": lambda: [*two(False), *two(True)],
    "sigmoid": one,
    "sigmoid_backward": two,
    "tanh_backward": two,
    "silu": one,
    "silu_backward": two,
    "softplus": one,
    "softplus_backward": lambda: two(2.0, 1.0),
    "softmax": lambda: [*one(1, shapes=[(2, 3), (0, 3), (2, 50, 3)]), *one(-1, shapes=[(2, 3, 4)])],
    "softmax_backward": lambda: two(1, shapes=[(2, 3), (0, 3), (2, 50, 3)]),
    "log_softmax": lambda: [*one(1, shapes=[(2, 3), (0, 3), (2, 50, 3)]), *one(-1, shapes=[(2, 3, 4)])],
    "log_softmax_backward": lambda: two(1, shapes=[(2, 3), (0, 3), (2, 50, 3)]),
    "cross_entropy": lambda: [Call(x, TARGET) for x in floats(4, 5)],
    "cross_entropy_backward": lambda: [
        *[Call(x, TARGET, np.asarray(0.25, x.dtype)) for x in floats(4, 5)],
        *[Call(x, TARGET, scale) for x, scale in several((4, 5), (4,), low=0.1)],
    ],
    "attention": lambda: looked_up(gradients=False),
    "attention_backward": lambda: looked_up(gradients=True),
    "causal_mask": lambda: [Call(3, 5), Call(4, 2), Call(0, 2)],
    "windows_to_columns": lambda: pooled("x"),
    "columns_to_windows": lambda: [
        Call(columns, lies) for lies in each_window() for columns in floats(2, 3, *lies.kernel, *lies.counts)
    ],
    "conv": lambda: convolutions("xwb"),
    "conv_transpose": lambda: convolutions("ywc"),
    "conv_weight": lambda: convolutions("xy"),
    "max_pool": lambda: pooled("x"),
    "max_pool_indices": lambda: max_pools(backward=False),
    "max_pool_backward": lambda: max_pools(backward=True),
    "sum_pool": lambda: pooled("x"),
    "sum_pool_backward": lambda: pooled("y"),
    "standardize": lambda: [*one((0, 2), 1e-5, shapes=[(2, 3, 4)]), *one((1,), 1e-3, shapes=[(4, 5)])],
    "batch_norm": lambda: norms((4, 3), (4, 3, 5), (2, 3, 4, 5)),
    "batch_norm_backward": lambda: norm_gradients(
        lambda shape: (1, shape[1], *(1,) * (len(shape) - 2)), (4, 3), (4, 3, 5), (2, 3, 4, 5)
    ),
    "layer_norm": lambda: norms((4, 5), (1, 5), (0, 5)),
    "layer_norm_backward": lambda: norm_gradients(lambda shape: (shape[0], 1), (4, 5), (1, 5), (0, 5)),
    "rms_norm": lambda: [
        *[Call(x, w, 1e-3) for x, w in several((4, 5), (5,))],
        *one(None, 1e-5, shapes=[(40, 70), (0, 5)]),
    ],
    "rms_norm_backward": lambda: [
        *[Call(*arrays) for arrays in several((4, 5), (5,), (4, 1), (4, 5))],
        *[Call(x, None, inv, g) for x, inv, g in several((40, 70), (40, 1), (40, 70))],
    ],
    "scale_channels": lambda: [
        *[
            Call(*arrays)
            for shape in ((2, 3), (0, 3, 2), (2, 3, 40, 5))
            for arrays in several(shape, (3,), (3,))
        ],
        *[Call(x, w, None) for x, w in several((2, 3, 4), (3,))],
        *[Call(x, None, b) for x, b in several((2, 3, 4), (3,))],
    ],
    "dropout": lambda: [Call(x, numbers((4, 5), "bool"), p) for x in floats(4, 5) for p in (0.3, 1.0)],
    "take_rows": lambda: [
        Call(w, index) for w in floats(5, 3) for index in (TARGET, TARGET.reshape(2, 2), TARGET[:0])
    ],
    "add_rows": lambda: [
        *[Call(x, TARGET, 5) for x in floats(4, 3)],
        *[Call(x, TARGET.reshape(2, 2), 6) for x in floats(2, 2, 3)],
        *[Call(x, np.arange(700) % 7, 9) for x in floats(700, 300)],
    ],
    **{
        name: lambda: [*one(0, shapes=ROWS), *one(1, shapes=ROWS)]
        for name in ("cummax", "cummin", "logcumsumexp", "argsort_descending")
    },
    "topk": lambda: [
        *one(2, 1, True, shapes=ROWS[1:]),
        *one(7, 0, False, shapes=[(9, 3)]),
        Call(TARGET, 1, 0, True),
    ],
    "searchsorted": lambda: [
        Call(edges, x, right)
        for right in (False, True)
        for edges, x in (
            (np.arange(5), TARGET),
            (np.linspace(-2, 2, 40), numbers((3, 40), "float64", -2.0, 2.0)),
            *[
                (np.sort(numbers((3, 5), "float64", -2.0, 2.0)), numbers((3, n), "float64", -2.0, 2.0))
                for n in (2, 99)
            ],
            (np.zeros(0), np.ones(3)),
        )
    ],
    "bincount": lambda: [
        Call(TARGET, None, 6),
        Call(TARGET[:0], None, 2),
        *[Call(TARGET, w, 5) for w in floats(4)],
    ],
    "lexsort": lambda: [
        Call(numbers((20, 3), "int64", 0, 3)),
        Call(np.zeros((4, 1))),
        Call(np.zeros((0, 2))),
    ],
    "solve_triangular": lambda: [
        *matrices((2, 3, 3), (3, 2), settings=(True, False)),
        *matrices((70, 70), (70, 2), settings=(False, True)),
    ],
    "lu": lambda: [*matrices((2, 4, 3)), *matrices((70, 70)), *matrices((0, 2, 2))],
    "permutation": lambda: [Call(np.array([[3, 2, 3], [1, 2, 3]], "int32"), 4)],
    "matrix_exp": lambda: [*matrices((2, 3, 3)), *matrices((0, 0))],
    "ldl": lambda: [*matrices((6, 6), settings=(False,)), *matrices((6, 6), settings=(True,))],
    "ldl_solve": lambda: [
        Call(a, np.array([1, -3, -3], "int32"), b, False, tolerance=1024)
        for a, b in several((3, 3), (3, 2), low=1.0)
    ],
    "sgd_step": lambda: [*steps("-", SGD), *steps("", {**SGD, "nesterov": True}, [None] * 3)],
    "adam_step": lambda: [*steps("-++", ADAM, STEPS), *steps("-+n", ADAM, STEPS)],
    "adagrad_step": lambda: steps("+", {**COMMON, "lr_decay": (0.0, 0.1), "eps": 1e-3}, STEPS),
    "rmsprop_step": lambda: [
        *steps("+nn", {**RMSPROP, "momentum": 0.0}),
        *map(centred, steps("+--", RMSPROP)),
    ],
    "adadelta_step": lambda: steps("++", {**COMMON, "rho": 0.9, "eps": 1e-3}),
    "adamax_step": lambda: steps("-+", {**COMMON, "beta1": 0.9, "beta2": 0.99, "eps": 1e-3}, STEPS),
    "nadam_step": lambda: steps("-+", ADAM, STEPS, [0.5, 0.3, 0.1], [0.2, 0.7, 0.9]),
    "radam_step": lambda: steps("-+", ADAM, STEPS, [0.0, 0.3, 0.9]),
    "unscale": lambda: [
        Call([*arrays, bad], np.float32(0.3), np.zeros((), "float32"))
        for arrays in several((2, 3), (300, 90))
        for bad in (np.ones(3, "float32"), np.array([1.0, np.inf], "float32"), np.array([np.nan], "float32"))
    ],
    "update_scale": lambda: [
        Call(np.array(scale, "float32"), np.array(count, "int32"), np.array(found, "float32"), 2.0, 0.5, 3)
        for scale in (8.0, 3e38)
        for count in (0, 2)
        for found in (0.0, 1.0)
    ],
    "scale_all": lambda: [Call(arrays, 0.3) for arrays in several((2, 3), (), (0,), (300, 90))],
    "clip_all": lambda: [Call(arrays, -0.3, 0.5) for arrays in several((2, 3), (), (0,), (300, 90))],
    "rnn_forward": lambda: [
        call for relu in (False, True) for call in sequences((T, N, H), (N, H), (H, H), before=(relu,))
    ],
    "rnn_backward": lambda: [
        call for relu in (False, True) for call in sequences((T, N, H), (T, N, H), (H, H), before=(relu,))
    ],
    "lstm_forward": lambda: sequences((T, N, 4 * H), (N, H), (N, H), (4 * H, H)),
    "lstm_backward": lambda: sequences((T, N, H), (T, N, H), (T, N, 4 * H), (N, H), (T, N, H), (4 * H, H)),
    "gru_forward": lambda: sequences((T, N, 3 * H), (N, H), (3 * H, H), (3 * H,)),
    "gru_backward": lambda: sequences((T, N, H), (T, N, 4 * H), (N, H), (T, N, H), (3 * H, H)),
}


def kernels() -> set[str]:
    """The names of all composites."""
    rooms = Backend.__mro__[:-1]
    found = {name for room in rooms for name, value in vars(room).items() if isfunction(value)}
    return {name for name in found if not name.startswith("_")} - NOT_KERNELS - vars(Devices).keys()


def test_every_composite_has_calls() -> None:
    """A new composite needs a row above."""
    assert kernels() == CALLS.keys()


class Definitions:
    """Every composite as the interface defines it, run with the primitives of another backend."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def __getattr__(self, name: str) -> Any:
        return partial(getattr(Backend, name), self._backend)


def compare(backend: Backend, got: Any, expected: Any, tolerance: float) -> None:
    """Asserts that results, or what is in them, agree."""
    if isinstance(expected, (tuple, list)):
        assert len(got) == len(expected)
        for one_got, one_expected in zip(got, expected, strict=True):
            compare(backend, one_got, one_expected, tolerance)
    elif isinstance(expected, (np.ndarray, np.generic)):
        same(backend, got, expected, tolerance)
    elif isinstance(expected, float):
        assert got == pytest.approx(expected, rel=1e-5)
    else:
        assert got is expected or got == expected


@pytest.mark.parametrize("name", CALLS)
def test_a_composite_and_its_definition(backend: Backend, layout: Layout, name: str) -> None:
    """Results, and what is left of the arguments."""
    compute = AFTER_FORWARD.get(name) or (
        lambda backend, *args, **settings: getattr(backend, name)(*args, **settings)
    )
    reference = get_backend("numpy")
    definitions = Definitions(reference)
    for call in CALLS[name]():
        plain = call.handed_over(np.array)
        given = call.handed_over(lambda a: layout(backend, a))
        with reference.quiet(), backend.quiet():
            expected = compute(definitions, *plain, **call.settings)
            got = compute(backend, *given, **call.settings)
        if name in KEEP:
            expected, got = expected[:-1], got[:-1]
        compare(backend, got, expected, call.tolerance)
        compare(backend, given, plain, call.tolerance)
