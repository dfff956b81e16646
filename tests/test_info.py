"""`python -m minitorch.info` and the settings that it reports."""

import subprocess
import sys

import pytest

import minitorch
from minitorch.info import report


def test_the_report_names_what_computes():
    text = report()
    assert text.startswith("minitorch ")
    for part in ("Backends", "numpy", "in use", "Libraries", "BLAS", "threads"):
        assert part in text


def test_the_command_prints_it():
    done = subprocess.run(
        [sys.executable, "-m", "minitorch.info"], capture_output=True, text=True, check=True
    )
    assert "Backends" in done.stdout
    assert done.stderr == ""


def test_the_numba_backend_tells_where_machine_code_is_kept():
    pytest.importorskip("numba")
    with minitorch.use_backend("numba") as backend:
        assert {"NumPy", "BLAS", "Numba", "machine code"} <= backend.describe().keys()
        assert "numba    in use" in report()


def test_a_slow_choice_of_blas_is_pointed_out(monkeypatch):
    from minitorch_numpy import blas

    class Library:
        def core_name(self):
            return "Haswell"

    monkeypatch.setattr(blas, "open_blas", Library)
    monkeypatch.setattr(blas, "has_avx512", lambda: True)
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    assert "unset OPENBLAS_CORETYPE" in blas.hints()[0]
    monkeypatch.delenv("OPENBLAS_CORETYPE")
    assert "set OPENBLAS_CORETYPE=SkylakeX" in blas.hints()[0]
    monkeypatch.setattr(blas, "has_avx512", lambda: False)
    assert blas.hints() == []


def test_threads_without_an_openblas(monkeypatch):
    from minitorch_numpy import blas

    monkeypatch.setattr(blas, "open_blas", lambda: None)
    monkeypatch.setattr(blas, "controller", lambda: None)
    assert blas.get_num_threads() is None
    assert not blas.set_num_threads(2)
    assert "unknown" in blas.describe()


def test_warming_up_changes_nothing_for_numpy():
    with minitorch.use_backend("numpy"):
        minitorch.warmup(dtype=minitorch.float64)


@pytest.mark.slow
def test_warming_up_builds_every_kernel():
    pytest.importorskip("numba")
    from minitorch_numba import jit, threads

    with minitorch.use_backend("numba"):
        before = jit.threshold, minitorch.get_num_threads()
        minitorch.warmup()
        assert (jit.threshold, minitorch.get_num_threads()) == before
    own = [kernel for kernel in jit.kernels if kernel.plain.__module__.startswith("minitorch_numba")]
    builds = [(kernel, "serial") for kernel in own]
    if threads.get_num_threads() > 1:
        builds += [(kernel, "parallel") for kernel in own if "prange" in kernel.plain.__code__.co_names]
    assert jit.DISABLED or [k.name for k, build in builds if not k.is_compiled(build)] == []
