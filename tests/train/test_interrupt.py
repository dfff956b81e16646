"""Ctrl-C finishes the step, saves and returns."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import minitorch as torch
from minitorch import nn, optim, train

BATCH = (torch.ones(4, 1), torch.ones(4, 1))


class Press(train.Callback):
    """Presses Ctrl-C in the middle of some steps."""

    def __init__(self, *steps: int, times: int = 1) -> None:
        self.steps, self.times = steps, times
        self.finished = 0

    def after_forward(self, trainer: train.Trainer) -> None:
        if trainer.step in self.steps:
            for _ in range(self.times):
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.01)

    def on_step_end(self, trainer: train.Trainer) -> None:
        self.finished += 1


def trainer_of(*callbacks: train.Callback) -> train.Trainer:
    model = nn.Linear(1, 1)
    return train.Trainer(model, optim.SGD(model.parameters(), lr=0.1), nn.MSELoss(), callbacks=callbacks)


@pytest.fixture
def handler() -> Any:
    """A handler of one's own, which must be there again afterwards."""

    def mine(number: int, frame: Any) -> None:
        raise AssertionError("the handler of before was called")

    before = signal.signal(signal.SIGINT, mine)
    yield mine
    signal.signal(signal.SIGINT, before)


def test_the_step_is_finished_and_saved(tmp_path: Path, handler: Any) -> None:
    press, saving = Press(3), train.ModelCheckpoint(tmp_path)
    trainer = trainer_of(press, saving)
    assert trainer.fit([BATCH] * 10) == []
    assert (press.finished, trainer.step, trainer.stop) == (4, 4, "interrupted")
    assert signal.getsignal(signal.SIGINT) is handler
    again = trainer_of(train.ModelCheckpoint(tmp_path))
    again.load(saving.last)
    assert (again.step, again.batch_index) == (4, 4)
    assert torch.equal(again.model.weight, trainer.model.weight)
    assert len(trainer.fit([BATCH] * 10)) == 1
    assert (trainer.step, trainer.stop) == (10, None)


def test_in_the_last_step_the_best_weights_do_not_get_into_the_file(tmp_path: Path) -> None:
    class PressAtTheEnd(train.Callback):
        def on_epoch_end(self, trainer: train.Trainer) -> None:
            trainer.history[-1]["score"] = trainer.epoch
            if trainer.epoch == 2:
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.01)

    saving = train.ModelCheckpoint(tmp_path, "score")
    trainer = trainer_of(PressAtTheEnd(), train.EarlyStopping("score"), saving)
    trainer.fit([BATCH] * 3, 2)
    best, last = (torch.load(path)["model"]["weight"] for path in (saving.best, saving.last))
    assert torch.equal(trainer.model.weight, best)
    assert not torch.equal(last, best)


def test_the_second_one_stops_at_once(handler: Any) -> None:
    press = Press(3, times=2)
    trainer = trainer_of(press)
    with pytest.raises(KeyboardInterrupt):
        trainer.fit([BATCH] * 10)
    assert (press.finished, trainer.step) == (3, 3)
    assert signal.getsignal(signal.SIGINT) is handler


def test_the_handler_is_put_back_after_errors(handler: Any) -> None:
    with pytest.raises(RuntimeError):
        trainer_of().fit([(torch.ones(4, 2), torch.ones(4, 1))])
    assert signal.getsignal(signal.SIGINT) is handler


def test_in_other_threads_there_is_no_handler(handler: Any) -> None:
    seen: list[Any] = []

    class Look(train.Callback):
        def on_step_end(self, trainer: train.Trainer) -> None:
            seen.append(signal.getsignal(signal.SIGINT))

    trainer = trainer_of(Look())
    thread = threading.Thread(target=trainer.fit, args=([BATCH] * 2,))
    thread.start()
    thread.join()
    assert (trainer.epoch, seen) == (1, [handler, handler])


def test_ignored_interruptions_stay_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        press = Press(1)
        trainer_of(press).fit([BATCH] * 3)
        assert press.finished == 3
    finally:
        signal.signal(signal.SIGINT, before)


PROGRAM = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets what it runs in the background ignore Ctrl-C
import minitorch as torch
from minitorch import nn, optim, train
model = nn.Linear(1, 1)
saving = train.ModelCheckpoint(sys.argv[1])
class Ready(train.Callback):
    def on_step_end(self, trainer):
        if trainer.step == 5:
            print("ready", flush=True)
trainer = train.Trainer(model, optim.SGD(model.parameters(), lr=1e-6), nn.MSELoss(), callbacks=[saving, Ready()])
trainer.fit([(torch.ones(4, 1), torch.ones(4, 1))] * 10**7)
print("saved", trainer.step, flush=True)
"""


@pytest.mark.slow
def test_a_program_saves_and_ends(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    steps = int(output.split()[1])
    assert process.returncode == 0
    trainer = trainer_of(train.ModelCheckpoint(tmp_path))
    trainer.load(tmp_path / "last.safetensors")
    assert trainer.step == steps >= 5
