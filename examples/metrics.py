"""Metrics of classifiers as functions of tensors: accuracy, top k, confusion, precision, recall, F1, ROC.

Each is a few lines; as a program this prints them all for made-up logits.

    python examples/metrics.py
"""

from __future__ import annotations

from typing import NamedTuple

import minitorch as torch


def accuracy(logits: torch.Tensor, target: torch.Tensor, topk: tuple[int, ...] = (1,)) -> list[float]:
    """For each k the share of samples whose class is among the k largest logits.

    Args:
        logits: (N, C).
        target: (N,), the classes.
        topk: the numbers k.
    """
    best = logits.topk(max(topk), dim=1).indices  # (N, K)
    hits = best.eq(target.view(-1, 1).expand_as(best))
    return [hits[:, :k].any(dim=1).float().mean().item() for k in topk]


def confusion_matrix(predicted: torch.Tensor, target: torch.Tensor, num_classes: int) -> torch.Tensor:
    """How many samples of class i (rows) were taken for class j (columns)."""
    places = target * num_classes + predicted
    return torch.bincount(places, minlength=num_classes**2).reshape(num_classes, num_classes)


class Scores(NamedTuple):
    """Per class: how many of those found are right, how many of those there are found, and the harmonic mean."""

    precision: torch.Tensor
    recall: torch.Tensor
    f1: torch.Tensor


def precision_recall_f1(confusion: torch.Tensor) -> Scores:
    """Precision, recall and F1 of each class; 0 where a class is never predicted, or never there."""
    hits = confusion.diagonal().float()
    precision = hits / confusion.sum(dim=0).clamp(min=1)
    recall = hits / confusion.sum(dim=1).clamp(min=1)
    f1 = 2 * precision * recall / (precision + recall).clamp(min=torch.finfo(torch.float32).tiny)
    return Scores(precision, recall, f1)


def roc_curve(scores: torch.Tensor, target: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """False and true positive rates for every threshold, from the highest score to the lowest."""
    scores, order = scores.sort(descending=True)
    positive = target[order].double()
    last_of_ties = torch.cat([scores[1:] != scores[:-1], torch.tensor([True])])
    true, false = positive.cumsum(0)[last_of_ties], (1 - positive).cumsum(0)[last_of_ties]
    start = torch.zeros(1, dtype=torch.double)
    return torch.cat([start, false / false[-1]]), torch.cat([start, true / true[-1]])


def roc_auc(scores: torch.Tensor, target: torch.Tensor) -> float:
    """The area under the ROC curve: the chance that a positive scores above a negative."""
    false_rate, true_rate = roc_curve(scores, target)
    return torch.trapezoid(true_rate, false_rate).item()


class Meter:
    """A mean that grows batch by batch."""

    def __init__(self) -> None:
        self.total, self.count = 0.0, 0

    def update(self, value: float, n: int = 1) -> None:
        """Counts `value` n times."""
        self.total += value * n
        self.count += n

    @property
    def mean(self) -> float:
        """The mean of everything so far."""
        return self.total / max(self.count, 1)


def main() -> None:
    """Shows every metric for logits that are right more often than not."""
    torch.manual_seed(0)
    target = torch.randint(0, 4, (200,))
    logits = torch.randn(200, 4) + 1.5 * torch.nn.functional.one_hot(target, 4)
    meter = Meter()
    for part, labels in zip(logits.split(64), target.split(64), strict=True):
        meter.update(accuracy(part, labels)[0], len(labels))
    print(f"accuracy, batch by batch: {meter.mean:.3f}; top 1 and 2: {accuracy(logits, target, (1, 2))}")
    confusion = confusion_matrix(logits.argmax(1), target, 4)
    print("confusion:", confusion, sep="\n")
    for name, values in precision_recall_f1(confusion)._asdict().items():
        print(f"{name:>9}: {values}")
    print(f"ROC AUC of class 0: {roc_auc(logits.softmax(1)[:, 0], target == 0):.3f}")


if __name__ == "__main__":
    main()
