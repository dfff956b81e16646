"""What holds for every metric: streaming, merging, resetting, state dicts, and errors that change nothing."""

from __future__ import annotations

import copy
import inspect
import multiprocessing
import pickle

import numpy as np
import pytest

import minitorch
from minitorch import metrics
from minitorch.errors import ArgumentError, ArgumentTypeError, MinitorchError, StateDictError

t = minitorch.tensor
rng = np.random.default_rng(0)
LABELS = [(t(rng.integers(0, 3, n)), t(rng.integers(0, 3, n))) for n in (5, 1, 9, 0, 4)]
BITS = [(p.clamp(max=1), y.clamp(max=1)) for p, y in LABELS]
SCORES = [(t(rng.random((n, 3))), t(rng.integers(0, 3, n))) for n in (5, 1, 9, 0, 4)]
SHARES = [(p / p.sum(1, keepdim=True), y) for p, y in SCORES]
NUMBERS = [(t(rng.normal(size=(n, 2))), t(rng.normal(size=(n, 2)))) for n in (5, 1, 9, 0, 4)]
TEXTS = [
    (["a b c d e"], [["a b c d f", "b c d e"]]),
    (["the cat sat on the mat", ""], [["the cat sat on a mat"], ["x"]]),
    ([], []),
    (["d e f g h i"], [["d e f g h", "k"]]),
]


def picture(seed: int) -> tuple[list[dict[str, minitorch.Tensor]], list[dict[str, minitorch.Tensor]]]:
    r = np.random.default_rng(seed)
    corner = r.random((4, 2))
    boxes = np.concatenate([corner, corner + r.random((4, 2)) + 0.1], 1)
    target = {"boxes": t(boxes), "labels": t([0, 1, 1, 2])}
    moved = {"boxes": t(boxes + 0.05), "labels": t([0, 1, 1, 2]), "scores": t(r.random(4))}
    return [moved], [target]


IMAGES = [picture(seed) for seed in range(4)] + [([], [])]
ALL = {
    "accuracy": (lambda: metrics.Accuracy(2), SCORES),
    "precision": (lambda: metrics.Precision("macro"), LABELS),
    "recall": (metrics.Recall, BITS),
    "fbeta": (lambda: metrics.FBetaScore(2.0, None, 3), LABELS),
    "f1": (lambda: metrics.F1Score("weighted", zero_division=float("nan")), LABELS),
    "matthews": (metrics.MatthewsCorrcoef, LABELS),
    "confusion": (metrics.ConfusionMatrix, LABELS),
    "kappa": (lambda: metrics.CohenKappa(weights="linear"), LABELS),
    "roc": (metrics.RocCurve, SCORES),
    "precision-recall": (metrics.PrecisionRecallCurve, SCORES),
    "roc_auc": (metrics.RocAuc, SCORES),
    "average_precision": (lambda: metrics.AveragePrecision("weighted"), SCORES),
    "mse": (metrics.MeanSquaredError, NUMBERS),
    "mae": (lambda: metrics.MeanAbsoluteError("raw_values"), NUMBERS),
    "r2": (metrics.R2Score, NUMBERS),
    "variance": (lambda: metrics.ExplainedVariance("variance_weighted"), NUMBERS),
    "calibration": (metrics.CalibrationError, SHARES),
    "perplexity": (metrics.Perplexity, SCORES),
    "bleu": (metrics.Bleu, TEXTS),
    "map": (metrics.MeanAveragePrecision, IMAGES),
}
every = pytest.mark.parametrize(("make", "batches"), ALL.values(), ids=ALL)


def plain(value: object) -> object:
    """Values as nested lists of numbers that `assert_allclose` understands."""
    if isinstance(value, dict):
        return [plain(v) for v in value.values()]
    if isinstance(value, (tuple, list)):
        return [plain(v) for v in value]
    return value.tolist()


def flat(value: object) -> list[float]:
    return [x for v in value for x in flat(v)] if isinstance(value, list) else [value]


def same(a: object, b: object) -> None:
    np.testing.assert_allclose(flat(plain(a)), flat(plain(b)), rtol=1e-12)


def fed(make, batches) -> metrics.Metric:
    metric = make()
    for batch in batches:
        assert metric.update(*batch) is metric
    return metric


def joined(parts: list) -> object:
    if isinstance(parts[0], list):
        return [entry for part in parts for entry in part]
    return minitorch.cat(parts)


