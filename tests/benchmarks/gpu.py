"""`make gpu-check`: everything that only a GPU can show, in one command; writes one JSON and one table.

    make gpu-check                                        all of it
    PYTHONPATH=.:backends python tests/benchmarks/gpu.py  the same from a bare checkout, with whatever is installed
    … gpu.py --limit 560                                  what fits into 560 seconds; the same again goes on from there
    … gpu.py --only first tests                           some of it
    … gpu.py --only speed -k ResNet --no-compile
    … gpu.py --frontend DIR                               with nvidia-cudnn-frontend, a wheel or an unpacked one
    … gpu.py --device cpu --tiny                          a rehearsal without a GPU, which says nothing about speed

It comes in pieces, each a process of its own, so that one that fails does not take the others with it: first the checks
that the design hangs on, then the tests marked gpu, then speed beside PyTorch, program by program, both libraries in
one process on data of the same shapes. A step is timed by events of the GPU, after a warm-up, and the median counts.
"captured" is a whole step, optimizer included, as a CUDA graph. Peak memory is what tensors hold. "µs of CPU" is what a
call costs the program, which does not wait for the GPU.

Without a GPU it says what is missing, and fails. Every result is written at once, into `--out`, where the next run
finds it, and into the folder that the variable OUT names, if there is one. Compiled kernels are kept there, too.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "backends"), str(Path(__file__).parent)]

from gpu_programs import FULL, PROGRAMS, TINY  # noqa: E402
from gpu_table import table_of  # noqa: E402

MARK = "@@"  # before what a piece hands over in its output
FILES = "gpu.json", "gpu.txt", "gpu.log", "tests.jsonl"
ENDING = 30  # seconds that a piece has for its end when its time is up
ENDED = 0, 1, 5  # of pytest: all passed, some failed, none was left
Results = dict[str, Any]


def options_of(arguments: list[str] | None = None) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=["first", "tests", "speed"], help="some parts of it")
    parser.add_argument(
        "-k", default="", help="of speed only rows whose name contains this; of tests, pytest's -k"
    )
    parser.add_argument("--again", action="store_true", help="measure anew what is there already")
    parser.add_argument("--limit", type=float, default=1e9, help="seconds for all; the next run goes on")
    parser.add_argument("--piece-limit", type=float, default=1800.0, help="seconds for one piece")
    parser.add_argument("--seconds", type=float, default=4.0, help="of measuring, for each number")
    parser.add_argument(
        "--no-compile", action="store_true", help="leave out torch.compile, which takes minutes"
    )
    parser.add_argument("--alone", action="store_true", help="leave out PyTorch")
    parser.add_argument(
        "-n", default="", help="workers for the tests, where pytest-xdist is there; at most 8 else"
    )
    parser.add_argument(
        "--frontend", type=Path, help="the wheel of nvidia-cudnn-frontend, or where it is unpacked"
    )
    parser.add_argument("--out", type=Path, default=Path(".benchmarks"), help="folder for the results")
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--tiny", action="store_true", help="sizes for a rehearsal")
    parser.add_argument("--tests", nargs="+", default=["tests/backends"], help="where the tests are")
    parser.add_argument("--mark", default="gpu", help="which tests, as pytest's -m")
    parser.add_argument("--piece", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    options.out = options.out.resolve()
    return options


# One piece, in a process of its own ---------------------------------------------------------------------------


def run_piece(options: argparse.Namespace) -> None:
    """Carries out what `--piece` names, and hands over one result after another."""
    import gpu_first
    from gpu_measures import told

    import minitorch

    done = Reports(options).results
    sizes, device = TINY if options.tiny else FULL, options.device
    libraries: dict[str, Any] = {"minitorch": minitorch}
    if not options.alone and find_spec("torch") is not None:
        import torch

        if device == "cpu" or torch.cuda.is_available():
            libraries["torch"] = torch
    if options.piece == "first":
        bench = gpu_first.Bench(device, sizes, libraries)
        for name, found in gpu_first.run(bench, set(done.get("first", {}))):
            hand_over(["first", name], found)
        return
    if options.piece == "µs of CPU":
        from gpu_measures import microseconds
        from gpu_programs import operations

        for name, lib in libraries.items():
            for operation, call in operations(lib, device).items():
                try:
                    cost: Any = microseconds(lib, device, call)
                except Exception as error:  # the other numbers are still worth having
                    cost = told(error)
                hand_over(["cpu_us", operation, name], cost)
        return
    program = next(program for program in PROGRAMS if program.name == options.piece)
    hand_over(["speed", program.name, "unit"], program.unit)
    for way in ("eager", "captured", "compiled"):
        for name, lib in libraries.items():
            place = ["speed", program.name, f"{name} {way}"]
            known = done.get("speed", {}).get(program.name, {}).get(place[-1], {"unfinished": True})
            if possible(options, name, way) and "unfinished" in known:
                hand_over(place, {"unfinished": True})
                hand_over(place, measured(options, lib, program, way))


def possible(options: argparse.Namespace, library: str, way: str) -> bool:
    """Whether a library can run a program in some way here."""
    if way == "compiled":
        return library == "torch" and not options.no_compile and find_spec("triton") is not None
    return way == "eager" or options.device == "cuda"


def measured(options: argparse.Namespace, lib: Any, program: Any, way: str) -> Results:
    """Time and peak memory of one program in one library; or the error that it ended with."""
    from gpu_measures import captured, milliseconds, peak_mebibytes, synchronize, tidy, told

    sizes, device = TINY if options.tiny else FULL, options.device
    found: Results = {}
    began = time.perf_counter()
    try:
        step = program.build(lib, sizes, device, way == "compiled")
        for _ in range(2):
            loss = step()
        found["loss"] = loss.item()
        synchronize(lib, device)
        if device == "cuda":
            found["peak_mb"] = peak_mebibytes(lib, step)
        if way == "captured":
            step = captured(lib, step)
        found["ms"] = round(milliseconds(lib, device, step, options.seconds), 4)
        found["per_second"] = round(program.items(sizes) / found["ms"] * 1e3, 1)
    except Exception as error:  # the other rows are still worth having
        found["error"] = told(error)
    finally:
        step = loss = None
        tidy(lib, device)
    return {**found, "seconds": round(time.perf_counter() - began, 1)}


def hand_over(place: list[str], found: Any) -> None:
    """Tells the process that waits for it."""
    print(MARK + json.dumps([place, found]), flush=True)


# All of them ---------------------------------------------------------------------------------------------------


class Reports:
    """The files with what was found so far."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.folder, self.mark = options.out, options.mark
        self.results: Results = {}
        self.began = time.perf_counter()
        options.out.mkdir(parents=True, exist_ok=True)
        if (self.folder / "gpu.json").exists():
            self.results = json.loads((self.folder / "gpu.json").read_text("utf-8"))

    def put(self, place: list[str], found: Any) -> None:
        """Writes down one result."""
        inner = self.results
        for name in place[:-1]:
            inner = inner.setdefault(name, {})
        inner[place[-1]] = found
        self.save()

    def drop(self, piece: str) -> None:
        """Forgets a piece."""
        self.results["done"] = [name for name in self.results.get("done", []) if name != piece]
        self.results.get("speed", {}).pop(piece, None)
        self.results.pop({"µs of CPU": "cpu_us"}.get(piece, piece), None)
        if piece == "tests":
            (self.folder / "tests.jsonl").unlink(missing_ok=True)

    def tests(self) -> Results:
        """How often each test was run last, and what came of it."""
        path = self.folder / "tests.jsonl"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        last = {found["id"]: found for found in map(json.loads, lines)}
        bad = [found for found in last.values() if found["outcome"] in ("failed", "error")]
        return {
            **Counter(found["outcome"] for found in last.values()),
            "failures": {found["id"]: found["text"].strip().splitlines()[-1:] for found in bad},
            "reasons": dict(Counter(f["text"] for f in last.values() if f["outcome"] == "skipped")),
        }

    def save(self) -> None:
        """Writes the JSON and the table, and copies all into the folder that OUT names."""
        (self.folder / "gpu.json").write_text(json.dumps(self.results, indent=1, ensure_ascii=False), "utf-8")
        (self.folder / "gpu.txt").write_text(table_of(self.results), "utf-8")
        copies = Path(os.environ.get("OUT") or self.folder).resolve()
        if copies != self.folder and copies.is_dir():
            for name in FILES:
                if (self.folder / name).exists():
                    shutil.copy(self.folder / name, copies / name)

    def log(self, line: str) -> None:
        """Shows a line, and keeps it."""
        print(line, end="", flush=True)
        with (self.folder / "gpu.log").open("a", encoding="utf-8") as file:
            file.write(line)


