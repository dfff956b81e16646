"""What the CPU does while a graph is recorded and at its replays; a GPU is needed for the graph itself."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest

import minitorch
from minitorch import optim
from minitorch.amp.autocast_mode import state
from minitorch.cuda import CUDAGraph
from minitorch.device import Replays, _recording
from minitorch.errors import BackendError


class Recorded:
    """Counts its replays."""

    count = 0

    def replay(self) -> None:
        self.count += 1


class Recording:
    """A graph, recorded as `cuda.graph` does, of which nothing is asked for but what the CPU has to do."""

    def __init__(self) -> None:
        self.graph, self.work = CUDAGraph(), Recorded()

    def __enter__(self) -> CUDAGraph:
        self.token = _recording.set(Replays())
        return self.graph

    def __exit__(self, *_: Any) -> None:
        self.graph._recorded, self.graph._replays = self.work, _recording.get()
        _recording.reset(self.token)


@pytest.fixture
def parameter() -> Any:
    x = minitorch.tensor([1.0, -2.0], requires_grad=True)
    (x * x).sum().backward()
    return x


def test_a_replay_with_another_setting_is_refused(parameter: Any) -> None:
    steps = optim.SGD([parameter], lr=0.1, momentum=0.9)
    steps.step()
    recording = Recording()
    with recording as graph:
        steps.step()
    graph.replay()
    steps.param_groups[0]["lr"] = 0.05
    with pytest.raises(
        BackendError, match=r"SGD: lr of parameter group 0 was 0.1 .* is 0.05 now.*device='cuda'"
    ):
        graph.replay()
    assert recording.work.count == 1
    steps.param_groups[0]["lr"] = 0.1
    graph.replay()
    assert recording.work.count == 2


def test_schedulers_are_noticed(parameter: Any) -> None:
    steps = optim.Adam([parameter], lr=0.1, betas=(0.8, 0.9))
    schedule = optim.lr_scheduler.OneCycleLR(steps, 0.1, total_steps=10)
    steps.step()
    recording = Recording()
    with recording as graph:
        steps.step()
    graph.replay()
    schedule.step()
    with pytest.raises(BackendError, match="Adam: (lr|betas) of parameter group 0 was"):
        graph.replay()


def test_a_learning_rate_on_the_cpu_is_a_number(parameter: Any) -> None:
    steps = optim.Adam([parameter], lr=minitorch.tensor(0.1), foreach=False)
    steps.step()
    with Recording() as graph:
        steps.step()
    graph.replay()
    steps.param_groups[0]["lr"].fill_(0.2)
    with pytest.raises(BackendError, match=r"lr of parameter group 0 was 0\.1"):
        graph.replay()


@pytest.mark.parametrize("rule", ["NAdam", "RAdam", "ASGD", "Adafactor", "Muon"])
def test_rules_that_a_graph_cannot_repeat(rule: str) -> None:
    x = minitorch.ones(2, 2, requires_grad=True)
    (x * x).sum().backward()
    steps = getattr(optim, rule)([x])
    steps.step()
    before, state = x.tolist(), repr(steps.state_dict())
    with Recording(), pytest.raises(BackendError, match=f"{rule}: its numbers of the step .*Use Adam"):
        steps.step()
    assert x.tolist() == before
    assert repr(steps.state_dict()) == state


def test_state_is_made_before_the_capture(parameter: Any) -> None:
    steps = optim.RMSprop([parameter])
    with Recording(), pytest.raises(BackendError, match="run the step a few times before the capture"):
        steps.step()
    steps.step()
    with Recording():
        steps.step()


def test_a_scaled_step_stays_out_of_graphs(parameter: Any) -> None:
    scaler = minitorch.amp.GradScaler("cpu")
    steps = optim.SGD([parameter], lr=0.1)
    with Recording(), pytest.raises(BackendError, match=r"GradScaler.scale: .* before the capture"):
        scaler.scale(parameter.sum())
    scaler.scale(parameter.sum()).backward()
    with Recording():
        loss = scaler.scale(parameter.sum())
        for name, call in {
            "unscale_": lambda: scaler.unscale_(steps),
            "step": lambda: scaler.step(steps),
            "update": scaler.update,
        }.items():
            with pytest.raises(BackendError, match=f"GradScaler.{name}: .*Capture forward and backward"):
                call()
    np.testing.assert_allclose(loss.item(), -65536.0)
    scaler.step(steps)
    scaler.update()


def test_a_graph_casts_weights_for_itself() -> None:
    """One that was cast before the capture would stay what it was when the weight is not any more."""
    w, x = minitorch.ones(2, 2, requires_grad=True), minitorch.ones(2, 2)
    kept = []
    with minitorch.autocast("cpu", minitorch.bfloat16):
        for recorded in (False, True, True, False):
            with Recording() if recorded else nullcontext():
                for _ in range(2):
                    assert (x @ w).dtype is minitorch.bfloat16
            kept.append(len(state().cache))
    assert kept == [1, 2, 3, 3]
