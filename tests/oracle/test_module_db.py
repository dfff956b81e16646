"""Every layer that minitorch shares with PyTorch, on PyTorch's own test inputs, `module_db`.

pytest tests/oracle/test_module_db.py -k "MaxPool3d"
python tests/oracle/test_module_db.py [names]        # what passes, and what does not
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from op_db import Different, Translator, assert_same, flat, gradients  # noqa: E402

import minitorch  # noqa: E402
import minitorch.nn  # noqa: E402
from minitorch.errors import MinitorchError  # noqa: E402

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from torch.testing._internal.common_modules import ModuleErrorEnum, module_db

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]

INFOS = {info.name.removeprefix("nn."): info for info in module_db}

# Layers that minitorch does not have, each with its reason.
NOT_OFFERED: dict[str, str] = {}

# Samples that do not pass, as "number description" or "error number", each with its reason.
EXCEPTIONS: dict[str, dict[str, str]] = {}


class Arguments(Translator):
    """PyTorch's arguments as minitorch's."""

    def __call__(self, value: Any) -> Any:
        if isinstance(value, torch.nn.utils.rnn.PackedSequence):
            return minitorch.nn.utils.rnn.PackedSequence(*[self(part) for part in value])
        if isinstance(value, torch.nn.TransformerEncoderLayer):
            attention = value.self_attn
            return minitorch.nn.TransformerEncoderLayer(
                attention.embed_dim,
                attention.num_heads,
                value.linear1.out_features,
                value.dropout.p,
                value.activation.__name__,
                value.norm1.eps,
                attention.batch_first,
                value.norm_first,
                attention.in_proj_bias is not None,
            )
        return super().__call__(value)


def built(info: Any, sample: Any, dtype: Any, training: bool) -> tuple[Any, Any]:
    """The module in both libraries, with the same state."""
    given = sample.constructor_input
    torch.manual_seed(0)
    theirs = info.module_cls(*given.args, **given.kwargs).to(dtype).train(training)
    if info.is_lazy:
        forward = sample.forward_input
        theirs(*forward.args, **forward.kwargs)
    translate = Arguments()
    kind = getattr(minitorch.nn, info.module_cls.__name__)
    if info.is_lazy:
        kind = getattr(minitorch.nn, info.name.removeprefix("nn."))
    ours = kind(*[translate(a) for a in given.args], **translate(given.kwargs))
    ours = ours.to(translate(dtype)).train(training)
    ours.load_state_dict({key: translate(value.detach()) for key, value in theirs.state_dict().items()})
    return ours, theirs


def is_random(module: Any) -> bool:
    """Whether a call of the module is left to chance."""
    return module.training and any(
        (isinstance(part, torch.nn.modules.dropout._DropoutNd) and part.p > 0)
        or (isinstance(getattr(part, "dropout", None), float) and part.dropout > 0)
        for part in module.modules()
    )


def tensors(room: Any, results: Any) -> list[Any]:
    """The tensors in what a module returned."""
    return [y for y in flat(results) if isinstance(y, room.Tensor)]


def check_sample(info: Any, sample: Any, dtype: Any, training: bool) -> None:
    """Results, gradients of inputs and parameters, and buffers after the call."""
    ours, theirs = built(info, sample, dtype, training)
    translate, given = Arguments(), sample.forward_input
    args, kwargs = [translate(a) for a in given.args], translate(given.kwargs)
    wanted = theirs(*given.args, **given.kwargs)
    got = ours(*args, **kwargs)
    mine, expected = tensors(minitorch, got), tensors(torch, wanted)
    if len(mine) != len(expected):
        raise Different(f"{len(mine)} results, PyTorch {len(expected)}")
    if is_random(theirs):
        for k, (a, b) in enumerate(zip(mine, expected, strict=True)):
            if a.shape != tuple(b.shape):
                raise Different(f"result {k}: shape {a.shape}, PyTorch {b.shape}")
        return
    for k, (a, b) in enumerate(zip(mine, expected, strict=True)):
        assert_same(a, b, f"result {k}")
    ours_leaves = [a for a, _ in translate.leaves] + [p for p in ours.parameters() if p.requires_grad]
    their_leaves = [b for _, b in translate.leaves] + [p for p in theirs.parameters() if p.requires_grad]
    found = gradients(minitorch, mine, ours_leaves)
    for k, (a, b) in enumerate(zip(found, gradients(torch, expected, their_leaves), strict=True)):
        assert_same(a, b, f"gradient {k}", scale=10)
    for (key, a), b in zip(ours.named_buffers(), theirs.buffers(), strict=True):
        assert_same(a, b, key)


def samples(info: Any, dtype: Any, training: bool) -> Iterator[tuple[str, Any]]:
    """PyTorch's sample inputs of a layer: the same ones each time."""
    torch.manual_seed(7)
    np.random.seed(7)  # noqa: NPY002
    found = info.module_inputs_func(info, device="cpu", dtype=dtype, requires_grad=True, training=training)
    for number, sample in enumerate(found):
        yield f"{number} {sample.desc}".strip(), sample


