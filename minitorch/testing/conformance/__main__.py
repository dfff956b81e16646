"""`python -m minitorch.testing.conformance --backend NAME`: runs the suite with pytest."""

from __future__ import annotations

import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Runs the suite; returns pytest's exit status."""
    try:
        import pytest
    except ImportError:
        print("The conformance suite needs pytest:  pip install pytest", file=sys.stderr)
        return 1
    folder = Path(__file__).parent
    return int(pytest.main(["--import-mode=importlib", "-p", "no:cacheprovider", str(folder), *arguments]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
