"""`make bench`: minitorch beside PyTorch in one run, two threads each; prints tables and writes JSON.

    python tests/benchmarks/run.py --help

Ratios are PyTorch's time divided by minitorch's, medians over rounds in which both ran in turn.  Machines are
noisy: trust the ratio, look at its spread, and run on an idle machine.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "2")  # read when NumPy is loaded

import argparse
import json
import platform
import time
from pathlib import Path

import numpy as np
import torch
from harness import alternate
from processes import chains, import_times, memory
from programs import PROGRAMS

import minitorch
import minitorch.nn
import minitorch.optim


def main() -> None:
    """Runs the tables asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-k", default="", help="only rows whose name contains this")
    parser.add_argument("--backend", default="numpy", help="which backend of minitorch computes")
    parser.add_argument("--speed-only", action="store_true", help="leave out what needs fresh processes")
    parser.add_argument("--out", type=Path, default=Path(".benchmarks"), help="folder for the JSON")
    options = parser.parse_args()
    torch.set_num_threads(2)
    minitorch.use_backend(options.backend)
    report: dict[str, object] = {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__,
        "processor": platform.processor() or platform.machine(),
        "backend": options.backend,
    }

    print(f"{'one step (ms)':40} {'minitorch':>10} {'PyTorch':>10} {'ratio':>7}   rounds")
    rows = {}
    for name, build in PROGRAMS.items():
        if options.k in name:
            result = alternate(name, build(minitorch), build(torch))
            rows[name] = vars(result) | {"ratio": result.ratio}
            print(
                f"{name:40} {result.ours:10.3f} {result.theirs:10.3f} {result.ratio:7.2f}   "
                f"{min(result.ratios):.2f} to {max(result.ratios):.2f}",
                flush=True,
            )
    report["speed"] = rows

    if not options.speed_only:
        report["chains"] = lengths = chains()
        print(
            f"\n{'chain of adds':>14} {'forward':>9} {'backward':>9} {'free':>9}  (µs per op)  bytes per node"
        )
        for n, (forward, backward, free, size) in lengths.items():
            print(f"{n:14,} {forward:9.2f} {backward:9.2f} {free:9.2f} {size:28.0f}")
        report["import"] = numpy_ms, own_ms = import_times()
        print(
            f"\nimport numpy {numpy_ms:.1f} ms; import minitorch adds {own_ms:.1f} ms ({own_ms / numpy_ms:.0%})"
        )
        report["memory"] = {}
        for name in ("MLP 784-128-10, batch 64, SGD", "CNN of the quickstart, batch 64, Adam"):
            marks = memory(name)
            report["memory"][name] = marks  # type: ignore[index]
            text = ", ".join(f"{steps}: {size:.1f}" for steps, size in marks.items())
            print(f"resident MB after training steps, {name}: {text}")

    options.out.mkdir(exist_ok=True)
    path = options.out / f"{time.strftime('%Y-%m-%d-%H%M%S')}.json"
    path.write_text(json.dumps(report, indent=1))
    print(f"\nWritten to {path}")


if __name__ == "__main__":
    main()
