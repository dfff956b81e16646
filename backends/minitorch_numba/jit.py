"""`kernel`: turns a plain loop into machine code, when it is first called.

    @kernel
    def double(x, y):
        for i in prange(len(x)):
            y[i] = x[i] + x[i]

A kernel is built in two ways: `double.serial` runs in one thread, `double.parallel` shares its outermost `prange`
among several. `double(work, …)` takes the second where there is work enough; see `threads`. Each build is compiled
once for every combination of dtypes, and kept in a folder of the user's, so that the next program finds it there.

How numbers are treated is said for each kernel. `contract` lets a·b + c be rounded once instead of twice.
`reassoc` lets sums be added up in another order, which is what it takes to use vector registers for them. NaN and
infinities are always respected.

With NUMBA_DISABLE_JIT=1 kernels are the Python functions that they are written as, for a debugger to step through.
MINITORCH_NUMBA_THRESHOLD multiplies the sizes from which on kernels are used at all, and from which on they run in
parallel: with 0 the smallest array meets them.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from contextlib import contextmanager
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from shutil import rmtree
from threading import Timer
from time import time
from types import FunctionType
from typing import Any, overload

import numba

from minitorch_numba import threads

prange = numba.prange
DISABLED = bool(numba.config.DISABLE_JIT)
threshold = float(os.environ.get("MINITORCH_NUMBA_THRESHOLD", "1"))
PATIENCE = 1.0  # seconds of compilation after which a word is due
STALE = 30 * 86400  # seconds after which the folder of another version is removed

logger = logging.getLogger("minitorch.numba")
kernels: list[Kernel] = []


class Kernel:
    """A loop with its two builds.

    Attributes:
        name: of the function.
        plain: the function itself.
        parallel_from: how much work, in the unit that callers count in, pays for waking other threads.
    """

    def __init__(self, plain: Callable[..., Any], math: set[str], parallel_from: int) -> None:
        self.name, self.plain, self.math, self.parallel_from = plain.__name__, plain, math, parallel_from
        self.__doc__ = plain.__doc__
        kernels.append(self)

    def __call__(self, work: int, *args: Any) -> Any:
        """Calls the parallel build where `work` is large and no other thread uses the pool, else the serial one."""
        if work < self.parallel_from * threshold or not threads.enter():
            return self.serial(*args)
        try:
            return self.parallel(*args)
        finally:
            threads.leave()

    def __getattr__(self, name: str) -> Any:
        """Builds what is asked for first; from then on it is an ordinary attribute."""
        if name not in ("serial", "parallel"):
            raise AttributeError(name)
        built = compiled(self.plain, f"{self.name}_{name}", name == "parallel", self.math)
        setattr(self, name, built)
        return built

    def is_compiled(self, build: str) -> bool:
        """Whether the build "serial" or "parallel" has been compiled, for at least one combination of dtypes."""
        return bool(getattr(self, build).signatures)


@overload
def kernel(plain: Callable[..., Any]) -> Kernel: ...


@overload
def kernel(*, math: str = ..., parallel_from: int = ...) -> Callable[[Callable[..., Any]], Kernel]: ...


def kernel(
    plain: Callable[..., Any] | None = None, *, math: str = "contract", parallel_from: int = 1 << 15
) -> Any:
    """Makes a `Kernel` of a function whose outermost loop runs over `prange`."""
    if plain is None:
        return lambda f: Kernel(f, set(math.split()), parallel_from)
    return Kernel(plain, set(math.split()), parallel_from)


def summing(plain: Callable[..., Any]) -> Any:
    """A function for use inside of kernels with sums of its own, which may be added up in another order."""
    return numba.njit(
        nogil=True, error_model="numpy", fastmath={"contract", "reassoc"}, forceinline=True, boundscheck=False
    )(plain)


def inlined(plain: Callable[..., Any]) -> Any:
    """A function for use inside of kernels: the formula of one element, which becomes a part of the loop."""
    return numba.njit(
        nogil=True, error_model="numpy", fastmath={"contract"}, forceinline=True, boundscheck=False
    )(plain)


def part(plain: Callable[..., Any]) -> Any:
    """A function for use inside of kernels that is too long to become a part of each loop."""
    return numba.njit(nogil=True, error_model="numpy", fastmath={"contract"}, boundscheck=False)(plain)


def compiled(plain: Callable[..., Any], name: str, parallel: bool, math: set[str]) -> Any:
    """One build, with a name of its own: Numba's cache tells functions apart by their names, not by their options."""
    if DISABLED:
        return plain
    assert isinstance(plain, FunctionType)
    twin = FunctionType(
        plain.__code__.replace(co_name=name), plain.__globals__, name, plain.__defaults__, plain.__closure__
    )
    twin.__module__, twin.__qualname__, twin.__doc__ = plain.__module__, name, plain.__doc__
    dispatcher = numba.njit(
        nogil=True, error_model="numpy", fastmath=math, parallel=parallel, boundscheck=False
    )(twin)
    with cache_folder() as folder:
        if folder is not None:
            dispatcher.enable_caching()
    dispatcher.compile = announced(dispatcher.compile, name)
    return dispatcher


