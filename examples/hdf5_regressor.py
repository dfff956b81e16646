"""A regression on arrays in an HDF5 file: how diabetes progresses within a year.

The 442 patients are those that scikit-learn ships; they are written to `runs/hdf5_regressor/` first. A quarter of them
is looked at once only, in the end. The average of the weights over the last steps predicts, and R² is compared with
that of a straight line through the same data.

    python examples/hdf5_regressor.py --epochs 80
"""

from __future__ import annotations

import argparse
from pathlib import Path

import h5py
import matplotlib
import numpy as np

matplotlib.use("agg")  # draws into files, without a screen
from matplotlib import pyplot as plt
from sklearn.datasets import load_diabetes

import minitorch as torch
from minitorch import nn, train
from minitorch.metrics import MeanAbsoluteError, R2Score, r2_score
from minitorch.utils.data import DataLoader, HDF5Dataset, Subset, random_split


def write_file(path: Path) -> None:
    """Writes ten measurements of each patient as `x`, (442, 10), and the progression as `y`, (442, 1)."""
    source = load_diabetes(scaled=False)
    with h5py.File(path, "w") as file:
        file["x"] = source.data.astype(np.float32)
        file["y"] = source.target.astype(np.float32)[:, None]


def columns(data: Subset) -> tuple[torch.Tensor, torch.Tensor]:
    """All inputs and all targets."""
    return next(iter(DataLoader(data, batch_size=len(data))))


def line_through(fit_data: Subset, test_data: Subset) -> float:
    """R² of linear regression."""
    (x, y), (x_test, y_test) = columns(fit_data), columns(test_data)
    with_one = torch.cat([x, torch.ones(len(x), 1)], 1)
    weights = torch.linalg.lstsq(with_one, y).solution
    return r2_score(torch.cat([x_test, torch.ones(len(x_test), 1)], 1) @ weights, y_test).item()


class Standardized(nn.Module):
    """A model whose inputs and outputs have mean 0 and deviation 1 inside: y = model((x − μ) / σ) · σ_y + μ_y."""

    def __init__(self, model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> None:
        super().__init__()
        self.model = model
        for name, value in (("x", x), ("y", y)):
            self.register_buffer(f"{name}_mean", value.mean(0))
            self.register_buffer(f"{name}_std", value.std(0))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.model((x - self.x_mean) / self.x_std) * self.y_std + self.y_mean


def draw_report(
    path: Path, history: list[dict], predicted: torch.Tensor, true: torch.Tensor, r2: float
) -> None:
    """Draws R² in all epochs, and predictions against the truth."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
    for name, label in (("r2_score", "training"), ("val_r2_score", "validation")):
        left.plot([row["epoch"] for row in history], [row[name] for row in history], label=label)
    left.set(xlabel="epoch", ylabel="R²", ylim=(-0.5, 1))
    left.legend()
    right.scatter(true.numpy(), predicted.numpy(), s=12)
    right.axline((150, 150), slope=1, color="grey")
    right.set(title=f"test: R² = {r2:.2f}", xlabel="true progression", ylabel="predicted")
    figure.savefig(path)
    plt.close(figure)


def main(arguments: list[str] | None = None) -> float:
    """Trains, and returns R² on patients never seen."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--epochs", type=int, default=80)
    parser.add_argument("--folder", type=Path, default=Path("runs/hdf5_regressor"))
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)

    train.seed_everything(0)
    write_file(options.folder / "diabetes.h5")
    data = HDF5Dataset(options.folder / "diabetes.h5", ("x", "y"))
    train_data, validation_data, test_data = random_split(data, [0.6, 0.15, 0.25])

    layers = nn.Sequential(nn.Linear(10, 32), nn.Tanh(), nn.Dropout(0.2), nn.Linear(32, 1))
    model = Standardized(layers, *columns(train_data))
    loader = DataLoader(train_data, batch_size=32, shuffle=True)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=1e-2, epochs=options.epochs, steps_per_epoch=len(loader)
    )
    trainer = train.Trainer(
        model,
        optimizer,
        nn.MSELoss(),
        metrics=[R2Score(), MeanAbsoluteError()],
        callbacks=[
            train.Progress(),
            train.LRSchedule(schedule, every="update"),
            train.EMA(decay=0.98),
            train.ModelCheckpoint(options.folder, monitor="val_r2_score", mode="max"),
        ],
    )
    history = trainer.fit(loader, options.epochs, DataLoader(validation_data, batch_size=128))

    test = DataLoader(test_data, batch_size=128)
    r2 = trainer.evaluate(test)["r2_score"]
    draw_report(options.folder / "report.png", history, trainer.predict(test), columns(test_data)[1], r2)
    print(f"test: R² {r2:.3f}; of a straight line {line_through(train_data, test_data):.3f}")
    print(f"see {options.folder / 'report.png'}")
    return r2


if __name__ == "__main__":
    main()
