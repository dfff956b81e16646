"""`SummaryWriter`: TensorBoard's own reader finds in the files what was written."""

from __future__ import annotations

import io
import sys
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import minitorch as torch
from minitorch import nn
from minitorch.errors import (
    ArgumentError,
    ArgumentTypeError,
    GradientError,
    MissingDependencyError,
    NotSupportedError,
)
from minitorch.utils.tensorboard import SummaryWriter

event_accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")


def read(folder: Any) -> Any:
    accumulator = event_accumulator.EventAccumulator(str(folder), {"tensors": 0, "images": 0, "audio": 0})
    accumulator.Reload()
    return accumulator


@pytest.fixture
def writer(tmp_path: Path) -> Any:
    with SummaryWriter(tmp_path) as result:
        yield result


def reread(writer: Any) -> Any:
    writer.close()
    return read(writer.log_dir)


@pytest.mark.parametrize(
    "kind", [float, torch.tensor, np.float32, lambda x: torch.tensor([x], requires_grad=True)]
)
def test_scalars(writer: Any, kind: Any) -> None:
    for step in range(3):
        writer.add_scalar("loss", kind(step / 2), step)
    events = reread(writer).Scalars("loss")
    assert [(event.step, event.value) for event in events] == [(0, 0.0), (1, 0.5), (2, 1.0)]


def test_several_scalars(writer: Any) -> None:
    writer.add_scalars("both", {"a": torch.tensor(1.0), "b": 2}, 5)
    writer.close()
    for name, value in (("a", 1.0), ("b", 2.0)):
        (event,) = read(Path(writer.log_dir, "both", name)).Scalars("both")
        assert (event.step, event.value) == (5, value)


def test_a_histogram(writer: Any) -> None:
    x = torch.arange(10.0)
    writer.add_histogram("x", x, 1)
    (event,) = reread(writer).Histograms("x")
    assert (event.histogram_value.num, event.histogram_value.sum) == (10, 45)


def test_an_image(writer: Any) -> None:
    x = torch.rand(3, 4, 5)
    writer.add_image("x", x, 2)
    writer.add_images("many", torch.ones(3, 1, 4, 4))
    writer.add_image_with_boxes("boxes", x, torch.tensor([[0, 0, 2, 2]]))
    found = reread(writer)
    (event,) = found.Images("x")
    pixels = np.asarray(Image.open(io.BytesIO(event.encoded_image_string)))
    np.testing.assert_array_equal(pixels, (x.numpy() * 255).astype(np.uint8).transpose(1, 2, 0))
    assert (found.Images("many")[0].width, found.Images("boxes")[0].height) == (12, 4)


def test_a_figure(writer: Any) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    from matplotlib import pyplot

    figure = pyplot.figure(figsize=(2, 1), dpi=50)
    writer.add_figure("x", figure)
    assert reread(writer).Images("x")[0].width == 100


def test_clips(writer: Any) -> None:
    clips = torch.zeros(2, 3, 1, 4, 6)
    clips[:, 1] = 1
    writer.add_video("x", clips, fps=10)
    (event,) = reread(writer).Images("x")
    clip = Image.open(io.BytesIO(event.encoded_image_string))
    assert (clip.n_frames, clip.size) == (3, (12, 4))
    clip.seek(1)
    assert np.asarray(clip.convert("L")).min() == 255


def test_a_sound(writer: Any) -> None:
    sound = torch.tensor([[0.0, 1.0, -1.0, 3.0]])
    writer.add_audio("x", sound, sample_rate=8000)
    (event,) = reread(writer).Audio("x")
    with wave.open(io.BytesIO(event.encoded_audio_string)) as file:
        assert file.getframerate() == 8000
        words = np.frombuffer(file.readframes(4), "<i2")
    np.testing.assert_array_equal(words, [0, 32767, -32767, 32767])


def test_texts_curves_meshes_and_layouts(writer: Any) -> None:
    writer.add_text("text", "**bold**")
    writer.add_pr_curve("curve", torch.tensor([0, 1, 1]), torch.tensor([0.1, 0.9, 0.6]))
    counts = [torch.tensor([2.0, 1.0])] * 6
    writer.add_pr_curve_raw("raw", *counts, num_thresholds=2)
    writer.add_mesh("mesh", torch.rand(1, 4, 3), colors=torch.zeros(1, 4, 3, dtype=torch.int64))
    writer.add_histogram_raw("histogram", 0, 2, 3, 3, 5, torch.tensor([1.0, 2.0]), torch.tensor([1, 2]))
    writer.add_custom_scalars({"all": {"losses": ["Multiline", ["a", "b"]]}})
    writer.add_custom_scalars_multilinechart(["a"])
    writer.add_custom_scalars_marginchart(["a", "b", "c"])
    found = reread(writer)
    assert found.Tensors("text/text_summary")[0].tensor_proto.string_val == [b"**bold**"]
    assert {"curve", "raw", "mesh_1", "mesh_3"} <= set(found.Tags()["tensors"])
    assert found.Histograms("histogram")[0].histogram_value.num == 3


