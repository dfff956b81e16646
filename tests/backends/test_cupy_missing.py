"""Machines without a GPU, a driver, CuPy, or with one for another CUDA: each is told what is missing."""

import subprocess
import sys
from pathlib import Path

import pytest

import minitorch
from minitorch import nn
from minitorch.errors import BackendError, MissingDependencyError
from minitorch.registry import available_backends
from minitorch_cupy import diagnosis
from minitorch_cupy.diagnosis import Driver, problem, written

nowhere = pytest.mark.skipif(minitorch.cuda.is_available(), reason="there is a GPU here")


class Library:
    """A driver that answers as it is told to."""

    def __init__(self, version=12040, count=1, error=0):
        self.version, self.count, self.error = version, count, error

    def cuInit(self, flags):
        return self.error

    def cuDriverGetVersion(self, place):
        place._obj.value = self.version
        return 0

    def cuDeviceGetCount(self, place):
        place._obj.value = self.count
        return 0


@pytest.mark.parametrize(
    ("driver", "built_for", "says"),
    [
        (None, None, ["no NVIDIA driver", "pip install", "cuda12", "'cpu'"]),
        (Library(count=0), 12090, ["no GPU", "nvidia-smi", "CUDA_VISIBLE_DEVICES"]),
        (Library(error=100), 12090, ["no GPU"]),
        (Library(error=803), 12090, ["does not start", "803"]),
        (
            Library(version=12040),
            None,
            ["CuPy is not installed", "12.4", 'pip install "minitorch-edu[cuda12]"'],
        ),
        (Library(version=13010), None, ["13.1", 'pip install "minitorch-edu[cuda13]"']),
        (
            Library(version=12040),
            13000,
            ["CuPy is for CUDA 13", "12.4", "pip uninstall cupy-cuda13x", "[cuda12]"],
        ),
    ],
)
def test_what_is_missing_is_said_with_the_line_that_installs_it(driver, built_for, says):
    text = problem(None if driver is None else Driver(driver), built_for)
    assert all(word in text for word in says), text


@pytest.mark.parametrize(("version", "built_for"), [(12040, 12090), (13000, 12090), (13000, 13010)])
def test_nothing_is_missing(version, built_for):
    """A newer CuPy of the same major version runs on an older driver, and an older one on a newer driver."""
    assert problem(Driver(Library(version=version)), built_for) is None


def test_the_driver_is_asked_through_ctypes():
    found = Driver(Library(version=12080, count=3))
    assert (found.version, found.count, found.error) == (12080, 3, 0)
    assert written(found.version) == "12.8"


@nowhere
def test_asking_for_a_gpu_says_what_is_missing():
    for ask in (
        lambda: minitorch.ones(2).to("cuda"),
        lambda: minitorch.ones(2).cuda(),
        lambda: minitorch.ones(2, device="cuda:1"),
        lambda: nn.Linear(2, 1).cuda(),
        lambda: minitorch.Generator("cuda"),
        lambda: minitorch.set_default_device("cuda"),
        lambda: minitorch.cuda.current_device(),
        lambda: minitorch.cuda.Stream(),
        lambda: minitorch.cuda.synchronize(),
        lambda: minitorch.cuda.graph(minitorch.cuda.CUDAGraph()).__enter__(),
    ):
        with pytest.raises((BackendError, MissingDependencyError), match="pip install|nvidia-smi"):
            ask()
    assert minitorch.get_default_device() == minitorch.device("cpu")


@nowhere
def test_questions_have_answers_without_a_gpu():
    cuda = minitorch.cuda
    assert (cuda.is_available(), cuda.device_count(), cuda.is_initialized()) == (False, 0, False)
    assert (cuda.memory_allocated(), cuda.max_memory_allocated(), cuda.memory_reserved()) == (0, 0, 0)
    assert cuda.get_rng_state_all() == []
    assert cuda.get_arch_list() == []
    assert not cuda.is_bf16_supported()
    assert not minitorch.ones(2).is_pinned()
    cuda.empty_cache()
    cuda.reset_peak_memory_stats()
    with pytest.raises(BackendError, match="pin_memory: .*no GPU|pin_memory: .*there is none"):
        minitorch.ones(2).pin_memory()


@nowhere
def test_the_check_of_a_gpu_says_what_is_missing_and_fails():
    program = Path(__file__).parents[1] / "benchmarks" / "gpu.py"
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "nothing was run. cuda:" in done.stderr


def test_it_is_no_backend_for_the_cpu():
    assert "cupy" not in available_backends()


def test_graphs_say_how_they_are_used():
    with pytest.raises(BackendError, match="nothing was captured"):
        minitorch.cuda.CUDAGraph().replay()
    with pytest.raises(minitorch.errors.ArgumentTypeError, match="expected a CUDAGraph"):
        minitorch.cuda.graph("g")


def test_importing_needs_neither_a_gpu_nor_cupy():
    program = (
        "import sys; sys.modules['cupy'] = None\n"
        "import minitorch, minitorch.cuda, minitorch_cupy, minitorch_cupy.diagnosis\n"
        "assert not minitorch.cuda.is_available()\n"
        "minitorch.manual_seed(0); minitorch.cuda.manual_seed_all(0)\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, timeout=60)


def test_the_engine_does_not_load_it():
    program = (
        "import sys, minitorch, minitorch.nn, minitorch.optim; sys.exit('minitorch_cupy' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_where_cupy_can_be_loaded_everything_is_there():
    cupy = pytest.importorskip("cupy")
    from minitorch.backend import primitives
    from minitorch_cupy.backend import CupyBackend

    assert cupy.__name__ == "cupy"
    assert [name for name in primitives() if not hasattr(CupyBackend, name)] == []
    assert diagnosis.cupy_version() >= 12000
