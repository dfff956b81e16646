"""A two-layer LSTM that reads strings of brackets and says whether they are balanced.

The strings have different lengths: they are padded for the batch, and packed so that the LSTM reads no padding. The
program takes about half a minute, and ends with a picture in `runs/lstm_classifier/`.

    python examples/lstm_classifier.py --steps 600
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import report

import minitorch as torch
import minitorch.nn as nn
from minitorch.nn.utils import clip_grad_norm_
from minitorch.nn.utils.rnn import pack_padded_sequence, pad_sequence

TOKENS = {"(": 1, ")": 2, "[": 3, "]": 4}  # 0 is padding
EVERY = 25  # steps between two points of the curves


def balanced(pairs: int) -> str:
    """A random balanced string of so many pairs."""
    if pairs == 0:
        return ""
    inside = random.randrange(pairs)
    left, right = random.choice(("()", "[]"))
    return left + balanced(inside) + right + balanced(pairs - 1 - inside)


def is_balanced(text: str) -> bool:
    """Whether every bracket is closed by its like."""
    stack: list[str] = []
    for c in text:
        if c in "([":
            stack.append(c)
        elif not stack or {"(": ")", "[": "]"}[stack.pop()] != c:
            return False
    return not stack


def example(longest: int) -> tuple[torch.Tensor, float]:
    """A string, half of the time with one or two brackets changed, and whether it is balanced."""
    text = list(balanced(random.randint(1, longest // 2)))
    if random.random() < 0.6:
        for i in random.sample(range(len(text)), k=min(len(text), random.randint(1, 2))):
            text[i] = random.choice("()[]")
    return torch.tensor([TOKENS[c] for c in text]), float(is_balanced("".join(text)))


def batch(count: int, longest: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Padded tokens (B, T), their lengths (B,), labels (B,)."""
    sequences, labels = zip(*(example(longest) for _ in range(count)), strict=True)
    lengths = torch.tensor([len(s) for s in sequences])
    return pad_sequence(list(sequences), batch_first=True), lengths, torch.tensor(labels)


class Classifier(nn.Module):
    """Embedding, two LSTM layers, and one logit from the last state of the second."""

    def __init__(self, hidden: int = 64) -> None:
        super().__init__()
        self.embedding = nn.Embedding(len(TOKENS) + 1, 16, padding_idx=0)
        self.lstm = nn.LSTM(input_size=16, hidden_size=hidden, num_layers=2, batch_first=True, dropout=0.1)
        self.head = nn.Linear(hidden, 1)

    def forward(self, tokens: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        embedded = self.embedding(tokens)  # (B, T) -> (B, T, 16)
        packed = pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
        _, (h, _) = self.lstm(packed)  # h: (layers, B, hidden)
        return self.head(h[-1]).squeeze(1)


def accuracy(model: nn.Module, tokens: torch.Tensor, lengths: torch.Tensor, labels: torch.Tensor) -> float:
    """The share of strings that are judged rightly."""
    model.eval()
    with torch.no_grad():
        right = (model(tokens, lengths) > 0) == labels.bool()
    model.train()
    return right.float().mean().item()


def main(arguments: list[str] | None = None) -> float:
    """Trains, and returns the accuracy on new strings."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--longest", type=int, default=16)
    parser.add_argument("--out", type=Path, default=Path("runs/lstm_classifier"))
    options = parser.parse_args(arguments)

    torch.manual_seed(0)
    random.seed(0)
    model, criterion = Classifier(), nn.BCEWithLogitsLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
    validation = batch(300, options.longest)
    losses, accuracies, total = [], [], 0.0
    for step in range(1, options.steps + 1):
        tokens, lengths, labels = batch(64, options.longest)
        loss = criterion(model(tokens, lengths), labels)
        optimizer.zero_grad()
        loss.backward()
        clip_grad_norm_(model.parameters(), max_norm=1.0)
        optimizer.step()
        total += loss.item()
        if step % EVERY == 0:
            losses.append(total / EVERY)
            accuracies.append(accuracy(model, *validation))
            total = 0.0
            print(f"step {step}: loss {losses[-1]:.3f}, accuracy {accuracies[-1]:.1%}")

    test = batch(500, options.longest)
    result = accuracy(model, *test)
    title = f"{result:.1%} of 500 new strings are judged rightly; always saying no: {1 - test[2].mean():.1%}"
    print(title)
    report.draw(
        options.out / "report.png",
        title,
        {"training loss": losses, "accuracy in validation": accuracies},
        xlabel=f"{EVERY} steps",
    )
    return result


if __name__ == "__main__":
    main()
