"""Schedules against their closed forms, and what they refuse and warn of."""

from __future__ import annotations

import copy
import io
import math
import warnings
from collections.abc import Callable
from typing import Any

import pytest

import minitorch
from minitorch import errors
from minitorch.optim import lr_scheduler

LR = 0.5


def make_optimizer(**settings: Any) -> Any:
    x, y = (minitorch.zeros(2, requires_grad=True) for _ in range(2))
    groups = [{"params": [x]}, {"params": [y], "lr": 0.1}]
    return minitorch.optim.SGD(groups, lr=LR, momentum=0.9, **settings)


def rates(optimizer: Any, scheduler: Any, steps: int) -> list[float]:
    """The first group's learning rate at the start and after each step."""
    log = [optimizer.param_groups[0]["lr"]]
    for _ in range(steps):
        optimizer.step()
        scheduler.step()
        log.append(scheduler.get_last_lr()[0])
    return log


CLOSED_FORMS: dict[str, tuple[Callable[[Any], Any], Callable[[int], float]]] = {
    "step": (lambda o: lr_scheduler.StepLR(o, 3, 0.5), lambda k: LR * 0.5 ** (k // 3)),
    "multi-step": (
        lambda o: lr_scheduler.MultiStepLR(o, [2, 5, 5], 0.5),
        lambda k: LR * 0.5 ** ((k >= 2) + 2 * (k >= 5)),
    ),
    "exponential": (lambda o: lr_scheduler.ExponentialLR(o, 0.9), lambda k: LR * 0.9**k),
    "cosine": (
        lambda o: lr_scheduler.CosineAnnealingLR(o, 8, 0.1),
        lambda k: 0.1 + (LR - 0.1) * (1 + math.cos(math.pi * k / 8)) / 2,
    ),
    "lambda": (lambda o: lr_scheduler.LambdaLR(o, lambda k: 1 / (1 + k)), lambda k: LR / (1 + k)),
    "linear": (
        lambda o: lr_scheduler.LinearLR(o, 0.25, 1.0, 4),
        lambda k: LR * (0.25 + 0.75 * min(k, 4) / 4),
    ),
    "constant": (
        lambda o: lr_scheduler.ConstantLR(o, 0.25, 4),
        lambda k: LR * (0.25 if k < 4 else 1),
    ),
    "polynomial": (
        lambda o: lr_scheduler.PolynomialLR(o, 10, 2.0),
        lambda k: LR * (1 - min(k, 10) / 10) ** 2,
    ),
    "multiplicative": (
        lambda o: lr_scheduler.MultiplicativeLR(o, lambda k: k / (k + 1)),
        lambda k: LR / (k + 1),
    ),
    "cyclic": (
        lambda o: lr_scheduler.CyclicLR(o, LR, 3 * LR, step_size_up=3, step_size_down=1),
        lambda k: LR + 2 * LR * (k % 4) / 3,
    ),
    "cyclic-halves": (
        lambda o: lr_scheduler.CyclicLR(o, LR, 3 * LR, step_size_up=2, mode="triangular2"),
        lambda k: LR + 2 * LR * (1 - abs(k % 4 - 2) / 2) / 2 ** (k // 4),
    ),
    "cyclic-exponential": (
        lambda o: lr_scheduler.CyclicLR(o, LR, 3 * LR, step_size_up=2, mode="exp_range", gamma=0.9),
        lambda k: LR + 2 * LR * (1 - abs(k % 4 - 2) / 2) * 0.9**k,
    ),
    "swa": (
        lambda o: minitorch.optim.swa_utils.SWALR(o, 0.01, anneal_epochs=6),
        lambda k: LR + (0.01 - LR) * (1 - math.cos(math.pi * min(k, 6) / 6)) / 2,
    ),
    "swa-linear": (
        lambda o: minitorch.optim.swa_utils.SWALR(o, 0.01, anneal_epochs=5, anneal_strategy="linear"),
        lambda k: LR + (0.01 - LR) * min(k, 5) / 5,
    ),
    "swa-at-once": (
        lambda o: minitorch.optim.swa_utils.SWALR(o, 0.01, anneal_epochs=0),
        lambda k: 0.01,
    ),
    "restarts": (
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 6),
        lambda k: LR * (1 + math.cos(math.pi * (k % 6) / 6)) / 2,
    ),
    "sequential": (
        lambda o: lr_scheduler.SequentialLR(
            o, [lr_scheduler.ConstantLR(o, 0.1, 99), lr_scheduler.ExponentialLR(o, 0.5)], [4]
        ),
        lambda k: LR * 0.1 if k < 4 else LR * 0.5 ** (k - 4),
    ),
    "chained": (
        lambda o: lr_scheduler.ChainedScheduler(
            [lr_scheduler.ConstantLR(o, 0.1, 4), lr_scheduler.ExponentialLR(o, 0.5)]
        ),
        lambda k: LR * (0.1 if k < 4 else 1) * 0.5**k,
    ),
}


@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_closed_form(name: str) -> None:
    make, form = CLOSED_FORMS[name]
    optimizer = make_optimizer()
    expected = [form(k) for k in range(16)]
    assert rates(optimizer, make(optimizer), 15) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_goes_on_after_saving_and_loading(name: str) -> None:
    make, form = CLOSED_FORMS[name]
    optimizer = make_optimizer()
    scheduler = make(optimizer)
    rates(optimizer, scheduler, 5)
    file = io.BytesIO()
    minitorch.save([optimizer.state_dict(), scheduler.state_dict()], file)
    rates(optimizer, scheduler, 3)
    file.seek(0)
    optimizer_state, scheduler_state = minitorch.load(file)
    other = make_optimizer()
    again = make(other)
    again.load_state_dict(scheduler_state)
    other.load_state_dict(optimizer_state)
    expected = [form(k) for k in range(5, 16)]
    assert rates(other, again, 10) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_one_cycle() -> None:
    optimizer = make_optimizer()
    scheduler = lr_scheduler.OneCycleLR(optimizer, max_lr=[1.0, 0.1], total_steps=20, pct_start=0.25)
    log, momenta = [optimizer.param_groups[0]["lr"]], [optimizer.param_groups[0]["momentum"]]
    for _ in range(19):
        optimizer.step()
        scheduler.step()
        log.append(optimizer.param_groups[0]["lr"])
        momenta.append(optimizer.param_groups[0]["momentum"])
        assert optimizer.param_groups[1]["lr"] == pytest.approx(log[-1] / 10)
    assert (log[0], max(log), log[4], log[-1]) == pytest.approx((0.04, 1.0, 1.0, 4e-6))
    assert (momenta[0], min(momenta), momenta[4], momenta[-1]) == pytest.approx((0.95, 0.85, 0.85, 0.95))
    assert log[:5] == sorted(log[:5])
    assert log[4:] == sorted(log[4:], reverse=True)
    scheduler.step()
    before = copy.deepcopy(scheduler.state_dict())
    with pytest.raises(errors.ArgumentError, match="step 21 is past the end of the cycle of total_steps=20"):
        scheduler.step()
    assert scheduler.state_dict() == before


def test_plateau_waits_and_cools_down() -> None:
    optimizer = make_optimizer()
    scheduler = lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=0.5, patience=1, cooldown=2, min_lr=[0.2, 0.0]
    )
    log = []
    for _ in range(12):
        scheduler.step(minitorch.tensor(1.0))
        log.append(optimizer.param_groups[0]["lr"])
    assert log == [0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2]
    assert optimizer.param_groups[1]["lr"] == pytest.approx(0.1 * 0.5**3)
    assert scheduler.get_last_lr() == [g["lr"] for g in optimizer.param_groups]


def test_a_learning_rate_that_is_a_tensor_stays_the_same_tensor() -> None:
    rate = minitorch.tensor(0.5)
    optimizer = minitorch.optim.SGD([minitorch.zeros(1, requires_grad=True)], lr=rate)
    scheduler = lr_scheduler.ExponentialLR(optimizer, 0.5)
    optimizer.step()
    scheduler.step()
    assert optimizer.param_groups[0]["lr"] is rate
    assert rate.item() == 0.25
    (last,) = scheduler.get_last_lr()
    last.fill_(9)
    assert rate.item() == 0.25


class Every(lr_scheduler.LRScheduler):
    """A schedule of one's own."""

    def get_lr(self) -> list[float]:
        if self.last_epoch == 3:
            raise RuntimeError("epoch 3")
        return [rate / (1 + self.last_epoch) for rate in self.base_lrs]


def test_a_schedule_of_your_own_and_its_error() -> None:
    optimizer = make_optimizer()
    scheduler = Every(optimizer)
    assert rates(optimizer, scheduler, 2) == pytest.approx([LR, LR / 2, LR / 3])
    before = copy.deepcopy((scheduler.state_dict(), optimizer.state_dict()))
    with pytest.raises(RuntimeError, match="epoch 3"):
        scheduler.step()
    assert (scheduler.state_dict(), optimizer.state_dict()) == before
    with pytest.raises(NotImplementedError, match="must define get_lr"):
        lr_scheduler.LRScheduler(optimizer)


# Warnings ----------------------------------------------------------------------------------------------


def test_warns_when_the_schedule_steps_first() -> None:
    optimizer = make_optimizer()
    optimizer.step()  # before there is a schedule: does not count
    scheduler = lr_scheduler.StepLR(optimizer, 2)
    with pytest.warns(UserWarning, match=r"`lr_scheduler\.step\(\)` before `optimizer\.step\(\)`"):
        scheduler.step()
    scheduler.step()  # only once


def test_does_not_warn_in_the_right_order() -> None:
    class Rule(minitorch.optim.Optimizer):
        def step(self, closure: Any = None) -> None:
            pass

    for optimizer in (make_optimizer(), Rule([minitorch.zeros(1)], {"lr": 1.0})):
        scheduler = lr_scheduler.StepLR(optimizer, 2)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            optimizer.step()
            scheduler.step()
            lr_scheduler.SequentialLR(
                optimizer, [lr_scheduler.ChainedScheduler([lr_scheduler.StepLR(optimizer, 2)])], []
            )
        assert scheduler.last_epoch == 1


def test_warns_of_get_lr() -> None:
    scheduler = lr_scheduler.ExponentialLR(make_optimizer(), 0.5)
    with pytest.warns(UserWarning, match="get_last_lr"):
        scheduler.get_lr()


# What is refused ---------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[Callable[[Any], Any], type[Exception], str]] = {
    "optimizer": (
        lambda o: lr_scheduler.StepLR(o.state, 1),
        TypeError,
        "expected an Optimizer, got defaultdict",
    ),
    "step-size": (
        lambda o: lr_scheduler.StepLR(o, 0),
        ValueError,
        "step_size must be a positive integer, got 0",
    ),
    "lambdas": (lambda o: lr_scheduler.LambdaLR(o, [abs]), ValueError, "1 functions for 2 parameter groups"),
    "lambda": (
        lambda o: lr_scheduler.LambdaLR(o, 0.5),
        TypeError,
        "must be a function of the epoch, got float",
    ),
    "constant": (
        lambda o: lr_scheduler.ConstantLR(o, 1.5),
        ValueError,
        r"factor must be in \(0, 1\], got 1\.5",
    ),
    "linear": (lambda o: lr_scheduler.LinearLR(o, 0), ValueError, r"start_factor must be in \(0, 1\], got 0"),
    "linear-end": (
        lambda o: lr_scheduler.LinearLR(o, 1, 2),
        ValueError,
        r"end_factor must be in \[0, 1\], got 2",
    ),
    "cosine": (lambda o: lr_scheduler.CosineAnnealingLR(o, 0), ValueError, "T_max must be positive, got 0"),
    "restarts": (
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 0),
        ValueError,
        "T_0 must be a positive integer, got 0",
    ),
    "restarts-mult": (
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 1, 0.5),
        ValueError,
        r"T_mult must be a positive integer, got 0\.5",
    ),
    "restarts-min": (
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 1, eta_min="0"),
        ValueError,
        "eta_min must be a number",
    ),
    "cycle": (lambda o: lr_scheduler.OneCycleLR(o, 1.0), ValueError, "give total_steps, or epochs and"),
    "cycle-steps": (
        lambda o: lr_scheduler.OneCycleLR(o, 1.0, 0),
        ValueError,
        "total_steps must be a positive",
    ),
    "cycle-epochs": (
        lambda o: lr_scheduler.OneCycleLR(o, 1.0, epochs=2, steps_per_epoch=-1),
        ValueError,
        "steps_per_epoch must be a positive integer, got -1",
    ),
    "cycle-start": (
        lambda o: lr_scheduler.OneCycleLR(o, 1.0, 9, pct_start=1.5),
        ValueError,
        r"pct_start must be in \[0, 1\], got 1\.5",
    ),
    "cycle-anneal": (
        lambda o: lr_scheduler.OneCycleLR(o, 1.0, 9, anneal_strategy="sin"),
        ValueError,
        "must be 'cos' or 'linear', got 'sin'",
    ),
    "cycle-lrs": (lambda o: lr_scheduler.OneCycleLR(o, [1.0], 9), ValueError, "max_lr has 1 values for 2"),
    "cycle-momentum": (
        lambda o: lr_scheduler.OneCycleLR(minitorch.optim.Adagrad(o.param_groups[0]["params"]), 1.0, 9),
        ValueError,
        "Adagrad has neither momentum nor betas; pass cycle_momentum=False",
    ),
    "plateau": (
        lambda o: lr_scheduler.ReduceLROnPlateau(o, factor=1),
        ValueError,
        "factor must be below 1, got 1",
    ),
    "plateau-mode": (
        lambda o: lr_scheduler.ReduceLROnPlateau(o, "low"),
        ValueError,
        "mode must be 'min' or 'max'",
    ),
    "plateau-threshold": (
        lambda o: lr_scheduler.ReduceLROnPlateau(o, threshold_mode="x"),
        ValueError,
        "threshold_mode must be 'rel' or 'abs'",
    ),
    "plateau-min": (
        lambda o: lr_scheduler.ReduceLROnPlateau(o, min_lr=[0.1]),
        ValueError,
        "min_lr has 1 values for 2 parameter groups",
    ),
    "sequential-none": (lambda o: lr_scheduler.SequentialLR(o, [], []), ValueError, "at least one scheduler"),
    "sequential-kind": (lambda o: lr_scheduler.SequentialLR(o, [3], []), TypeError, "scheduler 0 is int"),
    "sequential-milestones": (
        lambda o: lr_scheduler.SequentialLR(o, [lr_scheduler.StepLR(o, 1)], [3]),
        ValueError,
        "1 schedulers need 0 milestones, got 1",
    ),
    "sequential-plateau": (
        lambda o: lr_scheduler.SequentialLR(o, [lr_scheduler.ReduceLROnPlateau(o)], []),
        ValueError,
        "is a ReduceLROnPlateau, whose step.* needs a metric",
    ),
    "sequential-nested": (
        lambda o: lr_scheduler.SequentialLR(
            o,
            [lr_scheduler.StepLR(o, 1), lr_scheduler.ChainedScheduler([lr_scheduler.StepLR(o, 1)])],
            [3],
        ),
        ValueError,
        "scheduler 1 is a ChainedScheduler, which cannot start at a milestone",
    ),
    "chained-others": (
        lambda o: lr_scheduler.ChainedScheduler(
            [lr_scheduler.StepLR(o, 1), lr_scheduler.StepLR(make_optimizer(), 1)]
        ),
        ValueError,
        r"scheduler 1 \(StepLR\) belongs to another optimizer",
    ),
    "last-epoch": (
        lambda o: lr_scheduler.StepLR(o, 1, last_epoch=3),
        ValueError,
        "parameter group 0 has no 'initial_lr'",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    make, kind, message = REFUSED[name]
    optimizer = make_optimizer()
    with pytest.raises(errors.MinitorchError, match=message) as caught:
        make(optimizer)
    assert isinstance(caught.value, kind)


def test_a_group_that_comes_after_the_schedule() -> None:
    optimizer = make_optimizer()
    scheduler = lr_scheduler.LambdaLR(optimizer, lambda k: 0.5)
    plateau = lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, min_lr=[0.1, 0.1])
    optimizer.add_param_group({"params": [minitorch.zeros(1, requires_grad=True)]})
    optimizer.step()
    with pytest.raises(errors.ArgumentError, match="2 learning rates for 3 parameter groups"):
        scheduler.step()
    plateau.step(1.0)
    with pytest.raises(errors.ArgumentError, match="has 3 parameter groups, min_lr was given for 2"):
        plateau.step(1.0)


