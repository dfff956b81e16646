"""Fused rules against composite, and what leaves an optimizer untouched."""

from __future__ import annotations

import copy
import io
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minitorch
from minitorch import errors
from minitorch.backend_optim import OptimizerKernels
from minitorch.registry import current_backend

optim = minitorch.optim
Array = Any


def leaf(*shape: int, seed: int = 0) -> Any:
    return minitorch.tensor(np.random.default_rng(seed).standard_normal(shape), requires_grad=True)


def give_grads(params: list[Any], seed: int) -> None:
    for k, x in enumerate(params):
        values = np.random.default_rng((seed, k)).standard_normal(tuple(x.shape))
        x.grad = minitorch.tensor(values, dtype=x.dtype)


RULES: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "weight_decay": 0.1, "maximize": True}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.1, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "maximize": True}),
    ("Adam", {"lr": 0.1, "weight_decay": 0.1, "amsgrad": True}),
    ("AdamW", {"lr": 0.1, "maximize": True}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.1, "initial_accumulator_value": 0.1}),
    ("RMSprop", {"lr": 0.1, "centered": True, "momentum": 0.9, "weight_decay": 0.1}),
    ("RMSprop", {"lr": 0.1, "maximize": True}),
    ("Adadelta", {"weight_decay": 0.1}),
    ("Adamax", {"lr": 0.1, "weight_decay": 0.1}),
    ("NAdam", {"lr": 0.1, "weight_decay": 0.1}),
    ("RAdam", {"lr": 0.1, "betas": (0.5, 0.8), "weight_decay": 0.1}),
    ("ASGD", {"lr": 0.1, "t0": 2, "weight_decay": 0.1}),
    ("Rprop", {"lr": 0.1}),
    ("Adafactor", {"lr": 0.1, "weight_decay": 0.1}),
]
IDS = [f"{name}-{'-'.join(settings)}" for name, settings in RULES]


class Composites(type(current_backend())):  # type: ignore[misc]
    """The NumPy backend with the update rules as they are written in terms of primitives."""


for kernel in ("sgd_step", "adam_step", "adagrad_step", "rmsprop_step", "adadelta_step"):
    setattr(Composites, kernel, getattr(OptimizerKernels, kernel))


