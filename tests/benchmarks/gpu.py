"""`make gpu-check`: everything that only a GPU can show, in one command; writes one JSON and one table.

    make gpu-check                                        the tests marked gpu, then speed beside PyTorch
    PYTHONPATH=.:backends python tests/benchmarks/gpu.py  the same from a bare checkout, with whatever is installed
    … gpu.py --only speed -k ResNet --no-compile          some of it

Both libraries run in one process, one after the other, on data of the same shapes: a step is timed by events of the
GPU, after a warm-up, and the median counts. "captured" is a whole step, optimizer included, as a CUDA graph. Peak
memory is what tensors hold. "µs of CPU" is what a call costs the program, which does not wait for the GPU.

Without a GPU it says what is missing, and fails. Results are written after every row, so that nothing is lost if it is
stopped.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "backends"), str(Path(__file__).parent)]

import minitorch  # noqa: E402
from minitorch.errors import MinitorchError  # noqa: E402

WARM_UP = 5
CALLS = 2000


def options_of(arguments: list[str] | None = None) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-k", default="", help="only rows whose name contains this")
    parser.add_argument("--only", choices=["tests", "speed"], help="one half of it")
    parser.add_argument(
        "--no-compile", action="store_true", help="leave out torch.compile, which takes minutes"
    )
    parser.add_argument("--seconds", type=float, default=4.0, help="of measuring, for each number")
    parser.add_argument("--out", type=Path, default=Path(".benchmarks"), help="folder for the results")
    return parser.parse_args(arguments)


def missing() -> str | None:
    """What keeps this machine from it."""
    if minitorch.cuda.is_available():
        return None
    try:
        minitorch.ones(1).to("cuda")
    except (MinitorchError, ImportError) as error:
        return str(error)
    return "cuda: no GPU is available"


def run_tests() -> dict[str, Any]:
    """The tests marked gpu, in a process of their own."""
    if find_spec("pytest") is None:
        return {"error": "pytest is not installed"}
    began = time.perf_counter()
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-m",
        "gpu",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:benchmark",
    ]
    command += ["--tb=short", "-rfE", "tests/backends"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment())
    lines = done.stdout.strip().splitlines()
    return {
        "passed": done.returncode == 0,
        "summary": lines[-1] if lines else done.stderr[-2000:],
        "failures": [line for line in lines if line.startswith(("FAILED", "ERROR"))],
        "seconds": round(time.perf_counter() - began, 1),
        "output": done.stdout[-200_000:],
    }


def environment() -> dict[str, str]:
    """In which a checkout that is not installed finds itself."""
    paths = [str(ROOT), str(ROOT / "backends"), str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


# Speed ----------------------------------------------------------------------------------------------------


def timed(lib: Any, step: Callable[[], Any], seconds: float) -> float:
    """The median time of a step in milliseconds, between events of the GPU."""
    for _ in range(WARM_UP):
        step()
    lib.cuda.synchronize()
    times: list[float] = []
    began = time.perf_counter()
    while (time.perf_counter() - began < seconds or len(times) < 5) and len(times) < 5000:
        start, end = lib.cuda.Event(enable_timing=True), lib.cuda.Event(enable_timing=True)
        start.record()
        step()
        end.record()
        end.synchronize()
        times.append(start.elapsed_time(end))
    return median(times)


def captured(lib: Any, step: Callable[[], Any]) -> Callable[[], Any]:
    """The step as a CUDA graph."""
    side = lib.cuda.Stream()
    side.wait_stream(lib.cuda.current_stream())
    with lib.cuda.stream(side):
        for _ in range(3):
            step()
    lib.cuda.current_stream().wait_stream(side)
    recording = lib.cuda.CUDAGraph()
    with lib.cuda.graph(recording):
        step()
    return recording.replay


def measured(lib: Any, program: Any, how: str, seconds: float) -> dict[str, Any]:
    """Time and peak memory of one program in one library; or the error that it ended with."""
    found: dict[str, Any] = {}
    try:
        step = program.build(lib, compiled=how == "compiled")
        for _ in range(2):
            loss = step()
        found["loss"] = float(loss)
        lib.cuda.synchronize()
        lib.cuda.reset_peak_memory_stats()
        step()
        lib.cuda.synchronize()
        found["peak_mb"] = round(lib.cuda.max_memory_allocated() / 2**20, 1)
        if how == "captured":
            step = captured(lib, step)
        found["ms"] = timed(lib, step, seconds)
        found["per_second"] = round(program.items[0] / found["ms"] * 1e3, 1)
    except Exception as error:  # the other rows are still worth having
        found["error"] = f"{type(error).__name__}: {error}"[:2000]
    finally:
        step = loss = None
        gc.collect()
        lib.cuda.empty_cache()
    return found


def microseconds(lib: Any, call: Callable[[], Any]) -> float:
    """What a call costs the CPU: the best of several rounds, in each of which the GPU keeps up."""
    for _ in range(100):
        call()
    rounds = []
    for _ in range(7):
        lib.cuda.synchronize()
        began = time.perf_counter()
        for _ in range(CALLS // 10):
            call()
        rounds.append((time.perf_counter() - began) / (CALLS // 10) * 1e6)
    return min(rounds)


def run_speed(options: argparse.Namespace, results: dict[str, Any], save: Callable[[], None]) -> None:
    """Fills `results` row by row."""
    from gpu_programs import PROGRAMS, operations

    libraries: dict[str, Any] = {"minitorch": minitorch}
    if find_spec("torch") is not None:
        import torch

        if torch.cuda.is_available():
            libraries["torch"] = torch
    results["speed"] = speed = {}
    for program in PROGRAMS:
        if options.k.lower() not in program.name.lower():
            continue
        row = speed[program.name] = {"items": program.items[1]}
        for name, lib in libraries.items():
            ways = ["eager", "captured"]
            if name == "torch" and not options.no_compile and find_spec("triton") is not None:
                ways.append("compiled")
            for how in ways:
                row[f"{name} {how}"] = measured(lib, program, how, options.seconds)
                save()
    results["cpu_us"] = costs = {}
    if options.k:
        return
    for name, lib in libraries.items():
        for operation, call in operations(lib).items():
            try:
                costs.setdefault(operation, {})[name] = round(microseconds(lib, call), 2)
            except Exception as error:
                costs.setdefault(operation, {})[name] = f"{type(error).__name__}: {error}"[:500]
        save()


# What is read -----------------------------------------------------------------------------------------------


def table_of(results: dict[str, Any]) -> str:
    """Everything that a person wants to see."""
    lines = [f"{key}: {value}" for key, value in results["machine"].items()]
    tests = results.get("tests")
    if tests:
        lines += [
            "",
            f"Tests marked gpu: {tests.get('error') or tests['summary']}",
            *tests.get("failures", []),
        ]
    head = f"{'program':<34}{'way':<20}{'ms/step':>10}{'per second':>18}{'peak MiB':>11}{'ratio':>8}"
    lines += ["", "ratio: time of PyTorch eager / its time; above 1 it is faster than PyTorch eager", head]
    for name, row in results.get("speed", {}).items():
        base = row.get("torch eager", {}).get("ms")
        for way, found in row.items():
            if way == "items":
                continue
            if "ms" not in found:
                lines.append(f"{name:<34}{way:<20}{found.get('error', 'nothing')[:200]}")
                continue
            against = f"{base / found['ms']:.2f}" if base else "–"
            rate = f"{found['per_second']:,.0f} {row['items']}"
            lines.append(
                f"{name:<34}{way:<20}{found['ms']:>10.3f}{rate:>18}{found['peak_mb']:>11,.0f}{against:>8}"
            )
    lines += ["", f"{'µs of CPU for a call':<34}{'minitorch':>12}{'torch':>12}"]
    for operation, costs in results.get("cpu_us", {}).items():
        shown = [costs.get(name, "–") for name in ("minitorch", "torch")]
        lines.append(f"{operation:<34}" + "".join(f"{str(value)[:40]:>12}" for value in shown))
    return "\n".join(lines) + "\n"


def machine() -> dict[str, Any]:
    """What it was measured on."""
    from minitorch.registry import device_backend

    found = minitorch.cuda.get_device_properties()
    versions = dict(device_backend("cuda").describe())
    for name in ("torch", "triton"):
        if find_spec(name) is not None:
            versions[name] = __import__(name).__version__
    return {
        "GPU": f"{found.name}, capability {found.major}.{found.minor}, {found.total_memory / 2**30:.0f} GiB",
        "Python": platform.python_version(),
        **versions,
        "minitorch": minitorch.__version__,
        "began": time.strftime("%Y-%m-%d %H:%M:%S"),
    }


def main(arguments: list[str] | None = None) -> int:
    """Runs everything; 0 if all tests passed and every program of minitorch ran."""
    options = options_of(arguments)
    if (text := missing()) is not None:
        print(f"gpu-check: nothing was run. {text}", file=sys.stderr)
        return 2
    options.out.mkdir(parents=True, exist_ok=True)
    results: dict[str, Any] = {"machine": machine()}

    def save() -> None:
        (options.out / "gpu.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
        (options.out / "gpu.txt").write_text(table_of(results), encoding="utf-8")

    if options.only != "speed":
        results["tests"] = run_tests()
        save()
    if options.only != "tests":
        run_speed(options, results, save)
    save()
    print(table_of(results))
    print(f"written to {options.out / 'gpu.json'} and {options.out / 'gpu.txt'}")
    failed = "tests" in results and not results["tests"].get("passed")
    ours = [
        found for row in results.get("speed", {}).values() for way, found in row.items() if "minitorch" in way
    ]
    return int(failed or any("error" in found for found in ours))


if __name__ == "__main__":
    sys.exit(main())
