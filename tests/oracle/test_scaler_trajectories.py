"""Trajectories and state dicts of `GradScaler`, against PyTorch's on the CPU."""

import numpy as np
import pytest

import minitorch

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle

FACTORS = [1.0, 0.5, np.inf, 2.0, 1.0, 1.0, np.nan, 1.0, 1.0, 1.0, -np.inf, np.inf, 1.0, 1.0, 1e30, 1e38, 1.0]


def trajectory(library, factors, state=None, **settings):
    w = library.tensor([1.0, -2.0], requires_grad=True)
    optimizer = library.optim.Adam([w], lr=0.1)
    scaler = library.amp.GradScaler("cpu", **settings)
    if state is not None:
        scaler.load_state_dict(state)
    steps = []
    for factor in factors:
        optimizer.zero_grad()
        scaler.scale((w * float(factor)).sum()).backward()
        scaler.step(optimizer)
        scaler.update()
        steps.append((*w.tolist(), *scaler.state_dict().values()))
    return np.array(steps), scaler.state_dict()


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"init_scale": 3.0, "growth_interval": 2},
        {"init_scale": 1e3, "growth_factor": 1.7, "backoff_factor": 0.3, "growth_interval": 1},
        {"init_scale": 1e38, "growth_factor": 10.0, "growth_interval": 1},
        {"enabled": False},
    ],
    ids=str,
)
def test_trajectories(settings):
    ours, our_state = trajectory(minitorch, FACTORS, **settings)
    theirs, their_state = trajectory(torch, FACTORS, **settings)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)
    assert list(our_state) == list(their_state)


def test_states_are_exchanged():
    settings = {"init_scale": 4.0, "growth_interval": 3}
    _, ours = trajectory(minitorch, FACTORS[:5], **settings)
    _, theirs = trajectory(torch, FACTORS[:5], **settings)
    assert ours == theirs
    np.testing.assert_allclose(
        trajectory(minitorch, FACTORS[5:], theirs)[0], trajectory(torch, FACTORS[5:], ours)[0], rtol=1e-5
    )