MISFITS: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "missing": (lambda s: s.pop("step_size"), r"lacks \['step_size'\]"),
    "surplus": (lambda s: s.update(T_max=3), r"has \['T_max'\] on top"),
    "groups": (lambda s: s.update(base_lrs=[1.0]), r"base_lrs is \[1\.0\], but the optimizer has 2"),
    "epoch": (lambda s: s.update(last_epoch="3"), "last_epoch must be an int, got '3'"),
}


@pytest.mark.parametrize("name", MISFITS)
def test_a_state_that_does_not_fit_changes_nothing(name: str) -> None:
    change, message = MISFITS[name]
    scheduler = lr_scheduler.StepLR(make_optimizer(), 3)
    state = copy.deepcopy(scheduler.state_dict())
    before = copy.deepcopy(state)
    change(state)
    with pytest.raises(errors.StateDictError, match=message):
        scheduler.load_state_dict(state)
    assert scheduler.state_dict() == before
    with pytest.raises(errors.StateDictError, match="expected a dict, got int"):
        scheduler.load_state_dict(3)


def test_a_part_that_does_not_fit_changes_nothing() -> None:
    optimizer = make_optimizer()

    def make() -> Any:
        parts = [lr_scheduler.StepLR(optimizer, 3), lr_scheduler.ExponentialLR(optimizer, 0.5)]
        return lr_scheduler.SequentialLR(optimizer, parts, [5])

    scheduler = make()
    rates(optimizer, scheduler, 3)
    state = copy.deepcopy(scheduler.state_dict())
    state["_schedulers"][1]["gamma_"] = 1
    other = make()
    before = copy.deepcopy(other.state_dict())
    with pytest.raises(errors.StateDictError, match=r"ExponentialLR.*\['gamma_'\] on top"):
        other.load_state_dict(state)
    assert other.state_dict() == before
    state["_schedulers"].pop()
    with pytest.raises(errors.StateDictError, match="must have a list of 2 schedulers"):
        other.load_state_dict(state)


def test_step_size_may_be_a_whole_float():
    optimizer = minitorch.optim.SGD([minitorch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = lr_scheduler.StepLR(optimizer, 1.0, gamma=0.1)  # type: ignore[arg-type]
    optimizer.step()
    scheduler.step()
    assert scheduler.get_last_lr() == pytest.approx([0.1])
    with pytest.raises(errors.ArgumentError, match="step_size"):
        lr_scheduler.StepLR(optimizer, 1.5)  # type: ignore[arg-type]
