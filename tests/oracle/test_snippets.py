"""What courses, tutorials and notebooks write, run as text in both libraries.

A line of a table is a program: its statements are run with the library as `torch`, and its last expression is the
result.  The same must be printed, the same must come out (values, dtypes, shapes, places in the graph, texts), or both
must refuse, minitorch with an error of its own.  What minitorch lets pass beyond PyTorch is not in the tables, nor is
what it leaves out.
"""

import ast
import collections
import contextlib
import copy
import functools
import io
import itertools
import math
import operator
import pickle
import random
import re
from importlib import import_module

import numpy as np
import pytest

import minitorch
from minitorch.errors import MinitorchError

TABLES = ["creation", "indexing", "functions", "autograd", "modules", "data", "paths", "programs"]
SNIPPETS = {name: import_module(f"snippets_{name}").SNIPPETS.strip() for name in TABLES}

torch = pytest.importorskip("torch")
pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]

PROGRAMS = re.split(r"\n\n+", SNIPPETS.pop("programs"))
PROGRAMS += [line for table in SNIPPETS.values() for line in table.splitlines()]


def names_for(library):
    return {
        **{"torch": library, "nn": library.nn, "F": library.nn.functional, "optim": library.optim},
        **{"np": np, "math": math, "copy": copy, "pickle": pickle, "io": io, "itertools": itertools},
        **{"operator": operator, "functools": functools, "collections": collections, "random": random},
        **{"OrderedDict": collections.OrderedDict, "nan": math.nan, "inf": math.inf, "__name__": "snippet"},
        "T": library.tensor,
        "ar": lambda *sizes: library.arange(math.prod(sizes)).reshape(sizes),
        "fl": lambda *sizes: library.arange(math.prod(sizes), dtype=library.float32).reshape(sizes),
    }


def run(program, library):
    """What a program prints, its result, and the error that it ends with."""
    if library is minitorch:
        program = re.sub(r"\bimport torch\.", "import minitorch.", program)
        program = re.sub(r"\bfrom torch\b", "from minitorch", program)
    library.set_printoptions(profile="default")
    library.set_default_dtype(library.float32)
    library.manual_seed(0)
    printed = io.StringIO()
    try:
        tree = ast.parse(program)
        last = ast.Expression(tree.body.pop().value) if isinstance(tree.body[-1], ast.Expr) else None
        names = names_for(library)
        with contextlib.redirect_stdout(printed):
            exec(compile(tree, "snippet", "exec"), names)
            result = describe(eval(compile(last, "snippet", "eval"), names), library) if last else None
    except Exception as error:
        return printed.getvalue(), None, error
    finally:
        library.set_printoptions(profile="default")
        library.set_default_dtype(library.float32)
    return printed.getvalue(), result, None


def plain(text):
    """A text without what may differ: names of libraries and of nodes, and addresses."""
    text = re.sub(r"\btorch\b", "minitorch", text)
    return re.sub(r"0x[0-9a-f]+", "0x", re.sub(r"(, )?grad_fn=<\w+>", "", text))


def describe(value, library):
    """A result as nested lists and arrays."""
    if isinstance(value, library.Tensor):
        bare = value.detach().resolve_conj().resolve_neg().numpy().copy()
        facts = [str(value.dtype).split(".")[1], value.requires_grad, value.is_leaf, plain(repr(value))]
        return {"array": bare, "facts": facts, "contiguous": value.is_contiguous()}
    if isinstance(value, dict):
        return [type(value).__name__, [describe(x, library) for pair in value.items() for x in pair]]
    if isinstance(value, (list, tuple)):
        return [type(value).__name__.strip("_"), [describe(x, library) for x in value]]
    if isinstance(value, np.ndarray):
        return ["ndarray", value.dtype.str, value.shape, value.tolist()]
    if isinstance(value, float):
        return value
    return [type(value).__name__.strip("_"), plain(repr(value))]


def assert_same(ours, theirs):
    if isinstance(theirs, dict):
        assert ours["array"].dtype == theirs["array"].dtype
        assert ours["array"].shape == theirs["array"].shape
        np.testing.assert_allclose(ours["array"], theirs["array"], rtol=1e-4, atol=1e-6)
        assert ours["facts"] == theirs["facts"]
        assert ours["contiguous"] or not theirs["contiguous"]
    elif isinstance(theirs, list):
        assert isinstance(ours, list)
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            assert_same(a, b)
    elif isinstance(theirs, float):
        assert ours == pytest.approx(theirs, rel=1e-4, abs=1e-7, nan_ok=True)
    else:
        assert ours == theirs


def readable(ours, theirs):
    """Whether an error is minitorch's own, or one of Python that says what is wrong."""
    base = next(kind for kind in type(theirs).__mro__ if kind.__module__ == "builtins")
    base = RuntimeError if base is NotImplementedError else base
    if isinstance(ours, MinitorchError):
        return isinstance(ours, base)
    kinds = {
        TypeError: r"required (positional|keyword)|unexpected keyword|positional argument|multiple values",
        AttributeError: r"has no (attribute|setter)",
        ImportError: r"cannot import name|No module named",
    }
    return isinstance(ours, base) and any(
        isinstance(ours, kind) and re.search(pattern, str(ours)) for kind, pattern in kinds.items()
    )


@pytest.mark.parametrize("program", PROGRAMS)
def test_snippet(program):
    expected, wanted, refusal = run(program, torch)
    printed, result, error = run(program, minitorch)
    if refusal is not None:
        assert readable(error, refusal), (error, refusal)
        return
    assert error is None, error
    assert plain(printed) == plain(expected)
    assert_same(result, wanted)
