"""Writes every file of the site that a program writes: `make docs` runs this, then builds the site.

Pages of the API and of coverage, pictures, lessons, and what the site takes from npm. Files that did not change stay
untouched; those that nobody writes any more go.
"""

from __future__ import annotations

import logging
from pathlib import Path

import api_pages
import coverage_page
import lessons
import live_cells
import pictures
import vendor

DOCS = Path(__file__).resolve().parents[1]
OWN = (
    "api/*",
    "lessons/[0-9]*",
    "lessons/[0-9]*/*",
    "pictures/*",
    "source/**/*.md",
)  # nobody else writes these


def main() -> None:
    """Writes what is missing or out of date."""
    vendor.write()
    live_cells.write()
    written: set[Path] = set()
    for part in (api_pages, coverage_page, pictures, lessons):
        for path, content in part.pages():
            written.add(path)
            new = content if isinstance(content, bytes) else content.encode()
            if not path.exists() or path.read_bytes() != new:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(new)
    for pattern in OWN:
        for path in DOCS.glob(pattern):
            if path.is_file() and path not in written:
                path.unlink()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    main()
