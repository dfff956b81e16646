"""A convolutional network on colour pictures of 32 x 32 pixels in ten classes, the shape of CIFAR-10.

The pictures are drawn by `shapes.py`; training takes about 15 seconds.

    python examples/cifar_cnn.py --epochs 6
"""

from __future__ import annotations

import argparse

from shapes import CLASSES, Shapes

import minitorch as torch
import minitorch.nn as nn
import minitorch.nn.functional as F
import minitorch.optim as optim
from minitorch.utils.data import DataLoader, Dataset, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Net(nn.Module):
    """Three convolutions with batch norm and pooling, then two linear layers."""

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 5, padding=2)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.conv3 = nn.Conv2d(32, 64, 3, padding=1)
        self.norm1, self.norm2, self.norm3 = nn.BatchNorm2d(16), nn.BatchNorm2d(32), nn.BatchNorm2d(64)
        self.pool = nn.MaxPool2d(2, 2)
        self.fc1 = nn.Linear(64 * 4 * 4, 120)
        self.fc2 = nn.Linear(120, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.pool(F.relu(self.norm1(self.conv1(x))))  # (B, 3, 32, 32) -> (B, 16, 16, 16)
        x = self.pool(F.relu(self.norm2(self.conv2(x))))  # -> (B, 32, 8, 8)
        x = self.pool(F.relu(self.norm3(self.conv3(x))))  # -> (B, 64, 4, 4)
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(x))
        return self.fc2(x)


def in_memory(data: Dataset) -> TensorDataset:
    """Every picture drawn once, and normalised to mean 0 and standard deviation 1."""
    pictures, labels = next(iter(DataLoader(data, batch_size=len(data))))
    return TensorDataset((pictures - 0.5) / 0.28, labels)


def accuracy_by_class(net: nn.Module, loader: DataLoader) -> dict[str, float]:
    """The share of each class that is recognised."""
    correct, total = torch.zeros(len(CLASSES)), torch.zeros(len(CLASSES))
    net.eval()
    with torch.no_grad():
        for pictures, labels in loader:
            predicted = net(pictures.to(device)).argmax(dim=1)
            correct += torch.bincount(labels[predicted == labels], minlength=len(CLASSES))
            total += torch.bincount(labels, minlength=len(CLASSES))
    return dict(zip(CLASSES, (correct / total).tolist(), strict=True))


def main(arguments: list[str] | None = None) -> float:
    """Trains, prints the accuracy of each class, and returns the accuracy on pictures never seen."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--pictures", type=int, default=4000)
    options = parser.parse_args(arguments)

    torch.manual_seed(0)
    train = DataLoader(in_memory(Shapes(options.pictures)), batch_size=32, shuffle=True)
    test = DataLoader(in_memory(Shapes(500, seed=1)), batch_size=100)
    net = Net().to(device)
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.SGD(net.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
    scheduler = optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=0.05, epochs=options.epochs, steps_per_epoch=len(train)
    )

    for epoch in range(options.epochs):
        net.train()
        running_loss = 0.0
        for pictures, labels in train:
            pictures, labels = pictures.to(device), labels.to(device)
            optimizer.zero_grad()
            loss = criterion(net(pictures), labels)
            loss.backward()
            optimizer.step()
            scheduler.step()
            running_loss += loss.item()
        print(f"epoch {epoch + 1}: loss {running_loss / len(train):.3f}")

    scores = accuracy_by_class(net, test)
    for name, score in scores.items():
        print(f"{name:>10}: {score:6.1%}")
    mean = sum(scores.values()) / len(scores)
    print(f"{'all':>10}: {mean:6.1%}")
    return mean


if __name__ == "__main__":
    main()
