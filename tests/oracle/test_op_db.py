"""Every operator that minitorch shares with PyTorch, on PyTorch's own test inputs.

pytest tests/oracle/test_op_db.py -k "cumprod"
python tests/oracle/test_op_db.py [names]        # a table of what passes
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from op_db import (  # noqa: E402
    DTYPES,
    ENTRIES,
    Different,
    Missing,
    Translator,
    array,
    assert_same,
    describe,
    flat,
    gradients,
    lookup,
    ours,
    samples,
)
from op_db_exceptions import EXCEPTIONS, NOT_OFFERED  # noqa: E402

import minitorch  # noqa: E402
from minitorch.errors import MinitorchError  # noqa: E402

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]

CHECKED_DTYPES = (torch.float64, torch.float32, torch.complex128, torch.int64, torch.bool, torch.uint8)

# Results that are not determined by the inputs: only their shapes and dtypes are compared.
RANDOM = {
    "bernoulli", "cauchy", "exponential", "geometric", "log_normal", "multinomial", "normal", "rand_like", "randint",
    "randint_like", "randn", "randn_like", "uniform", "nn.functional.dropout", "nn.functional.dropout2d",
    "nn.functional.dropout3d", "nn.functional.alpha_dropout", "nn.functional.feature_alpha_dropout",
    "nn.functional.rrelu", "normal.number_mean", "empty", "empty_like", "new_empty", "empty_strided",
    "new_empty_strided", "empty_permuted", "nn.functional.scaled_dot_product_attention", "pca_lowrank", "svd_lowrank",
    "nn.functional.fractional_max_pool2d", "nn.functional.fractional_max_pool3d",
    "nn.functional.multi_head_attention_forward", "resize_", "resize_as_",
}  # fmt: skip


# Operators whose indices may be those of any of several equal elements, with the place of their argument `dim`.
INDICES_OF_EQUALS = {
    "sort": 0,
    "argsort": 0,
    "topk": 1,
    "kthvalue": 1,
    "mode": 0,
    "median": 0,
    "nanmedian": 0,
}


def is_random(entry: Any, sample: Any) -> bool:
    """Whether the result of a call is left to chance."""
    if entry.name == "nn.functional.scaled_dot_product_attention":
        return bool(sample.kwargs.get("dropout_p"))
    if entry.name == "nn.functional.multi_head_attention_forward":
        return bool(sample.kwargs.get("dropout_p", sample.args[9] if len(sample.args) > 9 else 0))
    if entry.name.startswith("nn.functional.fractional_max_pool"):
        return sample.kwargs.get("_random_samples") is None
    return entry.name in RANDOM


class Call:
    """One sample, called in both libraries."""

    def __init__(self, entry: Any, sample: Any) -> None:
        self.entry, self.sample, self.what = entry, sample, f"{entry.name}({describe(sample)})"
        self.translate = Translator()
        self.args = [self.translate(a) for a in (sample.input, *sample.args)]
        self.kwargs = self.translate(sample.kwargs)

    def theirs(self) -> Any:
        args = (self.sample.input, *self.sample.args)
        return self.entry.op(*args, **self.sample.kwargs)

    def compare(self, got: Any, wanted: Any) -> None:
        """Values, shapes and dtypes of the results."""
        ours_flat, theirs_flat = flat(got), flat(wanted)
        if len(ours_flat) != len(theirs_flat):
            raise Different(f"{self.what}: {len(ours_flat)} results, PyTorch {len(theirs_flat)}")
        for k, (a, b) in enumerate(zip(ours_flat, theirs_flat, strict=True)):
            if is_random(self.entry, self.sample):
                if isinstance(b, torch.Tensor) and (tuple(a.shape), str(a.dtype)[10:]) != (
                    tuple(b.shape),
                    str(b.dtype)[6:],
                ):
                    raise Different(
                        f"{self.what}: {a.dtype}{tuple(a.shape)}, PyTorch {b.dtype}{tuple(b.shape)}"
                    )
            else:
                if self.entry.name in INDICES_OF_EQUALS and (k == 1 or self.entry.name == "argsort"):
                    a, b = minitorch.from_numpy(self.chosen(a)), torch.from_numpy(self.chosen(b))
                assert_same(a, b, self.what)

    def chosen(self, indices: Any) -> Any:
        """What stands at indices, since which of equal elements is meant may differ."""
        place, x, at = INDICES_OF_EQUALS[self.entry.name], array(self.sample.input), array(indices)
        dim = self.sample.kwargs.get("dim", (*self.sample.args, *[-1] * 2)[place])
        if not x.ndim:
            return at
        return np.take_along_axis(x, at if at.ndim == x.ndim else np.expand_dims(at, dim), dim)


def processed(entry: Any, sample: Any, result: Any, room: Any) -> Any:
    """What of a result is determined: singular vectors, for instance, only up to their phase."""
    process = sample.output_process_fn_grad
    if room is torch or process is None:
        return process(result)
    from op_db import rebound

    return rebound(process, entry.name)(result)


def check_dtype(entry: Any, dtype: Any) -> int:
    """Values, and gradients where PyTorch has them; returns the number of samples compared."""
    function = ours(entry)
    with_grad = dtype in entry.supported_backward_dtypes("cpu") and entry.supports_autograd
    with_grad = with_grad and dtype in (torch.float64, torch.float32, torch.complex128)
    count = 0
    for sample in samples(entry, dtype, requires_grad=with_grad):
        call = Call(entry, sample)
        wanted = call.theirs()
        got = function(*call.args, **call.kwargs)
        wanted, got = processed(entry, sample, wanted, torch), processed(entry, sample, got, minitorch)
        call.compare(got, wanted)
        count += 1
        if with_grad and call.translate.leaves and not is_random(entry, sample):
            mine = gradients(minitorch, got, [a for a, _ in call.translate.leaves])
            expected = gradients(torch, wanted, [b for _, b in call.translate.leaves])
            for k, (a, b) in enumerate(zip(mine, expected, strict=True)):
                assert_same(a, b, f"{call.what}, gradient of tensor {k}", scale=10)
    return count


def first_samples(entry: Any, dtype: Any, number: int = 8) -> list[Call]:
    found = []
    for sample in samples(entry, dtype):
        found.append(Call(entry, sample))
        if len(found) == number:
            break
    return found


def a_dtype(entry: Any) -> Any:
    """The dtype to check the other forms in."""
    supported = entry.supported_dtypes("cpu")
    return next(
        d
        for d in (torch.float32, torch.float64, torch.int64, torch.bool, torch.complex64, *supported)
        if d in supported
    )


def check_method(entry: Any) -> int:
    """`x.f(…)` is `f(x, …)`."""
    name = entry.method_variant.__name__
    method = lookup(name if hasattr(torch.Tensor, name) else entry.name, minitorch.Tensor)
    count = 0
    for call in first_samples(entry, a_dtype(entry)):
        if isinstance(call.sample.input, torch.Tensor):
            call.compare(method(*call.args, **call.kwargs), call.theirs())
            count += 1
    return count


def check_in_place(entry: Any) -> int:
    """`x.f_(…)` puts the result of `f(x, …)` into x."""
    name = getattr(entry.inplace_variant, "__name__", "")
    method = lookup(name, minitorch.Tensor) if hasattr(torch.Tensor, name) else None
    if method is None:
        return 0
    count = 0
    for call in first_samples(entry, a_dtype(entry)):
        if call.sample.broadcasts_input or not isinstance(call.sample.input, torch.Tensor):
            continue
        args = (call.sample.input.clone(), *call.sample.args)
        try:
            wanted = entry.inplace_variant(*args, **call.sample.kwargs)
        except RuntimeError:
            continue
        got = method(*call.args, **call.kwargs)
        if got is not call.args[0]:
            raise Different(f"{name}({describe(call.sample)}): returns another tensor")
        call.compare(got, wanted)
        count += 1
    return count


def check_out(entry: Any) -> int:
    """`f(x, …, out=y)` writes into y, and returns it."""
    function = ours(entry)
    count = 0
    for call in first_samples(entry, a_dtype(entry)):
        wanted = call.theirs()
        several = not isinstance(wanted, torch.Tensor)
        try:
            theirs = tuple(torch.zeros_like(y) for y in flat(wanted))
            call.entry.op(
                call.sample.input,
                *call.sample.args,
                **call.sample.kwargs,
                out=theirs if several else theirs[0],
            )
        except TypeError:  # PyTorch's own takes no out=, whatever the entry says
            continue
        targets = [minitorch.from_numpy(np.zeros_like(array(y))) for y in flat(wanted)]
        got = function(*call.args, **call.kwargs, out=tuple(targets) if several else targets[0])
        for target, result in zip(targets, flat(got), strict=True):
            if target is not result:
                raise Different(f"{call.what}, out=: returns another tensor")
        wanted, got = (
            processed(entry, call.sample, y, room) for y, room in ((wanted, torch), (got, minitorch))
        )
        call.compare(got, wanted)
        count += 1
    return count


def check_errors(entry: Any) -> int:
    """What PyTorch refuses is refused."""
    function = ours(entry)
    count = 0
    for error in entry.error_inputs("cpu"):
        sample = error.sample_input
        try:
            call = Call(entry, sample)
        except Missing:
            continue
        try:
            call.theirs()
        except Exception as refused:
            theirs = refused
        else:
            continue
        try:
            result = function(*call.args, **call.kwargs)
        except (MinitorchError, TypeError):
            count += 1
        except Exception as raw:
            raise Different(f"{call.what}: {type(raw).__name__}: {raw} instead of a typed error") from raw
        else:
            raise Different(f"{call.what}: gives {str(result)[:80]}; PyTorch refuses: {str(theirs)[:120]}")
    return count


def checks_of(entry: Any) -> dict[str, Callable[[], int]]:
    """The checks that apply to an entry."""
    supported = entry.supported_dtypes("cpu")
    checks: dict[str, Callable[[], int]] = {}
    for dtype in CHECKED_DTYPES:
        if dtype in supported and dtype in DTYPES:
            checks[str(dtype).removeprefix("torch.")] = lambda dtype=dtype: check_dtype(entry, dtype)
    if not entry.variant_test_name and not entry.name.startswith("_"):
        if entry.method_variant is not None and "." not in entry.name:
            checks["method"] = lambda: check_method(entry)
        if entry.inplace_variant is not None:
            checks["in place"] = lambda: check_in_place(entry)
        if entry.supports_out:
            checks["out"] = lambda: check_out(entry)
        if entry.error_inputs_func is not None:
            checks["errors"] = lambda: check_errors(entry)
    return checks


def offered(name: str) -> bool:
    """Whether minitorch has the operator."""
    try:
        ours(ENTRIES[name])
    except Missing:
        return False
    return True


OFFERED = [name for name in sorted(ENTRIES) if offered(name)]
CASES = [(name, check) for name in OFFERED for check in checks_of(ENTRIES[name])]


@pytest.mark.parametrize(("name", "check"), CASES, ids=[f"{name}-{check}" for name, check in CASES])
def test_operator(name: str, check: str) -> None:
    reason = EXCEPTIONS.get(name, {}).get(check)
    run = checks_of(ENTRIES[name])[check]
    if reason is None:
        run()
        return
    with pytest.raises(Exception):  # noqa: B017, PT011
        run()


def test_exceptions_name_checks_that_exist() -> None:
    known = {(name, check) for name, check in CASES}
    assert [(n, c) for n, checks in EXCEPTIONS.items() for c in checks if (n, c) not in known] == []


def test_what_is_not_offered_is_listed_with_its_reason() -> None:
    assert sorted(set(ENTRIES) - set(OFFERED)) == sorted(NOT_OFFERED)


def test_at_least_450_operators() -> None:
    assert len({ENTRIES[name].name for name in OFFERED}) >= 450


def table(wanted: list[str]) -> None:
    """Prints what fails, and how many operators pass."""
    warnings.simplefilter("ignore")
    perfect, compared = 0, 0
    names = [n for n in OFFERED if not wanted or n in wanted or n.split(".")[0] in wanted]
    for name in names:
        failed = []
        for check, run in checks_of(ENTRIES[name]).items():
            try:
                compared += run()
            except Exception as error:
                failed.append(f"    {check}: {type(error).__name__}: {str(error)[:300]}")
        perfect += not failed
        if failed:
            print(name, *failed, sep="\n", flush=True)
    missing = sorted(n for n in ENTRIES if n not in OFFERED and (not wanted or n in wanted))
    print(f"{len(names)} entries, {perfect} pass every check; {compared} samples compared")
    print(f"{len(missing)} missing:", *(missing if wanted else ()))


if __name__ == "__main__":
    table(sys.argv[1:])
