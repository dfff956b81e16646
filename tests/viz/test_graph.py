"""The recorded graph as data: ops, leaves, constants, names, source lines, values."""

from __future__ import annotations

import pytest

import minitorch
from minitorch import nn, viz
from minitorch.errors import ArgumentError, ArgumentTypeError, GradientError
from minitorch.modes import current
from minitorch.viz.trace import Node


def node(picture: viz.Picture, op: str) -> Node:
    (found,) = [node for node in picture.trace.nodes if node.op == op]
    return found


def parabola() -> tuple[minitorch.Tensor, ...]:
    w = minitorch.tensor(3.0, requires_grad=True)
    x = minitorch.tensor(2.0)
    return w, x, (w * x - 1.0) ** 2  # the line that is looked for


def test_ops_come_after_what_they_are_computed_from() -> None:
    with viz.watch():
        w, x, loss = parabola()  # noqa: RUF059 (their names are looked for)
    trace = viz.graph(loss).trace
    assert [(n.kind, n.op, n.name) for n in trace.nodes] == [
        ("leaf", "", "w"),
        ("constant", "", "x"),
        ("op", "mul", ""),
        ("constant", "", ""),
        ("op", "sub", ""),
        ("constant", "", ""),
        ("op", "pow", "loss"),
    ]
    assert [[entry.source for entry in n.inputs] for n in trace.ops] == [[0, 1], [2, 3], [4, 5]]
    assert [entry.name for entry in trace.ops[0].inputs] == ["x", "y"]
    assert trace.root == 6


def test_values_lines_and_formulas() -> None:
    with viz.watch():
        _, _, loss = parabola()
    picture = viz.graph(loss)
    values = [n.values[0] for n in picture.trace.ops]
    assert [value and value["short"] for value in values] == ["6", "5", "25"]
    line = node(picture, "sub").line
    assert line is not None
    assert (line.file, line.function) == ("test_graph.py", "parabola")
    assert line.code.startswith("return w, x, (w * x - 1.0) ** 2")
    assert picture.trace.formulas["mul"] == "z = x·y; dx = g·y*, dy = g·x*"
    assert picture.trace.sources["mul"].startswith("minitorch/ops/arithmetic.py:")


def test_what_was_not_watched_is_not_guessed() -> None:
    w = minitorch.tensor([1.0, 2.0], requires_grad=True)
    loss = (w + 1).exp().sum()
    trace = viz.graph(loss).trace
    assert all(n.line is None and not n.path and not n.seen for n in trace.nodes)
    add, exp, sum_ = trace.ops
    assert add.values == [None]  # nothing keeps it
    assert exp.values[0] is not None  # exp saves its result
    assert sum_.values[0] is not None  # the value that was asked about


def test_a_saved_value_that_was_changed_since_is_not_shown() -> None:
    x = minitorch.tensor([1.0, 2.0], requires_grad=True)
    y = x + 1
    z = (y * y).sum()
    assert viz.graph(z).trace.ops[0].values[0] is not None
    with minitorch.no_grad():
        y += 5
    assert viz.graph(z).trace.ops[0].values[0] is None


def test_lines_of_detect_anomaly_are_shown() -> None:
    x = minitorch.tensor(2.0, requires_grad=True)
    with minitorch.autograd.detect_anomaly():
        y = x.exp()
    assert "y = x.exp()" in node(viz.graph(y), "exp").made


def test_values_are_those_of_the_forward_pass() -> None:
    x = minitorch.tensor([1.0], requires_grad=True)
    with viz.watch():
        y = (x * 3).sum()
    with minitorch.no_grad():
        x.fill_(100.0)
    value = viz.graph(y).trace.nodes[0].values[0]
    assert value is not None
    assert value["short"] == "[1]"


def test_given_names_win() -> None:
    x = minitorch.tensor(1.0, requires_grad=True)
    y = x.exp()
    assert {n.name for n in viz.graph(y, names={"input": x, "output": y}).trace.nodes} == {"input", "output"}


