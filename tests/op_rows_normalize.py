"""Rows of the op table: normalisation, dropout and embedding."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
from op_samples import Sample, call, ints, row, x

import minitorch


def centred(a: Any, axes: tuple[int, ...], eps: float) -> Any:
    return (a - a.mean(axes, keepdims=True)) / np.sqrt(a.var(axes, keepdims=True) + eps)


def per_channel(a: Any, values: Any, otherwise: float) -> Any:
    return otherwise if values is None else values.reshape(-1, *[1] * (a.ndim - 2))


def batch_normed(
    a: Any,
    running_mean: Any,
    running_var: Any,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Any:
    if training:
        y = centred(a, (0, *range(2, a.ndim)), eps)
    else:
        y = (a - per_channel(a, running_mean, 0.0)) / np.sqrt(per_channel(a, running_var, 1.0) + eps)
    return y * per_channel(a, weight, 1.0) + per_channel(a, bias, 0.0)


def group_normed(a: Any, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    groups = a.reshape(len(a), num_groups, -1)
    y = centred(groups, (2,), eps).reshape(a.shape)
    return y * per_channel(a, weight, 1.0) + per_channel(a, bias, 0.0)


def instance_normed(a: Any, *running: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    y = centred(a, tuple(range(2, a.ndim)), eps)
    return y * per_channel(a, weight, 1.0) + per_channel(a, bias, 0.0)


def layer_normed(a: Any, shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    y = centred(a, tuple(range(-len(shape), 0)), eps)
    return y * (1 if weight is None else weight) + (0 if bias is None else bias)


def rms_normed(a: Any, shape: Any, weight: Any = None, eps: Any = None) -> Any:
    axes = tuple(range(-len(shape), 0))
    eps = np.finfo(a.dtype).eps if eps is None else eps
    return a / np.sqrt((a * a).mean(axes, keepdims=True) + eps) * (1 if weight is None else weight)


def batches() -> list[Sample]:
    return [
        call(x(4, 3), None, None, training=True),
        call(x(3, 2, 4), None, None, x(2), x(2), True),
        call(x(2, 2, 2, 3), None, None, weight=x(2), training=True, eps=0.1),
        call(x(4, 3), np.array([0, 1, 2]), np.array([1, 2, 4]), x(3), x(3)),
        call(x(2, 2, 3), np.array([0, 1]), np.array([2, 1]), eps=0.01),
    ]


def with_fixed_statistics(name: str) -> Any:
    """The function of that name, in either library, with running statistics that are constants."""

    def function(a: Any, mean: Any, var: Any, *args: Any, **kwargs: Any) -> Any:
        room = minitorch if isinstance(a, minitorch.Tensor) else import_module("torch")
        fixed = [None if s is None else s.to(a.dtype) for s in (mean, var)]
        return getattr(room.nn.functional, name)(a, *fixed, *args, **kwargs)

    return function


row(
    "batch_norm",
    batch_normed,
    batches,
    function=with_fixed_statistics("batch_norm"),
    torch=with_fixed_statistics("batch_norm"),
    half=False,
)
row(
    "group_norm",
    group_normed,
    lambda: [
        call(x(2, 4, 3), 2),
        call(x(2, 4), 2, x(4), x(4)),
        call(x(1, 4, 2, 2), 4, x(4), x(4), 0.1),
        call(x(2, 2, 3), 1, x(2)),
    ],
    half=False,
)
row(
    "instance_norm",
    instance_normed,
    lambda: [call(x(2, 3, 4)), call(x(2, 2, 2, 3), weight=x(2), bias=x(2), eps=0.1)],
    half=False,
)
row(
    "layer_norm",
    layer_normed,
    lambda: [
        call(x(2, 4), (4,)),
        call(x(2, 2, 3), (2, 3), x(2, 3), x(2, 3)),
        call(x(3, 4), (4,), x(4), None, 0.1),
        call(x(4), (4,), bias=x(4)),
        call(x(0, 4), (4,), x(4), x(4)),
    ],
    half=False,
)
row(
    "rms_norm",
    rms_normed,
    lambda: [
        call(x(2, 4), (4,)),
        call(x(2, 2, 3), (2, 3), x(2, 3)),
        call(x(3, 4), (4,), x(4), 0.1),
        call(x(0, 4), (4,), x(4)),
    ],
    only_floats=True,
    half=False,
)

for dims in ("", "1d", "2d", "3d"):
    shape = {"": (2, 5), "1d": (2, 3, 4), "2d": (2, 3, 2, 2), "3d": (2, 3, 2, 1, 2)}[dims]
    row(
        f"dropout{dims}",
        None,
        lambda shape=shape: [
            call(x(*shape)),
            call(x(*shape), 0.3),
            call(x(*shape), p=0.0),
            call(x(*shape), 1.0),
            call(x(*shape), training=False),
        ],
        random=True,
    )
row(
    "alpha_dropout",
    None,
    lambda: [call(x(2, 5)), call(x(2, 5), 0.3, True), call(x(2, 5), 0.0, True)],
    random=True,
)


def embedded(indices: Any, weight: Any, padding_idx: Any = None) -> Any:
    return weight[indices]


row(
    "embedding",
    embedded,
    lambda: [
        call(ints(2, 3, high=4), x(4, 2)),
        call(np.array([0, 2, 2, 0]), x(3, 2)),
        call(np.array(1), x(3, 2)),
        call(np.zeros((0, 2), np.int64), x(3, 2)),
        call(np.array([0, 2, 1]), x(3, 2), padding_idx=2, kink=True),
        call(np.array([0, 2, 1]), x(3, 2), -1, kink=True),
    ],
)
