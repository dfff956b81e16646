"""NumPy's BLAS: which one it is, for which processor its products are written, and how many threads it uses.

NumPy's wheels bring an OpenBLAS, whose functions carry a prefix and a suffix of their own. Other builds of NumPy are
asked through threadpoolctl, if that is installed.
"""

from __future__ import annotations

import ctypes
import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

AFFIXES = (("scipy_", "64_"), ("scipy_", ""), ("", "64_"), ("", ""))


class OpenBlas:
    """A loaded OpenBLAS.

    Attributes:
        path: the library's file.
        wide: whether its integers have 64 bits.
    """

    def __init__(self, path: Path, prefix: str, suffix: str) -> None:
        self.path, self.wide = path, suffix == "64_"
        self._library, self._affixes = ctypes.CDLL(str(path)), (prefix, suffix)
        self.get_num_threads = self.function("openblas_get_num_threads")
        self.set_num_threads = self.function("openblas_set_num_threads")

    def function(self, name: str) -> Any:
        """One of its functions, by the name without prefix and suffix."""
        prefix, suffix = self._affixes
        return getattr(self._library, f"{prefix}{name}{suffix}")

    def core_name(self) -> str:
        """The family of processors for which it has chosen its products."""
        name = self.function("openblas_get_corename")
        name.restype = ctypes.c_char_p
        return str(name().decode())


@cache
def open_blas() -> OpenBlas | None:
    """The OpenBLAS that NumPy uses; None for a NumPy that was built otherwise."""
    package = Path(np.__file__).parent
    for folder in (package.parent / "numpy.libs", package / ".dylibs"):
        for path in sorted(folder.glob("*openblas*")):
            for prefix, suffix in AFFIXES:
                try:
                    return OpenBlas(path, prefix, suffix)
                except (OSError, AttributeError):
                    continue
    return None


@cache
def controller() -> Any:
    """threadpoolctl's view of all BLAS libraries, or None."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return None
    return ThreadpoolController().select(user_api="blas")


def get_num_threads() -> int | None:
    """How many threads a product uses; None where nobody can say."""
    library = open_blas()
    if library is not None:
        return int(library.get_num_threads())
    counts = [info["num_threads"] for info in controller().info()] if controller() else []
    return max(counts, default=None)


def set_num_threads(count: int) -> bool:
    """Sets how many threads a product uses; whether that could be done."""
    library = open_blas()
    if library is not None:
        library.set_num_threads(ctypes.c_int(count))
        return True
    if controller() is None:
        return False
    controller().limit(limits=count)
    return True


def describe() -> str:
    """Which library it is, the processor that its products are written for, and its threads."""
    library = open_blas()
    if library is not None:
        return f"OpenBLAS with kernels for {library.core_name()}, {get_num_threads()} threads"
    infos = controller().info() if controller() else []
    names = [f"{info['internal_api']} {info['version']}, {info['num_threads']} threads" for info in infos]
    return "; ".join(names) or "unknown: pip install threadpoolctl to see it"


def hints() -> list[str]:
    """What would make products faster here."""
    library, chosen = open_blas(), os.environ.get("OPENBLAS_CORETYPE")
    if library is None or library.core_name() not in ("Haswell", "Zen") or not has_avx512():
        return []
    remedy = (
        f"unset OPENBLAS_CORETYPE, which is {chosen!r} here," if chosen else "set OPENBLAS_CORETYPE=SkylakeX"
    )
    return [
        f"OpenBLAS uses kernels for {library.core_name()}, and this processor has AVX-512: {remedy} "
        "before Python starts, and large products may take half the time"
    ]


def has_avx512() -> bool:
    """Whether the processor has the AVX-512 instructions that OpenBLAS wants; known on Linux only."""
    try:
        flags = Path("/proc/cpuinfo").read_text().split()
    except OSError:
        return False
    return {"avx512f", "avx512dq", "avx512bw", "avx512vl"} <= set(flags)
