"""Rows of the op table: activations, softmax, and lengths of vectors."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special
from op_samples import ROWS, Sample, call, elementwise, row, x

expit = scipy.special.expit
KINKS = np.array([-6.0, -3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 6.0, np.nan])


def pieces(*settings: dict[str, Any]) -> list[Sample]:
    """Calls of a function with a kink, away from it and on it, with each of some settings."""
    away = [call(x(2, 3), **s) for s in settings or ({},)]
    on = [call(KINKS.copy(), kink=True, **s) for s in settings or ({},)]
    return [*away, call(x()), call(x(0, 3)), call(x(3, low=4.0, high=5.5)), *on]


# Elementwise --------------------------------------------------------------------------------------

row("relu", lambda a: np.maximum(a, 0), pieces, integers="same")
row(
    "leaky_relu",
    lambda a, negative_slope=0.01: np.where(a > 0, a, a * negative_slope),
    lambda: pieces({}, {"negative_slope": 0.2}, {"negative_slope": -0.5}, {"negative_slope": 2.0}),
)


def elu(a: Any, alpha: float = 1.0, scale: float = 1.0, inner: float = 1.0) -> Any:
    return scale * np.where(a > 0, a, alpha * np.expm1(np.minimum(a, 0) * inner))


row("elu", elu, lambda: pieces({}, {"alpha": 0.5}))
row("selu", lambda a: elu(a, 1.6732632423543772, 1.0507009873554805), pieces)
row("celu", lambda a, alpha=1.0: elu(a, alpha, inner=1 / alpha), lambda: pieces({}, {"alpha": 2.5}))


def gelu(a: Any, approximate: str = "none") -> Any:
    if approximate == "tanh":
        return 0.5 * a * (1 + np.tanh(np.sqrt(2 / np.pi) * (a + 0.044715 * a**3)))
    return a * scipy.special.ndtr(a)


row("gelu", gelu, lambda: [*elementwise()(), call(x(2, 3), approximate="tanh"), call(x(3) * 6)])
row(
    "sigmoid",
    lambda a: 1 / (1 + np.exp(-a)),
    lambda: [*elementwise()(), call(x(3) * 300, real=True)],
    complex=True,
    integers="float",
)
row("silu", lambda a: a * expit(a), elementwise())
row(
    "softplus",
    lambda a, beta=1.0, threshold=20.0: np.where(a * beta > threshold, a, np.logaddexp(0, a * beta) / beta),
    lambda: [
        *elementwise()(),
        call(x(2, 3), 2.0),
        call(x(2, 3), beta=2, threshold=1.0),
        call(x(3) * 300),
    ],
)
row("logsigmoid", scipy.special.log_expit, lambda: [*elementwise()(), call(x(3) * 300)])
row(
    "hardtanh",
    lambda a, min_val=-1.0, max_val=1.0: np.clip(a, min_val, max_val),
    lambda: pieces({}, {"min_val": -0.5, "max_val": 3.0}),
)
row("relu6", lambda a: np.clip(a, 0, 6), pieces)


def without_nan() -> list[Sample]:
    return [*pieces()[:-1], call(KINKS[:-1].copy(), kink=True)]


def exact_hardsigmoid(a: Any) -> Any:
    """PyTorch's own divides by a float32 6, also in float64."""
    import torch

    if not a.is_floating_point():
        return torch.nn.functional.hardsigmoid(a)
    return torch.nn.functional.relu6(a + 3) / 6


row(
    "hardsigmoid",
    lambda a: np.clip(a + 3, 0, 6) / 6,
    without_nan,
    torch=exact_hardsigmoid,
)
row("hardswish", lambda a: a * np.clip(a + 3, 0, 6) / 6, without_nan)
row("mish", lambda a: a * np.tanh(np.logaddexp(0, a)), elementwise())
row("softsign", lambda a: a / (1 + np.abs(a)), lambda: [*elementwise(low=0.1)(), *pieces()[-1:]])
row("tanhshrink", lambda a: a - np.tanh(a), elementwise())
row("hardshrink", lambda a, lambd=0.5: np.where(np.abs(a) <= lambd, 0, a), lambda: pieces({}, {"lambd": 1.0}))
row(
    "softshrink",
    lambda a, lambd=0.5: np.where(np.abs(a) <= lambd, 0, a - np.sign(a) * lambd),
    lambda: pieces({}, {"lambd": 1.0}),
)
row(
    "threshold",
    lambda a, threshold, value: np.where(a <= threshold, value, a),
    lambda: [call(x(2, 3), 0.1, 20.0), call(KINKS.copy(), 0.5, -1.0, kink=True), call(x(), 0.1, 2.0)],
)
row(
    "prelu",
    lambda a, weight: np.where(
        a > 0, a, a * (weight.reshape(-1, *[1] * (a.ndim - 2)) if weight.size > 1 else weight.item())
    ),
    lambda: [
        call(x(2, 3), x(1)),
        call(x(2, 3), x(3)),
        call(x(2, 3, 2, 2), x(3)),
        call(x(4), x(1)),
        call(x(), x(1)),
        call(x(2, 3), x()),
        call(x(0, 3), x(3)),
        call(KINKS.copy(), np.array([0.5]), kink=True),
    ],
)
row(
    "glu",
    lambda a, dim=-1: np.split(a, 2, dim)[0] * expit(np.split(a, 2, dim)[1]),
    lambda: [call(x(2, 4)), call(x(2, 4), 0), call(x(3, 2, 4), dim=1), call(x(0, 4))],
)

