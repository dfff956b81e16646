"""`GradScaler`: its trajectory, what it leaves out, its state, and what it refuses."""

import copy
import pickle

import pytest

import minitorch as mt
from minitorch.errors import (
    ArgumentError,
    ArgumentTypeError,
    DtypeError,
    GradientError,
    NotSupportedError,
    StateDictError,
)


def scaler(**settings):
    return mt.amp.GradScaler("cpu", **{"init_scale": 8.0, "growth_interval": 2, **settings})


def parameter(*values):
    w = mt.tensor(values, requires_grad=True)
    return w, mt.optim.SGD([w], lr=1.0)


def step(s, optimizer, w, factor):
    """A step with the gradient `factor`; whether the parameter moved."""
    optimizer.zero_grad()
    s.scale((w * factor).sum()).backward()
    before = w.detach().clone()
    s.step(optimizer)
    s.update()
    return not mt.equal(before, w.detach())


def test_the_scale_halves_and_doubles():
    s, (w, optimizer) = scaler(), parameter(1.0, 2.0)
    trajectory = []
    for factor in (mt.inf, 1.0, 1.0, 1.0, mt.nan, 1.0, 1.0):
        moved = step(s, optimizer, w, factor)
        trajectory.append((moved, s.get_scale(), s.state_dict()["_growth_tracker"]))
    assert trajectory == [
        (False, 4.0, 0),
        (True, 4.0, 1),
        (True, 8.0, 0),
        (True, 8.0, 1),
        (False, 4.0, 0),
        (True, 4.0, 1),
        (True, 8.0, 0),
    ]


def test_the_scale_stays_finite():
    s, (w, optimizer) = scaler(init_scale=2.0**127, growth_interval=1), parameter(1.0)
    assert step(s, optimizer, w, 0.25)
    assert s.get_scale() == 2.0**127


def test_gradients_are_unscaled_before_the_step():
    s, (w, optimizer) = scaler(), parameter(1.0, 2.0)
    s.scale((w * 3).sum()).backward()
    assert w.grad.tolist() == [24.0, 24.0]
    s.unscale_(optimizer)
    assert w.grad.tolist() == [3.0, 3.0]
    mt.nn.utils.clip_grad_value_([w], 2.0)
    s.step(optimizer)
    assert w.tolist() == [-1.0, 0.0]


def test_what_would_underflow_survives():
    w, optimizer = parameter(1.0)
    small = mt.tensor([2.0**-13], dtype=mt.float16)
    for s, expected in ((scaler(enabled=False), 0.0), (scaler(init_scale=2.0**10), 2.0**-26)):
        w.grad = None
        s.scale((w.half() * small * small).sum()).backward()
        s.unscale_(optimizer)
        assert w.grad.item() == expected


def test_each_optimizer_is_looked_at_by_itself():
    s, (a, first), (b, second) = scaler(), parameter(1.0), parameter(1.0)
    s.scale((a * mt.inf).sum() + b.sum()).backward()
    s.step(first)
    s.step(second)
    s.update()
    assert (a.item(), b.item(), s.get_scale()) == (1.0, 0.0, 4.0)


def test_several_losses():
    s, (w, _) = scaler(), parameter(1.0)
    first, (second,) = s.scale([w.sum(), (w.sum(),)])
    assert (first.item(), second.item()) == (8.0, 8.0)
    with pytest.raises(ArgumentTypeError, match="got int"):
        s.scale(3)


def test_the_scale_can_be_set():
    s, (w, optimizer) = scaler(), parameter(1.0)
    step(s, optimizer, w, 1.0)
    s.update(32.0)
    assert s.get_scale() == 32.0
    s.update(mt.tensor(2.0))
    assert s.get_scale() == 2.0
    with pytest.raises(ArgumentError, match="one number"):
        s.update(mt.ones(2))
    s.set_growth_factor(3.0)
    s.set_backoff_factor(0.25)
    s.set_growth_interval(2)
    step(s, optimizer, w, 1.0)
    assert s.get_scale() == 6.0
    step(s, optimizer, w, mt.inf)
    assert s.get_scale() == 1.5


