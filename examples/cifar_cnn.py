"""A convolutional network on colour pictures of 32 x 32 pixels in ten classes: CIFAR-10, or drawn ones of its shape.

Without `--cifar` the pictures are drawn by `shapes.py`, and training takes about 15 seconds. The program ends with a
picture in `runs/cifar_cnn/`.

    python examples/cifar_cnn.py --epochs 6
    python examples/cifar_cnn.py --cifar data --epochs 12    # downloads CIFAR-10 (170 MB) into data/ if it is not there
"""

from __future__ import annotations

import argparse
from pathlib import Path

import report
from shapes import CLASSES, Shapes

import minitorch as torch
import minitorch.nn as nn
import minitorch.nn.functional as F
import minitorch.optim as optim
from minitorch.utils.data import DataLoader, Dataset, TensorDataset
from minitorch.vision.datasets import CIFAR10

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


MEAN, STD = 0.5, 0.28  # of the drawn pictures, and nearly of CIFAR-10


def in_memory(data: Dataset) -> TensorDataset:
    """Every picture drawn once, and normalised to mean 0 and standard deviation 1."""
    pictures, labels = next(iter(DataLoader(data, batch_size=len(data))))
    return TensorDataset((pictures - MEAN) / STD, labels)


def cifar(root: Path, train: bool) -> TensorDataset:
    """The photographs of CIFAR-10, normalised in the same way."""
    data = CIFAR10(root, train, download=True)
    pictures = torch.from_numpy(data.data).permute(0, 3, 1, 2) / 255  # (N, 32, 32, 3) -> (N, 3, 32, 32)
    return TensorDataset((pictures - MEAN) / STD, torch.tensor(data.targets))


def augmented(pictures: torch.Tensor) -> torch.Tensor:
    """The batch moved by at most two pixels, and half of the times mirrored: cheap augmentation."""
    dy, dx = torch.randint(0, 5, (2,)).tolist()
    pictures = F.pad(pictures, (2, 2, 2, 2))[:, :, dy : dy + 32, dx : dx + 32]
    return pictures.flip(3) if torch.rand(()) < 0.5 else pictures


def predict(net: nn.Module, data: TensorDataset) -> torch.Tensor:
    """What each picture is taken for."""
    net.eval()
    with torch.no_grad():
        return torch.cat(
            [net(pictures.to(device)).argmax(dim=1).cpu() for pictures, _ in DataLoader(data, batch_size=250)]
        )


def main(arguments: list[str] | None = None) -> float:
    """Trains, prints the accuracy of each class, and returns their mean, on pictures never seen."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--pictures", type=int, default=4000, help="how many are drawn")
    parser.add_argument("--cifar", type=Path, help="folder of CIFAR-10, to train on it instead")
    parser.add_argument("--out", type=Path, default=Path("runs/cifar_cnn"))
    options = parser.parse_args(arguments)

    torch.manual_seed(0)
    if options.cifar:
        train_data, test_data = cifar(options.cifar, train=True), cifar(options.cifar, train=False)
        classes = CIFAR10(options.cifar).classes
    else:
        train_data, test_data = in_memory(Shapes(options.pictures)), in_memory(Shapes(500, seed=1))
        classes = list(CLASSES)
    train = DataLoader(train_data, batch_size=32, shuffle=True)
    net = Net().to(device)
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.SGD(net.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
    scheduler = optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=0.05, epochs=options.epochs, steps_per_epoch=len(train)
    )

    losses = []
    for epoch in range(options.epochs):
        net.train()
        running_loss = 0.0
        for pictures, labels in train:
            pictures, labels = augmented(pictures).to(device), labels.to(device)
            optimizer.zero_grad()
            loss = criterion(net(pictures), labels)
            loss.backward()
            optimizer.step()
            scheduler.step()
            running_loss += loss.item()
        losses.append(running_loss / len(train))
        print(f"epoch {epoch + 1}: loss {losses[-1]:.3f}")

    pictures, labels = test_data.tensors
    predicted = predict(net, test_data)
    right = predicted == labels
    shares = [right[labels == k].float().mean().item() for k in range(len(classes))]
    for name, share in zip(classes, shares, strict=True):
        print(f"{name:>10}: {share:6.1%}")
    mean = sum(shares) / len(shares)
    print(f"{'all':>10}: {mean:6.1%}")
    samples = [
        (
            (pictures[i] * STD + MEAN).clamp(0, 1),
            classes[predicted[i]] + ("" if right[i] else f", is {classes[labels[i]]}"),
            bool(right[i]),
        )
        for i in right.int().argsort(stable=True)[:18].tolist()  # mistakes first
    ]
    title = f"{mean:.1%} of the test pictures are recognised; on the right mistakes first"
    report.draw(options.out / "report.png", title, {"training loss": losses}, samples)
    return mean


if __name__ == "__main__":
    main()
