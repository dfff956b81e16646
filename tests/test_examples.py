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


def test_a_cnn_tells_shapes_apart(example: Any) -> None:
    assert example("cifar_cnn").main(["--pictures", "1500", "--epochs", "4"]) > 0.5


def test_an_mlp_reads_digits(example: Any) -> None:
    assert example("mnist_mlp").main(["--epochs", "5"]) > 0.93


def test_an_lstm_checks_brackets(example: Any) -> None:
    module = example("lstm_classifier")
    assert module.is_balanced("([])[]")
    assert not module.is_balanced("([)]")
    assert module.main(["--steps", "250", "--longest", "10"]) > 0.9


def test_alexnet_has_its_shapes_and_learns_a_batch_by_heart(example: Any) -> None:
    module = example("alexnet")
    model = module.AlexNet(width=1 / 16)
    assert model.features(torch.zeros(1, 3, 224, 224)).shape == (1, 16, 6, 6)
    losses = module.main(["--size", "64", "--steps", "25", "--batch", "10", "--width", "0.25"])
    assert losses[0] > 1.5
    assert losses[-1] < 0.1


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


def test_metrics_runs_as_a_program(example: Any, capsys: pytest.CaptureFixture[str]) -> None:
    example("metrics").main()
    assert "ROC AUC" in capsys.readouterr().out


def test_a_classifier_on_a_table(example: Any, tmp_path: Path) -> None:
    assert example("csv_classifier").main(["--folder", str(tmp_path), "--epochs", "25"]) > 0.93
    assert (tmp_path / "report.png").read_bytes().startswith(b"\x89PNG")


def test_a_regressor_on_an_hdf5_file(example: Any, tmp_path: Path) -> None:
    assert example("hdf5_regressor").main(["--folder", str(tmp_path), "--epochs", "30"]) > 0.3
    assert (tmp_path / "report.png").read_bytes().startswith(b"\x89PNG")
