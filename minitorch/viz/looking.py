"""What a model looked at: attention maps, saliency, Grad-CAM."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from minitorch.autograd import grad
from minitorch.creation import as_tensor
from minitorch.errors import ArgumentError, ArgumentTypeError, ShapeError
from minitorch.modes import enable_grad
from minitorch.nn.functional import interpolate
from minitorch.nn.module import Module
from minitorch.value import Value
from minitorch.viz.figures import figure
from minitorch.viz.layers import as_batch, at_rest, layer_of, maps_of, outputs_of

MOST = 16  # images, or heads, in a figure


def attention(weights: Any, tokens: Sequence[str] | None = None, queries: Sequence[str] | None = None) -> Any:
    """Draws attention weights: a row for each query, a column for each token that it may look at.

    Args:
        weights: (T, S), (heads, T, S) or (1, heads, T, S), as `MultiheadAttention` returns them. At most 16 heads
            are shown.
        tokens: names of the columns.
        queries: names of the rows; by default those of the columns, where there are as many.

    Raises:
        ShapeError: for weights of other dims.
        ArgumentError: for another number of names.

    >>> import minitorch
    >>> from minitorch import viz
    >>> len(viz.attention(minitorch.eye(3).expand(2, 3, 3), ["a", "b", "c"]).axes)
    3
    """
    if not isinstance(weights, Value):
        raise ArgumentTypeError(f"viz.attention: expected a Tensor of weights, got {type(weights).__name__}")
    x: Any = weights.detach()  # type: ignore[attr-defined]
    if x.ndim == 4 and len(x) == 1:
        x = x[0]
    if x.ndim == 2:
        x = x.unsqueeze(0)
    if x.ndim != 3:
        raise ShapeError(
            f"viz.attention: expected (T, S), (heads, T, S) or (1, heads, T, S), got {tuple(weights.array.shape)}"
        )
    rows, columns = x.shape[1:]
    queries = tokens if queries is None and rows == columns else queries
    for names, count, what in ((tokens, columns, "tokens"), (queries, rows, "queries")):
        if names is not None and len(names) != count:
            raise ArgumentError(f"viz.attention: {len(names)} {what} for weights of shape {tuple(x.shape)}")
    heads = x[:MOST]
    across = min(4, len(heads))
    down = math.ceil(len(heads) / across)
    picture = figure("viz.attention", 1.0 + 2.8 * across, 0.4 + 2.8 * down)
    every = picture.subplots(down, across, squeeze=False)
    most = max(heads.max().item(), 1e-12)
    for k, axes in enumerate(every.flatten()):
        if k >= len(heads):
            axes.set_visible(False)
            continue
        shown = axes.imshow(heads[k].numpy(force=True), cmap="viridis", vmin=0.0, vmax=most)
        axes.set_title(f"head {k}" if len(heads) > 1 else "", fontsize=9)
        if tokens is not None:
            axes.set_xticks(range(columns), tokens, rotation=90, fontsize=7)
        if queries is not None:
            axes.set_yticks(range(rows), queries, fontsize=7)
    picture.colorbar(shown, ax=every, shrink=0.8, label="weight")
    return picture


def saliency_maps(model: Module, images: Any, target: Any = None) -> Any:
    """How much each pixel moves the score of a class: max over channels of |∂score/∂x|.

    The model runs in evaluation mode; nothing in it changes, no `.grad` either.

    Args:
        model: gives scores (N, classes).
        images: (N, C, H, W), or one image (C, H, W).
        target: the class, or one for each image; by default the one with the highest score.

    Shape: (N, H, W).

    Source: K. Simonyan, A. Vedaldi, A. Zisserman: Deep inside convolutional networks, 2014.

    >>> import minitorch
    >>> from minitorch import nn, viz
    >>> net = nn.Sequential(nn.Flatten(), nn.Linear(4, 2, bias=False))
    >>> _ = net[1].weight.data.copy_(minitorch.tensor([[1.0, -2, 3, 0], [0, 0, 0, 0]]))
    >>> viz.saliency_maps(net, minitorch.ones(1, 2, 2), target=0)
    tensor([[[1., 2.],
             [3., 0.]]])
    """
    x = as_batch("viz.saliency", images).detach().requires_grad_()
    with at_rest(model), enable_grad():
        score = score_of("viz.saliency", model(x), target)
        (g,) = grad(score, x)
    return g.abs().amax(1)


def saliency(model: Module, images: Any, target: Any = None) -> Any:
    """Draws images, and beside each how much its pixels move the score; see `saliency_maps`.

    >>> import minitorch
    >>> from minitorch import nn, viz
    >>> net = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
    >>> len(viz.saliency(net, minitorch.ones(3, 1, 2, 2)).axes)
    6
    """
    maps = saliency_maps(model, images, target)
    return beside("viz.saliency", as_batch("viz.saliency", images), maps, "hot", 0.0)


def grad_cam_maps(model: Module, images: Any, layer: Module | str, target: Any = None) -> Any:
    """Where the maps of a layer speak for a class: relu(Σₖ wₖ·Aₖ), with wₖ the mean of ∂score/∂Aₖ over the map.

    The model runs in evaluation mode; nothing in it changes, no `.grad` either.

    Args:
        model: gives scores (N, classes).
        images: (N, C, H, W), or one image (C, H, W).
        layer: one that returns maps, or its name; the last convolutions see most.
        target: the class, or one for each image; by default the one with the highest score.

    Shape: (N, H, W), as large as the images, each scaled to a largest value of 1.

    Source: R. Selvaraju et al.: Grad-CAM, visual explanations from deep networks via gradient-based localization, 2017.

    >>> import minitorch
    >>> from minitorch import nn, viz
    >>> net = nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    >>> viz.grad_cam_maps(net, minitorch.rand(2, 1, 8, 8), "0").shape
    minitorch.Size([2, 8, 8])
    """
    x = (
        as_batch("viz.grad_cam", images).detach().requires_grad_()
    )  # so that maps of frozen layers are recorded
    module = layer_of("viz.grad_cam", model, layer)
    with at_rest(model), enable_grad():
        scores, found = outputs_of(model, {"layer": module}, lambda: model(x))
        maps = maps_of("viz.grad_cam", found, layer)
        (g,) = grad(score_of("viz.grad_cam", scores, target), maps)
    cam = (g.mean((2, 3), keepdim=True) * maps.detach()).sum(1, keepdim=True).relu()
    cam = interpolate(cam, size=tuple(x.shape[2:]), mode="bilinear", align_corners=False)[:, 0]
    return cam / cam.amax((1, 2), keepdim=True).clamp(min=1e-12)


def grad_cam(model: Module, images: Any, layer: Module | str, target: Any = None) -> Any:
    """Draws images, and beside each where a layer speaks for the class; see `grad_cam_maps`.

    >>> import minitorch
    >>> from minitorch import nn, viz
    >>> net = nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    >>> len(viz.grad_cam(net, minitorch.rand(2, 1, 8, 8), "0").axes)
    4
    """
    maps = grad_cam_maps(model, images, layer, target)
    return beside("viz.grad_cam", as_batch("viz.grad_cam", images), maps, "inferno", 0.55)


def score_of(op_name: str, scores: Any, target: Any) -> Any:
    """The sum of the scores of one class for each image.

    Raises:
        ShapeError: for scores that are not (N, classes).
        ArgumentError: for targets that are not one, or one for each image.
    """
    if not isinstance(scores, Value) or scores.array.ndim != 2:
        got = f"shape {tuple(scores.array.shape)}" if isinstance(scores, Value) else type(scores).__name__
        raise ShapeError(f"{op_name}: the model must return scores (N, classes), it returned {got}")
    n, classes = scores.array.shape
    x: Any = scores
    chosen = x.detach().argmax(1).tolist() if target is None else as_tensor(target).tolist()
    chosen = [chosen] * n if isinstance(chosen, int) else chosen
    if len(chosen) != n or not all(isinstance(k, int) and 0 <= k < classes for k in chosen):
        raise ArgumentError(
            f"{op_name}: target must be a class from 0 to {classes - 1}, or {n} of them, got {target!r}"
        )
    return sum(x[i, k] for i, k in enumerate(chosen))


def beside(name: str, images: Any, maps: Any, cmap: str, opacity: float) -> Any:
    """Images and their maps side by side; the maps over the images where `opacity` is not 0."""
    count = min(MOST, len(images))
    across = min(4, count)
    down = math.ceil(count / across)
    picture = figure(name, 3.6 * across, 1.9 * down)
    every = picture.subplots(down, 2 * across, squeeze=False).flatten()
    for k in range(len(every) // 2):
        left, right = every[2 * k], every[2 * k + 1]
        for axes in (left, right):
            axes.axis("off")
        if k >= count:
            continue
        show_image(left, images[k])
        if opacity:
            show_image(right, images[k])
        right.imshow(maps[k].numpy(force=True), cmap=cmap, alpha=opacity or None, interpolation="nearest")
    return picture


def show_image(axes: Any, image: Any) -> None:
    """Draws an image (C, H, W), its values brought to 0…1."""
    x = image.detach().double()
    low, high = x.min(), x.max()
    x = (x - low) / (high - low).clamp(min=1e-12)
    if len(x) == 3:
        axes.imshow(x.permute(1, 2, 0).numpy(force=True))
    else:
        axes.imshow(x.mean(0).numpy(force=True), cmap="gray")