def pieces_of(options: argparse.Namespace) -> list[str]:
    """Their names, in the order in which they are run."""
    parts = options.only or ["first", "tests", "speed"]
    names = [part for part in ("first", "tests") if part in parts]
    if "speed" in parts:
        names += [p.name for p in PROGRAMS if options.k.lower() in p.name.lower()]
        names += ["µs of CPU"] if options.k.lower() in "µs of cpu" else []
    return names


def environment(options: argparse.Namespace) -> dict[str, str]:
    """In which a checkout that is not installed finds itself, and kernels that were compiled are kept."""
    found = [ROOT, ROOT / "backends", ROOT / "tests", ROOT / "tests" / "benchmarks"]
    if options.frontend is not None:
        found.append(unpacked(options))
    paths = [*map(str, found), os.environ.get("PYTHONPATH", "")]
    kept = {"CUPY_CACHE_DIR": str(options.out / "cupy"), **os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONUNBUFFERED": "1"}


def unpacked(options: argparse.Namespace) -> Path:
    """The folder with the package `cudnn`."""
    given: Path = options.frontend.resolve()
    folder = given
    if given.suffix == ".whl":
        folder = options.out / given.stem
        with zipfile.ZipFile(given) as wheel:
            wheel.extractall(folder)
    if not (folder / "cudnn").is_dir():
        raise SystemExit(
            f"gpu-check: --frontend: there is no folder cudnn in {folder}; give the wheel itself"
        )
    return folder


def command_of(piece: str, options: argparse.Namespace) -> list[str]:
    """What runs a piece."""
    if piece == "tests":
        workers = options.n or str(min(8, os.cpu_count() or 1))
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-m",
            options.mark,
            "--tb=short",
            "-rfE",
            "-W",
            "default",
        ]
        command += ["-p", "no:cacheprovider", "-p", "gpu_tests", *(["-k", options.k] if options.k else [])]
        command += ["-n", workers] if find_spec("xdist") is not None and workers != "0" else []
        return [*command, *options.tests]
    arguments = ["--piece", piece, "--out", str(options.out), "--seconds", str(options.seconds)]
    flags = [
        f"--{name}" for name in ("tiny", "alone", "no-compile") if getattr(options, name.replace("-", "_"))
    ]
    return [sys.executable, __file__, *arguments, "--device", options.device, *flags]


