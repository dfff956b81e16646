"""The option `--backend`, and the fixtures that the suite is run with."""

from __future__ import annotations

import pytest

from minitorch.registry import SERVES, available_backends

pytest.register_assert_rewrite("minitorch.testing.conformance.fixtures")

from minitorch.testing.conformance.fixtures import (  # noqa: E402
    backend as backend,
    layout as layout,
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option, where the suite is run by itself."""
    parser.addoption("--backend", action="append", metavar="NAME", help="test this backend; may be repeated")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs every test for every backend."""
    if "backend" in metafunc.fixturenames:
        names = metafunc.config.getoption("backend", None) or [*available_backends(), *SERVES.values()]
        metafunc.parametrize("backend", names, indirect=True)
