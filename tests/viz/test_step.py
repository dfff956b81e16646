"""Gradients in pictures: those that `autograd.grad` gives, and nothing is changed by looking."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import minitorch
from minitorch import nn, viz
from minitorch.errors import GradientError, NotSupportedError
from minitorch.viz.gradients import jacobian
from minitorch.viz.summary import summary
from minitorch.viz.trace import Trace


def network() -> tuple[nn.Module, minitorch.Tensor]:
    minitorch.manual_seed(3)
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    with viz.watch():
        loss = nn.functional.cross_entropy(model(minitorch.randn(5, 3)), minitorch.tensor([0, 1, 0, 1, 1]))
    return model, loss


def node_of(trace: Trace, origin: object) -> int:
    (found,) = [i for i, x in enumerate(trace.origin) if x is origin]
    return found


def test_gradients_of_leaves_and_inner_values_are_those_of_grad() -> None:
    model, loss = network()
    trace = viz.step(loss).trace
    for parameter in model.parameters():
        (g,) = minitorch.autograd.grad(loss, parameter, retain_graph=True)
        assert trace.nodes[node_of(trace, parameter)].grads == [summary(g)]
    for op in [origin for origin in trace.origin if isinstance(origin, minitorch.op.Op)]:
        edge = minitorch.autograd.graph.GradientEdge(op, 0)
        (g,) = minitorch.autograd.grad(loss, edge, retain_graph=True)
        assert trace.nodes[node_of(trace, op)].grads == [summary(g)]


def test_looking_changes_nothing() -> None:
    model, loss = network()
    viz.step(loss)
    assert all(parameter.grad is None for parameter in model.parameters())
    loss.backward()  # what the ops saved is still there
    before = [parameter.grad.tolist() for parameter in model.parameters()]  # type: ignore[union-attr]
    _, again = network()
    viz.step(again)
    again.backward()
    assert [parameter.grad.tolist() for parameter in model.parameters()] == before  # type: ignore[union-attr]


def test_what_is_sent_adds_up_to_what_arrives() -> None:
    x = minitorch.tensor(3.0, requires_grad=True)
    with viz.watch():
        loss = x * x + 2 * x
    trace = viz.step(loss).trace
    sent = [
        float(entry.sent["short"])
        for node in trace.ops
        for entry in node.inputs
        if trace.origin[entry.source] is x and entry.sent is not None
    ]
    assert sorted(sent) == [2.0, 3.0, 3.0]  # x·x sends to both of its sides
    arrived = trace.nodes[node_of(trace, x)].grads[0]
    assert arrived is not None
    assert float(arrived["short"]) == sum(sent)


def test_a_gradient_is_shown_after_broadcasting_was_undone() -> None:
    b = minitorch.zeros(3, requires_grad=True)
    loss = (minitorch.ones(4, 3) + b).sum()
    (entry,) = [e for e in viz.step(loss).trace.ops[0].inputs if e.sent is not None]
    assert entry.sent is not None
    assert (entry.sent["shape"], entry.sent["short"]) == ([3], "[4, 4, 4]")


@pytest.mark.parametrize(
    ("function", "shape"),
    [
        (lambda x: x.exp(), (2, 2)),
        (lambda x: x.sum(), (3,)),
        (lambda x: x.reshape(4), (2, 2)),
        (lambda x: x.cumsum(0), (3,)),
        (lambda x: minitorch.softmax(x, 0), (4,)),
        (lambda x: x * 3.0, ()),
        (lambda x: x @ minitorch.ones(2, 3).double(), (2, 2)),
    ],
)
def test_local_derivatives_are_jacobians(function, shape: tuple[int, ...]) -> None:  # type: ignore[no-untyped-def]
    x = (minitorch.arange(int(np.prod(shape))).double() / 3 + 0.1).reshape(shape).requires_grad_()
    y = function(x)
    assert y.grad_fn is not None
    (rows,) = jacobian(y.grad_fn).values()
    step = 1e-6
    flat = x.detach().numpy().reshape(-1)
    for i in range(flat.size):
        moved = [flat.copy(), flat.copy()]
        moved[0][i] += step
        moved[1][i] -= step
        high, low = (function(minitorch.tensor(m.reshape(shape))).numpy().reshape(-1) for m in moved)
        np.testing.assert_allclose([row[i] for row in rows], (high - low) / (2 * step), atol=1e-7)


def test_local_derivatives_in_words() -> None:
    x = minitorch.tensor([1.0, 2.0], requires_grad=True)
    w = minitorch.tensor(4.0, requires_grad=True)
    with viz.watch():
        loss = ((x**2) * w).cumsum(0).sum()
    power, mul, cumsum, total = viz.step(loss).trace.ops
    assert power.inputs[0].local == {"kind": "element by element", "text": "2  4", "short": ""}
    assert mul.inputs[1].local == {"kind": "a row for each element of the result", "text": "1\n4"}
    assert cumsum.inputs[0].local == {"kind": "a row for each element of the result", "text": "1  0\n1  1"}
    assert total.inputs[0].local == {"kind": "", "text": "1  1", "short": ""}


def test_hooks_run_as_in_any_walk() -> None:
    x = minitorch.tensor(1.0, requires_grad=True)
    y = x * 2
    y.register_hook(lambda g: g * 10)
    trace = viz.step(y * 3).trace
    assert [node.grads[0] and node.grads[0]["short"] for node in trace.nodes if node.kind != "constant"] == [
        "60",
        "30",
        "1",
    ]
    assert x.grad is None


def test_a_gradient_to_start_with() -> None:
    x = minitorch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    with pytest.raises(GradientError, match="starts from a single number"):
        viz.step(y)
    leaf = viz.step(y, minitorch.tensor([1.0, 10.0])).trace.nodes[0]
    assert leaf.grads[0] is not None
    assert leaf.grads[0]["short"] == "[2, 20]"


def test_a_freed_graph_is_drawn_but_not_stepped_through() -> None:
    x = minitorch.tensor(1.0, requires_grad=True)
    y = x.exp()
    y.backward()
    assert len(viz.graph(y).trace.ops) == 1
    with pytest.raises(GradientError, match="a second time.*retain_graph=True"):
        viz.step(y)


def test_inputs_that_are_not_reached_have_no_gradient() -> None:
    x = minitorch.tensor(1.0, requires_grad=True)
    frozen = nn.Linear(1, 1).requires_grad_(False)
    with viz.watch():
        loss = frozen(x.reshape(1)).sum()
    trace = viz.step(loss).trace
    kinds = {node.name: (node.kind, node.grads[0] is None) for node in trace.nodes if node.kind != "op"}
    assert kinds == {"x": ("leaf", False), "weight": ("constant", True), "bias": ("constant", True)}


def test_nan_is_said() -> None:
    x = minitorch.tensor([0.0, 1.0], requires_grad=True)
    with viz.watch():
        loss = (minitorch.sqrt(x) * 0).sum()
    leaf = next(node for node in viz.step(loss).trace.nodes if node.kind == "leaf")
    assert leaf.grads[0] is not None
    assert leaf.grads[0]["long"].startswith("NaN")


def test_what_ran_inside_of_vmap_is_drawn_but_not_stepped_through() -> None:
    w = minitorch.tensor([1.0, 2.0], requires_grad=True)
    with viz.watch():
        loss = minitorch.func.vmap(lambda x: (x * w).sum())(minitorch.ones(3, 2)).sum()
    values = [node.values[0] for node in viz.graph(loss).trace.ops]
    assert any(value is not None and "inside of vmap" in value["long"] for value in values)
    with pytest.raises(NotSupportedError, match="inside of vmap.*viz.graph"):
        viz.step(loss)
    assert w.grad is None


def test_values_of_every_kind() -> None:
    z = minitorch.tensor([1 + 2j, 3j], requires_grad=True)
    half = minitorch.ones(100).half().requires_grad_()
    empty = minitorch.zeros(0, 3, requires_grad=True)
    with viz.watch():
        loss = (z * z).abs().sum() + (half * 2).sum().float() + (empty * 2).sum()
    leaves = {id(origin): node for node, origin in zip(*trace_of(loss), strict=True)}
    assert leaves[id(z)].values[0]["long"] == "1+2i  0+3i"
    assert leaves[id(half)].grads[0]["short"] == "all 2"
    assert leaves[id(empty)].grads[0]["long"] == "(empty)"


def trace_of(loss: minitorch.Tensor) -> tuple[list[Any], list[Any]]:
    trace = viz.step(loss).trace
    return trace.nodes, trace.origin
