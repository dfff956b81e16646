"""Transfer learning: a network that knows a thousand things learns, from six small pictures, what a face is.

The pictures are photographs of scikit-image (`lfw_subset`): 100 faces and 100 pieces of background. Three of each are
for learning, the other 194 for the test. Four ways are compared, over several draws of the six pictures:

- head only: the backbone of a network trained on ImageNet is frozen; a new head learns on what it sees,
- fine-tuned: then everything is trained, the backbone with a small learning rate, the head with a larger one,
- from scratch: the same network, the same steps, but from random numbers,
- small, from scratch: a network that is better suited to so few pictures, and four times as many steps.

    pip install 'minitorch-edu[examples,numba]'
    MINITORCH_BACKEND=numba python examples/finetune.py

takes less than a minute on two cores, and ends with a picture in runs/finetune/report.png.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import NamedTuple

from efficientnet_lite0 import EfficientNetLite0, pretrained

import minitorch as torch
import minitorch.nn as nn
import minitorch.nn.functional as F
from minitorch.errors import MissingDependencyError

SIZE = 64  # of the pictures that the network sees


class Split(NamedTuple):
    """Pictures (N, 3, 64, 64) between -1 and 1, and labels (N,): 1 is a face; those to learn from, and the others."""

    x: torch.Tensor
    y: torch.Tensor
    test_x: torch.Tensor
    test_y: torch.Tensor


def pictures() -> torch.Tensor:
    """100 faces, then 100 pieces of background: (200, 3, 64, 64)."""
    try:
        from skimage.data import lfw_subset
    except ImportError as error:
        raise MissingDependencyError(
            "the pictures are those of scikit-image: pip install 'minitorch-edu[examples]'"
        ) from error
    grey = torch.tensor(lfw_subset()).float().unsqueeze(1)  # (200, 1, 25, 25), between 0 and 1
    larger = F.interpolate(grey, size=(SIZE, SIZE), mode="bilinear")
    return ((larger - 0.5) / 0.5).expand(-1, 3, -1, -1).contiguous()


def draw(x: torch.Tensor, shots: int) -> Split:
    """Random `shots` pictures of each class to learn from; none of them is in the test."""
    faces, others = torch.randperm(100), 100 + torch.randperm(100)
    train, test = torch.cat((faces[:shots], others[:shots])), torch.cat((faces[shots:], others[shots:]))
    return Split(x[train], (train < 100).long(), x[test], (test < 100).long())


def accuracy(net: nn.Module, split: Split) -> float:
    """The share of the test that is recognised."""
    net.eval()
    with torch.no_grad():
        return (net(split.test_x).argmax(1) == split.test_y).float().mean().item()


def train_head(net: EfficientNetLite0, split: Split, steps: int = 100) -> None:
    """Freezes the backbone and trains a new head; what the backbone sees is computed once only."""
    net.head = nn.Linear(net.head.in_features, 2)
    for p in net.backbone.parameters():
        p.requires_grad_(False)
    net.eval()
    with torch.no_grad():
        features = torch.cat([net.backbone(x) for x in (split.x, split.x.flip(3))])  # (4 * shots, 1280)
    labels = torch.cat([split.y, split.y])
    optimizer = torch.optim.AdamW(net.head.parameters(), lr=3e-3)
    for _ in range(steps):
        loss = F.cross_entropy(net.head(features), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def train(
    net: nn.Module, optimizer: torch.optim.Optimizer, split: Split, steps: int, keep_statistics: bool = False
) -> list[float]:
    """Trains on all pictures at once, mirrored every other time.

    Returns the accuracy before, and after every tenth of the steps.
    With `keep_statistics`, batch norms keep the means that they have: six pictures would give worse ones.
    """
    curve = [accuracy(net, split)]
    for step in range(1, steps + 1):
        net.train(not keep_statistics)
        loss = F.cross_entropy(net(split.x if step % 2 else split.x.flip(3)), split.y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step * 10 % steps < 10:
            curve.append(accuracy(net, split))
    return curve


def fine_tune(net: EfficientNetLite0, split: Split, steps: int) -> list[float]:
    """Trains everything, the backbone in small steps: it knows much, and six pictures are little to learn from."""
    for p in net.backbone.parameters():
        p.requires_grad_(True)
    optimizer = torch.optim.AdamW(
        [{"params": net.backbone.parameters(), "lr": 1e-4}, {"params": net.head.parameters(), "lr": 1e-3}]
    )
    return train(net, optimizer, split, steps, keep_statistics=True)


def quick_statistics(net: nn.Module) -> nn.Module:
    """Lets the running means of batch norms follow within few steps; else nothing learned from scratch would show."""
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 0.3
    return net


def small_network() -> nn.Module:
    """Three convolutions, for pictures that are made small again: (N, 3, 64, 64) -> (N, 2)."""
    layers: list[nn.Module] = [nn.AvgPool2d(2)]
    for inputs, outputs in ((3, 32), (32, 64), (64, 128)):
        layers += [
            nn.Conv2d(inputs, outputs, 3, padding=1),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
            nn.MaxPool2d(2),
        ]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(128 * 4 * 4, 2))


def report(curves: dict[str, list[list[float]]], split: Split, net: nn.Module, path: Path) -> None:
    """Draws the accuracy in the course of training, and pictures of the test with what the network says."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure = plt.figure(figsize=(11, 4.5), layout="constrained")
    left, right = figure.subfigures(1, 2)
    axes = left.subplots()
    for label, runs in curves.items():
        table = torch.tensor(runs)  # (draws, 11)
        share = range(0, 101, 10)
        axes.plot(share, table.mean(0).tolist(), label=label)
        axes.fill_between(share, table.amin(0).tolist(), table.amax(0).tolist(), alpha=0.15)
    axes.set(xlabel="share of the training steps (%)", ylabel="accuracy on the test", ylim=(0.3, 1.01))
    axes.legend(loc="lower right")
    with torch.no_grad():
        chances = net(split.test_x).softmax(1)[:, 1]  # of being a face
    wrong = ((chances > 0.5).long() != split.test_y).nonzero().flatten().tolist()
    right_ones = [i for i in range(0, len(chances), 12) if i not in wrong]
    shown = wrong[:3] + right_ones[: 15 - len(wrong[:3])]
    right.suptitle("fine-tuned: the chance of a face (red: wrong)")
    for place in (places := right.subplots(3, 5)).flat:
        place.set_axis_off()
    for i, place in zip(shown, places.flat, strict=False):
        place.imshow((split.test_x[i, 0] / 2 + 0.5).tolist(), cmap="gray")
        place.set_title(f"{chances[i].item():.0%}", color="red" if i in wrong else "black", fontsize=9)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def main(arguments: list[str] | None = None) -> dict[str, float]:
    """Trains the four ways for each draw, prints the accuracies, and returns their means."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=3, help="of the pictures to learn from")
    parser.add_argument("--shots", type=int, default=3, help="pictures of each class to learn from")
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0, help="of the first draw")
    parser.add_argument("--out", type=Path, default=Path("runs/finetune/report.png"))
    options = parser.parse_args(arguments)

    x = pictures()
    curves: dict[str, list[list[float]]] = {"fine-tuned": [], "from scratch": [], "small, from scratch": []}
    for seed in range(options.seed, options.seed + options.draws):
        torch.manual_seed(seed)
        split = draw(x, options.shots)
        tuned = pretrained()
        train_head(tuned, split)
        curves["fine-tuned"].append(fine_tune(tuned, split, options.steps))
        for label, net, steps in (
            ("from scratch", EfficientNetLite0(2), options.steps),
            ("small, from scratch", small_network(), 4 * options.steps),
        ):
            optimizer = torch.optim.AdamW(quick_statistics(net).parameters(), lr=1e-3)
            curves[label].append(train(net, optimizer, split, steps))
        print(
            f"draw {seed}: " + ", ".join(f"{label} {runs[-1][-1]:.1%}" for label, runs in curves.items()),
            flush=True,
        )

    means = {label: sum(run[-1] for run in runs) / len(runs) for label, runs in curves.items()}
    means["head only"] = sum(run[0] for run in curves["fine-tuned"]) / options.draws
    print(f"accuracy on {len(split.test_y)} other pictures, the mean of {options.draws} draws:")
    for label in ("small, from scratch", "from scratch", "head only", "fine-tuned"):
        print(f"{label:>20}: {means[label]:.1%}")
    report(curves, split, tuned, options.out)
    print(f"picture: {options.out}")
    return means


if __name__ == "__main__":
    try:
        main()
    except MissingDependencyError as error:
        sys.exit(str(error))
