"""What Otter's test files call: the tests that lie beside the notebook."""

from __future__ import annotations

from typing import Any

from minitorch.coursework.tasks import PASSED, TESTS, judge, load


def run(name: str, environment: dict[str, Any]) -> None:
    """Raises an AssertionError with its message if a test fails."""
    result = judge(getattr(load(TESTS), name), environment)
    if result.status != PASSED:
        raise AssertionError(f"{result.label}: {result.message}")