def carried_out(piece: str, options: argparse.Namespace, reports: Reports, seconds: float) -> bool:
    """Runs a piece for so many seconds at most, notes what it hands over, and says whether it came to its end."""
    variables = environment(options)
    if piece == "tests":
        variables["GPU_CHECK_TESTS"] = str(options.out / "tests.jsonl")
    reports.log(f"--- {piece}: {time.strftime('%H:%M:%S')}\n")
    process = subprocess.Popen(
        command_of(piece, options), cwd=ROOT, env=variables, text=True, encoding="utf-8", errors="replace",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    timers = [
        threading.Timer(
            seconds, lambda: process.send_signal(signal.SIGINT)
        ),  # pytest still writes its summary
        threading.Timer(seconds + ENDING, lambda: os.killpg(process.pid, signal.SIGKILL)),
    ]
    for timer in timers:
        timer.daemon = True
        timer.start()
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(MARK):
            reports.put(*json.loads(line.removeprefix(MARK)))
        else:
            reports.log(line)
    status = process.wait()
    late = not timers[0].is_alive()
    for timer in timers:
        timer.cancel()
    if piece == "tests":
        reports.put(["tests"], {**reports.tests(), "complete": not late and status in ENDED})
        return not late and status in ENDED
    if status:
        reports.log(f"--- {piece}: {'its time was up' if late else f'ended with {status}'}\n")
    return status == 0


# The whole -----------------------------------------------------------------------------------------------------


def machine(options: argparse.Namespace) -> Results:
    """What it is measured on.

    Raises:
        MinitorchError: without a GPU; it says what is missing.
        ImportError: without CuPy, likewise.
    """
    import minitorch

    found: Results = {"Python": platform.python_version(), "minitorch": minitorch.__version__}
    for name in ("torch", "triton", "numpy"):
        if find_spec(name) is not None:
            found[name] = __import__(name).__version__
    if options.device == "cuda":
        minitorch.ones(1).to("cuda")
        from minitorch.registry import device_backend

        gpu = minitorch.cuda.get_device_properties()
        memory = f"{gpu.total_memory / 2**30:.0f} GiB"
        found["GPU"] = f"{gpu.name}, capability {gpu.major}.{gpu.minor}, {memory}"
        found |= device_backend("cuda").describe()
    else:
        found["GPU"] = "none: a rehearsal on the CPU"
    return {**found, "sizes": "tiny" if options.tiny else "full", "began": time.strftime("%Y-%m-%d %H:%M:%S")}


def left(options: argparse.Namespace, reports: Reports) -> Iterator[str]:
    """The pieces that are still to be carried out."""
    for piece in pieces_of(options):
        if piece not in reports.results.get("done", []):
            yield piece


def main(arguments: list[str] | None = None) -> int:
    """Runs everything; 0 if all came to its end, all tests passed and every program of minitorch ran; 3 if it stopped
    for lack of time.
    """
    options = options_of(arguments)
    if options.piece:
        run_piece(options)
        return 0
    from minitorch.errors import MinitorchError

    try:
        found = machine(options)
    except (MinitorchError, ImportError) as error:
        print(f"gpu-check: nothing was run. {error}", file=sys.stderr)
        return 2
    reports = Reports(options)
    if options.again:
        for piece in pieces_of(options):
            reports.drop(piece)
    reports.results = {**reports.results, "machine": found}
    reports.save()

    def remaining() -> float:
        return options.limit - (time.perf_counter() - reports.began) - ENDING

    for piece in list(left(options, reports)):
        if remaining() < ENDING:
            break
        if carried_out(piece, options, reports, min(remaining(), options.piece_limit)):
            reports.put(["done"], [*reports.results.get("done", []), piece])
    print(table_of(reports.results))
    print(f"written to {options.out / 'gpu.json'} and {options.out / 'gpu.txt'}")
    if unfinished := list(left(options, reports)):
        print(f"not finished: {', '.join(unfinished)}. The same command goes on from here.")
        return 3
    tests, speed = reports.results.get("tests", {}), reports.results.get("speed", {})
    ours = [found for row in speed.values() for way, found in row.items() if way.startswith("minitorch")]
    return int(bool(tests.get("failures")) or any("error" in found for found in ours))


if __name__ == "__main__":
    sys.exit(main())
