"""Functions of rooms that are loaded when first used, as methods and as names of `minitorch` itself."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

TOP_LEVEL: dict[str, str] = dict.fromkeys(
    (
        *("cholesky", "cholesky_inverse", "cholesky_solve", "det", "frobenius_norm", "geqrf", "inverse", "logdet"),
        *("lu", "lu_solve", "lu_unpack", "matrix_exp", "nuclear_norm", "orgqr", "ormqr", "pca_lowrank"),
        *("pinverse", "qr", "slogdet", "svd", "svd_lowrank", "triangular_solve"),
    ),
    "linalg.older",
) | {
    "vmap": "func", "i0": "special.bessel",
    "poisson": "ops.draws", "binomial": "ops.draws",
    **dict.fromkeys(("lgamma", "digamma", "polygamma", "mvlgamma", "igamma", "igammac"), "special.gamma"),
    **dict.fromkeys(("erfc", "erfinv", "sinc", "logit"), "special.normal"),
}  # PyTorch's names of the top level, and the files that they are in


def later(name: str, room: str = "") -> Callable[..., Any]:
    """The function of a room, which is loaded when it is first called."""

    def call(*args: Any, **keywords: Any) -> Any:
        return find(name, room)(*args, **keywords)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"`minitorch.{name}` of this tensor."
    return call


def find(name: str, room: str = "") -> Any:
    """What is called `name` in a room; without a room, in the one that `TOP_LEVEL` says.

    >>> from minitorch.rooms import find
    >>> find("det").__name__
    'det'
    """
    return getattr(import_module(f"minitorch.{room or TOP_LEVEL[name]}"), name)
