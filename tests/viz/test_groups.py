"""Modules as groups: their paths, their calls, and pictures without cycles however they are folded."""

from __future__ import annotations

import itertools

import pytest

import minitorch
from minitorch import nn, viz
from minitorch.viz.groups import CHUNK, group
from minitorch.viz.scene import scene


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(4)
        self.steps = nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 4)])

    def forward(self, x: minitorch.Tensor) -> minitorch.Tensor:
        y = self.norm(x)
        for step in self.steps:
            y = step(y).tanh()
        return x + y


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.Sequential(Block(), Block())
        self.shared = nn.Linear(4, 4)

    def forward(self, x: minitorch.Tensor) -> minitorch.Tensor:
        return self.shared(self.blocks(self.shared(x)).relu())


def watched() -> viz.Picture:
    model = Net()
    with viz.watch():
        loss = model(minitorch.randn(3, 4)).square().mean()
    return viz.step(loss)


def test_groups_are_the_modules_of_the_model() -> None:
    grouping = group(watched().trace)
    paths = [".".join(grouping.groups[i].name for i in grouping.chain(one.number)) for one in grouping.groups]
    assert paths == [
        "Net",
        "Net.blocks",
        "Net.blocks.0",
        "Net.blocks.0.norm",
        "Net.blocks.0.steps",
        "Net.blocks.0.steps.0",
        "Net.blocks.0.steps, part 2",
        "Net.blocks.0.steps, part 2.1",
        "Net.blocks.1",
        "Net.blocks.1.norm",
        "Net.blocks.1.steps",
        "Net.blocks.1.steps.0",
        "Net.blocks.1.steps, part 2",
        "Net.blocks.1.steps, part 2.1",
    ]  # a call of `shared` is one op, for its parameters belong to both calls: there is nothing to fold
    kinds = {one.name: one.kind for one in grouping.groups}
    assert (kinds["blocks"], kinds["steps"], kinds["norm"]) == ("Sequential", "ModuleList", "LayerNorm")


def test_parameters_stand_in_their_module_and_shared_ones_around_all_that_use_them() -> None:
    trace = watched().trace
    grouping = group(trace)
    where = {
        node.name: [grouping.groups[i].name for i in grouping.around(node.number)]
        for node in trace.nodes
        if node.kind == "leaf"
    }
    assert where["blocks.0.norm.weight"] == ["Net", "blocks", "0", "norm"]
    assert where["shared.weight"] == ["Net"]


def test_data_stand_outside_of_the_modules_that_they_are_given_to() -> None:
    class Scaled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Linear(2, 2)

        def forward(self, x: minitorch.Tensor, *, scale: minitorch.Tensor) -> minitorch.Tensor:
            mask = minitorch.tensor([1.0, 0.0])
            return self.inner(x * mask) * scale

    x, scale = minitorch.ones(1, 2), minitorch.full((2,), 3.0, requires_grad=True)
    model = Scaled()
    with viz.watch():
        loss = model(x, scale=scale).sum()
    trace = viz.graph(loss).trace
    grouping = group(trace)
    where = {
        node.name: [grouping.groups[i].name for i in grouping.around(node.number)]
        for node in trace.nodes
        if node.kind != "op"
    }
    assert where == {
        "scale": [],
        "inner.weight": ["Scaled", "inner"],
        "inner.bias": ["Scaled", "inner"],
        "": ["Scaled"],
    }


def test_calls_of_one_module_are_told_apart() -> None:
    cell = nn.RNNCell(2, 2)
    with viz.watch():
        h = minitorch.zeros(1, 2)
        for _ in range(3):
            h = cell(minitorch.ones(1, 2), h)
        loss = h.sum()
    names = [one.name for one in group(viz.graph(loss).trace).groups]
    assert names == ["RNNCell", "RNNCell, call 2", "RNNCell, call 3"]


def test_edges_go_forward_however_groups_are_folded() -> None:
    trace = watched().trace
    grouping = group(trace)
    numbers = range(len(grouping.groups))
    for unfolded in itertools.chain(itertools.combinations(numbers, 2), [tuple(numbers), ()]):
        drawn = scene(trace, grouping, set(unfolded))
        assert all(a < b for a, b in drawn.edges)
        assert len({(item.kind, item.number) for item in drawn.items}) == len(drawn.items)


def test_depth_says_how_many_levels_are_open() -> None:
    picture = watched()
    counts = []
    for depth in range(6):
        grouping = group(picture.trace)
        drawn = scene(picture.trace, grouping, grouping.unfolded(depth))
        counts.append(len(drawn.items))
    assert counts == sorted(counts)
    assert counts[0] < 5
    assert counts[-1] == len(picture.trace.nodes)


def test_large_models_are_folded_at_first() -> None:
    model = nn.Sequential(*(Block() for _ in range(12)))
    with viz.watch():
        loss = model(minitorch.randn(2, 4)).sum()
    trace = viz.graph(loss).trace
    grouping = group(trace)
    drawn = scene(trace, grouping, grouping.unfolded(None))
    assert len(trace.nodes) > 100
    assert len(drawn.items) <= 40
    assert sum(item.kind == "group" for item in drawn.items) == 12


def test_a_long_graph_without_modules_is_cut_into_stretches() -> None:
    x = minitorch.ones(1, requires_grad=True)
    for _ in range(10 * CHUNK):
        x = x * 1.01
    picture = viz.graph(x)
    grouping = group(picture.trace)
    assert {one.kind for one in grouping.groups} == {"no modules noted"}
    assert len(scene(picture.trace, grouping, grouping.unfolded(None)).items) < 60


@pytest.mark.slow
def test_resnet_is_fast_and_small() -> None:
    model = minitorch.vision.models.resnet18()
    with viz.watch():
        loss = model(minitorch.randn(1, 3, 64, 64)).sum()
    picture = viz.step(loss)
    assert len(picture.to_html().encode()) < 1_000_000
    names = {one.name for one in group(picture.trace).groups}
    assert {"ResNet", "layer1", "layer4", "fc"} <= names
