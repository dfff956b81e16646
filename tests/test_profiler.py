"""The profiler: what it counts, what lies inside of what, and that nothing of it stays behind."""

from __future__ import annotations

import gzip
import json
import threading
import tracemalloc
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import minitorch as mt
from minitorch import nn, optim, profiler, train
from minitorch.errors import ArgumentError, ArgumentTypeError, NotSupportedError
from minitorch.nn import functional as F
from minitorch.profiler import ProfilerAction, ProfilerActivity, profile, record_function, schedule
from minitorch.watch import WATCHING


@pytest.fixture(autouse=True)
def nothing_stays_behind() -> Any:
    plain = mt.op.Op.__dict__["apply"]
    yield
    assert mt.op.Op.__dict__["apply"] is plain
    assert nn.Module._hooks is None
    assert not optim.hooks.EVERYWHERE["step_pre"]
    assert not optim.hooks.EVERYWHERE["step_post"]
    assert not WATCHING
    assert not tracemalloc.is_tracing()


class Net(nn.Module):
    """Two linear layers, one of them used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(8, 8), nn.ReLU())
        self.head = nn.Linear(8, 3)

    def forward(self, x: Any) -> Any:
        return self.head(self.body(self.body(x)) * 2)


def step(net: nn.Module, optimizer: optim.Optimizer) -> None:
    loss = F.cross_entropy(net(mt.ones(4, 8)), mt.tensor([0, 1, 2, 0]))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def profiled(steps: int = 1, **options: Any) -> profile:
    net = Net()
    optimizer = optim.SGD(net.parameters(), lr=0.1)
    with profile(**options) as prof:
        for _ in range(steps):
            step(net, optimizer)
    return prof


def shape_of(event: Any) -> Any:
    """An event as its name, and what ran inside of it."""
    inside = [shape_of(child) for child in event.cpu_children]
    return (event.name, inside) if inside else event.name


# Counts and nesting -----------------------------------------------------------------------------------------


def test_counts_are_exact() -> None:
    counts = {row.key: row.count for row in profiled(3).key_averages()}
    assert counts == {
        "linear": 9,
        "relu": 6,
        "mul": 3,
        "cross_entropy": 3,
        "backward": 3,
        "CrossEntropyBackward0": 3,
        "LinearBackward0": 9,
        "MulBackward0": 3,
        "ReluBackward0": 6,
        "Optimizer.step#SGD.step": 3,
    }


def test_nesting_is_exact() -> None:
    body = ("Sequential", [("Linear", ["linear"]), ("ReLU", ["relu"])])
    tree = [shape_of(event) for event in profiled().events() if event.cpu_parent is None]
    assert tree == [
        ("Net", [body, body, "mul", ("Linear", ["linear"])]),
        "cross_entropy",
        (
            "backward",
            [
                "CrossEntropyBackward0",
                "LinearBackward0",
                "MulBackward0",
                *["ReluBackward0", "LinearBackward0"] * 2,
            ],
        ),
        "Optimizer.step#SGD.step",
    ]


def test_children_lie_within_their_parents_and_in_order() -> None:
    events = profiled(2).events()
    for event in events:
        end = event.start
        for child in event.cpu_children:
            assert child.cpu_parent is event
            assert end <= child.start <= child.end <= event.end
            end = child.end
    assert [event.start for event in events] == sorted(event.start for event in events)


def test_own_times_add_up() -> None:
    events = profiled(3).events()
    whole = sum(event.cpu_time_total for event in events if event.cpu_parent is None)
    assert events.self_cpu_time_total == pytest.approx(whole)
    assert all(event.self_cpu_time_total >= 0 for event in events)

    with profile() as prof, record_function("all"):
        step(net := Net(), optim.SGD(net.parameters(), lr=0.1))
    rows = prof.key_averages()
    (row,) = [row for row in rows if row.key == "all"]
    assert rows.self_cpu_time_total == pytest.approx(row.cpu_time_total)
    assert rows.total_average().self_cpu_time_total == pytest.approx(row.cpu_time_total)


def test_times_are_those_of_a_clock() -> None:
    x = mt.ones(400, 400)
    with profile() as prof, record_function("products"):
        for _ in range(10):
            x @ x
    rows = {row.key: row for row in prof.key_averages()}
    assert rows["matmul"].count == 10
    assert 0.5 < rows["matmul"].cpu_time_total / rows["products"].cpu_time_total <= 1
    assert rows["matmul"].cpu_time == pytest.approx(rows["matmul"].cpu_time_total / 10)


def test_an_op_that_prepares_its_inputs_counts_once() -> None:
    with profile() as prof:
        mt.ones(2, dtype=mt.int64) / mt.tensor([2, 4])
    counts = Counter(event.name for event in prof.events())
    assert counts["div"] == 1


def test_recursion_counts_its_time_once() -> None:
    @record_function("down")
    def down(n: int) -> None:
        if n:
            down(n - 1)

    with profile() as prof:
        down(3)
    (row,) = prof.key_averages()
    assert row.count == 4
    assert row.cpu_time_total == prof.events()[0].cpu_time_total


def test_second_derivatives_show_their_ops() -> None:
    x = mt.tensor(2.0, requires_grad=True)
    with profile() as prof:
        (g,) = mt.autograd.grad(x.exp(), x, create_graph=True)
    (node,) = [event for event in prof.events() if event.name == "ExpBackward0"]
    assert [child.name for child in node.cpu_children] == ["mul"]
    assert g.item() == pytest.approx(2.718281828**2)


def test_gradients_are_the_same() -> None:
    results = []
    for options in ({}, {"record_shapes": True, "with_stack": True}, None):
        mt.manual_seed(0)
        net = Net()
        optimizer = optim.SGD(net.parameters(), lr=0.1)
        if options is None:
            step(net, optimizer)
        else:
            with profile(**options):
                step(net, optimizer)
        results.append([x.tolist() for x in net.parameters()])
    assert results[0] == results[1] == results[2]


def test_batches_of_vmap() -> None:
    with profile() as prof:
        grads = mt.func.vmap(mt.func.grad(lambda x: (x**3).sum()))(mt.ones(4, 2))
    assert grads.tolist() == [[3.0, 3.0]] * 4
    assert Counter(event.name for event in prof.events())["PowBackward0"] == 1


# By module ------------------------------------------------------------------------------------------------


def test_by_module() -> None:
    prof = profiled(2)
    table = prof.by_module()
    assert [(m.path, m.count) for m in table] == [
        ("Net", 2),
        ("Net.body (Sequential)", 4),
        ("Net.body.0 (Linear)", 4),
        ("Net.body.1 (ReLU)", 4),
        ("Net.head (Linear)", 2),
    ]
    net, body, first, relu, head = table
    assert net.self_forward == pytest.approx(net.forward_total - body.forward_total - head.forward_total)
    assert body.forward_total >= first.forward_total + relu.forward_total
    assert body.self_backward == 0
    assert body.backward_total == pytest.approx(first.self_backward + relu.self_backward)
    assert net.backward_total == pytest.approx(net.self_backward + body.backward_total + head.backward_total)
    lines = str(table).splitlines()
    assert lines[0].split("  ")[0] == "Module"
    assert lines[2].startswith("Net ")
    assert table.table(row_limit=1).count("\n") == 4


# Tables, files and pictures ---------------------------------------------------------------------------------


def test_the_table() -> None:
    averages = profiled(2, record_shapes=True).key_averages(group_by_input_shape=True)
    text = averages.table(sort_by="self_cpu_time_total", row_limit=3)
    lines = text.splitlines()
    assert len(lines) == 7
    assert [t.strip() for t in lines[0].split("  ") if t.strip()] == [
        "Name",
        "Self CPU %",
        "Self CPU",
        "CPU total %",
        "CPU total",
        "CPU time avg",
        "# of Calls",
        "Input Shapes",
    ]
    longest = max(averages, key=lambda row: row.self_cpu_time_total)
    assert lines[2].split()[0] == longest.key
    assert lines[-1].startswith("Self CPU time total: ")
    linear = {str(row.input_shapes): row.count for row in averages if row.key == "linear"}
    assert linear == {"[[4, 8], [8, 8], [8]]": 4, "[[4, 8], [3, 8], [3]]": 2}
    with pytest.raises(ArgumentError, match="sort_by must be one of"):
        averages.table(sort_by="gpu")


def test_an_empty_profile() -> None:
    with profile() as prof:
        pass
    assert prof.events() == []
    assert "Self CPU time total: 0.000us" in str(prof.key_averages())
    assert prof.by_module() == []


def test_stacks(tmp_path: Path) -> None:
    prof = profiled(with_stack=True)
    linear = next(event for event in prof.events() if event.name == "linear")
    assert linear.stack[0].startswith(f"{__file__}(")
    assert linear.stack[0].endswith(": forward")
    assert not any("minitorch/nn" in line for line in linear.stack)
    rows = prof.key_averages(group_by_stack_n=1)
    assert "Source Location" in rows.table()
    prof.export_stacks(tmp_path / "stacks.txt")
    for line in (tmp_path / "stacks.txt").read_text().splitlines():
        assert int(line.rpartition(" ")[2]) > 0
    with pytest.raises(ArgumentError, match="with_stack=True"):
        profiled().export_stacks(tmp_path / "no.txt")


def test_memory() -> None:
    with profile(profile_memory=True) as prof:
        x = mt.ones(1000, 250)
        with record_function("kept"):
            y = x * 2
        with record_function("dropped"):
            x * 3
    sizes = {event.name: event.cpu_memory_usage for event in prof.events()}
    assert sizes["kept"] == pytest.approx(y.nbytes, abs=5000)
    assert abs(sizes["dropped"]) < 5000
    muls = [event.cpu_memory_usage for event in prof.events() if event.name == "mul"]
    assert muls == pytest.approx([y.nbytes] * 2, abs=5000)
    assert "CPU Mem" in str(prof.key_averages())
    assert "Memory" in str(prof.by_module())


@pytest.mark.parametrize("name", ["trace.json", "trace.json.gz"])
def test_the_trace(tmp_path: Path, name: str) -> None:
    prof = profiled(2, record_shapes=True)
    prof.add_metadata("run", "seven")
    prof.add_metadata_json("numbers", "[1, 2]")
    prof.export_chrome_trace(tmp_path / name)
    data = (tmp_path / name).read_bytes()
    content = json.loads(gzip.decompress(data) if name.endswith(".gz") else data)
    assert (content["run"], content["numbers"]) == ("seven", [1, 2])
    complete = [event for event in content["traceEvents"] if event["ph"] == "X"]
    assert len(complete) == len(prof.events())
    for event in complete:
        assert {"name", "cat", "pid", "tid", "ts", "dur", "args"} <= event.keys()
        assert event["dur"] >= 0
    linear = next(event for event in complete if event["name"] == "linear")
    assert linear["args"]["Module"] == "Net.body.0 (Linear)"
    assert linear["args"]["Input Dims"] == [[4, 8], [8, 8], [8]]
    assert list(tmp_path.iterdir()) == [tmp_path / name]


def test_the_picture(tmp_path: Path) -> None:
    figure = profiled().plot(tmp_path / "new" / "profile.png")
    assert (tmp_path / "new" / "profile.png").read_bytes().startswith(b"\x89PNG")
    assert len(figure.axes) == 2


# When it records --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "actions"),
    [
        ({"wait": 1, "warmup": 1, "active": 2}, "NWRSNWRSN"),
        ({"wait": 0, "warmup": 0, "active": 1}, "SSSSSSSSS"),
        ({"wait": 1, "warmup": 1, "active": 2, "repeat": 1}, "NWRSNNNNN"),
        ({"wait": 1, "warmup": 0, "active": 2, "skip_first": 3}, "NNNNRSNRS"),
        ({"wait": 2, "warmup": 1, "active": 1, "skip_first": 1, "skip_first_wait": 1}, "NWSNNWSNN"),
    ],
)
def test_schedules(settings: dict[str, int], actions: str) -> None:
    names = {
        "N": ProfilerAction.NONE,
        "W": ProfilerAction.WARMUP,
        "R": ProfilerAction.RECORD,
        "S": ProfilerAction.RECORD_AND_SAVE,
    }
    which = schedule(**settings)
    assert [which(i) for i in range(9)] == [names[letter] for letter in actions]


def test_a_schedule_of_nothing() -> None:
    with pytest.raises(ArgumentError, match="active at least 1"):
        schedule(wait=0, warmup=0, active=0)


def test_steps_of_a_schedule() -> None:
    saved: list[list[str]] = []

    def save(prof: profile) -> None:
        saved.append([event.name for event in prof.events()])

    x = mt.ones(2)
    with profile(schedule=schedule(wait=1, warmup=1, active=2, repeat=2), on_trace_ready=save) as prof:
        for _ in range(10):
            x * 2
            prof.step()
    assert saved == [[f"ProfilerStep#{i}", "mul", f"ProfilerStep#{i + 1}", "mul"] for i in (2, 6)]


def test_events_of_several_cycles() -> None:
    x = mt.ones(2)
    with profile(schedule=schedule(wait=0, warmup=1, active=1), acc_events=True) as prof:
        for _ in range(6):
            x * 2
            prof.step()
    names = [event.name for event in prof.events()]
    assert names == [n for i in (1, 3, 5) for n in (f"ProfilerStep#{i}", "mul")]
    starts = [event.start for event in prof.events()]
    assert starts == sorted(starts)


def test_it_may_end_in_the_middle_of_recording() -> None:
    ready = []
    with profile(schedule=schedule(wait=0, warmup=0, active=9), on_trace_ready=ready.append) as prof:
        mt.ones(2) * 2
        prof.step()
    assert ready == [prof]
    assert [event.name for event in prof.events() if event.name == "mul"] == ["mul"]


def test_start_and_stop() -> None:
    prof = profile()
    prof.start()
    with pytest.raises(ArgumentError, match="started already"):
        prof.start()
    mt.ones(2) * 2
    prof.stop()
    prof.stop()
    mt.ones(2) * 2
    assert Counter(event.name for event in prof.events())["mul"] == 1
    with pytest.raises(ArgumentError, match="not started"):
        prof.step()


def test_files_for_tensorboard(tmp_path: Path) -> None:
    profiled(on_trace_ready=profiler.tensorboard_trace_handler(str(tmp_path / "logs"), "me", use_gzip=True))
    (file,) = (tmp_path / "logs").iterdir()
    assert file.name.startswith("me.")
    assert file.name.endswith(".pt.trace.json.gz")


# Errors, threads, and what there is not ---------------------------------------------------------------------


def test_after_an_error_all_events_are_closed() -> None:
    net = Net()
    with pytest.raises(RuntimeError), profile() as prof, record_function("outer"):
        net(mt.ones(4, 5))
    assert [event.name for event in prof.events()][:2] == ["outer", "Net"]
    assert all(event.end >= event.start for event in prof.events())
    assert net.head(mt.ones(1, 8)).shape == (1, 3)


def test_an_error_inside_leaves_the_rest_in_place() -> None:
    with profile() as prof:
        with pytest.raises(RuntimeError):
            Net()(mt.ones(4, 5))
        with record_function("after"):
            mt.ones(2) * 2
    after = next(event for event in prof.events() if event.name == "after")
    assert after.cpu_parent is None
    assert [child.name for child in after.cpu_children][-1] == "mul"


def test_other_threads_are_not_seen() -> None:
    seen = []

    def work() -> None:
        with profile() as inner:
            mt.ones(2) * 2
        seen.append(Counter(event.name for event in inner.events())["mul"])
        mt.ones(2) * 3

    with profile() as prof:
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        mt.ones(2) - 1
        for thread in threads:
            thread.join()
    assert seen == [1] * 4
    names = Counter(event.name for event in prof.events())
    assert (names["sub"], names["mul"]) == (1, 0)


def test_profiles_within_each_other() -> None:
    with profile() as outer:
        mt.ones(2) * 2
        with profile() as inner:
            mt.ones(2) * 3
        mt.ones(2) * 4
    assert Counter(event.name for event in outer.events())["mul"] == 3
    assert Counter(event.name for event in inner.events())["mul"] == 1


def test_blocks_without_a_profiler_do_nothing() -> None:
    with record_function("x") as block:
        pass
    assert block._open == []


def test_what_there_is_not() -> None:
    with pytest.warns(UserWarning, match="CUDA cannot be measured"):
        profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA])
    with pytest.raises(NotSupportedError, match="only the CPU can be measured"):
        profile(activities=[ProfilerActivity.CUDA])
    with pytest.raises(ArgumentTypeError, match="members of ProfilerActivity"):
        profile(activities=["cpu"])  # type: ignore[list-item]
    with pytest.raises(NotSupportedError, match="with_flops"):
        profile(with_flops=True)
    with pytest.raises(ArgumentTypeError, match="must return a ProfilerAction"):
        profile(schedule=lambda step: 3).start()  # type: ignore[arg-type, return-value]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        profile(activities=[ProfilerActivity.CPU])


# As a callback ----------------------------------------------------------------------------------------------


def test_the_callback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net = Net()
    callback = train.Profiler(wait=1, warmup=1, active=2, path=tmp_path / "out")
    trainer = train.Trainer(
        net, optim.SGD(net.parameters(), lr=0.1), nn.CrossEntropyLoss(), callbacks=[callback]
    )
    trainer.fit([(mt.ones(4, 8), mt.tensor([0, 1, 2, 0]))] * 6)
    assert {row.key: row.count for row in callback.profile.key_averages()}["linear"] == 6
    assert [m.count for m in callback.profile.by_module()][:2] == [2, 4]
    assert "Net.body.0 (Linear)" in capsys.readouterr().out
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names[:2] == ["profile.png", "profile.txt"]
    assert names[2].endswith(".pt.trace.json")


def test_the_callback_after_an_error() -> None:
    net = Net()
    callback = train.Profiler(wait=0, warmup=0, active=9, printed=False)
    trainer = train.Trainer(
        net, optim.SGD(net.parameters(), lr=0.1), nn.CrossEntropyLoss(), callbacks=[callback]
    )
    with pytest.raises(IndexError):
        trainer.fit([(mt.ones(4, 8), mt.tensor([0, 1, 2, 9]))])
    assert callback.profile.events()


# The older face ---------------------------------------------------------------------------------------------


def test_the_older_profiler() -> None:
    with mt.autograd.profiler.profile(record_shapes=True) as prof:
        mt.ones(2).exp()
    assert prof.function_events[-1].input_shapes == [[2]]
    assert "exp" in prof.table(sort_by="cpu_time_total")
    assert prof.total_average().count == len(prof.events())
    assert prof.self_cpu_time_total > 0
    with mt.autograd.profiler.profile(enabled=False) as prof:
        mt.ones(2).exp()
    assert prof.events() == []
    with pytest.raises(NotSupportedError, match="use_device"):
        mt.autograd.profiler.profile(use_device="cuda")
