"""Small programs that are run in minitorch and in PyTorch, and must come to the same."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minitorch

torch = pytest.importorskip("torch")

Program = Callable[[Any], Any]
ERRORS = (RuntimeError, TypeError, ValueError, IndexError)


class Programs(dict[str, Program]):
    """The programs of one file, by name; used as a decorator."""

    def __call__(self, function: Program) -> Program:
        """Registers a function of a library, whose results or errors are compared."""
        self[function.__name__] = function
        return function

    def check(self, name: str) -> None:
        """Runs one program in both libraries."""
        function = self[name]
        ours, theirs = outcome(function, minitorch), outcome(function, torch)
        assert ours == theirs, inspect.getsource(function)


def plain(value: Any) -> Any:
    """Tensors as lists, whatever library they are from."""
    if hasattr(value, "detach"):
        wide = value.detach().double() if not value.is_complex() else value.detach()
        return np.round(wide.numpy(), 10).tolist(), value.requires_grad, str(value.dtype).split(".")[1]
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return value


def outcome(function: Program, lib: Any) -> Any:
    """What a program returns, or that it raises an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return plain(function(lib))
        except ERRORS as error:
            if isinstance(error, minitorch.MinitorchError) or lib is torch:
                return "an error"
            raise


def leaf(lib: Any, *shape: int) -> Any:
    """Some numbers that require grad."""
    count = int(np.prod(shape)) if shape else 1
    return (lib.arange(count, dtype=lib.float64) / 4 + 0.5).reshape(shape).clone().requires_grad_()
