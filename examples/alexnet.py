"""AlexNet on a folder of images: one folder for training, one for validation, in each a folder for every class.

Without `--folder`, the program first fills `runs/alexnet/pictures` with drawn shapes, as JPEG files; with it, it trains
on pictures of your own, in `FOLDER/train/CLASS/*` and `FOLDER/val/CLASS/*`. It ends with `runs/alexnet/report.png`.

    python examples/alexnet.py                       # two minutes; one with MINITORCH_BACKEND=numba
    python examples/alexnet.py --folder flowers --size 224 --epochs 30
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import report
from shapes import CLASSES, Shapes

import minitorch as torch
import minitorch.nn as nn
from minitorch.utils.data import DataLoader
from minitorch.vision import datasets, models, transforms
from minitorch.vision.utils import save_image

MEAN, STD = [0.5, 0.5, 0.5], [0.28, 0.28, 0.28]


def draw_pictures(folder: Path, train: int, val: int, size: int = 96) -> None:
    """Fills the folder with drawn shapes; what is there already stays."""
    for split, count, seed in (("train", train, 0), ("val", val, 1)):
        for name in CLASSES:
            (folder / split / name).mkdir(parents=True, exist_ok=True)
        pictures = Shapes(count, size, seed)
        for i in range(count):
            path = folder / split / CLASSES[i % len(CLASSES)] / f"{i:05}.jpg"
            if not path.exists():
                save_image(pictures[i][0], path)


def init_weights(module: nn.Module) -> None:
    """Weights that keep the size of values from layer to layer (He et al., 2015): without them AlexNet starts late."""
    if isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        nn.init.zeros_(module.bias)


def evaluate(model: nn.Module, loader: DataLoader) -> tuple[float, torch.Tensor]:
    """The share of pictures that is recognised, and what each is taken for."""
    model.eval()
    right, guesses = 0, []
    with torch.no_grad():
        for pictures, labels in loader:
            guesses.append(model(pictures).argmax(dim=1))
            right += (guesses[-1] == labels).sum().item()
    return right / len(loader.dataset), torch.cat(guesses)


def main(arguments: list[str] | None = None) -> tuple[list[float], list[float]]:
    """Trains, and returns of each epoch the loss and the accuracy on the pictures for validation."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, help="with train/CLASS/* and val/CLASS/*; drawn if left out")
    parser.add_argument("--size", type=int, default=80, help="pixels along each side, at least 63")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--pictures", type=int, default=1500, help="how many are drawn for training")
    parser.add_argument("--dropout", type=float, default=0.2, help="0.5 in the paper, for a million pictures")
    parser.add_argument("--workers", type=int, default=0, help="processes that read pictures")
    parser.add_argument("--out", type=Path, default=Path("runs/alexnet"))
    options = parser.parse_args(arguments)

    torch.manual_seed(0)
    folder = options.folder or options.out / "pictures"
    if options.folder is None:
        draw_pictures(folder, options.pictures, 300)
    training = transforms.Compose(
        [
            transforms.RandomResizedCrop(options.size, scale=(0.7, 1.0), ratio=(0.9, 1.1)),
            transforms.RandomHorizontalFlip(),
            transforms.ToTensor(),
            transforms.Normalize(MEAN, STD),
        ]
    )
    validation = transforms.Compose(
        [
            transforms.Resize(options.size),
            transforms.CenterCrop(options.size),
            transforms.ToTensor(),
            transforms.Normalize(MEAN, STD),
        ]
    )
    train_data = datasets.ImageFolder(folder / "train", training)
    val_data = datasets.ImageFolder(folder / "val", validation)
    train = DataLoader(train_data, batch_size=32, shuffle=True, drop_last=True, num_workers=options.workers)
    val = DataLoader(val_data, batch_size=64, num_workers=options.workers)

    model = models.alexnet(num_classes=len(train_data.classes), dropout=options.dropout)
    model.apply(init_weights)
    nn.init.normal_(model.classifier[-1].weight, std=0.01)
    print(
        f"{len(train_data)} pictures for training, {len(val_data)} for validation, "
        f"{sum(p.numel() for p in model.parameters()):,} parameters"
    )
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-4)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-4, total_steps=options.epochs * len(train))
    losses, accuracies, began = [], [], time.perf_counter()
    for epoch in range(1, options.epochs + 1):
        model.train()
        total = 0.0
        for pictures, labels in train:
            loss = criterion(model(pictures), labels)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), max_norm=5.0)
            optimizer.step()
            scheduler.step()
            total += loss.item()
        accuracy, guesses = evaluate(model, val)
        losses.append(total / len(train))
        accuracies.append(accuracy)
        print(
            f"epoch {epoch}: loss {losses[-1]:.3f}, accuracy {accuracy:.1%}, {time.perf_counter() - began:.0f} s"
        )

    samples = []
    for i in torch.linspace(0, len(val_data) - 1, 12).long().tolist():
        picture, label = val_data[i]
        guess = int(guesses[i])
        shown = (picture * torch.tensor(STD).view(3, 1, 1) + torch.tensor(MEAN).view(3, 1, 1)).clamp(0, 1)
        caption = val_data.classes[guess] + ("" if guess == label else f", is {val_data.classes[label]}")
        samples.append((shown, caption, guess == label))
    report.draw(
        options.out / "report.png",
        f"AlexNet on {folder.name}: {accuracies[-1]:.1%} of the pictures for validation",
        {"training loss": losses, "accuracy in validation": accuracies},
        samples,
    )
    return losses, accuracies


if __name__ == "__main__":
    main()
