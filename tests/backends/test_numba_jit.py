"""Building kernels: when, under which names, where they are kept, what is said, and what can be switched off."""

import logging
import os
import subprocess
import sys
import textwrap
import time

import pytest

pytest.importorskip("numba")

from minitorch_numba import jit


def run(program, **environment):
    """Runs a program in a fresh process; what it prints and what it says."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA", "MINITORCH"))}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env={**kept, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout, done.stderr


SOFTMAX = """
import minitorch
minitorch.use_backend("numba")
from minitorch_numba.softmax import softmax
minitorch.softmax(minitorch.ones(30, 40), 1)
print({name: build.stats.cache_hits.total() for name, build in vars(softmax).items() if hasattr(build, "stats")})
"""


def test_builds_are_kept_in_the_users_folder_and_found_there_again(tmp_path):
    environment = {"XDG_CACHE_HOME": str(tmp_path), "LOCALAPPDATA": str(tmp_path), "HOME": str(tmp_path)}
    assert run(SOFTMAX, **environment)[0] == "{'serial': 0}\n"
    files = [file.name for file in tmp_path.rglob("*.nbi")]
    assert any("softmax_serial" in name for name in files), files
    assert all("numba" in str(file) for file in tmp_path.rglob("*.nbi"))
    assert run(SOFTMAX, **environment)[0] == "{'serial': 1}\n"
    assert (
        len(
            list(
                (
                    tmp_path / ("Library/Caches" if sys.platform == "darwin" else "") / "minitorch" / "numba"
                ).iterdir()
            )
        )
        == 1
    )


def test_without_a_folder_to_write_to_nothing_is_kept(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    environment = {"XDG_CACHE_HOME": str(blocked), "LOCALAPPDATA": str(blocked), "HOME": str(blocked)}
    assert run(SOFTMAX, **environment)[0] == "{'serial': 0}\n"


def test_numba_is_imported_with_the_backend_and_not_before():
    out, _ = run("""
        import sys, minitorch
        print("numba" in sys.modules, "numba" in minitorch.available_backends())
        minitorch.use_backend("numba")
        print("numba" in sys.modules)
    """)
    assert out == "False True\nTrue\n"


def test_nothing_is_built_before_it_is_called():
    out, _ = run("""
        import minitorch
        minitorch.use_backend("numba")
        from minitorch_numba import jit
        print([k.name for k in jit.kernels if "serial" in vars(k) or "parallel" in vars(k)])
    """)
    assert out == "[]\n"


def test_without_numba_the_error_says_how_to_install_it(tmp_path):
    (tmp_path / "numba.py").write_text("raise ImportError('no numba here')")
    out, _ = run(
        """
        import minitorch
        try:
            minitorch.use_backend("numba")
        except minitorch.errors.MissingDependencyError as error:
            print(error)
        print(minitorch.ones(2).exp().sum().item() > 5)
        """,
        PYTHONPATH=os.pathsep.join([str(tmp_path), *sys.path]),
    )
    assert "pip install 'minitorch-edu[numba]'" in out
    assert out.endswith("True\n")


def test_without_compilation_kernels_are_plain_functions():
    out, _ = run(
        """
        import sys, minitorch
        minitorch.use_backend("numba")
        from minitorch_numba import softmax, simd
        print(softmax.softmax.serial is softmax.softmax.plain)
        seen = set()
        sys.setprofile(lambda frame, event, arg: seen.add(frame.f_code.co_name))
        y = minitorch.softmax(minitorch.tensor([[1.0, 2.0, 3.0]]), 1)
        sys.setprofile(None)
        print({"softmax", "largest", "exp32", "power_of_two32"} <= seen, round(y.sum().item(), 5))
        """,
        NUMBA_DISABLE_JIT="1",
        MINITORCH_NUMBA_THRESHOLD="0",
    )
    assert out == "True\nTrue 1.0\n"


def test_builds_have_names_of_their_own():
    @jit.kernel
    def double(x):
        for i in jit.prange(len(x)):
            x[i] += x[i]

    jit.kernels.remove(double)
    if jit.DISABLED:
        pytest.skip("nothing is compiled")
    assert (double.serial.__name__, double.parallel.__name__) == ("double_serial", "double_parallel")
    assert double.serial is double.serial


def test_long_compilations_are_announced_once(monkeypatch, caplog):
    monkeypatch.setattr(jit, "PATIENCE", 0.01)
    with caplog.at_level(logging.WARNING, logger="minitorch.numba"):
        jit.announced(lambda signature: time.sleep(0.2), "slow")(None)
        jit.announced(lambda signature: None, "quick")(None)
        time.sleep(0.1)
    assert len(caplog.messages) == 1
    assert "is compiling slow for this processor" in caplog.messages[0]


def test_folders_of_other_versions_go_after_a_month(tmp_path):
    old, recent = tmp_path / "old", tmp_path / "recent"
    old.mkdir()
    recent.mkdir()
    os.utime(old, (0, 0))
    jit.remove_stale(tmp_path)
    assert [folder.name for folder in tmp_path.iterdir()] == ["recent"]
