"""Losses with a margin and of likelihoods: what is refused, and the older spelling of reductions."""

import pytest

import minitorch
from minitorch import nn
from minitorch.errors import ArgumentError, DtypeError, IndexRangeError, ShapeError
from minitorch.nn import functional as F

x = minitorch.ones(3, 4)


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda: F.margin_ranking_loss(x, x, x[0]), ShapeError, "same number of dims"),
        (lambda: F.cosine_embedding_loss(x, x, x), ShapeError, r"\(N, D\)"),
        (lambda: F.triplet_margin_loss(x, x, x[0]), ShapeError, "anchor, positive and negative"),
        (lambda: F.triplet_margin_loss(x, x, x, margin=0), ArgumentError, "greater than 0"),
        (lambda: nn.TripletMarginLoss(margin=-1), ArgumentError, "greater than 0"),
        (lambda: F.hinge_embedding_loss(minitorch.arange(3), x[0, :3]), DtypeError, "hinge_embedding_loss"),
        (lambda: F.multi_margin_loss(x, minitorch.tensor([0, 1])), ShapeError, "one class number per sample"),
        (lambda: F.multi_margin_loss(x, minitorch.tensor([0, 1, 4])), IndexRangeError, "class 4"),
        (lambda: F.multi_margin_loss(x, minitorch.tensor([0, 1, 2]), p=3), ArgumentError, "p must be 1 or 2"),
        (lambda: F.multi_margin_loss(x, x[:, 0]), DtypeError, r"target\.long\(\)"),
        (
            lambda: F.multi_margin_loss(x, minitorch.tensor([0, 1, 2]), weight=x[:, 0]),
            ShapeError,
            "one number per class",
        ),
        (lambda: nn.MultiMarginLoss(weight=x), ShapeError, "vector"),
        (lambda: F.multilabel_margin_loss(x, minitorch.tensor([0, 1])), ShapeError, "same shape"),
        (
            lambda: F.multilabel_margin_loss(x, minitorch.full((3, 4), -2)),
            IndexRangeError,
            "class -2 is out of range",
        ),
        (lambda: F.gaussian_nll_loss(x, x, -x), ArgumentError, "must not be negative"),
        (lambda: F.gaussian_nll_loss(x, x, x[:2]), ShapeError, "one dim of size 1"),
        (lambda: F.pdist(x[0]), ShapeError, "matrix"),
        (lambda: F.pdist(x, -1), ArgumentError, "must not be negative"),
        (lambda: F.soft_margin_loss(x[:0], x[:0]), ShapeError, "empty"),
        (lambda: F.poisson_nll_loss(x, x, reduction="max"), ArgumentError, "reduction"),
        (lambda: F.linear_cross_entropy(x, x[:, :2], x[:, 0]), ShapeError, "does not fit"),
        (
            lambda: F.linear_cross_entropy(x, x, minitorch.ones(3, 3), ignore_index=1),
            ArgumentError,
            "probabilities",
        ),
        (lambda: nn.LinearCrossEntropyOptions(acc_policy="fast"), ArgumentError, "acc_policy"),
        (lambda: nn.LinearCrossEntropyOptions(chunking_method="rows"), ArgumentError, "chunking_method"),
        (lambda: nn.AdaptiveLogSoftmaxWithLoss(4, 9, [5, 3]), ArgumentError, "rise"),
        (
            lambda: nn.AdaptiveLogSoftmaxWithLoss(4, 9, [3])(x, minitorch.tensor([0, 9, 1])),
            IndexRangeError,
            "0 to 9",
        ),
    ],
)
def test_what_does_not_fit_is_refused(call, kind, words):
    with pytest.raises(kind, match=words):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda **how: F.margin_ranking_loss(x, x, x, margin=1.0, **how),
        lambda **how: F.poisson_nll_loss(x, x, **how),
        lambda **how: F.multilabel_soft_margin_loss(x, x, **how),
        lambda **how: nn.SoftMarginLoss(**how)(x, x),
        lambda **how: nn.CosineEmbeddingLoss(**how)(x, x, minitorch.ones(3)),
    ],
)
def test_the_older_spelling_of_reductions(call):
    older = {"sum": {"size_average": False}, "none": {"reduce": False}, "mean": {"size_average": True}}
    for reduction, flags in older.items():
        with pytest.warns(UserWarning, match=f"reduction='{reduction}'"):
            found = call(**flags)
        assert minitorch.equal(found, call(reduction=reduction))


def test_the_gradient_takes_no_notice_of_the_smallest_variance():
    var = minitorch.tensor([0.1], requires_grad=True)
    F.gaussian_nll_loss(minitorch.zeros(1), minitorch.ones(1), var, eps=0.5).backward()
    assert var.grad.item() == pytest.approx(0.5 * (1 / 0.5 - 1 / 0.25))


def test_the_most_probable_class_of_an_adaptive_softmax():
    minitorch.manual_seed(0)
    layer = nn.AdaptiveLogSoftmaxWithLoss(8, 12, [3, 6], div_value=1.5)
    features = minitorch.randn(64, 8) * 4
    log_p = layer.log_prob(features)
    assert minitorch.allclose(log_p.exp().sum(1), minitorch.ones(64), atol=1e-5)
    assert minitorch.equal(layer.predict(features), log_p.argmax(1))
    target = minitorch.randint(0, 12, (64,))
    output, loss = layer(features, target)
    assert minitorch.allclose(output, log_p[minitorch.arange(64), target], atol=1e-5)
    assert loss.item() == pytest.approx(-output.mean().item())


def test_hard_gumbel_samples_have_the_gradient_of_soft_ones():
    z = minitorch.randn(5, 3, requires_grad=True)
    found = []
    for hard in (False, True):
        minitorch.manual_seed(1)
        y = F.gumbel_softmax(z, tau=0.7, hard=hard)
        found.append(minitorch.autograd.grad((y * minitorch.arange(3.0)).sum(), z)[0])
    assert minitorch.allclose(found[0], found[1], atol=1e-6)
    assert minitorch.allclose(y.max(1).values, minitorch.ones(5), atol=1e-6)


def test_gumbel_samples_follow_the_logits():
    minitorch.manual_seed(0)
    p = minitorch.tensor([0.2, 0.5, 0.3])
    counts = F.gumbel_softmax(p.log().expand(20000, 3), hard=True).mean(0)
    assert minitorch.allclose(counts, p, atol=0.02)
    with pytest.warns(UserWarning, match="eps"):
        F.gumbel_softmax(p, eps=1e-3)