@every
def test_streaming_is_computing_at_once(make, batches) -> None:
    at_once = make().update(*(joined(list(part)) for part in zip(*batches, strict=True)))
    same(fed(make, batches).compute(), at_once.compute())
    named = make()
    for preds, target in batches:
        named.update(target=target, preds=preds)
    same(named.compute(), at_once.compute())
    same(fed(make, batches[::-1][:-1]).update(*batches[0]).compute(), at_once.compute())


@every
def test_merging_is_feeding_both(make, batches) -> None:
    wanted = fed(make, batches).compute()
    for cut in range(len(batches) + 1):
        a, b = fed(make, batches[:cut]), fed(make, batches[cut:])
        before = b.state_dict()
        same(a.merge(b).compute(), wanted)
        assert {name: x.tolist() for name, x in before.items()} == {
            name: x.tolist() for name, x in b.state_dict().items()
        }


@every
def test_computing_changes_nothing_and_reset_forgets(make, batches) -> None:
    metric = fed(make, batches)
    same(metric.compute(), metric.compute())
    metric.reset()
    assert metric.state_dict() == {}
    metric.update(*batches[0])
    same(metric.state_dict(), fed(make, batches[:1]).state_dict())


@every
def test_state_dicts_pickles_and_copies(make, batches) -> None:
    metric = fed(make, batches[:2])
    state = metric.state_dict()
    other = make()
    other.load_state_dict(state)
    for x in state.values():
        x.zero_()  # neither of both sees it
    twins = [metric, other, pickle.loads(pickle.dumps(metric)), copy.deepcopy(metric)]
    for twin in twins:
        same(fed(lambda twin=twin: twin, batches[2:]).compute(), fed(make, batches).compute())
    other.load_state_dict({})
    assert other.state_dict() == {}


@every
def test_damaged_states_are_refused(make, batches) -> None:
    metric = fed(make, batches)
    before = metric.state_dict()
    name = next(iter(before))
    for wrong in (
        [],
        {name: before[name], "other": t(1)},
        before | {"more": t(1)},
        before | {name: 3},
        before | {name: before[name].to(minitorch.complex64)},
        before | {name: before[name].unsqueeze(0).unsqueeze(0)},
    ):
        with pytest.raises(StateDictError, match="load_state_dict"):
            metric.load_state_dict(wrong)
    same(metric.state_dict(), before)


@every
def test_bad_batches_change_nothing(make, batches) -> None:
    metric = fed(make, batches)
    before = metric.state_dict()
    good = batches[0]
    for bad in (
        (None, good[1]),
        (good[0], None),
        (good[0], batches[1][1]) if len(batches[1][1]) != len(good[1]) else ([3], good[1]),
        (good[0].double() * float("nan") if isinstance(good[0], minitorch.Tensor) else "text", good[1]),
    ):
        with pytest.raises(MinitorchError):
            metric.update(*bad)
    with pytest.raises(ArgumentTypeError, match=r"expected update\(preds, target\)"):
        metric.update(good[0])
    with pytest.raises(ArgumentTypeError, match="labels"):
        metric.update(*good, labels=3)
    same(metric.state_dict(), before)


@every
def test_inputs_may_be_overwritten_afterwards(make, batches) -> None:
    if isinstance(batches[0][0], list):
        batches = copy.deepcopy(batches)
        metric = fed(make, batches)
        for preds, target in batches:
            preds.clear()
            target.clear()
        assert metric.compute() is not None
        return
    copies = [tuple(x.clone() for x in batch) for batch in batches]
    metric = fed(make, copies)
    for preds, target in copies:
        preds.zero_()
        target.zero_()
    same(metric.compute(), fed(make, batches).compute())


def test_no_graph_is_recorded() -> None:
    x = t([1.0, 2.0], requires_grad=True)
    metric = metrics.MeanSquaredError().update(x * 2, t([0.0, 0.0]))
    assert not metric.compute().requires_grad
    assert not any(value.requires_grad for value in metric.state_dict().values())
    scores = metrics.RocAuc().update(x.sigmoid(), t([0, 1]))
    assert not scores.state_dict()["scores"].requires_grad
    assert (
        metrics.box_iou(t([[0.0, 0, 1, 1]], requires_grad=True), t([[0.0, 0, 1, 1]])).requires_grad is False
    )