@pytest.mark.parametrize("dtype", [minitorch.float32, minitorch.float64, minitorch.complex64], ids=str)
@pytest.mark.parametrize(("name", "settings"), RULES, ids=IDS)
def test_kernels_agree_with_their_composites(
    name: str, settings: dict[str, Any], dtype: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For contiguous, transposed, 0-d and empty parameters, and for some that are longer than a block."""
    if name == "Adafactor" and dtype is minitorch.complex64:
        pytest.skip("Adafactor serves real parameters only")
    monkeypatch.setattr("minitorch_numpy.optim.BLOCK", 7)
    results = []
    for backend in (current_backend(), Composites()):
        monkeypatch.setattr("minitorch.optim.optimizer.backend_of", lambda x, b=backend: b)
        monkeypatch.setattr("minitorch.optim.adagrad.backend_of", lambda x, b=backend: b)
        params = [leaf(4, 5).to(dtype), leaf(3, 4).to(dtype).T, leaf().to(dtype), leaf(0, 2).to(dtype)]
        params = [x.detach().requires_grad_() for x in params]
        optimizer = getattr(optim, name)(params, **settings)
        for step in range(5):
            give_grads(params, step)
            optimizer.step()
        results.append((params, [v for s in optimizer.state.values() for v in s.values()]))
    tolerance = 1e-12 if dtype is minitorch.float64 else 2e-5
    for ours, theirs in zip(*results, strict=True):
        for x, y in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(x.detach().numpy(), y.detach().numpy(), rtol=tolerance, atol=tolerance)


# What a step does, and what it leaves alone ------------------------------------------------------------


@pytest.mark.parametrize(("name", "settings"), RULES, ids=IDS)
def test_in_the_same_memory_and_noticed(name: str, settings: dict[str, Any]) -> None:
    x, unused = leaf(3), leaf(2, seed=1)
    optimizer = getattr(optim, name)([x, unused], **settings)
    memory, before = x.detach(), unused.detach().clone()
    y = (x * x).sum()
    give_grads([x], 0)
    version = x._version
    optimizer.step()
    assert x._version > version
    assert unused._version == 0
    assert minitorch.equal(memory, x.detach())
    assert minitorch.equal(unused.detach(), before)
    assert x.is_leaf
    assert x.requires_grad
    with pytest.raises(errors.InplaceError):
        y.backward()


def test_nan_gradients_are_not_hidden() -> None:
    for name, settings in RULES:
        x = leaf(2)
        optimizer = getattr(optim, name)([x], **settings)
        x.grad = minitorch.tensor([np.nan, 1.0], dtype=x.dtype)
        optimizer.step()
        assert x.isnan().tolist() == [True, False]


def test_infinite_gradients_give_no_warnings() -> None:
    x = leaf(2).float().detach().requires_grad_()
    optimizer = optim.Adam([x])
    x.grad = minitorch.tensor([np.inf, 3e38])
    optimizer.step()
    assert x.isnan().tolist() == [True, False]


def test_closure_runs_with_gradients_on_and_gives_the_loss() -> None:
    x = leaf(3)
    optimizer = optim.SGD([x], lr=0.1)

    def closure() -> Any:
        optimizer.zero_grad()
        loss = (x * x).sum()
        loss.backward()
        return loss

    start = x.detach().numpy().copy()
    with minitorch.no_grad():
        loss = optimizer.step(closure)
    assert loss.item() == pytest.approx((start**2).sum())
    np.testing.assert_allclose(x.detach().numpy(), start * 0.8)


def test_zero_grad() -> None:
    x, y = leaf(3), leaf(2)
    optimizer = optim.SGD([x, y])
    (x * x).sum().backward(create_graph=True)
    grad = x.grad
    optimizer.zero_grad(set_to_none=False)
    assert x.grad.tolist() == [0.0, 0.0, 0.0]
    assert not x.grad.requires_grad
    assert grad.detach().tolist() == [0.0, 0.0, 0.0]
    assert y.grad is None
    optimizer.zero_grad()
    assert x.grad is None


def test_groups_have_their_own_settings() -> None:
    x, y, z = leaf(1), leaf(1), leaf(1)
    optimizer = optim.SGD([{"params": x}, {"params": [y], "lr": 1.0}], lr=0.5)
    optimizer.add_param_group({"params": (p for p in [z]), "lr": 0.0})
    start = [p.item() for p in (x, y, z)]
    for p in (x, y, z):
        p.grad = minitorch.ones(1, dtype=p.dtype)
    optimizer.step()
    moved = [a - p.item() for a, p in zip(start, (x, y, z), strict=True)]
    assert moved == pytest.approx([0.5, 1.0, 0.0])
    optimizer.param_groups[0]["lr"] = 2.0
    optimizer.step()
    assert x.item() == pytest.approx(start[0] - 2.5)


def test_the_dicts_of_groups_are_not_changed() -> None:
    group = {"params": [leaf(1)]}
    optim.Adam([group])
    assert list(group) == ["params"]


def test_named_parameters() -> None:
    net = minitorch.nn.Linear(2, 1)
    optimizer = optim.SGD(net.named_parameters(), lr=0.1)
    assert optimizer.param_groups[0]["param_names"] == ["weight", "bias"]
    assert optimizer.param_groups[0]["params"][0] is net.weight
    assert optimizer.state_dict()["param_groups"][0]["param_names"] == ["weight", "bias"]
    with pytest.raises(errors.ArgumentError, match="names, or neither"):
        optimizer.add_param_group({"params": [leaf(1)]})


def test_step_hooks() -> None:
    x = leaf(1)
    optimizer = optim.SGD([x], lr=0.1)
    log: list[str] = []
    before = optimizer.register_step_pre_hook(lambda o, args, kwargs: log.append(f"pre {len(args)}"))
    after = optimizer.register_step_post_hook(lambda o, args, kwargs: log.append("post"))
    optimizer.step()
    after.remove()
    optimizer.step()
    before.remove()
    optimizer.step()
    assert log == ["pre 1", "post", "pre 1"]


def test_a_pre_hook_may_change_the_arguments() -> None:
    optimizer = optim.SGD([leaf(1)])
    optimizer.register_step_pre_hook(lambda o, args, kwargs: ((*args, lambda: 7), kwargs))
    assert optimizer.step() == 7
    optimizer.register_step_pre_hook(lambda o, args, kwargs: 3)
    with pytest.raises(errors.ArgumentTypeError, match="must return None or a tuple"):
        optimizer.step()


class Halver(optim.Optimizer):
    """A rule in PyTorch's form, with a `step` of its own."""

    def __init__(self, params: Any) -> None:
        super().__init__(params, {"factor": 0.5})

    def step(self, closure: Any = None) -> None:
        with minitorch.no_grad():
            for group in self.param_groups:
                for p in group["params"]:
                    p.mul_(group["factor"])
                    self.state[p]["count"] = self.state[p].get("count", 0) + 1


class SignDescent(optim.Optimizer):
    """A rule in minitorch's form."""

    def __init__(self, params: Any, lr: float) -> None:
        super().__init__(params, {"lr": lr})

    def update(self, group: dict[str, Any], batch: Any) -> None:
        for x, g in zip(batch.params, batch.grads, strict=True):
            x -= group["lr"] * np.sign(g)


def test_rules_of_your_own() -> None:
    x = minitorch.tensor([4.0, -8.0], requires_grad=True)
    halver, log = Halver([x]), []
    halver.register_step_post_hook(lambda *_: log.append(1))
    halver.step()
    assert x.tolist() == [2.0, -4.0]
    assert log == [1]
    assert halver.state_dict()["state"] == {0: {"count": 1}}
    other = Halver([x])
    other.load_state_dict(halver.state_dict())
    other.step()
    assert other.state[x] == {"count": 2}
    (x * x).sum().backward()
    SignDescent([x], lr=0.5).step()
    assert x.tolist() == [0.5, -1.5]
    with pytest.raises(NotImplementedError, match="must define update"):
        optim.Optimizer([x], {}).step()


def test_copies_and_pickles() -> None:
    x = leaf(3)
    optimizer = optim.Adam([x], lr=0.1)
    give_grads([x], 0)
    optimizer.step()
    for twin in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        (y,) = twin.param_groups[0]["params"]
        assert y is not x
        give_grads([y], 1)
        twin.step()
        assert not minitorch.equal(x.detach(), y.detach())
    y0 = copy.deepcopy(optimizer)
    give_grads([x], 1)
    give_grads(y0.param_groups[0]["params"], 1)
    optimizer.step()
    y0.step()
    assert minitorch.equal(x.detach(), y0.param_groups[0]["params"][0].detach())


# State dicts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "settings"), RULES, ids=IDS)
def test_the_very_same_trajectory_after_loading(name: str, settings: dict[str, Any]) -> None:
    def run(params: list[Any], optimizer: Any, steps: range) -> None:
        for step in steps:
            give_grads(params, step)
            optimizer.step()

    params = [leaf(3, 2), leaf(4, seed=1)]
    groups = [{"params": params[:1]}, {"params": params[1:], "lr": 0.03}]
    optimizer = getattr(optim, name)(groups, **settings)
    run(params, optimizer, range(7))
    file = io.BytesIO()
    minitorch.save({"params": params, "optimizer": optimizer.state_dict()}, file)
    run(params, optimizer, range(7, 15))

    file.seek(0)
    state = minitorch.load(file)
    twins = state["params"]
    other = getattr(optim, name)([{"params": twins[:1]}, {"params": twins[1:]}])
    other.load_state_dict(state["optimizer"])
    run(twins, other, range(7, 15))
    for x, y in zip(params, twins, strict=True):
        np.testing.assert_array_equal(x.detach().numpy(), y.detach().numpy())
    assert other.state_dict()["param_groups"] == optimizer.state_dict()["param_groups"]


def test_loading_copies() -> None:
    x, y = leaf(3), leaf(3)
    first, second = optim.Adam([x]), optim.Adam([y])
    give_grads([x, y], 0)
    first.step()
    second.load_state_dict(first.state_dict())
    second.step()
    assert first.state[x]["step"].item() == 1.0
    assert second.state[y]["step"].item() == 2.0
    assert not minitorch.equal(first.state[x]["exp_avg"], second.state[y]["exp_avg"])


def test_adamw_stays_decoupled() -> None:
    x = leaf(3)
    optimizer = optim.AdamW([x])
    optimizer.load_state_dict(optim.Adam([x]).state_dict())
    assert optimizer.param_groups[0]["decoupled_weight_decay"] is True


def test_settings_that_came_later_may_be_absent() -> None:
    x = leaf(3)
    state = optim.SGD([x], lr=0.5).state_dict()
    for key in ("maximize", "foreach", "differentiable", "fused", "nesterov"):
        del state["param_groups"][0][key]
    optimizer = optim.SGD([x])
    optimizer.load_state_dict(state)
    give_grads([x], 0)
    optimizer.step()
    assert optimizer.param_groups[0]["lr"] == 0.5


def broken(change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """The state of an Adam after a step, with a change."""
    x, y = leaf(3, 2), leaf(4)
    optimizer = optim.Adam([{"params": [x]}, {"params": [y], "lr": 0.5}])
    give_grads([x, y], 0)
    optimizer.step()
    state = copy.deepcopy(optimizer.state_dict())
    change(state)
    return state


def other_rule(state: dict[str, Any]) -> None:
    x, y = leaf(3, 2), leaf(4)
    sgd_optimizer = optim.SGD([{"params": [x]}, {"params": [y]}], momentum=0.9)
    state.clear()
    state.update(sgd_optimizer.state_dict())


MISFITS: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "no-groups": (lambda s: s.pop("param_groups"), "expected a dict with 'state' and 'param_groups'"),
    "state-list": (lambda s: s.update(state=[]), "expected a dict with 'state'"),
    "group-count": (lambda s: s["param_groups"].pop(), "has 1 parameter groups, the optimizer has 2"),
    "group-size": (
        lambda s: s["param_groups"][0]["params"].append(5),
        "group 0 has 2 parameters in the state dict and 1",
    ),
    "group-kind": (lambda s: s["param_groups"].__setitem__(0, 3), "group 0 of the state dict is not"),
    "numbers": (lambda s: s["param_groups"][1].update(params=[0]), "does not number its parameters"),
    "numbers-lists": (lambda s: s["param_groups"][1].update(params=[[1]]), "does not number"),
    "other-rule": (other_rule, "lacks the settings betas, eps; .* of another optimizer"),
    "lr": (lambda s: s["param_groups"][1].update(lr=-1.0), r"group 1: lr must be ≥ 0, got -1\.0"),
    "betas": (lambda s: s["param_groups"][0].update(betas=(0.9, 2)), r"betas\[1\] must be in \[0, 1\)"),
    "shape": (
        lambda s: s["state"][1].update(exp_avg=minitorch.zeros(5)),
        r"state 1: exp_avg has shape \(5,\), expected \(4,\)",
    ),
    "kind": (lambda s: s["state"][1].update(exp_avg=3.0), "exp_avg has shape float"),
    "lacks": (lambda s: s["state"][0].pop("exp_avg_sq"), "state 0 lacks exp_avg_sq"),
    "lacks-step": (lambda s: s["state"][0].pop("step"), "state 0 lacks step"),
    "step": (lambda s: s["state"][0].update(step=minitorch.zeros(2)), r"step has shape \(2,\)"),
    "step-kind": (lambda s: s["state"][0].update(step="3"), "step must be a number or a tensor"),
    "entry": (lambda s: s["state"].update({0: [1]}), "state 0 is not a dict but list"),
    "unknown": (lambda s: s["state"].update({7: {}}), r"there is state for the parameters \[7\]"),
}


@pytest.mark.parametrize("name", MISFITS)
def test_a_state_that_does_not_fit_changes_nothing(name: str) -> None:
    change, message = MISFITS[name]
    x, y = leaf(3, 2), leaf(4)
    optimizer = optim.Adam([{"params": [x]}, {"params": [y]}], lr=0.25)
    give_grads([x, y], 3)
    optimizer.step()
    before = repr(optimizer.state_dict())
    with pytest.raises(errors.StateDictError, match=message):
        optimizer.load_state_dict(broken(change))
    assert repr(optimizer.state_dict()) == before
    optimizer.step()


@pytest.mark.parametrize("value", [None, 3, [], {}])
def test_what_is_no_state_dict(value: Any) -> None:
    with pytest.raises(errors.StateDictError, match=r"Adam\.load_state_dict: expected a dict"):
        optim.Adam([leaf(1)]).load_state_dict(value)


# What is refused ---------------------------------------------------------------------------------------

BAD_SETTINGS: list[tuple[str, dict[str, Any], str]] = [
    ("SGD", {"lr": -0.1}, r"SGD, parameter group 0: lr must be ≥ 0, got -0\.1"),
    ("SGD", {"lr": float("nan")}, "lr must be ≥ 0, got nan"),
    ("SGD", {"momentum": -1}, "momentum must be ≥ 0, got -1"),
    ("SGD", {"weight_decay": -1}, "weight_decay must be ≥ 0"),
    ("SGD", {"nesterov": True}, "nesterov needs momentum > 0 and dampening 0, got momentum=0"),
    ("SGD", {"nesterov": True, "momentum": 0.9, "dampening": 0.1}, r"dampening=0\.1"),
    ("SGD", {"lr": minitorch.ones(2)}, "lr must be a number or a tensor of one element"),
    ("Adam", {"lr": -1}, "lr must be ≥ 0"),
    ("Adam", {"eps": -1}, "eps must be ≥ 0"),
    ("Adam", {"betas": (1.0, 0.9)}, r"betas\[0\] must be in \[0, 1\), got 1\.0"),
    ("Adam", {"betas": (0.9, -0.1)}, r"betas\[1\] must be in \[0, 1\), got -0\.1"),
    ("AdamW", {"weight_decay": -0.1}, "weight_decay must be ≥ 0"),
    ("Adagrad", {"lr_decay": -1}, "lr_decay must be ≥ 0"),
    ("Adagrad", {"initial_accumulator_value": -1}, "initial_accumulator_value must be ≥ 0"),
    ("RMSprop", {"alpha": -1}, "alpha must be ≥ 0"),
    ("RMSprop", {"momentum": -1}, "momentum must be ≥ 0"),
    ("Adadelta", {"rho": 1.5}, r"rho must be in \[0, 1\], got 1\.5"),
]
BAD_TYPES: list[tuple[str, dict[str, Any], str]] = [
    ("SGD", {"lr": "1e-3"}, "lr must be a number, got '1e-3' of type str"),
    ("SGD", {"lr": None}, "lr must be a number, got None"),
    ("Adam", {"betas": 0.9}, r"betas must be a pair such as \(0\.9, 0\.999\), got 0\.9"),
    ("Adam", {"betas": ("a", 0.9)}, r"betas\[0\] must be a number"),
]


@pytest.mark.parametrize(("name", "settings", "message"), BAD_SETTINGS)
def test_settings_out_of_range(name: str, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.ArgumentError, match=message):
        getattr(optim, name)([leaf(1)], **settings)
    optimizer = getattr(optim, name)([leaf(1)])
    with pytest.raises(errors.ArgumentError, match=message.replace("group 0", "group 1")):
        optimizer.add_param_group({"params": [leaf(1)], **settings})
    assert len(optimizer.param_groups) == 1


@pytest.mark.parametrize(("name", "settings", "message"), BAD_TYPES)
def test_settings_of_the_wrong_type(name: str, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(errors.ArgumentTypeError, match=message):
        getattr(optim, name)([leaf(1)], **settings)


@pytest.mark.parametrize("name", sorted({name for name, _ in RULES} - {"Adafactor"}))
def test_differentiable_is_not_supported(name: str) -> None:
    with pytest.raises(errors.NotSupportedError, match="differentiable=True is not supported"):
        getattr(optim, name)([leaf(1)], differentiable=True)


def test_fused_and_foreach() -> None:
    optim.SGD([leaf(1)], fused=True)
    with pytest.raises(RuntimeError, match="fused and foreach cannot both be True"):
        optim.SGD([leaf(1)], fused=True, foreach=True)


def bad_params() -> dict[str, tuple[Any, type[Exception], str]]:
    x, net = leaf(2, 3), minitorch.nn.Linear(2, 2)
    exhausted = net.parameters()
    list(exhausted)
    return {
        "empty": ([], errors.ArgumentError, "empty parameter list"),
        "exhausted": (exhausted, errors.ArgumentError, "empty parameter list; a generator such as"),
        "tensor": (x, errors.ArgumentTypeError, r"one tensor of shape \(2, 3\); write \[tensor\]"),
        "module": (3, errors.ArgumentTypeError, "must be an iterable of tensors or dicts, got int"),
        "set": ({x}, errors.ArgumentTypeError, "are a set, whose order changes"),
        "group-set": ([{"params": {x}}], errors.ArgumentTypeError, "of group 0 are a set"),
        "number": ([x, 3.0], errors.ArgumentTypeError, "parameter 1 of group 0 is float"),
        "array": ([np.ones(2)], errors.ArgumentTypeError, "parameter 0 of group 0 is ndarray"),
        "twice": (
            [leaf(1), x, x],
            errors.ArgumentError,
            r"parameter 2 of group 0 \(shape \(2, 3\)\) is already parameter 1 of group 0",
        ),
        "twice-groups": (
            [{"params": [x]}, {"params": [leaf(1), x]}],
            errors.ArgumentError,
            "parameter 1 of group 1 .* is already parameter 0 of group 0",
        ),
        "non-leaf": (
            [leaf(1), x * 2],
            errors.ArgumentError,
            r"a non-leaf tensor: parameter 1 of group 0 \(shape \(2, 3\)\) was computed by Mul",
        ),
        "no-params": ([{"lr": 1}], errors.ArgumentError, "group 0 has no 'params'"),
        "mixed": ([{"params": [x]}, leaf(1)], errors.ArgumentTypeError, "group 1 must be a dict"),
        "names": ([("a", x), leaf(1)], errors.ArgumentError, "1 of the 2 parameters of group 0 have names"),
        "named-non-leaf": ([("a", x * 2)], errors.ArgumentError, "parameter 0 'a' of group 0"),
    }


@pytest.mark.parametrize("name", bad_params())
def test_parameters_that_are_refused(name: str) -> None:
    params, kind, message = bad_params()[name]
    with pytest.raises(kind, match=message):
        optim.SGD(params, lr=0.1)


def test_a_group_that_is_refused_changes_nothing() -> None:
    x, y = leaf(1), leaf(2)
    optimizer = optim.Adam([x])
    group = {"params": [y, x]}
    with pytest.raises(errors.ArgumentError, match="already parameter 0 of group 0"):
        optimizer.add_param_group(group)
    assert group == {"params": [y, x]}
    assert len(optimizer.param_groups) == 1
    optimizer.add_param_group({"params": [y]})


def test_a_closure_that_raises_changes_nothing() -> None:
    x = leaf(3)
    optimizer = optim.Adam([x])
    give_grads([x], 0)
    before = x.detach().clone()

    def closure() -> Any:
        raise KeyError("no data")

    with pytest.raises(KeyError, match="no data"):
        optimizer.step(closure)
    assert minitorch.equal(x.detach(), before)
    assert optimizer.state_dict()["state"] == {}
    optimizer.step()
    assert not minitorch.equal(x.detach(), before)


def test_a_gradient_that_does_not_fit_changes_nothing() -> None:
    x, y = leaf(3), leaf(2, 2)
    optimizer = optim.Adam([{"params": [x]}, {"params": [y]}])
    give_grads([x, y], 0)
    before = x.detach().clone()
    y.data = minitorch.zeros(2, dtype=y.dtype)
    with pytest.raises(
        errors.ShapeError, match=r"parameter 0 of group 1 \(shape \(2,\)\) has shape \(2, 2\)"
    ):
        optimizer.step()
    y.data = minitorch.zeros(2, 2, dtype=minitorch.float16)
    with pytest.raises(errors.DtypeError, match="is float64, the parameter is float16"):
        optimizer.step()
    assert minitorch.equal(x.detach(), before)
    assert optimizer.state_dict()["state"] == {}


def test_amsgrad_and_centered_may_be_turned_on_later() -> None:
    for name, key in (("Adam", "amsgrad"), ("RMSprop", "centered"), ("RMSprop", "momentum")):
        x = leaf(3)
        optimizer = getattr(optim, name)([x])
        give_grads([x], 0)
        optimizer.step()
        optimizer.param_groups[0][key] = 0.9 if key == "momentum" else True
        give_grads([x], 1)
        optimizer.step()
        assert x.isfinite().all()


def test_training_keeps_no_graph_and_makes_no_new_state() -> None:
    x = leaf(5)
    optimizer = optim.Adam([x], lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        ((x - 3) ** 2).sum().backward()
        optimizer.step()
    buffers = [optimizer.state[x][key].array for key in ("exp_avg", "exp_avg_sq")]
    optimizer.step()
    assert all(
        optimizer.state[x][k].array is b for k, b in zip(("exp_avg", "exp_avg_sq"), buffers, strict=True)
    )
    for _ in range(300):
        optimizer.zero_grad()
        ((x - 3) ** 2).sum().backward()
        optimizer.step()
    np.testing.assert_allclose(x.detach().numpy(), 3.0, atol=1e-2)
