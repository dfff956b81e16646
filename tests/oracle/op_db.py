"""PyTorch's own test inputs, `op_db`, made ready for minitorch.

An entry of `op_db` names an operator, the dtypes that it takes, its other forms (method, in place, `out=`), and makes
sample inputs and erroneous ones.  `ours(entry)` finds the function of minitorch that the entry tests: by name, or,
where the entry wraps the operator in a Python function of its own, by running that function with minitorch in the
place of `torch`.
"""

from __future__ import annotations

import functools
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import minitorch
import minitorch.nn

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import torch
    from torch.testing._internal.common_methods_invocations import op_db

ENTRIES = {f"{entry.name}.{entry.variant_test_name}".rstrip("."): entry for entry in op_db}


class Missing(LookupError):
    """minitorch does not have the operator."""


def lookup(path: str, root: Any = minitorch) -> Any:
    """`minitorch.linalg.norm` for "linalg.norm"; methods where there is no function of that name."""
    found = root
    for part in path.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            if root is minitorch and "." not in path and hasattr(minitorch.Tensor, path):
                return getattr(minitorch.Tensor, path)
            raise Missing(path) from None
    if isinstance(found, minitorch.dtype):  # `cfloat` is a dtype and a method
        return getattr(minitorch.Tensor, path)
    if isinstance(found, property):
        return found.fget
    return found


def translate_function(function: Any, name: str) -> Any:
    """The same function of minitorch: builtins by name, Python functions with `torch` exchanged."""
    if function is None:
        raise Missing(name)
    if isinstance(function, functools.partial):
        inner = translate_function(function.func, name)
        return functools.partial(
            inner,
            *[translate(a) for a in function.args],
            **{k: translate(v) for k, v in function.keywords.items()},
        )
    if isinstance(function, types.FunctionType) and function.__module__.startswith(
        ("torch.testing._internal", "functools")
    ):
        return rebound(function, name)
    return lookup(name)


