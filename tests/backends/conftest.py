import pytest

SUITE = "minitorch.testing.conformance"
ROOMS = ["composites", "matrices", "memory", "primitives", "random", "special"]
pytest.register_assert_rewrite(f"{SUITE}.fixtures", *(f"{SUITE}.test_{room}" for room in ROOMS))

from minitorch.errors import MinitorchError  # noqa: E402
from minitorch.registry import get_backend  # noqa: E402
from minitorch.testing.conformance.fixtures import (  # noqa: E402
    backend as backend,
    layout as layout,
)

KNOWN = ["numpy", "numba", "cupy"]


def reason_for_absence(name):
    """Why a backend cannot be tested here, or None."""
    try:
        get_backend(name)
    except (MinitorchError, ImportError) as error:
        return str(error)
    return None


def marked(name):
    """A backend as a parameter; that for GPUs is marked."""
    return pytest.param(name, marks=pytest.mark.gpu) if name == "cupy" else name


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs the suite for every backend that is installed."""
    if "backend" in metafunc.fixturenames:
        installed = [marked(name) for name in KNOWN if reason_for_absence(name) is None]
        metafunc.parametrize("backend", installed, indirect=True)


@pytest.fixture(params=[marked(name) for name in KNOWN])
def known(request: pytest.FixtureRequest) -> str:
    """A backend that belongs to minitorch; one that is absent is skipped, and says so."""
    reason = reason_for_absence(request.param)
    if reason is not None:
        pytest.skip(f"the conformance suite does not run for {request.param}: {reason}")
    return request.param
