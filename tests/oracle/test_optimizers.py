"""Every optimizer takes the same way as PyTorch's, for many settings, with groups and missing gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import minitorch

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle

TABLE: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {}),
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.1, "maximize": True}),
    ("SGD", {"lr": 0.05, "maximize": True, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.5}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"lr": 0.1, "momentum": 0.5, "nesterov": True, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.1, "maximize": True}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "foreach": True}),
    ("Adam", {}),
    ("Adam", {"lr": 0.1, "betas": (0.5, 0.9)}),
    ("Adam", {"lr": 0.1, "betas": (0.0, 0.9)}),
    ("Adam", {"lr": 0.1, "eps": 0.1}),
    ("Adam", {"lr": 0.1, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.1, "amsgrad": True}),
    ("Adam", {"lr": 0.1, "amsgrad": True, "weight_decay": 0.1, "maximize": True}),
    ("Adam", {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.1, "weight_decay": 0.2}),
    ("AdamW", {"lr": 0.1, "amsgrad": True}),
    ("AdamW", {"lr": 0.1, "maximize": True}),
    ("Adagrad", {}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.05}),
    ("Adagrad", {"lr": 0.1, "weight_decay": 0.1}),
    ("Adagrad", {"lr": 0.1, "initial_accumulator_value": 0.5}),
    ("Adagrad", {"lr": 0.1, "eps": 0.1, "maximize": True}),
    ("RMSprop", {}),
    ("RMSprop", {"lr": 0.05, "alpha": 0.5}),
    ("RMSprop", {"lr": 0.05, "weight_decay": 0.1, "eps": 0.01}),
    ("RMSprop", {"lr": 0.05, "centered": True}),
    ("RMSprop", {"lr": 0.05, "momentum": 0.9}),
    ("RMSprop", {"lr": 0.05, "momentum": 0.9, "centered": True, "weight_decay": 0.1}),
    ("RMSprop", {"lr": 0.05, "maximize": True}),
    ("Adadelta", {}),
    ("Adadelta", {"lr": 0.5, "rho": 0.5}),
    ("Adadelta", {"weight_decay": 0.1, "eps": 1e-3}),
    ("Adadelta", {"maximize": True}),
    ("Adamax", {}),
    ("Adamax", {"lr": 0.1, "betas": (0.5, 0.9), "eps": 0.1}),
    ("Adamax", {"lr": 0.1, "weight_decay": 0.1, "maximize": True}),
    ("NAdam", {}),
    ("NAdam", {"lr": 0.1, "momentum_decay": 0.1}),
    ("NAdam", {"lr": 0.1, "weight_decay": 0.1, "maximize": True}),
    ("NAdam", {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("RAdam", {}),
    ("RAdam", {"lr": 0.1, "betas": (0.5, 0.8), "eps": 0.1}),
    ("RAdam", {"lr": 0.1, "weight_decay": 0.1, "maximize": True}),
    ("RAdam", {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("ASGD", {}),
    ("ASGD", {"lr": 0.1, "t0": 5, "lambd": 0.01, "alpha": 0.5}),
    ("ASGD", {"lr": 0.1, "weight_decay": 0.1, "maximize": True}),
    ("Rprop", {}),
    ("Rprop", {"lr": 0.1, "etas": (0.3, 1.5), "step_sizes": (1e-3, 0.3)}),
    ("Rprop", {"lr": 0.1, "maximize": True}),
    ("Adafactor", {}),
    ("Adafactor", {"lr": 0.1, "eps": (1e-3, 0.1), "d": 2.0, "beta2_decay": -0.3}),
    ("Adafactor", {"lr": 0.1, "weight_decay": 0.1, "maximize": True}),
]
IDS = [f"{name}-{'-'.join(f'{k}={v}' for k, v in settings.items())}" for name, settings in TABLE]
SHAPES = [(), (3,), (4, 5), (2, 3, 2)]
STEPS = 25
REAL_ONLY = ("Adafactor",)
WITHOUT_DECAY = ("Rprop",)


def starts(dtype: str) -> list[np.ndarray[Any, Any]]:
    rng = np.random.default_rng(0)
    arrays = [np.asarray(rng.standard_normal(shape)) for shape in SHAPES]
    if np.dtype(dtype).kind == "c":
        arrays = [a + 1j * rng.standard_normal(a.shape) for a in arrays]
    return [np.asarray(a, dtype) for a in arrays]


def gradients(dtype: str, step: int) -> list[np.ndarray[Any, Any] | None]:
    """Gradients of a step, None for a parameter that has none: some never, some now and then."""
    rng = np.random.default_rng(step + 1)
    result: list[np.ndarray[Any, Any] | None] = []
    for k, shape in enumerate(SHAPES):
        g = rng.standard_normal(shape)
        g = g + 1j * rng.standard_normal(shape) if np.dtype(dtype).kind == "c" else g
        result.append(None if k == 1 and step % 3 == 0 else np.asarray(g, dtype))
    return result


def build(library: Any, name: str, settings: dict[str, Any], dtype: str) -> tuple[list[Any], Any]:
    params = [library.tensor(a.copy(), requires_grad=True) for a in starts(dtype)]
    unused = library.ones(2, requires_grad=True)
    groups: list[dict[str, Any]] = [{"params": params[:2]}, {"params": [unused, *params[2:]], "lr": 0.03}]
    if name not in WITHOUT_DECAY:
        groups[1]["weight_decay"] = 0.02
    return [*params, unused], getattr(library.optim, name)(groups, **settings)


def advance(library: Any, params: list[Any], optimizer: Any, dtype: str, step: int) -> None:
    for x, g in zip(params, gradients(dtype, step), strict=False):
        x.grad = None if g is None else library.tensor(g)
    optimizer.step()


def check(ours: list[Any], theirs: list[Any], dtype: str) -> None:
    tolerance = 1e-5 if dtype in ("float32", "complex64") else 1e-10
    for x, y in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(x.detach().numpy(), y.detach().numpy(), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex128"])
@pytest.mark.parametrize(("name", "settings"), TABLE, ids=IDS)
def test_trajectory(name: str, settings: dict[str, Any], dtype: str) -> None:
    if name in REAL_ONLY and np.dtype(dtype).kind == "c":
        pytest.skip(f"{name} serves real parameters only")
    ours, optimizer = build(minitorch, name, settings, dtype)
    theirs, reference = build(torch, name, settings, dtype)
    for step in range(STEPS):
        advance(minitorch, ours, optimizer, dtype, step)
        advance(torch, theirs, reference, dtype, step)
        check(ours, theirs, dtype)


@pytest.mark.parametrize(("name", "settings"), TABLE, ids=IDS)
def test_state_dict_has_the_layout_of_pytorch(name: str, settings: dict[str, Any]) -> None:
    ours, optimizer = build(minitorch, name, settings, "float64")
    theirs, reference = build(torch, name, settings, "float64")
    for step in range(3):
        advance(minitorch, ours, optimizer, "float64", step)
        advance(torch, theirs, reference, "float64", step)
    mine, other = optimizer.state_dict(), reference.state_dict()
    assert mine["param_groups"] == other["param_groups"]
    assert mine["state"].keys() == other["state"].keys()
    for key, entry in other["state"].items():
        assert mine["state"][key].keys() == entry.keys()
        for field, value in entry.items():
            own = mine["state"][key][field]
            assert str(own.dtype).split(".")[1] == str(value.dtype).split(".")[1]
            np.testing.assert_allclose(own.numpy(), value.numpy(), rtol=1e-10, atol=1e-12)
    assert repr(optimizer) == repr(reference)


def translate(value: Any) -> Any:
    """A state dict of PyTorch with minitorch's tensors in it."""
    if isinstance(value, torch.Tensor):
        return minitorch.tensor(value.numpy())
    if isinstance(value, dict):
        return {key: translate(item) for key, item in value.items()}
    return [translate(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("name", "settings"), TABLE, ids=IDS)
def test_goes_on_from_a_state_of_pytorch(name: str, settings: dict[str, Any]) -> None:
    theirs, reference = build(torch, name, settings, "float64")
    for step in range(10):
        advance(torch, theirs, reference, "float64", step)
    ours, optimizer = build(minitorch, name, {}, "float64")
    for x, y in zip(ours, theirs, strict=True):
        x.data = minitorch.tensor(y.detach().numpy())
    optimizer.load_state_dict(translate(reference.state_dict()))
    for step in range(10, 20):
        advance(torch, theirs, reference, "float64", step)
        advance(minitorch, ours, optimizer, "float64", step)
        check(ours, theirs, "float64")


@pytest.mark.parametrize("name", [*sorted({name for name, _ in TABLE}), "LBFGS", "Muon"])
def test_signature(name: str) -> None:
    import inspect

    ours = inspect.signature(getattr(minitorch.optim, name)).parameters
    theirs = inspect.signature(getattr(torch.optim, name)).parameters
    assert list(ours) == list(theirs)
    assert [p.default for p in ours.values()] == [p.default for p in theirs.values()]
    assert [p.kind for p in ours.values()] == [p.kind for p in theirs.values()]


def test_a_state_of_other_groups_is_refused_with_an_error_that_passes_for_pytorchs() -> None:
    for library in (minitorch, torch):
        x, y = (library.ones(2, requires_grad=True) for _ in range(2))
        state = library.optim.Adam([{"params": [x]}, {"params": [y]}]).state_dict()
        with pytest.raises(ValueError, match="group"):
            library.optim.Adam([x, y]).load_state_dict(state)


def test_learning_rate_as_a_tensor() -> None:
    ours, theirs = [], []
    for library, log in ((minitorch, ours), (torch, theirs)):
        x = library.ones(3, requires_grad=True)
        optimizer = library.optim.SGD([x], lr=library.tensor(0.5))
        scheduler = library.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
        for _ in range(5):
            optimizer.zero_grad()
            (x * x).sum().backward()
            optimizer.step()
            scheduler.step()
            log.append((x.detach().tolist(), float(optimizer.param_groups[0]["lr"])))
    for (x, rate), (y, expected) in zip(ours, theirs, strict=True):
        assert x == pytest.approx(y, rel=1e-6)
        assert rate == pytest.approx(expected, rel=1e-6)


def rosenbrock(library: Any, x: Any, optimizer: Any) -> Any:
    def closure() -> Any:
        optimizer.zero_grad()
        loss = (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2
        loss.backward()
        return loss

    return closure


@pytest.mark.parametrize(
    "settings",
    [
        {"line_search_fn": "strong_wolfe"},
        {"line_search_fn": "strong_wolfe", "history_size": 2, "lr": 0.5},
        {"line_search_fn": "strong_wolfe", "max_eval": 7},
        {"lr": 0.002, "max_iter": 5},
        {"lr": 0.002, "tolerance_change": 1e-2},
    ],
    ids=str,
)
def test_lbfgs(settings: dict[str, Any]) -> None:
    """The same points, losses and numbers of evaluations, on the way through a narrow valley."""
    ways = []
    for library in (minitorch, torch):
        x = library.tensor([-1.5, 2.0], dtype=library.float64, requires_grad=True)
        optimizer = library.optim.LBFGS([x], **settings)
        way = []
        for _ in range(4):
            loss = optimizer.step(rosenbrock(library, x, optimizer))
            state = optimizer.state[x]
            way.append((*x.tolist(), loss.item(), state["func_evals"], state["n_iter"]))
        ways.append(way)
    np.testing.assert_allclose(ways[0], ways[1], rtol=1e-6, atol=1e-12)


def test_lbfgs_of_complex_parameters() -> None:
    ends = []
    for library in (minitorch, torch):
        z = library.tensor([1 + 2j, -0.5j], dtype=library.complex128, requires_grad=True)
        w = library.tensor([[1.0, 2.0]], dtype=library.float64, requires_grad=True)
        optimizer = library.optim.LBFGS([z, w], lr=0.5, max_iter=7)

        def closure(z: Any = z, w: Any = w, optimizer: Any = optimizer) -> Any:
            optimizer.zero_grad()
            loss = ((z - (1 + 1j)).abs() ** 4).sum() + (w**4).sum() + (z.real * w[0]).sum() ** 2
            loss.backward()
            return loss

        optimizer.step(closure)
        optimizer.step(closure)
        ends.append((z.detach().numpy(), w.detach().numpy()))
    for ours, theirs in zip(*ends, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-7)


class Net:
    """A network with batch norm in both libraries, with the same parameters."""

    def __init__(self, library: Any) -> None:
        nn = library.nn
        self.model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))
        rng = np.random.default_rng(0)
        for x in self.model.parameters():
            x.data = library.tensor(rng.standard_normal(tuple(x.shape)), dtype=library.float32)


