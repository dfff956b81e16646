"""Quickstart: train a small convolutional network on handwritten digits, from data to report.

The data are the 1,797 digits of 8 x 8 pixels that scikit-learn ships, so nothing is downloaded.  The script
trains with early stopping, keeps the best checkpoint on disk, loads it again, and writes a report and one
picture.  Ctrl-C stops the training; the best model so far is still evaluated.

    python examples/quickstart.py --help
"""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # on matrices this small, threads mostly wait

import matplotlib

matplotlib.use("Agg")

import numpy as np
from matplotlib import pyplot as plt
from sklearn.datasets import load_digits
from sklearn.metrics import classification_report, confusion_matrix
from sklearn.model_selection import train_test_split
from tqdm import tqdm

import minitorch
from minitorch import nn, optim
from minitorch.nn import functional as F
from minitorch.utils.data import DataLoader, TensorDataset


class DigitNet(nn.Module):
    """Two convolutions with batch norm, then two linear layers with dropout."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 32, kernel_size=3, padding=1, bias=False),  # (B, 1, 8, 8) -> (B, 32, 8, 8)
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.Conv2d(32, 64, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.MaxPool2d(2),  # -> (B, 64, 4, 4)
        )
        self.classifier = nn.Sequential(
            nn.Flatten(),
            nn.Dropout(0.3),
            nn.Linear(64 * 4 * 4, 128),
            nn.ReLU(),
            nn.Dropout(0.3),
            nn.Linear(128, 10),
        )

    def forward(self, images: minitorch.Tensor) -> minitorch.Tensor:
        return self.classifier(self.features(images))


@dataclass
class History:
    """What happened in each epoch."""

    train_loss: list[float] = field(default_factory=list)
    valid_loss: list[float] = field(default_factory=list)
    valid_accuracy: list[float] = field(default_factory=list)
    best_epoch: int = 0


def load_data(seed: int) -> tuple[TensorDataset, TensorDataset, TensorDataset]:
    """The digits as three data sets (60 % training, 20 % validation, 20 % test), pixels between 0 and 1."""
    digits = load_digits()
    images = (digits.images / 16.0).astype(np.float32)[:, None]  # (N, 1, 8, 8)
    labels = digits.target.astype(np.int64)
    x, x_test, y, y_test = train_test_split(images, labels, test_size=0.2, stratify=labels, random_state=seed)
    x_train, x_valid, y_train, y_valid = train_test_split(x, y, test_size=0.25, stratify=y, random_state=seed)
    train, valid, test = (
        TensorDataset(minitorch.from_numpy(images), minitorch.from_numpy(labels))
        for images, labels in ((x_train, y_train), (x_valid, y_valid), (x_test, y_test))
    )
    return train, valid, test


def shift(images: minitorch.Tensor) -> minitorch.Tensor:
    """Moves the whole batch by at most one pixel in each direction: cheap augmentation."""
    dy, dx = minitorch.randint(0, 3, (2,)).tolist()
    padded = F.pad(images, (1, 1, 1, 1))
    return padded[:, :, dy : dy + 8, dx : dx + 8]


@minitorch.no_grad()
def predict(model: nn.Module, data: TensorDataset) -> tuple[minitorch.Tensor, minitorch.Tensor]:
    """Logits and labels for a whole data set."""
    model.eval()
    logits, labels = zip(*((model(x), y) for x, y in DataLoader(data, batch_size=256)), strict=True)
    return minitorch.cat(logits), minitorch.cat(labels)


def evaluate(model: nn.Module, data: TensorDataset) -> tuple[float, float]:
    """Mean loss and accuracy on a data set."""
    logits, labels = predict(model, data)
    accuracy = (logits.argmax(dim=1) == labels).float().mean()
    return F.cross_entropy(logits, labels).item(), accuracy.item()


def train(
    model: nn.Module,
    train_data: TensorDataset,
    valid_data: TensorDataset,
    checkpoint: Path,
    epochs: int,
    patience: int,
) -> History:
    """Trains until the validation loss has not improved for `patience` epochs; saves whenever it has."""
    loader = DataLoader(train_data, batch_size=64, shuffle=True, drop_last=True)
    optimizer = optim.Adam(model.parameters(), lr=3e-3)
    scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs * len(loader))
    history, best_loss = History(), float("inf")
    save(checkpoint, model, epoch=0)

    with tqdm(total=epochs * len(loader), unit="batch", mininterval=0.2, disable=None) as progress:
        try:
            for epoch in range(1, epochs + 1):
                model.train()
                total = 0.0
                for images, labels in loader:
                    loss = F.cross_entropy(model(shift(images)), labels)
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    scheduler.step()
                    total += loss.item()
                    progress.update()
                valid_loss, accuracy = evaluate(model, valid_data)
                history.train_loss.append(total / len(loader))
                history.valid_loss.append(valid_loss)
                history.valid_accuracy.append(accuracy)
                progress.set_postfix_str(f"epoch {epoch}, validation {accuracy:.1%}")
                if valid_loss < best_loss:
                    best_loss, history.best_epoch = valid_loss, epoch
                    save(checkpoint, model, epoch=epoch)
                elif epoch - history.best_epoch >= patience:
                    progress.write(f"No improvement for {patience} epochs: stopping early.")
                    break
        except KeyboardInterrupt:
            progress.write("Stopped by Ctrl-C: going on with the best model so far.")
    return history


def save(path: Path, model: nn.Module, epoch: int) -> None:
    """Writes the model's parameters and buffers, and the epoch they come from."""
    minitorch.save({"model": model.state_dict(), "epoch": epoch}, path)


