"""Every schedule sets the same learning rates as PyTorch's, alone, chained, and after loading its state."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from typing import Any

import pytest

import minitorch

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle

STEPS = 120
Make = Callable[[Any, Any], Any]


def plain(name: str, **settings: Any) -> Make:
    return lambda s, optimizer: getattr(s, name)(optimizer, **settings)


def sequential(*parts: Make, milestones: list[int]) -> Make:
    return lambda s, o: s.SequentialLR(o, [make(s, o) for make in parts], milestones)


def chained(*parts: Make) -> Make:
    return lambda s, o: s.ChainedScheduler([make(s, o) for make in parts])


def averaging(schedulers: Any) -> Any:
    return (minitorch if schedulers is minitorch.optim.lr_scheduler else torch).optim.swa_utils


class Halving:
    """A callable object, whose attributes belong to the state."""

    def __init__(self, every: int) -> None:
        self.every = every

    def __call__(self, epoch: int) -> float:
        return 0.5 ** (epoch // self.every)


TABLE: dict[str, Make] = {
    "lambda": plain("LambdaLR", lr_lambda=lambda epoch: 0.95**epoch),
    "lambdas": plain("LambdaLR", lr_lambda=[lambda epoch: 0.95**epoch, lambda epoch: 1 / (epoch + 1)]),
    "lambda-object": plain("LambdaLR", lr_lambda=Halving(30)),
    "multiplicative": plain("MultiplicativeLR", lr_lambda=lambda epoch: 0.97),
    "multiplicatives": plain(
        "MultiplicativeLR", lr_lambda=[lambda epoch: 0.97, lambda epoch: 1 - 1 / (epoch + 2)]
    ),
    "cyclic": plain("CyclicLR", base_lr=0.1, max_lr=1.0, step_size_up=7),
    "cyclic-groups": plain(
        "CyclicLR", base_lr=[0.1, 0.2], max_lr=[1.0, 2.0], step_size_up=5, step_size_down=12
    ),
    "cyclic-halves": plain("CyclicLR", base_lr=0.1, max_lr=1.0, step_size_up=9, mode="triangular2"),
    "cyclic-exponential": plain(
        "CyclicLR", base_lr=0.1, max_lr=1.0, step_size_up=9, mode="exp_range", gamma=0.98
    ),
    "cyclic-function": plain(
        "CyclicLR", base_lr=0.1, max_lr=1.0, step_size_up=9, scale_fn=lambda x: 0.9**x, cycle_momentum=False
    ),
    "cyclic-object": plain(
        "CyclicLR", base_lr=0.1, max_lr=1.0, step_size_up=9, scale_fn=Halving(40), scale_mode="iterations"
    ),
    "swa": lambda s, o: averaging(s).SWALR(o, swa_lr=0.05),
    "swa-linear": lambda s, o: averaging(s).SWALR(
        o, swa_lr=[0.05, 0.01], anneal_epochs=40, anneal_strategy="linear"
    ),
    "step": plain("StepLR", step_size=7),
    "step-gamma": plain("StepLR", step_size=30, gamma=0.5),
    "multi-step": plain("MultiStepLR", milestones=[5, 40, 40, 90]),
    "multi-step-gamma": plain("MultiStepLR", milestones=[0, 3, 10], gamma=0.7),
    "exponential": plain("ExponentialLR", gamma=0.97),
    "constant": plain("ConstantLR"),
    "constant-long": plain("ConstantLR", factor=0.2, total_iters=50),
    "linear": plain("LinearLR"),
    "linear-down": plain("LinearLR", start_factor=1.0, end_factor=0.1, total_iters=60),
    "polynomial": plain("PolynomialLR"),
    "polynomial-square": plain("PolynomialLR", total_iters=100, power=2.0),
    "cosine": plain("CosineAnnealingLR", T_max=100),
    "cosine-periods": plain("CosineAnnealingLR", T_max=10, eta_min=0.01),
    "restarts": plain("CosineAnnealingWarmRestarts", T_0=10),
    "restarts-longer": plain("CosineAnnealingWarmRestarts", T_0=5, T_mult=2, eta_min=1e-3),
    "one-cycle": plain("OneCycleLR", max_lr=1.0, total_steps=STEPS + 1),
    "one-cycle-groups": plain(
        "OneCycleLR", max_lr=[1.0, 0.1], epochs=13, steps_per_epoch=10, anneal_strategy="linear"
    ),
    "one-cycle-three-phase": plain(
        "OneCycleLR", max_lr=1.0, total_steps=200, three_phase=True, pct_start=0.25, div_factor=10.0
    ),
    "one-cycle-fixed-momentum": plain(
        "OneCycleLR", max_lr=1.0, total_steps=150, cycle_momentum=False, final_div_factor=10.0
    ),
    "sequential": sequential(
        plain("LinearLR", start_factor=0.1, total_iters=10),
        plain("CosineAnnealingLR", T_max=110),
        milestones=[10],
    ),
    "sequential-three": sequential(
        plain("ConstantLR", factor=0.5, total_iters=20),
        plain("ExponentialLR", gamma=0.9),
        plain("StepLR", step_size=5, gamma=0.5),
        milestones=[20, 60],
    ),
    "chained": chained(plain("ConstantLR", factor=0.1, total_iters=20), plain("ExponentialLR", gamma=0.95)),
    "chained-three": chained(
        plain("LinearLR", total_iters=15),
        plain("StepLR", step_size=10, gamma=0.8),
        plain("CosineAnnealingLR", T_max=50),
    ),
    "sequential-nested": sequential(
        sequential(
            plain("ExponentialLR", gamma=0.95), plain("PolynomialLR", total_iters=40), milestones=[10]
        ),
        plain("ExponentialLR", gamma=0.97),
        milestones=[30],
    ),
    "sequential-chained": sequential(
        chained(plain("ExponentialLR", gamma=0.95), plain("StepLR", step_size=5)),
        plain("ExponentialLR", gamma=0.97),
        milestones=[30],
    ),
}
PLATEAUS: dict[str, dict[str, Any]] = {
    "default": {},
    "impatient": {"patience": 2, "factor": 0.5},
    "max": {"mode": "max", "patience": 3},
    "abs": {"threshold_mode": "abs", "threshold": 0.05, "patience": 2},
    "max-abs": {"mode": "max", "threshold_mode": "abs", "threshold": 0.05, "patience": 1},
    "cooldown": {"patience": 1, "cooldown": 5, "factor": 0.7},
    "min-lr": {"patience": 0, "min_lr": 0.01},
    "min-lrs": {"patience": 0, "min_lr": [0.02, 0.001]},
    "eps": {"patience": 0, "eps": 0.01},
}


def build(library: Any, make: Make) -> tuple[Any, Any]:
    """An optimizer with two groups (Adam, if the schedule sets β₁) and its schedule."""
    x, y = (library.zeros(2, requires_grad=True) for _ in range(2))
    groups = [{"params": [x]}, {"params": [y], "lr": 0.05}]
    optimizer = library.optim.SGD(groups, lr=0.2, momentum=0.9)
    with warnings.catch_warnings():
        if library is torch:  # warns of the first step that a composed schedule takes by itself
            warnings.simplefilter("ignore")
        return optimizer, make(library.optim.lr_scheduler, optimizer)


def walk(optimizer: Any, scheduler: Any, steps: int) -> list[Any]:
    log = []
    for _ in range(steps):
        optimizer.step()
        scheduler.step()
        groups = optimizer.param_groups
        assert scheduler.get_last_lr() == [group["lr"] for group in groups]
        log += [group[key] for group in groups for key in ("lr", "momentum")]
    return log


@pytest.mark.parametrize("name", TABLE)
def test_trajectory(name: str) -> None:
    ours, theirs = build(minitorch, TABLE[name]), build(torch, TABLE[name])
    first, expected_first = (o.param_groups[0]["lr"] for o in (ours[0], theirs[0]))
    assert first == pytest.approx(expected_first, rel=1e-12)
    assert walk(*ours, STEPS) == pytest.approx(walk(*theirs, STEPS), rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("at", [1, 17, 60])
@pytest.mark.parametrize("name", TABLE)
def test_goes_on_after_loading(name: str, at: int) -> None:
    """Also from a state that PyTorch wrote, which has the same layout."""
    theirs = build(torch, TABLE[name])
    ours = build(minitorch, TABLE[name])
    walk(*theirs, at)
    walk(*ours, at)
    states = [
        (ours[0].state_dict(), copy.deepcopy(ours[1].state_dict())),
        (theirs[0].state_dict(), copy.deepcopy(theirs[1].state_dict())),
    ]
    expected = walk(*theirs, STEPS - at)
    assert walk(*ours, STEPS - at) == pytest.approx(expected, rel=1e-9, abs=1e-15)
    for optimizer_state, scheduler_state in states:
        optimizer, scheduler = build(minitorch, TABLE[name])
        scheduler.load_state_dict(scheduler_state)
        optimizer.load_state_dict({**optimizer_state, "state": {}})
        assert walk(optimizer, scheduler, STEPS - at) == pytest.approx(expected, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("name", [n for n in TABLE if not n.startswith(("sequential", "chained"))])
def test_state_has_the_layout_of_pytorch(name: str) -> None:
    ours, theirs = build(minitorch, TABLE[name]), build(torch, TABLE[name])
    walk(*ours, 9)
    walk(*theirs, 9)
    mine, other = ours[1].state_dict(), theirs[1].state_dict()
    assert mine.keys() == other.keys()
    for key, value in other.items():
        assert mine[key] == value or mine[key] == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize("last_epoch", [0, 5, 37])
@pytest.mark.parametrize("name", [n for n in TABLE if not n.startswith(("sequential", "chained", "swa"))])
def test_goes_on_from_last_epoch(name: str, last_epoch: int) -> None:
    """Without a state dict, from the groups of an optimizer that hold where it began."""
    logs = []
    for library in (minitorch, torch):
        optimizer, scheduler = build(library, TABLE[name])
        walk(optimizer, scheduler, last_epoch)
        made: Any = TABLE[name]
        closure = dict(
            zip(made.__code__.co_freevars, (c.cell_contents for c in made.__closure__), strict=True)
        )
        again = getattr(library.optim.lr_scheduler, closure["name"])(
            optimizer, **closure["settings"], last_epoch=last_epoch
        )
        logs.append(walk(optimizer, again, 40))
    assert logs[0] == pytest.approx(logs[1], rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("name", ["step", "multi-step", "exponential", "constant", "linear", "cosine"])
def test_step_to_an_epoch(name: str) -> None:
    logs = []
    for library in (minitorch, torch):
        optimizer, scheduler = build(library, TABLE[name])
        log = []
        for epoch in (3, 4, 10, 41, 2):
            optimizer.step()
            with pytest.warns(UserWarning, match="epoch"):
                scheduler.step(epoch)
            log += scheduler.get_last_lr()
        logs.append(log)
    assert logs[0] == pytest.approx(logs[1], rel=1e-12)


def test_restarts_at_fractions_of_epochs() -> None:
    logs = []
    for library in (minitorch, torch):
        optimizer, scheduler = build(library, TABLE["restarts-longer"])
        log = []
        for k in range(100):
            optimizer.step()
            scheduler.step(k / 7)
            log += scheduler.get_last_lr()
        logs.append(log)
    assert logs[0] == pytest.approx(logs[1], rel=1e-12)


@pytest.mark.parametrize("name", PLATEAUS)
def test_plateau(name: str) -> None:
    logs: list[Any] = []
    for library in (minitorch, torch):
        optimizer, scheduler = build(library, plain("ReduceLROnPlateau", **PLATEAUS[name]))
        log = []
        for k in range(STEPS):
            optimizer.step()
            scheduler.step(1 / (1 + 0.1 * k) if k < 40 else 0.2 + 0.01 * (k % 3))
            log += scheduler.get_last_lr()
            if k == 50:
                state = copy.deepcopy(scheduler.state_dict())
                scheduler = library.optim.lr_scheduler.ReduceLROnPlateau(optimizer)
                scheduler.load_state_dict(state)
        logs.append((log, scheduler.state_dict()))
    assert logs[0][0] == pytest.approx(logs[1][0], rel=1e-12)
    assert logs[0][1].keys() == logs[1][1].keys()


def test_adam_with_one_cycle_changes_the_first_beta() -> None:
    logs = []
    for library in (minitorch, torch):
        optimizer = library.optim.Adam([library.zeros(2, requires_grad=True)], lr=0.1)
        scheduler = library.optim.lr_scheduler.OneCycleLR(optimizer, 1.0, total_steps=30)
        log = []
        for _ in range(29):
            optimizer.step()
            scheduler.step()
            log += [*optimizer.param_groups[0]["betas"], optimizer.param_groups[0]["lr"]]
        logs.append(log)
    assert logs[0] == pytest.approx(logs[1], rel=1e-12)


def several(library: Any) -> list[str]:
    """What is warned of when schedules and optimizers step in the wrong order."""
    heard = []
    x = library.zeros(2, requires_grad=True)
    for early, steps in ((False, 0), (True, 0), (False, 1)):
        optimizer = library.optim.SGD([x], lr=0.1)
        if early:
            optimizer.step()
        scheduler = library.optim.lr_scheduler.StepLR(optimizer, 2)
        for _ in range(steps):
            optimizer.step()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            scheduler.step()
            scheduler.step()
        heard.append(" ".join(str(w.message)[:70] for w in caught))
    return heard


def test_warns_in_the_same_cases() -> None:
    ours, theirs = several(minitorch), several(torch)
    assert [bool(text) for text in ours] == [bool(text) for text in theirs] == [True, True, False]
    assert [text[:65] for text in ours] == [text[:65] for text in theirs]


def test_signatures() -> None:
    import inspect

    pairs = [(minitorch.optim.lr_scheduler, torch.optim.lr_scheduler)]
    pairs.append((minitorch.optim.swa_utils, torch.optim.swa_utils))
    for ours, theirs in pairs:
        for name in theirs.__all__:
            mine = inspect.signature(getattr(ours, name)).parameters
            other = inspect.signature(getattr(theirs, name)).parameters
            assert list(mine) == list(other), name
            assert [p.default for p in mine.values()] == [p.default for p in other.values()], name


def test_schedulers_of_older_programs() -> None:
    from minitorch.optim.lr_scheduler import _LRScheduler

    class Halved(_LRScheduler):
        def get_lr(self) -> list[float]:
            return [rate * 0.5**self.last_epoch for rate in self.base_lrs]

    optimizer = minitorch.optim.SGD([minitorch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = Halved(optimizer)
    optimizer.step()
    scheduler.step()
    assert scheduler.get_last_lr() == [0.5]