AVERAGES: dict[str, Any] = {
    "default": lambda u: {},
    "swa": lambda u: {"avg_fn": u.get_swa_avg_fn()},
    "ema": lambda u: {"avg_fn": u.get_ema_avg_fn(0.9)},
    "multi-swa": lambda u: {"multi_avg_fn": u.get_swa_multi_avg_fn()},
    "multi-ema": lambda u: {"multi_avg_fn": u.get_ema_multi_avg_fn(0.8)},
    "ema-buffers": lambda u: {"avg_fn": u.get_ema_avg_fn(0.9), "use_buffers": True},
    "multi-ema-buffers": lambda u: {"multi_avg_fn": u.get_ema_multi_avg_fn(0.8), "use_buffers": True},
}


@pytest.mark.parametrize("name", AVERAGES)
def test_averaged_model(name: str) -> None:
    """Averages along a training, and the statistics of batch norms thereafter."""
    results = []
    for library in (minitorch, torch):
        utils, rng = library.optim.swa_utils, np.random.default_rng(1)
        batches = [library.tensor(rng.standard_normal((8, 3)), dtype=library.float32) for _ in range(5)]
        model = Net(library).model
        averaged = utils.AveragedModel(model, **AVERAGES[name](utils))
        optimizer = library.optim.SGD(model.parameters(), lr=0.1)
        scheduler = utils.SWALR(optimizer, swa_lr=0.05, anneal_epochs=3)
        for x in batches:
            optimizer.zero_grad()
            (model(x) ** 2).mean().backward()
            optimizer.step()
            averaged.update_parameters(model)
            scheduler.step()
        before = {k: v.detach().numpy().copy() for k, v in averaged.state_dict().items()}
        utils.update_bn(batches, averaged)
        after = {k: v.detach().numpy().copy() for k, v in averaged.state_dict().items()}
        assert averaged.module[1].momentum == 0.1
        results.append((before, after, averaged(batches[0]).detach().numpy()))
    for ours, theirs in zip(results[0][:2], results[1][:2], strict=True):
        assert list(ours) == list(theirs)
        for key, value in theirs.items():
            np.testing.assert_allclose(ours[key], value, rtol=1e-4, atol=1e-6, err_msg=key)
    np.testing.assert_allclose(results[0][2], results[1][2], rtol=1e-4, atol=1e-5)
