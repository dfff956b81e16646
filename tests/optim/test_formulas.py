"""Every rule against its formula in plain NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minitorch
from minitorch import errors

optim = minitorch.optim
Array = Any


def sgd(x: Array, grads: list[Array], lr: float, momentum: float, nesterov: bool) -> Array:
    b = np.zeros_like(x)
    for g in grads:
        b = momentum * b + g
        x = x - lr * (g + momentum * b if nesterov else b)
    return x


def adam(x: Array, grads: list[Array], lr: float, decay: float, decoupled: bool) -> Array:
    m, v = np.zeros_like(x), np.zeros_like(x)
    for t, g in enumerate(grads, 1):
        if decoupled:
            x = x * (1 - lr * decay)
        else:
            g = g + decay * x
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        x = x - lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return x


def adagrad(x: Array, grads: list[Array], lr: float) -> Array:
    s = np.zeros_like(x)
    for g in grads:
        s = s + g**2
        x = x - lr * g / (np.sqrt(s) + 1e-10)
    return x


def rmsprop(x: Array, grads: list[Array], lr: float, centered: bool) -> Array:
    v, m = np.zeros_like(x), np.zeros_like(x)
    for g in grads:
        v = 0.99 * v + 0.01 * g**2
        m = 0.99 * m + 0.01 * g
        x = x - lr * g / (np.sqrt(v - m**2 if centered else v) + 1e-8)
    return x


def adadelta(x: Array, grads: list[Array]) -> Array:
    v, u = np.zeros_like(x), np.zeros_like(x)
    for g in grads:
        v = 0.9 * v + 0.1 * g**2
        d = np.sqrt(u + 1e-6) / np.sqrt(v + 1e-6) * g
        u = 0.9 * u + 0.1 * d**2
        x = x - d
    return x


def adamax(x: Array, grads: list[Array], lr: float) -> Array:
    m, u = np.zeros_like(x), np.zeros_like(x)
    for t, g in enumerate(grads, 1):
        m = 0.9 * m + 0.1 * g
        u = np.maximum(0.999 * u, np.abs(g) + 1e-8)
        x = x - lr / (1 - 0.9**t) * m / u
    return x


def nadam(x: Array, grads: list[Array], lr: float, decay: float) -> Array:
    m, v = np.zeros_like(x), np.zeros_like(x)
    mu = [0.9 * (1 - 0.5 * 0.96 ** (0.004 * t)) for t in range(1, len(grads) + 2)]
    for t, g in enumerate(grads, 1):
        x = x * (1 - lr * decay)
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        ahead = (1 - mu[t - 1]) * g / (1 - np.prod(mu[:t])) + mu[t] * m / (1 - np.prod(mu[: t + 1]))
        x = x - lr * ahead / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return x


def radam(x: Array, grads: list[Array], lr: float, beta2: float) -> Array:
    m, v, most = np.zeros_like(x), np.zeros_like(x), 2 / (1 - beta2) - 1
    for t, g in enumerate(grads, 1):
        m = 0.9 * m + 0.1 * g
        v = beta2 * v + (1 - beta2) * g**2
        rho = most - 2 * t * beta2**t / (1 - beta2**t)
        step = m / (1 - 0.9**t)
        if rho > 5:
            r = np.sqrt((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho))
            step = step * r / ((np.sqrt(v) + 1e-8) / np.sqrt(1 - beta2**t))
        x = x - lr * step
    return x


def asgd(x: Array, grads: list[Array], lr: float, lambd: float) -> Array:
    eta = lr
    for t, g in enumerate(grads, 1):
        x = (1 - lambd * eta) * x - eta * g
        eta = lr / (1 + lambd * lr * t) ** 0.75
    return x


def rprop(x: Array, grads: list[Array], lr: float) -> Array:
    before, size = np.zeros_like(x), np.full_like(x, lr)
    for g in grads:
        g = g.copy()
        for k in np.ndindex(x.shape):
            if g[k] * before[k] > 0:
                size[k] = min(size[k] * 1.2, 50)
            elif g[k] * before[k] < 0:
                size[k] = max(size[k] * 0.5, 1e-6)
                g[k] = 0
        x, before = x - np.sign(g) * size, g
    return x


def adafactor(x: Array, grads: list[Array], lr: float) -> Array:
    rows, columns, eps = np.zeros((x.shape[0], 1)), np.zeros((1, x.shape[1])), np.finfo(x.dtype).eps
    for t, g in enumerate(grads, 1):
        beta = 1 - t**-0.8
        rows = beta * rows + (1 - beta) * np.mean(g**2, 1, keepdims=True)
        columns = beta * columns + (1 - beta) * np.mean(g**2, 0, keepdims=True)
        u = g / np.maximum(np.sqrt(rows @ columns / max(rows.mean(), eps)), eps)
        size = max(1e-3, np.sqrt(np.mean(x**2))) * min(lr, 1 / np.sqrt(t))
        x = x - size * u / max(1, np.sqrt(np.mean(u**2)))
    return x


FORMULAS: dict[str, tuple[Callable[..., Any], Callable[[Array, list[Array]], Array]]] = {
    "sgd": (lambda p: optim.SGD(p, 0.1), lambda x, g: sgd(x, g, 0.1, 0.0, False)),
    "momentum": (
        lambda p: optim.SGD(p, 0.1, momentum=0.9),
        lambda x, g: sgd(x, g, 0.1, 0.9, False),
    ),
    "nesterov": (
        lambda p: optim.SGD(p, 0.1, momentum=0.9, nesterov=True),
        lambda x, g: sgd(x, g, 0.1, 0.9, True),
    ),
    "adam": (lambda p: optim.Adam(p, 0.1), lambda x, g: adam(x, g, 0.1, 0.0, False)),
    "adam-decay": (
        lambda p: optim.Adam(p, 0.1, weight_decay=0.3),
        lambda x, g: adam(x, g, 0.1, 0.3, False),
    ),
    "adamw": (
        lambda p: optim.AdamW(p, 0.1, weight_decay=0.3),
        lambda x, g: adam(x, g, 0.1, 0.3, True),
    ),
    "adagrad": (lambda p: optim.Adagrad(p, 0.1), lambda x, g: adagrad(x, g, 0.1)),
    "rmsprop": (lambda p: optim.RMSprop(p, 0.1), lambda x, g: rmsprop(x, g, 0.1, False)),
    "centered": (
        lambda p: optim.RMSprop(p, 0.1, centered=True),
        lambda x, g: rmsprop(x, g, 0.1, True),
    ),
    "adadelta": (lambda p: optim.Adadelta(p), lambda x, g: adadelta(x, g)),
    "adamax": (lambda p: optim.Adamax(p, 0.1), lambda x, g: adamax(x, g, 0.1)),
    "nadam": (
        lambda p: optim.NAdam(p, 0.1, weight_decay=0.3, decoupled_weight_decay=True),
        lambda x, g: nadam(x, g, 0.1, 0.3),
    ),
    "radam": (lambda p: optim.RAdam(p, 0.1), lambda x, g: radam(x, g, 0.1, 0.999)),
    "radam-trusting": (
        lambda p: optim.RAdam(p, 0.1, betas=(0.9, 0.8)),
        lambda x, g: radam(x, g, 0.1, 0.8),
    ),
    "asgd": (lambda p: optim.ASGD(p, 0.1, lambd=0.05), lambda x, g: asgd(x, g, 0.1, 0.05)),
    "rprop": (lambda p: optim.Rprop(p, 0.1), lambda x, g: rprop(x, g, 0.1)),
    "adafactor": (lambda p: optim.Adafactor(p, 0.3), lambda x, g: adafactor(x, g, 0.3)),
}


SINGLE = {"nadam": 1e-6, "asgd": 1e-6}  # keep a number of theirs in single precision, as PyTorch does


@pytest.mark.parametrize("name", FORMULAS)
def test_formula(name: str) -> None:
    make, formula = FORMULAS[name]
    start = np.random.default_rng(0).standard_normal((4, 3))
    x = minitorch.tensor(start.copy(), requires_grad=True)
    optimizer = make([x])
    grads = [np.random.default_rng(k).standard_normal((4, 3)) for k in range(10)]
    for g in grads:
        x.grad = minitorch.tensor(g)
        optimizer.step()
    np.testing.assert_allclose(x.detach().numpy(), formula(start, grads), rtol=SINGLE.get(name, 1e-10))


def train(name: str, settings: dict[str, Any], steps: int) -> tuple[Any, Any]:
    x = minitorch.tensor(np.random.default_rng(0).standard_normal(3), requires_grad=True)
    optimizer = getattr(optim, name)([x], **settings)
    for step in range(steps):
        x.grad = minitorch.tensor(np.random.default_rng((step, 1)).standard_normal(3))
        optimizer.step()
    return x, optimizer


def test_asgd_keeps_the_mean_from_t0_on() -> None:
    points = [train("ASGD", {"t0": 4}, steps)[0].detach().numpy() for steps in range(1, 10)]
    mean = train("ASGD", {"t0": 4}, 9)[1].state_dict()["state"][0]["ax"].numpy()
    np.testing.assert_allclose(mean, np.mean(points[5:], 0), rtol=1e-6)


@pytest.mark.parametrize("shape", [(6, 6), (4, 9), (9, 4)])
def test_muon_steps_are_nearly_orthogonal(shape: tuple[int, int]) -> None:
    """All singular values of a step are near one, and its singular vectors those of the direction."""
    rng = np.random.default_rng(0)
    x = minitorch.tensor(rng.standard_normal(shape), requires_grad=True)
    before, g = x.detach().numpy().copy(), rng.standard_normal(shape)
    x.grad = minitorch.tensor(g)
    optim.Muon([x], lr=0.1, weight_decay=0.2).step()
    scale = 0.1 * max(1, shape[0] / shape[1]) ** 0.5
    step = (before * (1 - 0.1 * 0.2) - x.detach().numpy()) / scale
    values = np.linalg.svd(step, compute_uv=False)
    assert values.min() > 0.6
    assert values.max() < 1.3
    left, _, right = np.linalg.svd(g, full_matrices=False)
    inner = left.T @ step @ right.T
    np.testing.assert_allclose(inner - np.diag(np.diag(inner)), 0, atol=0.05)


def test_muon_may_scale_as_adamw() -> None:
    steps = []
    for rule in ("original", "match_rms_adamw"):
        x = minitorch.zeros(8, 2, requires_grad=True)
        x.grad = minitorch.tensor(np.random.default_rng(0).standard_normal((8, 2)), dtype=x.dtype)
        optim.Muon([x], adjust_lr_fn=rule).step()
        steps.append(x.detach().numpy())
    np.testing.assert_allclose(steps[1] / steps[0], 0.2 * 8**0.5 / 2, rtol=1e-5)


def test_muon_goes_on_after_loading() -> None:
    rng = np.random.default_rng(0)
    x = minitorch.tensor(rng.standard_normal((3, 4)), requires_grad=True)
    twin = x.detach().clone().requires_grad_()
    first, second = optim.Muon([x]), optim.Muon([twin], lr=1.0)
    for step in range(6):
        if step == 3:
            twin.data = x.detach().clone()
            second.load_state_dict(first.state_dict())
        for y, optimizer in ((x, first), (twin, second)):
            y.grad = minitorch.tensor(np.random.default_rng(step).standard_normal((3, 4)))
            optimizer.step()
    assert minitorch.equal(x.detach(), twin.detach())


@pytest.mark.parametrize("name", ["Adafactor", "Muon"])
def test_complex_parameters_are_refused(name: str) -> None:
    x = minitorch.zeros(2, 2, dtype=minitorch.complex64, requires_grad=True)
    optimizer = getattr(optim, name)([x])
    x.grad = minitorch.ones_like(x)
    with pytest.raises(errors.DtypeError, match="does not support complex"):
        optimizer.step()
    assert not optimizer.state_dict()["state"]


BAD_SETTINGS: list[tuple[str, dict[str, Any], str]] = [
    ("Adamax", {"betas": (1.0, 0.5)}, r"betas\[0\]"),
    ("NAdam", {"momentum_decay": -1.0}, "momentum_decay"),
    ("RAdam", {"eps": -1.0}, "eps"),
    ("ASGD", {"weight_decay": -1.0}, "weight_decay"),
    ("Rprop", {"etas": (1.0, 0.5)}, "etas"),
    ("Adafactor", {"beta2_decay": 0.1}, "beta2_decay"),
    ("Adafactor", {"d": 0.5}, "d must be"),
    ("Adafactor", {"eps": (-1.0, 1.0)}, r"eps\[0\]"),
    ("Muon", {"adjust_lr_fn": "other"}, "adjust_lr_fn"),
    ("Muon", {"ns_steps": 100}, "ns_steps"),
    ("Muon", {"ns_coefficients": (1.0, 2.0)}, "three numbers"),
    ("Adam", {"betas": (0.9, minitorch.tensor(0.99))}, "two tensors"),
    ("Adam", {"lr": minitorch.tensor(0.1), "foreach": True}, "foreach"),
]


@pytest.mark.parametrize(("name", "settings", "message"), BAD_SETTINGS)
def test_settings_out_of_range(name: str, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.ArgumentError, match=message):
        getattr(optim, name)([minitorch.zeros(2, 2, requires_grad=True)], **settings)


def test_muon_serves_matrices_only() -> None:
    with pytest.raises(errors.ArgumentError, match="matrices"):
        optim.Muon([minitorch.zeros(2, requires_grad=True)])
