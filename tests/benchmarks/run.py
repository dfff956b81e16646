"""`make bench`: minitorch beside PyTorch in one run, two threads each; prints tables and writes JSON.

    make bench                                   compiled kernels where Numba is installed, else NumPy
    make bench ARGS="--backend numpy"            NumPy alone
    make bench ARGS="--peak --goals"             peak memory as well, of the rows that have a goal
    make bench ARGS="--against jax"              the rows of jax_rows.py beside JAX (jit), if that is installed
    make bench ARGS="-k GPT --speed-only"        some rows, and nothing else

Ratios are the other library's time divided by minitorch's, medians over rounds in which both ran in turn.  Machines are
noisy: trust the ratio, look at its spread, and run on an idle machine. Any other load makes the threads of both
libraries wait for each other, PyTorch's above all.
"""

from __future__ import annotations

import os

# OpenBLAS reads these when NumPy is loaded. Both libraries shall find out by themselves what the processor can do.
CORETYPE = os.environ.pop("OPENBLAS_CORETYPE", None)
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "2"

import argparse
import json
import platform
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from statistics import geometric_mean
from typing import Any

import numpy as np
from harness import Result, alternate
from processes import chains, import_times, memory, peak
from programs import GOALS, PROGRAMS, TOKENS

import minitorch
import minitorch.nn
import minitorch.optim

BUSY = 0.5


def options_of(arguments: list[str] | None = None) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-k", default="", help="only rows whose name contains this")
    fastest = "numba" if find_spec("numba") else "numpy"
    parser.add_argument("--backend", default=fastest, help=f"which backend of minitorch computes ({fastest})")
    parser.add_argument("--against", default="torch", choices=["torch", "jax"], help="the other library")
    parser.add_argument("--goals", action="store_true", help="only rows that have a ratio to reach")
    parser.add_argument("--peak", action="store_true", help="peak memory of each row, in fresh processes")
    parser.add_argument("--speed-only", action="store_true", help="leave out chains, import time and memory")
    parser.add_argument("--idle-only", action="store_true", help="refuse to run on a busy machine")
    parser.add_argument("--out", type=Path, default=Path(".benchmarks"), help="folder for the JSON")
    options = parser.parse_args(arguments)
    options.peak = options.peak and options.against == "torch"
    return options


def check_load(refuse: bool) -> float:
    """Says loudly that other programs are running, or refuses."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load > BUSY:
        line = "!" * 100
        print(
            f"{line}\n  This machine is busy: load {load:.2f}. Ratios below mean nothing.\n{line}\n",
            flush=True,
        )
        if refuse:
            sys.exit(3)
    return load


def steps_of_others(library: str) -> dict[str, Callable[[], Any]]:
    """For each row that the other library has, what makes its step.

    PyTorch is loaded before Numba starts its threads: both may use the same OpenMP library, which reads its settings
    when it is loaded, and with Numba's PyTorch would be several times slower.
    """
    if library == "jax":
        from jax_rows import ROWS

        return ROWS
    import torch

    torch.set_num_threads(2)
    return {name: partial(program, torch) for name, program in PROGRAMS.items()}


def speed(options: argparse.Namespace, others: dict[str, Callable[[], Any]]) -> dict[str, Any]:
    """The table of steps; what it says, by row."""
    other = {"torch": "PyTorch", "jax": "JAX (jit)"}[options.against]
    peaks = f" {'MB':>7} {'PyTorch':>8}" if options.peak else ""
    print(f"{'one step (ms)':44} {'minitorch':>10} {other:>10} {'ratio':>7} {'goal':>5}{peaks}   rounds")
    rows: dict[str, Any] = {}
    for name in GOALS if options.goals else PROGRAMS:
        if options.k not in name or name not in others:
            continue
        result: Result = alternate(name, PROGRAMS[name](minitorch), others[name]())
        goal = GOALS[name][1] if name in GOALS and options.against == "torch" else None
        rows[name] = vars(result) | {"ratio": result.ratio, "goal": goal}
        used = ""
        if options.peak:
            ours, theirs = (peak(name, library) for library in (options.backend, "torch"))
            rows[name]["peak"] = {"ours": ours, "theirs": theirs}
            used = f" {ours:7.0f} {theirs:8.0f}"
        print(
            f"{name:44} {result.ours:10.3f} {result.theirs:10.3f} {result.ratio:7.2f} "
            f"{'' if goal is None else goal:>5}{used}   {min(result.ratios):.2f} to {max(result.ratios):.2f}",
            flush=True,
        )
        if name in TOKENS:
            rates = [TOKENS[name] / time * 1e3 for time in (result.ours, result.theirs)]
            rows[name]["tokens per second"] = dict(zip(("ours", "theirs"), rates, strict=True))
            print(f"{'    tokens per second':44} {rates[0]:10.0f} {rates[1]:10.0f}", flush=True)
    reached = [row["ratio"] for row in rows.values() if row["goal"] is not None]
    if reached:
        print(f"{'geometric mean of the rows with goals':44} {'':21} {geometric_mean(reached):7.2f}")
    return rows


def fresh_processes(report: dict[str, Any]) -> None:
    """Chains, import time, and memory over a long training."""
    report["chains"] = lengths = chains()
    print(f"\n{'chain of adds':>14} {'forward':>9} {'backward':>9} {'free':>9}  (µs per op)  bytes per node")
    for n, (forward, backward, free, size) in lengths.items():
        print(f"{n:14,} {forward:9.2f} {backward:9.2f} {free:9.2f} {size:28.0f}")
    report["import"] = numpy_ms, own_ms = import_times()
    print(
        f"\nimport numpy {numpy_ms:.1f} ms; import minitorch adds {own_ms:.1f} ms ({own_ms / numpy_ms:.0%})"
    )
    report["memory"] = {}
    for name in ("MLP 784-128-10, batch 64, SGD", "CNN of the quickstart, batch 64, Adam"):
        marks = memory(name)
        report["memory"][name] = marks
        text = ", ".join(f"{steps}: {size:.1f}" for steps, size in marks.items())
        print(f"resident MB after training steps, {name}: {text}")


def main() -> None:
    """Runs the tables asked for."""
    options = options_of()
    if options.against == "jax" and not find_spec("jax"):
        print("JAX is not installed (pip install jax), so there is nothing to compare with. Left out.")
        return
    load = check_load(options.idle_only)
    others = steps_of_others(options.against)
    minitorch.use_backend(options.backend)
    minitorch.set_num_threads(2)
    if CORETYPE is not None:
        print(f"OPENBLAS_CORETYPE={CORETYPE} is set, and was removed for this run.\n")
    report: dict[str, Any] = {
        "python": platform.python_version(),
        "numpy": np.__version__,
        options.against: version(options.against),
        "processor": platform.processor() or platform.machine(),
        "backend": options.backend,
        "load": load,
        **minitorch.current_backend().describe(),
    }
    report["speed"] = speed(options, others)
    if not options.speed_only and options.against == "torch":
        fresh_processes(report)
    options.out.mkdir(exist_ok=True)
    path = options.out / f"{time.strftime('%Y-%m-%d-%H%M%S')}.json"
    path.write_text(json.dumps(report, indent=1))
    print(f"\nWritten to {path}")


if __name__ == "__main__":
    main()
