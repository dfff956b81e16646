"""Perplexity beside NumPy; BLEU beside published examples and counts by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

import minitorch
from minitorch import metrics
from minitorch.errors import ArgumentError, ArgumentTypeError, DtypeError, ShapeError

t = minitorch.tensor

# Example 1 of Papineni et al., 2002, in lower case and without points.
FIRST = "it is a guide to action which ensures that the military always obeys the commands of the party"
SECOND = "it is to insure the troops forever hearing the activity guidebook that party direct"
REFERENCES = [
    "it is a guide to action that ensures that the military will forever heed party commands",
    "it is the guiding principle which guarantees the military forces always being under the command of the party",
    "it is the practical guide for the army always to heed the directions of the party",
]


def precision(candidate: str, references: list[str], n: int) -> tuple[int, int]:
    metric = metrics.Bleu().update([candidate], [references])
    return tuple(int(metric.state_dict()[x][n - 1].item()) for x in ("matches", "totals"))


def test_modified_precisions_of_the_paper() -> None:
    assert precision(FIRST, REFERENCES, 1) == (17, 18)
    assert precision(SECOND, REFERENCES, 1) == (8, 14)
    assert precision(FIRST, REFERENCES, 2) == (10, 17)
    assert precision(SECOND, REFERENCES, 2) == (1, 13)
    cats = ["the cat is on the mat", "there is a cat on the mat"]
    assert precision("the the the the the the the", cats, 1) == (2, 7)
    assert precision("the the the the the the the", cats, 2) == (0, 6)


def test_a_corpus_by_hand() -> None:
    # FIRST has 17/18, 10/17, 7/16, 4/15 and as many tokens as its nearest reference has, or 16 beside 18 and 18.
    value = metrics.bleu([FIRST], [REFERENCES]).item()
    assert value == pytest.approx((17 / 18 * 10 / 17 * 7 / 16 * 4 / 15) ** 0.25, rel=1e-14)
    # With "a b c d" beside "a b c d e": 4/4, 3/3, 2/2, 1/1, of 5 tokens. Counts and lengths add up.
    both = metrics.bleu([FIRST, "a b c d"], [REFERENCES, ["a b c d e"]]).item()
    length = math.exp(1 - 23 / 22)
    assert both == pytest.approx(length * (21 / 22 * 13 / 20 * 9 / 18 * 5 / 16) ** 0.25, rel=1e-14)


def test_brevity_takes_the_nearest_reference_and_the_shorter_of_two() -> None:
    state = metrics.Bleu(1).update(["a b c d"], [["a b c d e f", "a b", "x"]]).state_dict()
    assert state["reference_length"].item() == 2
    assert metrics.bleu(["a b"], [["a b c d"]], n_gram=1).item() == pytest.approx(math.exp(-1))


def test_weights_and_smoothing() -> None:
    references = [["a b x d"]]
    assert metrics.bleu(["a b c d"], references).item() == 0  # no trigram matches
    smooth = metrics.bleu(["a b c d"], references, smooth=True).item()
    assert smooth == pytest.approx((3 / 4 * 2 / 4 * 1 / 3 * 1 / 2) ** 0.25)
    weighted = metrics.bleu(["a b c d"], references, n_gram=2, weights=[0.75, 0.25]).item()
    assert weighted == pytest.approx((3 / 4) ** 0.75 * (1 / 3) ** 0.25)
    assert metrics.bleu(["a b c d"], references, weights=[1, 0, 0, 0]).item() == pytest.approx(3 / 4)


def test_tokens_are_taken_as_they_are() -> None:
    assert metrics.bleu([["New York", "is"]], [[["New York", "is"]]], n_gram=2).item() == 1
    assert metrics.bleu([("a", "b")], [["a  b\n"]], n_gram=2).item() == 1


def test_undefined_bleu() -> None:
    with pytest.warns(metrics.UndefinedMetricWarning, match="4 tokens"):
        assert metrics.bleu(["a b c"], [["a b c"]]).item() == 0
    with pytest.warns(metrics.UndefinedMetricWarning, match="nothing was seen"):
        assert math.isnan(metrics.Bleu().compute().item())
    with pytest.warns(metrics.UndefinedMetricWarning, match="1 tokens"):
        assert metrics.bleu([""], [["a"]]).item() == 0
    with pytest.warns(metrics.UndefinedMetricWarning, match="1 tokens"):
        assert metrics.bleu([""], [["a"]], smooth=True).item() == 0


@pytest.mark.parametrize(
    ("preds", "target", "error"),
    [
        ("a b", [["a b"]], ArgumentTypeError),
        (["a b"], ["a b"], ArgumentTypeError),
        (["a b"], "a b", ArgumentTypeError),
        (["a b"], [[]], ArgumentError),
        (["a b"], [], ArgumentError),
        ([3], [["a"]], ArgumentTypeError),
        ([["a", 3]], [["a"]], ArgumentTypeError),
        (["a"], [[None]], ArgumentTypeError),
        (None, [["a"]], ArgumentTypeError),
    ],
)
def test_bad_texts_are_refused(preds, target, error) -> None:
    with pytest.raises(error, match="^bleu: "):
        metrics.bleu(preds, target)


def test_bad_settings_are_refused() -> None:
    for settings in ({"n_gram": 0}, {"weights": [1.0]}, {"weights": [0.5, 0.5, 0.5, -0.5]}):
        with pytest.raises(ArgumentError):
            metrics.Bleu(**settings)
    with pytest.raises(ArgumentTypeError, match="a weight"):
        metrics.Bleu(1, weights=["all"])
    with pytest.raises(ArgumentTypeError):
        metrics.Perplexity(ignore_index=0.5)


@pytest.mark.parametrize("shape", [(7,), (2, 5), (2, 3, 4)])
def test_perplexity(shape) -> None:
    rng = np.random.default_rng(0)
    logits, tokens = rng.normal(size=(*shape, 11)) * 3, rng.integers(0, 11, shape)
    p = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    losses = -np.log(np.take_along_axis(p, tokens[..., None], -1))[..., 0]
    assert metrics.perplexity(t(logits), t(tokens)).item() == pytest.approx(
        math.exp(losses.mean()), rel=1e-12
    )
    padded = np.where(tokens == 3, -100, tokens)
    wanted = math.exp(losses[tokens != 3].mean())
    assert metrics.perplexity(t(logits), t(padded), ignore_index=-100).item() == pytest.approx(
        wanted, rel=1e-12
    )
    assert metrics.perplexity(t(np.log(p)), t(tokens)).item() == pytest.approx(
        math.exp(losses.mean()), rel=1e-12
    )


def test_impossible_tokens_are_infinitely_surprising() -> None:
    logits = t([[0.0, -math.inf]])
    assert metrics.perplexity(logits, t([0])).item() == 1
    assert metrics.perplexity(logits, t([1])).item() == math.inf
    assert metrics.perplexity(t([[0.0, -1e6]]), t([1])).item() == math.inf


def test_perplexity_of_nothing_is_undefined() -> None:
    for metric in (metrics.Perplexity(), metrics.Perplexity(0).update(minitorch.zeros(2, 3), t([0, 0]))):
        with pytest.warns(metrics.UndefinedMetricWarning, match="no token"):
            assert math.isnan(metric.compute().item())


@pytest.mark.parametrize(
    ("preds", "target", "error", "says"),
    [
        (None, t([1]), ArgumentTypeError, "NoneType"),
        (t([[1, 2]]), t([1]), DtypeError, "scores"),
        (t([[0.1, math.nan]]), t([1]), ArgumentError, "NaN"),
        (t([[0.1, math.inf]]), t([1]), ArgumentError, "∞"),
        (t([[-math.inf, -math.inf]]), t([1]), ArgumentError, "∞"),
        (t([[0.1, 0.2]]), t([2]), ArgumentError, "label 2"),
        (t([[0.1, 0.2]]), t([-100]), ArgumentError, "-100"),
        (t([[0.1, 0.2]]), t([1.0]), DtypeError, "labels"),
        (t([[0.1, 0.2]]), t([1, 1]), ShapeError, "do not fit"),
        (t([0.1, 0.2]), t([1, 1]), ShapeError, "do not fit"),
    ],
)
def test_bad_tokens_are_refused(preds, target, error, says) -> None:
    with pytest.raises(error, match=says) as caught:
        metrics.perplexity(preds, target)
    assert str(caught.value).startswith("perplexity: ")