def rebound(function: types.FunctionType, name: str) -> Callable[..., Any]:
    """A Python function of the test database that finds minitorch where it says `torch`."""
    cells = []
    for cell in function.__closure__ or ():
        value = cell.cell_contents
        if isinstance(value, types.BuiltinFunctionType | types.FunctionType | types.MethodDescriptorType):
            try:
                value = translate_function(value, torch_path(value) or name)
            except Missing:
                value = lookup(name)
        cells.append(types.CellType(value))
    wrapped = getattr(function, "__wrapped__", None)
    exchanged = {**function.__globals__, "torch": minitorch, "F": minitorch.nn.functional}
    for key in function.__code__.co_names:
        value = exchanged.get(key)
        if isinstance(value, types.FunctionType) and value.__module__.startswith("torch.testing._internal"):
            exchanged[key] = rebound(value, name) if value is not function else value
    copy = types.FunctionType(
        function.__code__, exchanged, function.__name__, function.__defaults__, tuple(cells) or None
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    if wrapped is not None:
        copy.__wrapped__ = wrapped  # type: ignore[attr-defined]
    return copy


def exists(path: str) -> bool:
    """Whether PyTorch has a function or a method of this name."""
    room, _, name = path.rpartition(".")
    rooms = [functools.reduce(getattr, room.split("."), torch)] if room else [torch, torch.Tensor]
    return any(hasattr(r, name) for r in rooms)


def torch_path(function: Any) -> str | None:
    """The path of a PyTorch function below `torch`: "linalg.norm"."""
    for room, prefix in ((torch, ""), (torch.nn.functional, "nn.functional."), (torch.linalg, "linalg."),
                         (torch.special, "special."), (torch.fft, "fft."), (torch.Tensor, "Tensor.")):  # fmt: skip
        name = getattr(function, "__name__", "")
        for spelled in (
            name,
            name.removeprefix("linalg_"),
            name.removeprefix("special_"),
            name.removeprefix("fft_"),
        ):
            if spelled and getattr(room, spelled, None) is function:
                return prefix + spelled
    return None


def ours(entry: Any) -> Callable[..., Any]:
    """The function of minitorch that an entry tests.

    Raises:
        Missing: minitorch does not have it.
    """
    name = entry.name
    if name.startswith("__"):
        return lookup(name, minitorch.Tensor)
    if exists(name) or "aten" in getattr(getattr(entry.op, "__code__", None), "co_names", ()):
        lookup(name)
    return translate_function(entry.op, name)


DTYPES = {
    getattr(torch, str(t).removeprefix("minitorch.")): t
    for t in minitorch.dtypes.ALL
    if hasattr(torch, str(t).removeprefix("minitorch."))
}


class Translator:
    """Arguments of PyTorch's as minitorch's; collects the tensors that require grad, in order."""

    def __init__(self) -> None:
        self.leaves: list[tuple[Any, Any]] = []
        self.seen: dict[int, Any] = {}

    def __call__(self, value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            if id(value) not in self.seen:
                self.seen[id(value)] = (self.tensor(value), value)
            return self.seen[id(value)][0]
        if isinstance(value, torch.dtype):
            if value not in DTYPES:
                raise Missing(str(value))
            return DTYPES[value]
        if isinstance(value, torch.device):
            return minitorch.device(str(value))
        if isinstance(value, torch.Size):
            return minitorch.Size(value)
        if isinstance(value, torch.layout):
            if value is not torch.strided:
                raise Missing(str(value))
            return minitorch.strided
        if isinstance(value, torch.memory_format):
            return getattr(minitorch, str(value).removeprefix("torch."))
        if isinstance(value, torch.Generator):
            return minitorch.Generator().manual_seed(value.initial_seed())
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return type(value)(*map(self, value))
        if isinstance(value, (list, tuple)):
            return type(value)(map(self, value))
        if isinstance(value, dict):
            return {k: self(v) for k, v in value.items()}
        if isinstance(value, torch.nn.PairwiseDistance):
            return minitorch.nn.PairwiseDistance(value.norm, value.eps, value.keepdim)
        if isinstance(value, types.FunctionType | types.BuiltinFunctionType):
            path = torch_path(value)
            return lookup(path) if path else rebound(value, value.__name__)
        return value

    def tensor(self, value: torch.Tensor) -> Any:
        if value.layout is not torch.strided or value.dtype not in DTYPES or value.is_meta or value.ndim > 64:
            raise Missing(f"{value.layout} {value.dtype}")
        bare = value.detach().resolve_conj().resolve_neg()
        result = minitorch.from_numpy(with_same_layout(bare))
        if value.requires_grad:
            result.requires_grad_()
            self.leaves.append((result, value))
        return result


translate = Translator()


def with_same_layout(value: torch.Tensor) -> np.ndarray:
    """A copy of a tensor's whole memory, seen as the tensor sees it."""
    if value.is_contiguous() and value.untyped_storage().nbytes() == value.nbytes:
        return value.numpy().copy()
    length = value.untyped_storage().nbytes() // value.element_size()
    memory = torch.as_strided(value, (length,), (1,), 0).numpy().copy()
    strides = [s * value.element_size() for s in value.stride()]
    return np.lib.stride_tricks.as_strided(memory[value.storage_offset() :], value.shape, strides)


def flat(value: Any) -> list[Any]:
    """The tensors (or numbers) of a nested result, in order."""
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in flat(item)]
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in flat(item)]
    return [value]


def array(value: Any) -> np.ndarray:
    """The values of a tensor of either library, or of a number, as an array."""
    if isinstance(value, torch.Tensor):
        value = value.detach().resolve_conj().resolve_neg()
        return (value.float() if value.dtype is torch.bfloat16 else value).numpy(force=True)
    if isinstance(value, minitorch.Tensor):
        return (value.float() if value.dtype is minitorch.bfloat16 else value).numpy(force=True)
    return np.asarray(value)


TOLERANCE = {
    "float64": (1e-6, 1e-8), "complex128": (1e-6, 1e-8), "float32": (2e-4, 2e-5), "complex64": (2e-4, 2e-5),
    "float16": (2e-2, 2e-2),
}  # fmt: skip


