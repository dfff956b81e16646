"""`make gpu-check` without a GPU: its pieces, its files, and that it goes on where it stopped."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import minitorch

ROOT = Path(__file__).resolve().parents[2]
CHECK = [sys.executable, "-W", "ignore", str(ROOT / "tests/benchmarks/gpu.py")]
REHEARSAL = ["--device", "cpu", "--tiny", "--alone", "--seconds", "0.01", "-n", "0"]


def check(out, *arguments, **variables):
    paths = os.pathsep.join([str(ROOT), str(ROOT / "backends")])
    done = subprocess.run(
        [*CHECK, "--out", str(out), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": paths, **variables},
    )
    path = out / "gpu.json"
    return done, json.loads(path.read_text("utf-8")) if path.exists() else None


@pytest.mark.skipif(minitorch.cuda.is_available(), reason="there is a GPU here")
def test_without_a_gpu_it_says_what_is_missing(tmp_path):
    done, results = check(tmp_path)
    assert done.returncode == 2
    assert "gpu-check: nothing was run" in done.stderr
    assert results is None


def test_a_rehearsal_fills_the_table(tmp_path):
    copies = tmp_path / "copies"
    copies.mkdir()
    done, results = check(
        tmp_path / "out", *REHEARSAL, "--only", "speed", "first", "-k", "MLP", OUT=str(copies)
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert results["done"] == ["first", "MLP 4 layers, B=64"]
    assert results["first"]["captured_step"]["left out"] == "only on a GPU"
    errors = {name: found["error"] for name, found in results["first"].items() if "error" in found}
    assert errors == {}
    assert results["first"]["attention"]["own_minitorch_ms"] > 0
    row = results["speed"]["MLP 4 layers, B=64"]
    assert row["unit"] == "rows"
    assert row["minitorch eager"]["ms"] > 0
    assert "captured step" in done.stdout
    assert {path.name for path in copies.iterdir()} == {"gpu.json", "gpu.txt", "gpu.log"}
    assert "MLP 4 layers" in (copies / "gpu.txt").read_text("utf-8")


@pytest.mark.slow
def test_it_goes_on_where_it_stopped(tmp_path):
    """Tests that have passed are not run again; one that failed is."""
    broken, state = tmp_path / "test_broken.py", tmp_path / "repaired"
    broken.write_text(
        "import pathlib, pytest, warnings\n"
        "def test_good(): warnings.warn('of somebody else')\n"
        "@pytest.mark.skip(reason='not here')\n"
        "def test_left_out(): pass\n"
        f"def test_bad(): assert pathlib.Path({str(state)!r}).exists()\n"
    )
    arguments = *REHEARSAL, "--only", "tests", "--mark", "not slow", "--tests", str(broken)
    done, results = check(tmp_path, *arguments, "--limit", "50")
    assert (done.returncode, results.get("tests")) == (3, None)  # too little time for anything
    assert "not finished: tests" in done.stdout
    done, results = check(tmp_path, *arguments)
    assert done.returncode == 1
    assert (results["tests"]["passed"], results["tests"]["failed"]) == (1, 1)
    assert [name.rsplit("::")[-1] for name in results["tests"]["failures"]] == ["test_bad"]
    assert list(results["tests"]["reasons"]) == ["Skipped: not here"]
    state.touch()
    assert check(tmp_path, *arguments)[0].returncode == 1  # all were run, so nothing is left to do
    (tmp_path / "gpu.json").unlink()
    done, results = check(tmp_path, *arguments)
    assert done.returncode == 0, done.stdout
    assert results["tests"]["passed"] == 2
    assert results["tests"]["failures"] == {}
    lines = (tmp_path / "tests.jsonl").read_text("utf-8").splitlines()
    ran = [json.loads(line)["id"].rsplit("::")[-1] for line in lines]
    assert ran == ["test_good", "test_left_out", "test_bad", "test_bad"]


@pytest.mark.slow
def test_a_piece_that_takes_too_long_is_ended_and_told(tmp_path):
    name = "ResNet-50, batch 128, fp32"
    arguments = *REHEARSAL[:-4], "--seconds", "100", "--only", "speed", "-k", name, "--piece-limit", "4"
    done, results = check(tmp_path, *arguments)
    assert done.returncode == 3
    assert "its time was up" in done.stdout
    assert results["speed"][name]["minitorch eager"] == {"unfinished": True}
    assert "did not finish" in (tmp_path / "gpu.txt").read_text("utf-8")


@pytest.mark.slow
def test_the_frontend_is_taken_from_a_wheel(tmp_path):
    wheel = tmp_path / "nvidia_cudnn_frontend-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr(
            "cudnn/__init__.py", "__version__ = 'of the wheel'\ndef backend_version(): return 90000\n"
        )
    for given in (wheel, tmp_path / wheel.stem):
        arguments = *REHEARSAL, "--only", "first", "--again", "--frontend", str(given)
        done, results = check(tmp_path, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        assert results["first"]["loaded"]["cudnn"] == 90000
        assert results["first"]["loaded"]["cudnn frontend"].startswith("of the wheel from")
    done, _ = check(tmp_path, *REHEARSAL, "--frontend", str(tmp_path / "nowhere"))
    assert "there is no folder cudnn" in done.stderr