def test_an_embedding(writer: Any) -> None:
    writer.add_embedding(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), ["a", "b"], label_img=torch.rand(2, 3, 4, 4))
    folder = Path(writer.log_dir, "00000", "default")
    assert folder.joinpath("tensors.tsv").read_text() == "1.0\t2.0\n3.0\t4.0\n"
    assert folder.joinpath("metadata.tsv").read_text() == "a\nb\n"
    assert folder.joinpath("sprite.png").exists()


def test_settings_of_runs(writer: Any) -> None:
    writer.add_hparams(
        {"lr": torch.tensor(0.5), "kind": "sgd"}, {"accuracy": torch.tensor(0.75)}, run_name="first"
    )
    (event,) = read(Path(writer.log_dir, "first")).Scalars("accuracy")
    assert event.value == 0.75


def test_a_graph_has_the_modules_scopes(writer: Any) -> None:
    from tensorboard.compat.proto.graph_pb2 import GraphDef

    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Sequential(nn.Linear(3, 1)))
    writer.add_graph(model, torch.ones(4, 2))
    graph = GraphDef.FromString(reread(writer)._graph)
    names = [node.name for node in graph.node]
    assert {"0/weight", "0/bias", "2/0/weight"} <= set(names)
    assert any(name.startswith("1/") and "elu" in name.lower() for name in names)
    assert len(set(names)) == len(names)
    for k, node in enumerate(graph.node):  # inputs come first
        assert set(node.input) <= set(names[:k])
    assert sum(not any(name in node.input for node in graph.node) for name in names) == 1


def test_no_graph(writer: Any) -> None:
    with pytest.raises(ArgumentError, match="input_to_model"):
        writer.add_graph(nn.Linear(1, 1))
    with pytest.raises(GradientError, match="requires a gradient"):
        writer.add_graph(nn.Linear(1, 1).requires_grad_(False), torch.ones(1, 1))


def test_a_later_writer_hides_what_came_after_its_first_step(tmp_path: Path) -> None:
    for start, value in ((0, 1.0), (2, 5.0)):
        with SummaryWriter(tmp_path, purge_step=start or None) as writer:
            for step in range(start, 4):
                writer.add_scalar("x", value, step)
    assert [event.value for event in read(tmp_path).Scalars("x")] == [1, 1, 5, 5]


def test_after_closing_a_new_file_is_begun(tmp_path: Path) -> None:
    writer = SummaryWriter(tmp_path)
    for step in range(3):  # within a second
        writer.add_scalar("x", step, step)
        writer.close()
    assert [event.value for event in read(tmp_path).Scalars("x")] == [0, 1, 2]


@pytest.mark.parametrize("dtype", torch.dtypes.ALL, ids=str)
def test_a_whole_tensor(writer: Any, dtype: Any) -> None:
    from tensorboard.util.tensor_util import make_ndarray

    x = torch.tensor([[0, 1], [2, 3], [4, 5]]).to(dtype).T
    writer.add_tensor("x", x, 4)
    (event,) = reread(writer).Tensors("x")
    assert event.step == 4
    found = make_ndarray(event.tensor_proto)
    assert found.dtype == x.numpy().dtype
    np.testing.assert_array_equal(found, x.numpy())


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "runs"):
        with pytest.raises(ArgumentError, match=f"cannot write to {path}"):
            SummaryWriter(path)
    with pytest.raises(ArgumentTypeError, match="log_dir must be a path, got int"):
        SummaryWriter(3)


@pytest.mark.parametrize(
    ("error", "write"),
    [
        (ArgumentError, lambda w: w.add_scalar("x", torch.ones(2))),
        (ArgumentTypeError, lambda w: w.add_scalar("x", object())),
        (NotSupportedError, lambda w: w.add_onnx_graph("x.onnx")),
        (ArgumentError, lambda w: w.add_image("x", torch.ones(4, 4))),
        (ArgumentError, lambda w: w.add_embedding(torch.ones(2, 2), ["only one"])),
        (ArgumentError, lambda w: w.add_video("x", torch.ones(3, 4, 4))),
        (ArgumentError, lambda w: w.add_audio("x", torch.ones(2, 2))),
        (ArgumentTypeError, lambda w: w.add_hparams([], {})),
        (NotSupportedError, lambda w: w.add_scalar("x", 1, double_precision=True)),
        (NotSupportedError, lambda w: w.add_hparams({}, {}, {"a": [1]})),
    ],
)
def test_refusals(writer: Any, error: type[Exception], write: Any) -> None:
    with pytest.raises(error):
        write(writer)
    assert reread(writer).Tags()["scalars"] == []


@pytest.mark.parametrize("value", ["x", None, 1j, {}])
def test_what_is_no_number(writer: Any, value: Any) -> None:
    with pytest.raises(ArgumentTypeError, match=f"must be a number.*got {type(value).__name__}"):
        writer.add_scalar("x", value)


def test_without_tensorboardx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(MissingDependencyError, match=r"minitorch-edu\[train\]"):
        SummaryWriter(tmp_path)
