"""AlexNet (Krizhevsky, Sutskever and Hinton, 2012; in the one-column form of Krizhevsky, 2014).

As a program it learns one batch of coloured shapes by heart.

    python examples/alexnet.py --size 224 --steps 20
"""

from __future__ import annotations

import argparse
import time

from shapes import Shapes

import minitorch as torch
import minitorch.nn as nn
from minitorch.utils.data import DataLoader


class AlexNet(nn.Module):
    """Five convolutions, three linear layers; 61 million parameters for 1,000 classes.

    Args:
        num_classes: how many logits come out.
        dropout: the chance that a value in front of a linear layer is left out.
        width: the channels and hidden units, relative to the paper's.
    """

    def __init__(self, num_classes: int = 1000, dropout: float = 0.5, width: float = 1.0) -> None:
        super().__init__()
        a, b, c, d, hidden = (max(1, int(n * width)) for n in (64, 192, 384, 256, 4096))
        self.features = nn.Sequential(
            nn.Conv2d(3, a, kernel_size=11, stride=4, padding=2),  # (B, 3, 224, 224) -> (B, 64, 55, 55)
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),  # -> (B, 64, 27, 27)
            nn.Conv2d(a, b, kernel_size=5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),  # -> (B, 192, 13, 13)
            nn.Conv2d(b, c, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(c, d, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(d, d, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),  # -> (B, 256, 6, 6)
        )
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))
        self.classifier = nn.Sequential(
            nn.Dropout(p=dropout),
            nn.Linear(d * 6 * 6, hidden),
            nn.ReLU(inplace=True),
            nn.Dropout(p=dropout),
            nn.Linear(hidden, hidden),
            nn.ReLU(inplace=True),
            nn.Linear(hidden, num_classes),
        )
        self.apply(self.init_weights)
        nn.init.normal_(self.classifier[-1].weight, std=0.01)

    @staticmethod
    def init_weights(module: nn.Module) -> None:
        """Weights that keep the size of values from layer to layer (He et al., 2015)."""
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            nn.init.zeros_(module.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.avgpool(self.features(x))
        return self.classifier(torch.flatten(x, 1))


def main(arguments: list[str] | None = None) -> list[float]:
    """Learns one batch by heart, and returns the losses: what cannot do that has a mistake somewhere."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=224, help="pixels along each side, at least 63")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--batch", type=int, default=20)
    parser.add_argument("--width", type=float, default=1.0)
    options = parser.parse_args(arguments)

    torch.manual_seed(0)
    model = AlexNet(num_classes=10, dropout=0.0, width=options.width)
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters")
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
    pictures, labels = next(
        iter(DataLoader(Shapes(options.batch, size=options.size), batch_size=options.batch))
    )
    pictures = (pictures - 0.5) / 0.28
    losses = []
    for step in range(1, options.steps + 1):
        began = time.perf_counter()
        loss = criterion(model(pictures), labels)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm=5.0)
        optimizer.step()
        losses.append(loss.item())
        print(f"step {step}: loss {losses[-1]:.3f}, {time.perf_counter() - began:.2f} s")
    return losses


if __name__ == "__main__":
    main()