def draw(path: Path, history: History, data: TensorDataset, logits: minitorch.Tensor) -> None:
    """Learning curves, the confusion matrix, and the digits that were hardest, the worst mistakes first."""
    images, labels = (x.numpy() for x in data.tensors)
    chances = logits.softmax(dim=1).numpy()
    guesses = chances.argmax(axis=1)

    figure = plt.figure(figsize=(12, 7.5), layout="constrained")
    top, bottom = figure.subfigures(2, 1, height_ratios=[2, 1])
    curves, confusion = top.subplots(1, 2)

    epochs = np.arange(1, len(history.train_loss) + 1)
    curves.plot(epochs, history.train_loss, label="training loss (with dropout and shifts)")
    curves.plot(epochs, history.valid_loss, label="validation loss")
    curves.set(xlabel="epoch", ylabel="cross-entropy", yscale="log", title="Learning curves")
    right = curves.twinx()
    right.plot(epochs, np.array(history.valid_accuracy) * 100, color="tab:green", linestyle=":")
    right.set_ylabel("validation accuracy (%)", color="tab:green")
    if history.best_epoch:
        curves.axvline(history.best_epoch, color="gray", linewidth=1, linestyle="--", label="best epoch")
    curves.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=3, frameon=False)

    counts = confusion_matrix(labels, guesses, labels=range(10))
    confusion.imshow(np.log1p(counts), cmap="Blues")
    for (row, column), count in np.ndenumerate(counts):
        if count:
            color = "white" if count > counts.max() / 2 else "black"
            confusion.text(column, row, str(count), ha="center", va="center", color=color)
    accuracy = (guesses == labels).mean()
    confusion.set(
        xlabel="predicted",
        ylabel="true",
        xticks=range(10),
        yticks=range(10),
        title=f"Confusion matrix on the test set: {accuracy:.1%} right",
    )

    wrong = guesses != labels
    belief = chances[np.arange(len(labels)), labels]  # in the true class
    mistakes = "1 mistake" if wrong.sum() == 1 else f"{wrong.sum()} mistakes"
    bottom.suptitle(f"The hardest digits of the test set; {mistakes} in all, in red")
    for axes, i in zip(bottom.subplots(1, 10), np.argsort(belief), strict=False):
        axes.imshow(images[i, 0], cmap="gray_r")
        axes.axis("off")
        verdict = f"{labels[i]} taken for {guesses[i]}" if wrong[i] else f"{labels[i]}, recognised"
        axes.set_title(
            f"{verdict}\n({chances[i].max():.0%} sure)",
            fontsize=9,
            color="tab:red" if wrong[i] else "black",
        )
    figure.savefig(path, dpi=120)
    plt.close(figure)


def main() -> None:
    """Runs the whole way once."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--backend", default="numpy", help="which backend computes (default: numpy)")
    parser.add_argument("--epochs", type=int, default=40, help="at most this many epochs (default: 40)")
    parser.add_argument("--patience", type=int, default=10, help="epochs without improvement (default: 10)")
    parser.add_argument("--seed", type=int, default=0, help="of weights, order and dropout (default: 0)")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("runs/quickstart"),
        help="folder for the results (default: %(default)s)",
    )
    options = parser.parse_args()
    if options.epochs < 1 or options.patience < 1:
        parser.error("--epochs and --patience must be at least 1")
    try:
        minitorch.use_backend(options.backend)
    except minitorch.MinitorchError as error:
        parser.error(str(error))
    options.out.mkdir(parents=True, exist_ok=True)
    checkpoint = options.out / "best.safetensors"

    minitorch.manual_seed(options.seed)
    train_data, valid_data, test_data = load_data(options.seed)
    model = DigitNet()
    count = sum(p.numel() for p in model.parameters())
    print(
        f"{len(train_data)} training, {len(valid_data)} validation and {len(test_data)} test digits; "
        f"{count:,} parameters; backend {options.backend}"
    )

    began = time.perf_counter()
    history = train(model, train_data, valid_data, checkpoint, options.epochs, options.patience)
    seconds = time.perf_counter() - began

    best = DigitNet()
    stored = minitorch.load(checkpoint)
    best.load_state_dict(stored["model"])
    logits, labels = predict(best, test_data)
    print(f"\nTrained for {seconds:.1f} s; the best epoch was {stored['epoch']}. On the test set:\n")
    print(classification_report(labels.numpy(), logits.argmax(dim=1).numpy(), digits=3, zero_division=0))
    accuracy = (logits.argmax(dim=1) == labels).float().mean().item()
    print(f"Test accuracy: {accuracy:.2%}")

    picture = options.out / "report.png"
    draw(picture, history, test_data, logits)
    print(f"Checkpoint: {checkpoint}\nPicture:    {picture}")


if __name__ == "__main__":
    main()
