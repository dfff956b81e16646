"""A multilayer perceptron on grey pictures of 28 x 28 pixels, the shape of MNIST.

The pictures are the 1,797 handwritten digits that scikit-learn ships, enlarged from 8 x 8 pixels.

    python examples/mnist_mlp.py --epochs 15
"""

from __future__ import annotations

import argparse

from sklearn.datasets import load_digits

import minitorch as torch
from minitorch import nn
from minitorch.utils.data import DataLoader, TensorDataset, random_split


class MLP(nn.Module):
    """784 pixels, two hidden layers with dropout, ten logits."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Flatten(),
            nn.Linear(28 * 28, 256),
            nn.ReLU(),
            nn.Dropout(0.2),
            nn.Linear(256, 128),
            nn.ReLU(),
            nn.Dropout(0.2),
            nn.Linear(128, 10),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers(x)


def digits() -> TensorDataset:
    """All pictures as (1, 28, 28), normalised, with their labels."""
    source = load_digits()
    pictures = torch.tensor(source.images / 16, dtype=torch.float32).unsqueeze(1)
    pictures = nn.functional.interpolate(pictures, size=(28, 28), mode="bilinear")
    pictures = (pictures - pictures.mean()) / pictures.std()
    return TensorDataset(pictures, torch.as_tensor(source.target, dtype=torch.long))


def run_epoch(
    model: nn.Module, loader: DataLoader, criterion: nn.Module, optimizer: torch.optim.Optimizer | None = None
) -> tuple[float, float]:
    """Mean loss and accuracy over a loader; trains if an optimizer is given."""
    model.train(optimizer is not None)
    loss_sum = correct = count = 0
    with torch.set_grad_enabled(optimizer is not None):
        for pictures, labels in loader:
            logits = model(pictures)
            loss = criterion(logits, labels)
            if optimizer is not None:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            loss_sum += loss.item() * labels.size(0)
            correct += (logits.argmax(dim=1) == labels).sum().item()
            count += labels.size(0)
    return loss_sum / count, correct / count


def main(arguments: list[str] | None = None) -> float:
    """Trains, and returns the accuracy on digits never seen."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--epochs", type=int, default=15)
    options = parser.parse_args(arguments)

    torch.manual_seed(0)
    train_data, test_data = random_split(digits(), [1400, 397])
    train = DataLoader(train_data, batch_size=64, shuffle=True)
    test = DataLoader(test_data, batch_size=400)
    model, criterion = MLP(), nn.CrossEntropyLoss()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters")
    for epoch in range(options.epochs):
        loss, accuracy = run_epoch(model, train, criterion, optimizer)
        test_loss, test_accuracy = run_epoch(model, test, criterion)
        print(
            f"epoch {epoch + 1:2}: loss {loss:.3f}, accuracy {accuracy:.1%}; test {test_loss:.3f}, {test_accuracy:.1%}"
        )
    return test_accuracy


if __name__ == "__main__":
    main()
