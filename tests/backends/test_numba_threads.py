"""Kernels in several Python threads, in forked processes, and in both at once; each program in a process of its own."""

import os
import subprocess
import sys
import textwrap

import pytest

import minitorch

pytest.importorskip("numba")

PRELUDE = """
import os, threading
import numpy as np
import minitorch, minitorch.nn
minitorch.use_backend("numba")
from minitorch_numba import jit, threads
assert minitorch.get_num_threads() == 2

def work(seed=0):
    x = minitorch.from_numpy(np.random.default_rng(seed).standard_normal((300, 400)).astype("float32"))
    w = x.t().clone().requires_grad_()
    y = minitorch.softmax(minitorch.nn.functional.gelu(x @ w), dim=1).log().sum()
    y.backward()
    return w.grad.numpy()

expected = [work(seed) for seed in range(4)]

def check(seed):
    np.testing.assert_allclose(work(seed), expected[seed], rtol=1e-4, atol=1e-4)
"""


def run(program, **environment):
    """Runs a program in a fresh process with two threads; what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + textwrap.dedent(program)],
        env={
            **os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2",
            "NUMBA_NUM_THREADS": "2", "MINITORCH_NUMBA_THRESHOLD": "0.01", **environment,
        },
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_several_python_threads():
    run("""
        failures = []
        def loop(seed):
            try:
                for _ in range(20):
                    check(seed)
            except BaseException as error:
                failures.append(error)
        running = [threading.Thread(target=loop, args=(seed,)) for seed in range(4)]
        for thread in running: thread.start()
        for thread in running: thread.join()
        assert not failures, failures
        assert not threads._lock.locked()
    """)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.parametrize("layer", ["omp", "workqueue"])
def test_a_forked_child_computes_in_one_thread(layer):
    out = run(
        """
        import warnings
        warnings.simplefilter("ignore", DeprecationWarning)  # forking with threads about is what is tested
        for _ in range(2):
            child = os.fork()
            if not child:
                code = 1
                try:
                    assert minitorch.get_num_threads() == 1
                    minitorch.set_num_threads(2)
                    assert minitorch.get_num_threads() == 1
                    check(1)
                    code = 0
                finally:
                    os._exit(code)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        check(2)
        print(minitorch.get_num_threads())
        """,
        NUMBA_THREADING_LAYER=layer,
    )
    assert out == "2\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_fork_while_another_thread_computes():
    run("""
        import warnings
        warnings.simplefilter("ignore", DeprecationWarning)
        stop = threading.Event()
        def loop():
            while not stop.is_set():
                work(3)
        thread = threading.Thread(target=loop)
        thread.start()
        with threads._lock:
            child = os.fork()
            if not child:
                code = 1
                try:
                    check(1)
                    code = 0
                finally:
                    os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        stop.set()
        thread.join()
    """)


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_workers_of_a_pool(method, tmp_path):
    if sys.platform == "win32" and method != "spawn":
        pytest.skip("this system does not fork")
    (tmp_path / "task.py").write_text(
        "import minitorch\n"
        "def norm(n):\n"
        "    with minitorch.use_backend('numba'):\n"
        "        x = minitorch.arange(float(n)).reshape(-1, 10) / n\n"
        "        return (minitorch.softmax(x, 1) @ x.t()).sum().item()\n"
    )
    run(
        f"""
        import sys, warnings
        warnings.simplefilter("ignore", DeprecationWarning)
        sys.path.insert(0, {str(tmp_path)!r})
        from multiprocessing import get_context
        from task import norm
        if __name__ == "__main__":
            with get_context({method!r}).Pool(2) as pool:
                got = pool.map(norm, [5000, 6000, 7000])
            np.testing.assert_allclose(got, [norm(n) for n in [5000, 6000, 7000]], rtol=1e-4)
        """
    )


def test_one_setting_for_blas_and_kernels():
    out = run("""
        from minitorch_numpy import blas
        minitorch.set_num_threads(1)
        print(minitorch.get_num_threads(), blas.get_num_threads(), threads.enter())
        minitorch.set_num_threads(2)
        print(minitorch.get_num_threads(), blas.get_num_threads(), threads.enter())
        print(threads.enter())
        threads.leave()
    """)
    assert out == "1 1 False\n2 2 True\nFalse\n"


def test_products_leave_the_setting_of_blas_as_it_was():
    assert (
        run("""
        from minitorch_numpy import blas
        work()
        print(blas.get_num_threads())
    """)
        == "2\n"
    )


def test_the_environment_of_the_process_is_left_alone():
    out = run("""
        import ctypes
        getenv = ctypes.CDLL(None).getenv
        getenv.restype = ctypes.c_char_p
        print([getenv(name) for name in (b"GOMP_SPINCOUNT", b"NUMBA_CACHE_DIR")])
    """)
    assert out == "[None, None]\n"


def test_set_num_threads_takes_positive_integers():
    with pytest.raises(minitorch.errors.ArgumentError, match="expected a positive number, got 0"):
        minitorch.set_num_threads(0)
    with pytest.raises(minitorch.errors.ArgumentTypeError, match="expected an integer, got float"):
        minitorch.set_num_threads(2.0)
