"""Tools around the engine: datasets and how they are loaded."""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING

from minitorch.absent import refuser as _refuser
from minitorch.utils import data as data

if _TYPE_CHECKING:
    from minitorch.utils import checkpoint as checkpoint, hooks as hooks, tensorboard as tensorboard

_ROOMS = ("checkpoint", "hooks", "tensorboard")  # loaded when first used
_refuse = _refuser("utils")


def __getattr__(name: str) -> object:
    return _import_module(f"minitorch.utils.{name}") if name in _ROOMS else _refuse(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_ROOMS})
