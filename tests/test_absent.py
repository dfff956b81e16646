"""What PyTorch has and minitorch has not: names say so, with what to use instead."""

from __future__ import annotations

import pytest

import minitorch
import minitorch.nn
import minitorch.optim
import minitorch.utils
from minitorch.absent import WHY, why
from minitorch.errors import NotSupportedNameError


@pytest.mark.parametrize(
    ("ask", "remedy"),
    [
        (lambda: minitorch.compile, "runs eagerly"),
        (lambda: minitorch.complex32, "use complex64"),
        (lambda: minitorch.batch_norm, "use nn.functional.batch_norm"),
        (lambda: minitorch.distributed, "train in one process"),
        (lambda: minitorch.optim.SparseAdam, "use Adam"),
        (lambda: minitorch.cuda.memory_snapshot, "minitorch.cuda"),
        (lambda: minitorch.autograd.profiler.emit_nvtx, "NVIDIA"),
        (lambda: minitorch.utils.tensorboard.FileWriter, "use SummaryWriter"),
        (lambda: minitorch.ones(2).chalf(), "use complex64"),
        (lambda: minitorch.ones(2).to_sparse(), "dense"),
    ],
)
def test_a_name_that_is_not_there_says_what_to_use(ask, remedy: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(NotSupportedNameError, match=remedy) as caught:
        ask()
    assert isinstance(caught.value, AttributeError)


def test_hasattr_is_false() -> None:
    assert not hasattr(minitorch, "compile")
    assert not hasattr(minitorch.nn.functional, "scaled_mm")
    assert not hasattr(minitorch.ones(1), "to_sparse")


@pytest.mark.parametrize(
    "room", [minitorch, minitorch.nn, minitorch.nn.functional, minitorch.optim, minitorch.autograd]
)
def test_a_name_that_nobody_has(room: object) -> None:
    with pytest.raises(AttributeError, match="has no attribute 'florp'"):
        room.florp  # type: ignore[attr-defined]  # noqa: B018


def test_reasons_end_in_a_remedy_and_have_no_full_stop() -> None:
    assert all(reason and not reason.endswith(".") for reason in WHY.values())
    assert why("no_such_name_at_all") is None


def test_nothing_that_is_there_is_said_to_be_missing() -> None:
    for path in WHY:
        if "*" in path or "[" in path:
            continue
        found: object = minitorch
        try:
            for name in path.split("."):
                found = getattr(found, name)
        except AttributeError:
            continue
        pytest.fail(f"{path} is there")
