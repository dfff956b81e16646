"""CTC: what must hold for probabilities of paths, and what is refused."""

import itertools

import numpy as np
import pytest

import minitorch
from minitorch.errors import ArgumentError, ArgumentTypeError, DtypeError, IndexRangeError, ShapeError
from minitorch.nn.functional import ctc_loss


def logits(*shape, seed=0, dtype=np.float64):
    values = np.random.default_rng(seed).normal(size=shape).astype(dtype)
    return minitorch.tensor(values, requires_grad=True)


def test_the_probabilities_of_all_targets_add_up_to_one():
    steps, classes = 4, 3
    log_p = logits(steps, 1, classes).log_softmax(-1)
    total = 0.0
    for length in range(steps + 1):
        for target in itertools.product(range(1, classes), repeat=length):
            rows = minitorch.tensor([target], dtype=minitorch.int64)
            loss = ctc_loss(log_p, rows, (steps,), (length,), reduction="sum")
            total += float(np.exp(-loss.item()))
    assert total == pytest.approx(1.0)


def test_a_sample_alone_and_in_a_batch():
    z, targets = logits(6, 3, 4), minitorch.tensor([[1, 1, 2], [3, 2, 1], [2, 0, 0]])
    times, lengths = (6, 4, 5), (3, 2, 1)
    together = ctc_loss(z.log_softmax(-1), targets, times, lengths, reduction="none")
    (batch,) = minitorch.autograd.grad(together.sum(), z)
    for n in range(3):
        alone = ctc_loss(z[:, n].log_softmax(-1), targets[n], (times[n],), (lengths[n],), reduction="none")
        (g,) = minitorch.autograd.grad(alone, z)
        assert alone.item() == pytest.approx(together[n].item())
        np.testing.assert_allclose(g[:, n].numpy(), batch[:, n].numpy(), atol=1e-12)
        assert not g[times[n] :].any()


def test_long_sequences_neither_underflow_nor_overflow():
    targets = minitorch.tensor(np.random.default_rng(1).integers(1, 30, (2, 100)))
    found = []
    for dtype in (np.float32, np.float64):
        z = logits(1000, 2, 30, dtype=dtype)
        loss = ctc_loss((z * 5).log_softmax(-1), targets, (1000, 900), (100, 90))
        loss.backward()
        found.append((loss.item(), z.grad.numpy()))
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-4)
    np.testing.assert_allclose(found[0][1], found[1][1], atol=1e-4)


def test_certain_networks():
    p = minitorch.zeros(3, 1, 2)
    p[0, 0, 1] = p[1, 0, 0] = p[2, 0, 1] = 1.0  # a ∅ a, and nothing else
    assert ctc_loss(p.log(), minitorch.tensor([[1, 1]]), (3,), (2,)).item() == 0
    assert ctc_loss(p.log(), minitorch.tensor([[1]]), (3,), (1,)).item() == float("inf")


def test_targets_that_no_path_fits():
    z = logits(2, 2, 3)
    targets = minitorch.tensor([[1, 1], [1, 2]])  # the first needs a blank in between
    losses = ctc_loss(z.log_softmax(-1), targets, (2, 2), (2, 2), reduction="none")
    assert losses[0].item() == float("inf")
    spared = ctc_loss(z.log_softmax(-1), targets, (2, 2), (2, 2), reduction="none", zero_infinity=True)
    assert spared[0].item() == 0
    assert spared[1].item() == losses[1].item()
    spared.sum().backward()
    assert not z.grad[:, 0].any()
    assert z.grad[:, 1].any()


def given(**changes):
    arguments = {
        "log_probs": logits(4, 2, 3),
        "targets": minitorch.tensor([[1, 2], [2, 1]]),
        "input_lengths": (4, 4),
        "target_lengths": (2, 2),
    }
    return {**arguments, **changes}


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        ({"log_probs": logits(4)}, ShapeError, r"\(T, N, C\).*\(4,\)"),
        ({"log_probs": minitorch.ones(4, 2, 3, dtype=minitorch.int64)}, DtypeError, "float32 or float64"),
        ({"targets": minitorch.ones(2, 2)}, DtypeError, r"targets\.long\(\)"),
        ({"targets": minitorch.tensor([[1, 2]])}, ShapeError, r"expected \(2, S\)"),
        ({"targets": minitorch.tensor([1, 2, 1])}, ShapeError, "3 labels.*adds up to 4"),
        ({"targets": minitorch.tensor([[1, 2], [2, 3]])}, IndexRangeError, "label 3 is out of range for 3"),
        ({"blank": 3}, ArgumentError, "between 0 and 2, got 3"),
        ({"input_lengths": (4,)}, ShapeError, "one for each of 2 samples"),
        ({"input_lengths": (4, 5)}, IndexRangeError, "between 0 and 4"),
        ({"target_lengths": (2, 3)}, IndexRangeError, "between 0 and 2"),
        ({"target_lengths": minitorch.ones(2)}, DtypeError, "integers"),
        ({"target_lengths": 2}, ArgumentTypeError, "a Tensor or a tuple"),
        ({"reduction": "all"}, ArgumentError, "'mean', 'sum' or 'none'"),
    ],
)
def test_what_does_not_fit_is_refused(changes, kind, words):
    with pytest.raises(kind, match=words):
        ctc_loss(**given(**changes))
