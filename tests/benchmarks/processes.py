"""What is measured in fresh processes: import time, the length of chains, memory over a long training."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

CHAIN = """
import json, sys, time
import minitorch

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

def chain(n):
    x = y = minitorch.tensor(1.0, requires_grad=True)
    before, start = resident(), time.perf_counter()
    for _ in range(n):
        y = y + x
    forward, after = time.perf_counter(), resident()
    y.backward()
    backward = time.perf_counter()
    assert x.grad.item() == n + 1
    del y
    return [(forward - start) / n * 1e6, (backward - forward) / n * 1e6,
            (time.perf_counter() - backward) / n * 1e6, (after - before) / n]

chain(1000)
print(json.dumps(chain(int(sys.argv[1]))))
"""

IMPORT = """
import sys, time
start = time.perf_counter()
import numpy
middle = time.perf_counter()
import minitorch
print([(middle - start) * 1e3, (time.perf_counter() - middle) * 1e3])
"""

MEMORY = """
import json, sys
import minitorch
from programs import PROGRAMS

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

import minitorch.nn, minitorch.optim
step = PROGRAMS[sys.argv[1]](minitorch)
marks = {}
for count in range(1, 1001):
    step()
    if count in (50, 100, 500, 1000):
        marks[count] = resident() / 2**20
print(json.dumps(marks))
"""

PEAK = """
import re, sys
from pathlib import Path
from programs import PROGRAMS

def peak():  # of this process alone: ru_maxrss would count what the process held that started it
    return int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

if sys.argv[2] == "torch":
    import torch as lib
    lib.set_num_threads(2)
else:
    import minitorch as lib
    import minitorch.nn, minitorch.optim
    lib.use_backend(sys.argv[2])
(lib.ones(64, 64, requires_grad=True) @ lib.ones(64, 64)).exp().sum().backward()
Path("/proc/self/clear_refs").write_text("5")  # the most from now on
start = peak()
step = PROGRAMS[sys.argv[1]](lib)
for _ in range(3):
    step()
print(peak() - start)
"""


def fresh(program: str, *arguments: str, bytecode: str | None = None) -> Any:
    """What the program prints as its last line, as JSON.

    With a folder for bytecode, modules are compiled once, as after an installation, whatever the environment says.
    """
    environment = dict(os.environ)
    if bytecode is not None:
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        environment["PYTHONPYCACHEPREFIX"] = bytecode
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent,
        env=environment,
    )
    return json.loads(done.stdout.splitlines()[-1])


def import_times(runs: int = 11) -> tuple[float, float]:
    """Milliseconds for `import numpy`, and for `import minitorch` after it; medians."""
    with TemporaryDirectory() as folder:
        fresh(IMPORT, bytecode=folder)
        times = [fresh(IMPORT, bytecode=folder) for _ in range(runs)]
    return median(t[0] for t in times), median(t[1] for t in times)


def chains() -> dict[int, list[float]]:
    """By length: microseconds per op forward, backward and freed, and bytes of memory per node."""
    return {n: fresh(CHAIN, str(n)) for n in (10**3, 10**4, 10**5, 10**6)}


def memory(program: str) -> dict[str, float]:
    """Resident megabytes after some numbers of training steps."""
    return fresh(MEMORY, program)  # type: ignore[no-any-return]


def peak(program: str, library: str) -> float:
    """The most megabytes that three steps of a program held, apart from what the library itself needs.

    A process before that one compiles what is not compiled yet: the compiler needs more memory than the program.
    """
    if library == "numba":
        fresh(PEAK, program, library)
    return fresh(PEAK, program, library)  # type: ignore[no-any-return]
