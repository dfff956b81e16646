"""The conformance suite, over every backend that belongs to minitorch."""

import os
import subprocess
import sys

from minitorch.registry import available_backends
from minitorch.testing.conformance.test_composites import *  # noqa: F403
from minitorch.testing.conformance.test_matrices import *  # noqa: F403
from minitorch.testing.conformance.test_memory import *  # noqa: F403
from minitorch.testing.conformance.test_primitives import *  # noqa: F403
from minitorch.testing.conformance.test_random import *  # noqa: F403
from minitorch.testing.conformance.test_special import *  # noqa: F403

BROKEN = """
import numpy as np
from minitorch_numpy import NumpyBackend

class Broken(NumpyBackend):
    name = "broken"

    def sum_pool(self, x, windows):
        return super().sum_pool(x, windows) * np.asarray(1.001, x.dtype)
"""


def run_suite(folder, *arguments):
    """Runs the documented command in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *sys.path])}
    return subprocess.run(
        [sys.executable, "-m", "minitorch.testing.conformance", "-q", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_backend_is_tested_here(known):
    assert known in [*available_backends(), "cupy"]


def test_the_command_finds_what_is_wrong_with_a_backend(tmp_path):
    (tmp_path / "broken_backend.py").write_text(BROKEN)
    done = run_suite(tmp_path, "--backend", "broken_backend:Broken", "-k", "pool and contiguous")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "test_a_composite_and_its_definition[contiguous-broken_backend:Broken-sum_pool]" in done.stdout
    assert "1 failed" in done.stdout


def test_the_command_passes_for_numpy(tmp_path):
    done = run_suite(tmp_path, "--backend", "numpy", "-k", "random or creation")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout
