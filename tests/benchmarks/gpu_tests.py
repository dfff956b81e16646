"""A plugin of pytest for gpu.py: writes down each test as it ends, and leaves out those that have passed before.

The file, one JSON object a line, is named by the variable GPU_CHECK_TESTS.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

FILE = Path(os.environ["GPU_CHECK_TESTS"])
KNOWN = "GPU_CHECK_KNOWN"  # how much of the file was there at the beginning: for workers, which start while it grows


def pytest_configure(config: pytest.Config) -> None:
    """Before anything is collected."""
    os.environ.setdefault(KNOWN, str(FILE.stat().st_size if FILE.exists() else 0))
    if not hasattr(config, "workerinput"):  # workers report to the one process that writes
        config.pluginmanager.register(Writer())


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what has passed, or was skipped, before."""
    size = int(os.environ[KNOWN])
    lines = FILE.read_bytes()[:size].decode().splitlines() if size else []
    last = {found["id"]: found["outcome"] for found in map(json.loads, lines)}
    done = {test for test, outcome in last.items() if outcome in ("passed", "skipped")}
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid in done])
    items[:] = [item for item in items if item.nodeid not in done]


class Writer:
    """Adds a line for each test."""

    def pytest_runtest_logreport(self, report: Any) -> None:
        """After each phase of a test."""
        if report.when != "call" and report.outcome == "passed":
            return
        outcome = "error" if report.when != "call" and report.outcome == "failed" else report.outcome
        text = report.longrepr[2] if outcome == "skipped" and report.longrepr else report.longreprtext
        found = {
            "id": report.nodeid,
            "outcome": outcome,
            "seconds": round(report.duration, 3),
            "text": text[-2000:],
        }
        with FILE.open("a", encoding="utf-8") as file:
            file.write(json.dumps(found, ensure_ascii=False) + "\n")