class Different(AssertionError):
    """The two libraries differ."""


def assert_same(got: Any, wanted: Any, what: str, scale: float = 1.0) -> None:
    """The same values, shapes and dtypes, within the tolerance of the dtype."""
    if wanted is None or got is None:
        blank = [v is None or not array(v).any() for v in (got, wanted)]
        if not all(blank):
            raise Different(f"{what}: got {got}, PyTorch {wanted}")
        return
    if not isinstance(wanted, torch.Tensor):
        if isinstance(wanted, bool | int | str):
            if got != wanted:
                raise Different(f"{what}: got {got!r}, PyTorch {wanted!r}")
            return
        if isinstance(wanted, torch.dtype | torch.device | torch.layout):
            return
    elif not isinstance(got, minitorch.Tensor):
        raise Different(f"{what}: got a {type(got).__name__}, PyTorch a tensor")
    elif str(got.dtype).removeprefix("minitorch.") != str(wanted.dtype).removeprefix("torch."):
        raise Different(f"{what}: dtype {got.dtype}, PyTorch {wanted.dtype}")
    a, b = array(got), array(wanted)
    if a.shape != b.shape:
        raise Different(f"{what}: shape {a.shape}, PyTorch {b.shape}")
    rtol, atol = TOLERANCE.get(str(b.dtype), (0, 0))
    rtol, atol = rtol * scale, atol * scale
    if not np.allclose(a, b, rtol=rtol, atol=atol, equal_nan=True):
        with np.errstate(all="ignore"):
            worst = np.nanmax(np.abs(np.asarray(a, complex) - np.asarray(b, complex))) if a.size else 0
        raise Different(f"{what}: values differ by up to {worst:.3g}; got {clip(a)}, PyTorch {clip(b)}")


def clip(a: np.ndarray) -> str:
    """The first elements of an array."""
    return f"{a.ravel()[:6].tolist()}{'…' if a.size > 6 else ''} of shape {a.shape}"


def starts(outputs: list[Any]) -> list[np.ndarray]:
    """Random incoming gradients, the same for both libraries."""
    rng = np.random.default_rng(3)
    result = []
    for y in outputs:
        g = rng.uniform(0.5, 1.5, tuple(y.shape))
        if y.is_complex():
            g = g + 1j * rng.uniform(0.5, 1.5, tuple(y.shape))
        result.append(g.astype(array(y).dtype))
    return result


def gradients(room: Any, results: Any, leaves: list[Any]) -> list[Any]:
    """d(results·starts)/d(leaves), None where there is no way."""
    outputs = [y for y in flat(results) if isinstance(y, room.Tensor) and y.requires_grad]
    outputs = [y for y in outputs if y.is_floating_point() or y.is_complex()]
    if not outputs or not leaves:
        return [None] * len(leaves)
    begin = [room.from_numpy(np.ascontiguousarray(g).reshape(g.shape)) for g in starts(outputs)]
    return list(room.autograd.grad(outputs, leaves, begin, allow_unused=True))


def describe(sample: Any) -> str:
    """A sample in one line."""

    def short(value: Any) -> str:
        if isinstance(value, torch.Tensor):
            return f"{str(value.dtype).removeprefix('torch.')}{list(value.shape)}"
        if isinstance(value, (list, tuple)):
            return "[" + ", ".join(map(short, value)) + "]"
        if isinstance(value, types.FunctionType):
            return value.__name__
        return repr(value)

    parts = [short(sample.input), *map(short, sample.args)]
    return ", ".join([*parts, *[f"{k}={short(v)}" for k, v in sample.kwargs.items()]])[:300]


def samples(entry: Any, dtype: Any, requires_grad: bool = False) -> Iterator[Any]:
    """PyTorch's sample inputs of an operator: the same ones each time."""
    torch.manual_seed(7)
    np.random.seed(7)  # noqa: NPY002
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield from entry.sample_inputs("cpu", dtype, requires_grad=requires_grad)