def test_only_metrics_of_one_kind_and_setting_merge() -> None:
    with pytest.raises(ArgumentTypeError, match="expected Precision"):
        metrics.Precision().merge(metrics.Recall())
    with pytest.raises(ArgumentError, match="settings differ"):
        metrics.Precision("macro").merge(metrics.Precision("micro"))
    with pytest.raises(ArgumentTypeError):
        metrics.Precision().merge(None)
    twice = metrics.Accuracy().update(t([1, 0]), t([1, 1]))
    assert twice.merge(twice).state_dict()["total"].item() == 4


def test_impossible_counts_are_refused() -> None:
    for metric, state in (
        (metrics.Accuracy(), {"correct": t(3), "total": t(2)}),
        (metrics.Recall(), {"tp": t([2, 0]), "predicted": t([1, 1]), "actual": t([2, 0])}),
        (metrics.Recall(), {"tp": t([0, 0]), "predicted": t([1, 1]), "actual": t([2, 1])}),
        (metrics.Recall(), {"tp": t([0, 0, 0]), "predicted": t([0, 0, 0]), "actual": t([0, 0, 0])}),
        (metrics.ConfusionMatrix(), {"matrix": t([[1, 2]])}),
        (metrics.ConfusionMatrix(), {"matrix": t([[-1]])}),
        (metrics.RocAuc(), {"scores": t([0.5]), "target": t([1, 0])}),
        (metrics.RocAuc(), {"scores": t([0.5]), "target": t([2])}),
        (metrics.RocAuc(), {"scores": t([float("nan")]), "target": t([1])}),
        (metrics.CalibrationError(2), metrics.CalibrationError(3).update(t([0.5]), t([1])).state_dict()),
        (metrics.MeanSquaredError(), {"total": t([-1.0], dtype=minitorch.float64), "count": t(1)}),
    ):
        with pytest.raises(StateDictError):
            metric.load_state_dict(state)
        assert metric.state_dict() == {}


def parts_of(queue, part: int) -> None:
    metric = fed(lambda: metrics.AveragePrecision("weighted"), SCORES[part::2])
    queue.put(pickle.dumps(metric))


def test_processes_merge() -> None:
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    children = [context.Process(target=parts_of, args=(queue, part)) for part in range(2)]
    for child in children:
        child.start()
    a, b = (pickle.loads(queue.get(timeout=60)) for _ in children)
    for child in children:
        child.join(60)
    same(a.merge(b).compute(), fed(lambda: metrics.AveragePrecision("weighted"), SCORES).compute())


ODD = [
    None,
    3,
    "text",
    [],
    [1],
    [None],
    [[]],
    {},
    np.ones(2),
    t(1),
    t(0.5),
    t([]),
    t([1, 0]),
    t([0.25, 0.75]),
    t([0.25, 0.75], dtype=minitorch.float16),
    t([1e30, -1e30]),
    t([1e200, -1e200], dtype=minitorch.float64),
    t([True, False]),
    t([1, 0], dtype=minitorch.uint8),
    t([2**62, 1]),
    t([-(2**63), 1]),
    t([float("nan"), 1]),
    t([float("inf"), 1]),
    t([1j, 0]),
    minitorch.zeros(0, 2),
    minitorch.zeros(2, 0),
    minitorch.zeros(2, 1),
    minitorch.ones(2, 3) / 3,
    minitorch.ones(2, 2, 2),
    minitorch.zeros(2, 2, dtype=minitorch.int64),
    [{"boxes": t([[0, 0, 1, 1]])}],
    [{"boxes": 1, "labels": 2, "scores": 3}],
]


@pytest.mark.filterwarnings("ignore::minitorch.metrics.UndefinedMetricWarning")
@every
def test_odd_batches_are_counted_or_refused_with_a_typed_error(make, batches) -> None:
    for settled in (make(), fed(make, batches)):
        before = settled.state_dict()
        for preds in ODD:
            for target in ODD:
                metric = copy.deepcopy(settled)
                try:
                    metric.update(preds, target)
                except MinitorchError:
                    same(metric.state_dict(), before)
                else:
                    metric.compute()
                    make().load_state_dict(metric.state_dict())


@pytest.mark.parametrize("name", ALL)
def test_functions_show_the_settings_of_their_classes(name: str) -> None:
    kind = type(ALL[name][0]())
    function = getattr(metrics, kind._name)
    settings = list(inspect.signature(function).parameters.values())[2:]
    given = list(inspect.signature(kind).parameters.values())
    assert [(x.name, x.default) for x in settings] == [(x.name, x.default) for x in given]
    with pytest.raises(TypeError, match=f"{kind._name}.*nonsense"):
        function(*ALL[name][1][0], nonsense=1)
