"""Every optimizer against PyTorch's own table of optimizers: its sample settings and its error inputs."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import minitorch

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle

from torch.testing._internal.common_optimizers import (  # noqa: E402
    OptimizerErrorEnum,
    optim_db,
)

STEPS = 10
DTYPES = ["float64", "float32"]

# What is in PyTorch's table and not here.
ABSENT = {"SparseAdam": "serves sparse gradients only, and there are no sparse tensors"}

# Error inputs for which PyTorch only warns.
STRICTER = {"a param group cannot have duplicate parameters": minitorch.errors.ArgumentError}

INFOS = [info for info in optim_db if info.optim_cls.__name__ not in ABSENT]


def samples() -> Iterator[Any]:
    for info in INFOS:
        name = info.optim_cls.__name__
        for k, sample in enumerate(info.optim_inputs_func(device="cpu")):
            yield pytest.param(name, sample.kwargs, id=f"{name}-{k}-{sample.desc.replace(' ', '-')}")


def error_inputs() -> Iterator[Any]:
    for info in INFOS:
        name = info.optim_cls.__name__
        for k, error in enumerate(info.optim_error_inputs_func(device="cpu", dtype=torch.float32)):
            yield pytest.param(name, error, id=f"{name}-{k}")


def translate(value: Any, seen: dict[int, Any]) -> Any:
    """The same with tensors of minitorch; what is one tensor stays one."""
    if isinstance(value, torch.Tensor):
        if id(value) not in seen:
            own = minitorch.tensor(value.detach().numpy().copy())
            seen[id(value)] = own.requires_grad_(value.requires_grad)
            seen[-id(value)] = value  # keeps it alive, and with it the id
        return seen[id(value)]
    if isinstance(value, dict):
        return {key: translate(item, seen) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(translate(item, seen) for item in value)
    return value


class Problem:
    """A network of three matrices, and the loss over 16 points; matrices, since Muon serves nothing else."""

    def __init__(self, library: Any, dtype: str) -> None:
        rng = np.random.default_rng(0)
        kind = getattr(library, dtype)
        shapes = [(3, 8), (1, 8), (8, 2)]
        self.params = [
            library.tensor(rng.standard_normal(s) * 0.5, dtype=kind).requires_grad_() for s in shapes
        ]
        self.x = library.tensor(rng.standard_normal((16, 3)), dtype=kind)
        self.y = library.tensor(rng.standard_normal((16, 2)), dtype=kind)

    def loss(self) -> Any:
        w, b, v = self.params
        for p in self.params:
            p.grad = None
        loss = (((self.x @ w + b).tanh() @ v - self.y) ** 2).mean()
        loss.backward()
        return loss


def agree(name: str, ours: Any, theirs: Any, tolerance: float) -> None:
    """Compares tensors, numbers, and lists and dicts of them."""
    if isinstance(theirs, dict):
        assert list(map(str, sorted(ours))) == list(map(str, sorted(theirs))), name
        for key, value in theirs.items():
            agree(f"{name}.{key}", ours[key], value, tolerance)
    elif isinstance(theirs, (list, tuple)):
        assert len(ours) == len(theirs), name
        for k, (x, y) in enumerate(zip(ours, theirs, strict=True)):
            agree(f"{name}[{k}]", x, y, tolerance)
    elif isinstance(theirs, torch.Tensor):
        assert tuple(ours.shape) == tuple(theirs.shape), name
        assert str(ours.dtype).split(".")[1] == str(theirs.dtype).split(".")[1], name
        np.testing.assert_allclose(
            ours.detach().numpy(), theirs.detach().numpy(), rtol=tolerance, atol=tolerance, err_msg=name
        )
    elif isinstance(theirs, float):
        assert float(ours) == pytest.approx(theirs, rel=tolerance, abs=tolerance), name
    else:
        assert ours == theirs, name


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "kwargs"), list(samples()))
def test_sample(name: str, kwargs: dict[str, Any], dtype: str) -> None:
    """The same parameters and the same state after ten steps, and after ten more from PyTorch's state.

    A step of LBFGS is twenty iterations, in which differences of rounding grow: one step of it will do.
    """
    tolerance, steps = {"float64": 1e-9, "float32": 2e-4}[dtype], STEPS
    if name == "LBFGS":
        tolerance, steps = {"float64": 1e-7, "float32": 1e-2}[dtype], 1
    if name == "Muon":
        tolerance = 1e-3  # its rule rounds to eight bits, of which the last may fall either way
    theirs = Problem(torch, dtype)
    reference = getattr(torch.optim, name)(theirs.params, **copy.deepcopy(kwargs))
    ours = Problem(minitorch, dtype)
    optimizer = getattr(minitorch.optim, name)(ours.params, **translate(kwargs, {}))

    def advance() -> None:
        for problem, stepper in ((ours, optimizer), (theirs, reference)):
            for _ in range(steps):
                if name == "LBFGS":
                    stepper.step(problem.loss)
                else:
                    problem.loss()
                    stepper.step()
        agree("params", ours.params, theirs.params, tolerance)

    advance()
    if name != "LBFGS" or dtype == "float64":  # its history holds differences of gradients, which lose digits
        agree("state", optimizer.state_dict(), reference.state_dict(), tolerance)
    optimizer.load_state_dict(translate(copy.deepcopy(reference.state_dict()), {}))
    for x, y in zip(ours.params, theirs.params, strict=True):
        x.data = minitorch.tensor(y.detach().numpy().copy())
    advance()


@pytest.mark.parametrize(("name", "error"), list(error_inputs()))
def test_error_input(name: str, error: Any) -> None:
    sample = error.optimizer_error_input
    seen: dict[int, Any] = {}
    params = sample.params
    if params is None:
        params = [torch.ones(1, 1, requires_grad=True)]
    params, kwargs = translate(params, seen), translate(sample.kwargs, seen)
    kind = STRICTER.get(sample.desc, error.error_type)
    make = getattr(minitorch.optim, name)
    if error.error_on == OptimizerErrorEnum.CONSTRUCTION_ERROR:
        with pytest.raises(kind):
            make(params, **kwargs)
        return
    optimizer = make(params, **kwargs)
    for group in optimizer.param_groups:
        for x in group["params"]:
            x.grad = minitorch.ones_like(x)
    with pytest.raises(kind):
        optimizer.step()


def test_every_optimizer_is_there_or_has_a_reason() -> None:
    for info in optim_db:
        name = info.optim_cls.__name__
        assert hasattr(minitorch.optim, name) == (name not in ABSENT)
    for name in ABSENT:
        with pytest.raises(minitorch.errors.NotSupportedError, match="sparse"):
            getattr(minitorch.optim, name)