def test_state_comes_back():
    s, (w, optimizer) = scaler(), parameter(1.0)
    step(s, optimizer, w, 1.0)
    saved = s.state_dict()
    for other in (scaler(init_scale=2.0), pickle.loads(pickle.dumps(s)), copy.deepcopy(s)):
        other.load_state_dict(saved)
        assert other.state_dict() == saved
        v, another = parameter(1.0)
        step(other, another, v, 1.0)
        assert other.get_scale() == 16.0
    with pytest.raises(StateDictError, match="not enabled"):
        s.load_state_dict({})
    assert s.state_dict() == saved


def test_disabled_it_does_nothing():
    s, (w, optimizer) = scaler(enabled=False), parameter(1.0)
    assert not s.is_enabled()
    assert s.state_dict() == {}
    assert s.get_scale() == 1.0
    assert step(s, optimizer, w, 1.0)
    assert w.item() == 0.0


def test_refusals():
    with pytest.raises(ArgumentError, match="above 1"):
        scaler(growth_factor=1.0)
    with pytest.raises(ArgumentError, match="below 1"):
        scaler(backoff_factor=1.0)
    s, (w, optimizer) = scaler(), parameter(1.0)
    with pytest.raises(GradientError, match="no loss was scaled"):
        s.step(optimizer)
    loss = s.scale(w.sum())
    with pytest.raises(GradientError, match="no gradients were looked at"):
        s.update()
    with pytest.raises(GradientError, match="call backward"):
        s.step(optimizer)
    loss.backward()
    with pytest.raises(NotSupportedError, match="closure"):
        s.step(optimizer, closure=lambda: None)
    s.unscale_(optimizer)
    with pytest.raises(GradientError, match=r"unscale_\(\) was called"):
        s.unscale_(optimizer)
    with pytest.raises(GradientError, match="not in the midst"):
        pickle.dumps(s)
    s.step(optimizer)
    with pytest.raises(GradientError, match=r"step\(\) was called"):
        s.unscale_(optimizer)
    with pytest.raises(GradientError, match="called for this optimizer already"):
        s.step(optimizer)


def test_half_gradients_are_refused_and_nothing_changes():
    v, w = mt.ones(1, requires_grad=True), mt.ones(1, dtype=mt.float16, requires_grad=True)
    optimizer, s = mt.optim.SGD([v, w], lr=1.0), scaler()
    s.scale(v.sum() + w.sum()).backward()
    with pytest.raises(DtypeError, match="keep parameters in float32"):
        s.step(optimizer)
    assert (v.grad.item(), v.item()) == (8.0, 1.0)


def test_training_in_half_precision_with_scaling():
    """Without scaling the gradients of this loss vanish in float16, and nothing is learned."""
    mt.manual_seed(0)
    x = mt.randn(64, 4)
    wanted = mt.tensor([[1.0, -2.0, 0.5, 0.0]])
    errors = {}
    for enabled in (False, True):
        layer = mt.nn.Linear(4, 1, bias=False)
        mt.nn.init.zeros_(layer.weight)
        optimizer = mt.optim.SGD(layer.parameters(), lr=3e6)
        s = mt.amp.GradScaler("cpu", enabled=enabled)
        for _ in range(60):
            optimizer.zero_grad()
            with mt.autocast("cpu", dtype=mt.float16):
                y = layer(x)
            loss = ((y.float() - x @ wanted.T) ** 2).mean() * 1e-7
            s.scale(loss).backward()
            s.step(optimizer)
            s.update()
        errors[enabled] = (layer.weight - wanted).abs().max().item()
    assert errors[True] < 0.01
    assert errors[False] > 0.1