# The same in place, on a copy, in minitorch and PyTorch alike -------------------------------------

for name in (
    *("relu", "leaky_relu", "elu", "selu", "celu", "silu", "sigmoid", "hardtanh"),
    *("hardsigmoid", "hardswish", "mish", "threshold"),
):

    def changed(a: Any, *args: Any, name: str = name, **kwargs: Any) -> Any:
        import minitorch

        return getattr(minitorch.ops, f"{name}_")(a.clone(), *args, **kwargs)

    def torch_changed(a: Any, *args: Any, name: str = name, **kwargs: Any) -> Any:
        import torch

        if name == "sigmoid":
            return a.clone().sigmoid_()
        if name == "hardsigmoid":
            return exact_hardsigmoid(a)
        return getattr(torch.nn.functional, name)(a.clone(), *args, inplace=True, **kwargs)

    original = ROWS[name]

    def samples(make: Any = original.make) -> list[Sample]:
        return [s for s in make() if s.kwargs.get("negative_slope", 0) >= 0]  # PyTorch refuses others

    row(f"{name}_", original.reference, samples, function=changed, torch=torch_changed)

# Along a dim --------------------------------------------------------------------------------------


def along() -> list[Sample]:
    return [
        call(x(2, 3), 1),
        call(x(2, 3), dim=0),
        call(x(2, 3, 2), dim=-2),
        call(x(), dim=0),
        call(x(0, 3), dim=1),
        call(x(3, 0), dim=1),
        call(x(2, 3) + 1000, 1),
        call(x(2, 3), 1, dtype=np.dtype("float64")),
        call(np.array([[0.0, -np.inf], [-np.inf, -np.inf]]), 1, kink=True),
    ]


def softmax(a: Any, dim: int, dtype: Any = None) -> Any:
    return scipy.special.softmax(a, axis=dim) if a.size else a


row("softmax", softmax, along, casts=True, half=False)
row("softmin", lambda a, *args, **kwargs: softmax(-a, *args, **kwargs), along, casts=True, half=False)
row(
    "log_softmax",
    lambda a, dim, dtype=None: scipy.special.log_softmax(a, axis=dim) if a.size else a,
    along,
    casts=True,
    half=False,
)

# Lengths ------------------------------------------------------------------------------------------


def length(a: Any, p: float, dim: Any) -> Any:
    return np.sum(np.abs(a) ** p, axis=dim, keepdims=True) ** (1 / p)


row(
    "normalize",
    lambda a, p=2.0, dim=1, eps=1e-12: a / np.maximum(length(a, p, dim), eps),
    lambda: [
        call(x(2, 3)),
        call(x(2, 3), 1.0, 0),
        call(x(2, 3, 2), p=3.0, dim=(0, 2)),
        call(x(3), dim=0, eps=10.0),
        call(np.zeros((2, 3)), kink=True),
    ],
    half=False,  # ε is 0 in float16
)


def exact_cosine(a: Any, b: Any, dim: int = 1, eps: float = 1e-8) -> Any:
    """PyTorch's own gives another gradient where a length is below ε, as if it were not replaced by ε."""
    a, b = (v / v.norm(dim=dim, keepdim=True).clamp(min=eps) for v in (a, b))
    return (a * b).sum(dim)


row(
    "cosine_similarity",
    lambda a, b, dim=1, eps=1e-8: np.sum(
        a * b / np.maximum(length(a, 2, dim), eps) / np.maximum(length(b, 2, dim), eps), dim
    ),
    lambda: [
        call(x(2, 3), x(2, 3)),
        call(x(2, 3), x(3), dim=-1),
        call(x(2, 3), x(2, 3), 0),
        call(x(2, 3), x(2, 3), eps=10.0),
        call(np.zeros((2, 3)), x(2, 3), kink=True),
    ],
    torch=exact_cosine,
    half=False,  # ε is 0 in float16
)
row(
    "pairwise_distance",
    lambda a, b, p=2.0, eps=1e-6, keepdim=False: length(a - b + eps, p, -1)[... if keepdim else (..., 0)],
    lambda: [
        call(x(2, 3), x(2, 3)),
        call(x(2, 3), x(3), 1.0),
        call(x(3), x(3), p=3.0, eps=0.1, keepdim=True),
    ],
)