def announced(compile: Callable[..., Any], name: str) -> Callable[..., Any]:
    """Says what is being compiled, if that takes long."""

    def compile_and_tell(signature: Any) -> Any:
        place = folder_in_use()
        later = f"the next program finds it in {place}" if place else "there is no folder to keep it in"
        timer = Timer(
            PATIENCE, logger.warning, (f"minitorch is compiling {name} for this processor; {later}",)
        )
        timer.daemon = True
        timer.start()
        try:
            return compile(signature)
        finally:
            timer.cancel()

    return compile_and_tell


# The folder -------------------------------------------------------------------------------------------------


def user_folder() -> Path:
    """Where programs keep what they can make again, as each operating system has it.

    Source: XDG Base Directory Specification.
    """
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "minitorch" / "numba"


def version_name() -> str:
    """A name for everything that machine code depends on: versions, processor, and the kernels' own text.

    Numba looks at the file of a kernel alone, not at those of the functions that it calls.
    """
    try:
        own = version("minitorch-edu")
    except PackageNotFoundError:
        own = "source"
    text = sha256(own.encode())
    for file in sorted(Path(__file__).parent.glob("*.py")):
        text.update(file.read_bytes())
    from llvmlite.binding import get_host_cpu_name

    python = f"py{sys.version_info.major}{sys.version_info.minor}"
    return f"{own}-numba{numba.__version__}-{python}-{get_host_cpu_name()}-{text.hexdigest()[:12]}"


_folder: list[Path | None] = []


def folder_in_use() -> Path | None:
    """The folder of this version; None where none can be written to. NUMBA_CACHE_DIR takes its place."""
    if not _folder:
        _folder.append(make_folder())
    return _folder[0]


def make_folder() -> Path | None:
    """Makes the folder of this version, and removes those that have not been used for long."""
    if os.environ.get("NUMBA_CACHE_DIR"):
        return Path(os.environ["NUMBA_CACHE_DIR"])
    try:
        place = user_folder() / version_name()
        fresh = not place.is_dir()
        place.mkdir(parents=True, exist_ok=True)
        os.utime(place)
        if fresh:
            remove_stale(place.parent)
        return place if os.access(place, os.W_OK) else None
    except (OSError, RuntimeError):  # no home, or no room in it
        return None


def remove_stale(parent: Path) -> None:
    """Removes the folders of versions that were not used for a month."""
    for other in parent.iterdir():
        if other.is_dir() and time() - other.stat().st_mtime > STALE:
            rmtree(other, ignore_errors=True)


@contextmanager
def cache_folder() -> Any:
    """Lets Numba keep what is built inside the block in our folder; other people's functions stay where they are."""
    place, before = folder_in_use(), numba.config.CACHE_DIR
    if place is None:
        yield None
        return
    numba.config.CACHE_DIR = str(place)
    try:
        yield place
    finally:
        numba.config.CACHE_DIR = before
