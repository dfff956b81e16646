"""`python -m minitorch.info`: what minitorch computes with on this machine, and what would make it faster."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from minitorch.errors import MinitorchError
from minitorch.registry import available_backends, current_backend, get_backend


def report() -> str:
    """Versions, backends, threads, libraries and hints, a line each.

    >>> from minitorch.info import report
    >>> print(report())  # doctest: +ELLIPSIS
    minitorch ...
    """
    lines = [f"minitorch {own_version()}, Python {platform.python_version()}, {platform.platform()}"]
    lines += ["", "Backends"]
    facts: dict[str, str] = {}
    hints: list[str] = []
    for name in available_backends():
        try:
            backend = get_backend(name)
        except (MinitorchError, ImportError) as error:
            lines.append(f"  {name:8} absent: {error}")
            continue
        used = "in use" if backend is current_backend() else "installed"
        lines.append(f"  {name:8} {used}, for {backend.device_type}, {backend.get_num_threads()} threads")
        facts |= backend.describe()
        hints += [hint for hint in backend.hints() if hint not in hints]
    if current_backend().name == "numpy" and "Numba" in facts:
        hints.append('minitorch.use_backend("numba"), or MINITORCH_BACKEND=numba, computes faster')
    lines += ["", "Libraries", *(f"  {name:20} {fact}" for name, fact in facts.items())]
    if hints:
        lines += ["", "Hints", *(f"  - {hint}" for hint in hints)]
    return "\n".join(lines)


def own_version() -> str:
    """The version that is installed."""
    try:
        return version("minitorch-edu")
    except PackageNotFoundError:
        return "from source"


if __name__ == "__main__":
    print(report())