def check_errors(info: Any, dtype: Any, excused: dict[str, str]) -> int:
    """What PyTorch refuses is refused, with an error of the same kind."""
    count = 0
    found = info.module_error_inputs_func(info, device="cpu", dtype=dtype, requires_grad=False, training=True)
    for number, error in enumerate(found):
        what, sample, translate = f"error {number}", error.module_error_input, Arguments()
        kind = getattr(minitorch.nn, info.module_cls.__name__)

        def run(
            sample: Any = sample, error: Any = error, kind: Any = kind, translate: Any = translate
        ) -> None:
            given, forward = sample.constructor_input, sample.forward_input
            if error.error_on is ModuleErrorEnum.CONSTRUCTION_ERROR:
                kind(*[translate(a) for a in given.args], **translate(given.kwargs))
                return
            module = kind(*[translate(a) for a in given.args], **translate(given.kwargs)).to(translate(dtype))
            module(*[translate(a) for a in forward.args], **translate(forward.kwargs))

        expect(what, excused, lambda run=run, error=error: refused(run, error.error_type))
        count += 1
    return count


def refused(run: Callable[[], None], kind: type[Exception]) -> None:
    """Runs what must raise one of minitorch's errors that is also of PyTorch's kind."""
    try:
        run()
    except (MinitorchError, TypeError) as error:
        if not isinstance(error, kind):
            raise Different(f"{type(error).__name__} is no {kind.__name__}: {error}") from error
    else:
        raise Different(f"gives a result; PyTorch raises {kind.__name__}")


def expect(what: str, excused: dict[str, str], run: Callable[[], None]) -> None:
    """Runs a check, which must fail if it is excused, and must not otherwise."""
    if what in excused:
        with pytest.raises(Exception):  # noqa: B017, PT011
            run()
        return
    try:
        run()
    except Exception as error:
        raise Different(f"{what}: {type(error).__name__}: {str(error)[:300]}") from error


def check(name: str, which: str, excused: dict[str, str]) -> int:
    """One check of a layer; returns the number of samples."""
    info = INFOS[name]
    if which == "errors":
        return check_errors(info, torch.float64, excused)
    mode, dtype = which.split()
    count = 0
    for what, sample in samples(info, getattr(torch, dtype), mode == "train"):
        expect(what, excused, lambda s=sample: check_sample(info, s, getattr(torch, dtype), mode == "train"))
        count += 1
    return count


def checks_of(name: str) -> list[str]:
    """The checks that apply to a layer."""
    modes = ("train", "eval") if INFOS[name].train_and_eval_differ else ("train",)
    found = [f"{mode} {dtype}" for mode in modes for dtype in ("float64", "float32")]
    return found + (["errors"] if INFOS[name].module_error_inputs_func else [])


OFFERED = [name for name in INFOS if hasattr(minitorch.nn, name)]
CASES = [(name, which) for name in OFFERED for which in checks_of(name)]


@pytest.mark.parametrize(("name", "which"), CASES, ids=[f"{name}-{which}" for name, which in CASES])
def test_layer(name: str, which: str) -> None:
    assert check(name, which, EXCEPTIONS.get(name, {}))


def test_what_is_not_offered_is_listed_with_its_reason() -> None:
    assert sorted(set(INFOS) - set(OFFERED)) == sorted(NOT_OFFERED)


def test_exceptions_name_samples_that_exist() -> None:
    for name, excused in EXCEPTIONS.items():
        info = INFOS[name]
        known = {what for what, _ in samples(info, torch.float64, True)}
        if info.module_error_inputs_func:
            found = info.module_error_inputs_func(
                info, device="cpu", dtype=torch.float64, requires_grad=False, training=True
            )
            known |= {f"error {number}" for number in range(len(found))}
        assert set(excused) <= known


def table(wanted: list[str]) -> None:
    """Prints what fails, and how many layers pass."""
    warnings.simplefilter("ignore")
    names = [name for name in OFFERED if not wanted or name in wanted]
    perfect = compared = 0
    for name in names:
        failed = []
        for which in checks_of(name):
            try:
                compared += check(name, which, EXCEPTIONS.get(name, {}))
            except (Exception, pytest.fail.Exception) as error:
                failed.append(f"    {which}: {str(error)[:300]}")
        perfect += not failed
        if failed:
            print(name, *failed, sep="\n", flush=True)
    missing = " ".join(sorted(set(INFOS) - set(OFFERED)))
    print(f"{len(names)} layers, {perfect} pass every check; {compared} samples compared; missing: {missing}")


if __name__ == "__main__":
    table(sys.argv[1:])