def test_results_of_one_op_are_told_apart() -> None:
    x = minitorch.tensor([[3.0, 1.0]], requires_grad=True)
    with viz.watch():
        values, _ = x.max(1)
        a, b = x.unbind(1)
        loss = (values * a + b).sum()
    picture = viz.graph(loss)
    unbind = node(picture, "unbind")
    assert unbind.shapes == [[1], [1]]
    assert [value and value["short"] for value in unbind.values] == ["[3]", "[1]"]
    assert {entry.output for entry in node(picture, "add").inputs} == {0, 1}


def test_a_function_of_the_user_has_its_own_name_and_docstring() -> None:
    class Cube(minitorch.autograd.Function):
        """y = x³;   dx = 3·g·x²."""

        @staticmethod
        def forward(ctx, x):  # type: ignore[no-untyped-def]
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, g):  # type: ignore[no-untyped-def]
            (x,) = ctx.saved_tensors
            return 3 * g * x**2

    x = minitorch.tensor(2.0, requires_grad=True)
    with viz.watch():
        y = Cube.apply(x)
    trace = viz.step(y).trace
    assert trace.ops[0].op == "Cube"
    assert trace.formulas["Cube"] == "y = x³; dx = 3·g·x²"
    assert [n.values[0] and n.values[0]["short"] for n in trace.nodes] == ["2", "8"]
    assert trace.nodes[0].grads[0] is not None
    assert trace.nodes[0].grads[0]["short"] == "12"


def test_watching_ends_with_its_block_even_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), viz.watch():
        raise ZeroDivisionError
    assert current().watcher is None
    y = minitorch.tensor(1.0, requires_grad=True).exp()
    assert y.grad_fn is not None
    assert y.grad_fn.seen is None


def test_watching_leaves_modules_as_they_are() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    with viz.watch():
        model(minitorch.ones(1, 2))
    assert all(module._hooks is None for module in model.modules())
    assert "minitorch.viz" not in {name for module in model.modules() for name in module.__dict__}


def test_watching_does_not_change_results() -> None:
    minitorch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 2))
    x = minitorch.randn(6, 4)
    state = {name: value.clone() for name, value in model.state_dict().items()}
    minitorch.manual_seed(1)
    plain = model(x)
    model.load_state_dict(state)
    minitorch.manual_seed(1)
    with viz.watch():
        watched = model(x)
    assert minitorch.equal(plain, watched)


def test_a_graph_of_a_gradient() -> None:
    x = minitorch.tensor(2.0, requires_grad=True)
    y = x**3
    with viz.watch():
        (dx,) = minitorch.autograd.grad(y, x, create_graph=True)
    found = viz.step(dx).trace
    leaf = next(n for n in found.nodes if n.kind == "leaf")
    assert leaf.grads[0] is not None
    assert leaf.grads[0]["short"] == "12"  # d²x³/dx² at 2


def test_a_graph_that_nobody_could_look_at_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minitorch.viz.trace.MOST", 3)
    x = minitorch.tensor(1.0, requires_grad=True)
    assert len(viz.graph(x * 2 * 2 * 2).trace.ops) == 3
    with pytest.raises(ArgumentError, match="has 4 ops, a picture shows at most 3.*detach"):
        viz.graph(x * 2 * 2 * 2 * 2)


@pytest.mark.parametrize("draw", [viz.graph, viz.step])
def test_what_has_no_graph_is_refused(draw) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(GradientError, match="no graph.*detach"):
        draw(minitorch.ones(2))
    with pytest.raises(GradientError, match="no graph"):
        draw(minitorch.ones(2, requires_grad=True))
    with pytest.raises(ArgumentTypeError, match="expected a Tensor with a graph, got float"):
        draw(2.0)
    loss = minitorch.ones(1, requires_grad=True).sum()
    with pytest.raises(ArgumentTypeError, match="names must be a dict of tensors"):
        draw(loss, names=["x"])
