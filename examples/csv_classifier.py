"""A classifier on a table: benign or malignant tumours, from a CSV file with missing values.

The measurements are those that scikit-learn ships; they are written to `runs/csv_classifier/` first, in two files, and
some fields are left empty. The training file tells what the columns are, and what stands for a missing number.

    python examples/csv_classifier.py --epochs 60
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import matplotlib

matplotlib.use("agg")  # draws into files, without a screen
from matplotlib import pyplot as plt
from sklearn.datasets import load_breast_cancer

import minitorch as torch
from minitorch import nn, train
from minitorch.metrics import Accuracy, Recall, confusion_matrix
from minitorch.utils.data import CSVDataset, DataLoader, random_split


def write_tables(folder: Path) -> tuple[Path, Path]:
    """Writes a table for training, and one of every fourth row for the test; every fiftieth field is empty."""
    source = load_breast_cancer()
    names = [name.replace(" ", "_") for name in source.feature_names]
    paths = folder / "train.csv", folder / "test.csv"
    for part, path in enumerate(paths):
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*names, "diagnosis"])
            for i, (row, label) in enumerate(zip(source.data.tolist(), source.target, strict=True)):
                if (i % 4 == 3) == bool(part):
                    fields = ["" if (i * 7 + k) % 50 == 0 else x for k, x in enumerate(row)]
                    writer.writerow([*fields, source.target_names[label]])
    return paths


def draw_report(path: Path, history: list[dict], table: torch.Tensor, classes: list[str]) -> None:
    """Draws the losses of all epochs, and which classes were taken for which."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
    for name, label in (("loss", "training"), ("val_loss", "validation")):
        left.plot([row["epoch"] for row in history], [row[name] for row in history], label=label)
    left.set(xlabel="epoch", ylabel="cross-entropy", yscale="log")
    left.legend()
    right.imshow(table.numpy(), cmap="Blues")
    for i, row in enumerate(table.tolist()):
        for j, count in enumerate(row):
            color = "white" if count > table.max().item() / 2 else "black"
            right.text(j, i, count, ha="center", va="center", color=color)
    ticks = range(len(classes))
    right.set(title="test", xlabel="predicted", ylabel="true")
    right.set_xticks(ticks, classes)
    right.set_yticks(ticks, classes)
    figure.savefig(path)
    plt.close(figure)


def main(arguments: list[str] | None = None) -> float:
    """Trains, and returns the accuracy on the test file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--folder", type=Path, default=Path("runs/csv_classifier"))
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)

    train.seed_everything(0)
    train_path, test_path = write_tables(options.folder)
    whole = CSVDataset(train_path, target="diagnosis", missing="mean")
    test_data = CSVDataset(test_path, schema=whole.schema)  # the same columns, classes and means
    train_data, validation_data = random_split(whole, [0.8, 0.2])
    classes = whole.schema.columns["diagnosis"].categories
    features = len(whole.schema.features)
    print(f"{len(whole)} rows for training, {len(test_data)} for the test: {features} features, {classes}")

    model = nn.Sequential(
        nn.BatchNorm1d(features, affine=False),  # brings all columns to one scale
        nn.Linear(features, 32),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Linear(32, len(classes)),
    )
    trainer = train.Trainer(
        model,
        torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-2),
        nn.CrossEntropyLoss(),
        metrics=[Accuracy(), Recall(average="macro", num_classes=len(classes))],
        callbacks=[
            train.Progress(),
            train.EarlyStopping(patience=10),
            train.ModelCheckpoint(options.folder),
            train.CSVLog(options.folder / "log.csv"),
        ],
    )
    history = trainer.fit(
        DataLoader(train_data, batch_size=32, shuffle=True),
        options.epochs,
        validation=DataLoader(validation_data, batch_size=128),
    )

    test = DataLoader(test_data, batch_size=128)
    values = trainer.evaluate(test)
    table = confusion_matrix(trainer.predict(test), test_data.column("diagnosis"), num_classes=len(classes))
    draw_report(options.folder / "report.png", history, table, classes)
    print("test: " + ", ".join(f"{name} {value:.3f}" for name, value in values.items()))
    print(f"see {options.folder / 'report.png'}")
    return values["accuracy"]


if __name__ == "__main__":
    main()
