"""What becomes of errors in workers, of workers that are killed or hang, and of programs that end early."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import worker_datasets as samples

import minitorch
from minitorch import errors
from minitorch.utils import data

KINDS: list[dict[str, Any]] = [{"num_workers": 2}, {"num_workers": 2, "worker_type": "thread"}]


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def await_end(pids: list[int], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while any(map(is_alive, pids)):
        assert time.monotonic() < deadline, "workers are left"
        time.sleep(0.02)


@pytest.mark.parametrize("kind", [{}, *KINDS], ids=str)
def test_an_exception_comes_with_its_type_and_traceback(kind: dict[str, Any]) -> None:
    got = []
    with pytest.raises(KeyError, match="a name") as caught:
        got.extend(batch.tolist() for batch in data.DataLoader(samples.Failing("raise"), 2, **kind))
    assert got == [[0, 1], [2, 3], [4, 5]]
    notes = "\n".join(caught.value.__notes__)
    assert "Failing[7]" in notes
    if kind == KINDS[0]:
        assert "in worker 1 of a DataLoader, in batch 3, samples [6, 7]" in notes
        assert 'raise KeyError("a name")' in str(caught.value.__cause__)


def test_an_exception_that_cannot_be_pickled() -> None:
    with pytest.raises(
        errors.WorkerError, match=r"worker 0 raised worker_datasets\.Odd: 1 and 2.*samples \[7\]"
    ) as caught:
        list(data.DataLoader(samples.Failing("odd"), sampler=[7], num_workers=1))
    assert "raise Odd(1, 2)" in str(caught.value.__cause__)


def test_batches_that_cannot_be_sent() -> None:
    settings: dict[str, Any] = {"sampler": [7], "num_workers": 1, "collate_fn": samples.keep_list}
    with pytest.raises(
        errors.ArgumentTypeError, match=r"the batch cannot leave the worker process: .*worker_type='thread'"
    ):
        list(data.DataLoader(samples.Failing("lambda"), **settings))
    with pytest.raises(errors.GradientError, match=r"use detach\(\) in the dataset"):
        list(data.DataLoader(samples.Failing("graph"), **settings))


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_worker_init_fn_that_fails(kind: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="worker 0 does not want"):
        list(data.DataLoader(samples.Squares(), worker_init_fn=samples.fail_at_start, **kind))


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("name", ["StopIteration", "KeyboardInterrupt", "SystemExit"])
def test_exceptions_that_would_mean_something_else_outside(kind: dict[str, Any], name: str) -> None:
    with pytest.raises(errors.WorkerError, match=rf"worker 1 raised {name}, in batch 3, samples \[6, 7\]"):
        list(data.DataLoader(samples.Failing(name), 2, **kind))


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_worker_init_fn_that_raises_stop_iteration(kind: dict[str, Any]) -> None:
    with pytest.raises(errors.WorkerError, match="raised StopIteration, before it loaded anything"):
        list(data.DataLoader(samples.Squares(), worker_init_fn=samples.stop_at_start, **kind))


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_an_error_of_an_epoch_that_was_left_is_no_error_of_the_next(
    kind: dict[str, Any], tmp_path: Path
) -> None:
    flag = tmp_path / "flag"
    flag.touch()
    loader = data.DataLoader(
        samples.FailsWhile(flag), 2, persistent_workers=True, prefetch_factor=5, timeout=20, **kind
    )
    next(iter(loader))
    deadline = time.monotonic() + 20
    while not flag.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    flag.unlink()
    for _ in range(2):
        assert [x for batch in loader for x in batch.tolist()] == list(range(20))


@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV", "signal 36"])
def test_a_worker_that_is_killed(name: str) -> None:
    loader = data.DataLoader(samples.Failing(name), 2, num_workers=2, persistent_workers=True)
    start = time.monotonic()
    with pytest.raises(
        errors.WorkerError, match=rf"worker 1 \(pid \d+\) was killed by {name}, in batch 3, samples \[6, 7\]"
    ):
        list(loader)
    assert time.monotonic() - start < 5


def test_a_worker_that_is_killed_from_outside_while_it_is_awaited() -> None:
    batches = iter(data.DataLoader(samples.Slow({0: 60.0}), num_workers=1))
    (process,) = batches.crew.processes
    os.kill(process.pid, signal.SIGKILL)
    start = time.monotonic()
    with pytest.raises(errors.WorkerError, match=r"SIGKILL, in batch 0, samples \[0\]; .*memory"):
        next(batches)
    assert time.monotonic() - start < 2
    assert list(batches) == []


def test_a_worker_that_exits() -> None:
    batches = iter(data.DataLoader(samples.Failing("exit"), num_workers=1))
    batches.crew.needs_main = True
    with pytest.raises(errors.WorkerError, match="ended with exit code 3, in batch 7") as caught:
        list(batches)
    assert "__main__" not in str(
        caught.value
    )  # which is said only of workers that did not come to load anything


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_timeout(kind: dict[str, Any]) -> None:
    list(data.DataLoader(samples.Squares(2), **kind))  # starts what takes longer for the first time
    loader = data.DataLoader(samples.Slow({2: 2.5}), timeout=1.25, **kind)
    with pytest.raises(
        errors.WorkerError, match=r"timed out: worker 0 has not given batch 2 after 1\.25 seconds"
    ):
        list(loader)


def test_an_iterator_that_is_dropped_midway() -> None:
    loader = data.DataLoader(samples.Slow({4: 30.0}), num_workers=2)
    batches = iter(loader)
    pids = [process.pid for process in batches.crew.processes]
    next(batches)
    start = time.monotonic()
    del batches
    gc.collect()
    assert not any(map(is_alive, pids))
    assert time.monotonic() - start < 4
    keeping = data.DataLoader(samples.Squares(), num_workers=2, persistent_workers=True)
    next(iter(keeping))
    pids = [process.pid for process in keeping._crew.processes]
    assert all(map(is_alive, pids))
    del keeping
    gc.collect()
    await_end(pids)


PROGRAM = """
import os, signal, sys, time
import worker_datasets as samples
from minitorch.utils.data import DataLoader
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets what it runs in the background ignore Ctrl-C
loader = DataLoader(samples.Slow({6: 60.0}), num_workers=2, persistent_workers=PERSIST)
batches = iter(loader)
next(batches)
print(*[process.pid for process in batches.crew.processes], flush=True)
END
"""


@pytest.mark.parametrize(
    ("end", "code"),
    [
        ("", 0),
        ("sys.exit(4)", 4),
        ("os.kill(os.getpid(), signal.SIGKILL)", -9),
        ("os.kill(os.getpid(), signal.SIGINT); list(batches)", -2),
    ],
)
def test_programs_that_end_leave_nothing(end: str, code: int, tmp_path: Path) -> None:
    path = tmp_path / "program.py"  # without `if __name__ == "__main__"`, as the dataset is from a module
    path.write_text(PROGRAM.replace("PERSIST", str(code == 4)).replace("END", end))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, path], env=environment, capture_output=True, text=True, timeout=60)
    await_end(list(map(int, done.stdout.split())))
    assert done.returncode == code, done.stderr
    assert "resource_tracker" not in done.stderr
    assert (not done.stderr) == (code != -2), done.stderr


def test_a_class_of_the_program_itself(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(
        "from minitorch.utils.data import DataLoader, Dataset\n"
        "class Two(Dataset):\n"
        "    def __len__(self): return 2\n"
        "    def __getitem__(self, i): return i\n"
        "if __name__ == '__main__':\n"
        "    print([x.item() for x in DataLoader(Two(), num_workers=1)])\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    run = [sys.executable, path]
    done = subprocess.run(run, env=environment, capture_output=True, text=True, timeout=60)
    assert done.stdout == "[0, 1]\n", done.stderr
    path.write_text(path.read_text().replace("if __name__ == '__main__':\n    ", ""))
    done = subprocess.run(run, env=environment, capture_output=True, text=True, timeout=60)
    assert "runs under `if __name__ == '__main__':` only" in done.stderr
    done = subprocess.run(
        [sys.executable, "-"], input=path.read_text().replace("__file__", ""), env=environment,
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "the dataset cannot be given to worker processes: it is defined in a notebook" in done.stderr
    assert minitorch.utils.data.get_worker_info() is None
