"""The figures: what they draw is what the numbers say, models stay as they were, errors have remedies."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import minitorch
from minitorch import nn, optim, viz
from minitorch.errors import (
    ArgumentError,
    ArgumentTypeError,
    GradientError,
    MissingDependencyError,
    ShapeError,
)

HISTORY = [
    {"epoch": 1, "loss": 2.0, "val_loss": 2.5, "val_accuracy": 0.2, "note": "a"},
    {"epoch": 2, "loss": 1.0, "val_loss": 1.5, "val_accuracy": 0.6, "note": "b"},
    {"epoch": 3, "loss": 0.5, "val_loss": 1.8, "val_accuracy": 0.5, "note": "c"},
]


def small_net() -> nn.Sequential:
    minitorch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.AdaptiveAvgPool2d(2),
        nn.Flatten(),
        nn.Linear(16, 3),
    )


def test_learning_curves_pair_training_and_validation() -> None:
    axes = viz.learning_curves(HISTORY).axes
    assert [a.get_ylabel() for a in axes] == ["loss", "accuracy"]
    assert [line.get_label() for line in axes[0].lines] == ["loss", "val_loss (best 1.5)"]
    assert axes[0].lines[0].get_xydata().tolist() == [[1, 2.0], [2, 1.0], [3, 0.5]]
    assert axes[1].lines[0].get_label() == "val_accuracy (best 0.6)"


def test_learning_curves_of_files(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("epoch,loss,val_loss\n1,2.0,\n2,1.0,1.5\n", "utf-8")
    (tmp_path / "log.jsonl").write_text('{"loss": 2.0, "val_loss": null}\n\n{"loss": 1.0, "val_loss": 1.5}\n')
    for name in ("log.csv", "log.jsonl"):
        lines = viz.learning_curves(tmp_path / name, log=True).axes[0].lines
        assert lines[0].get_xydata().tolist() == [[1, 2.0], [2, 1.0]]
        assert lines[1].get_xydata().tolist() == [[2, 1.5]]


def test_damaged_histories_are_refused(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text('{"loss": 2.0}\n{"loss": \n', "utf-8")
    with pytest.raises(ArgumentError, match=r"log\.jsonl, line 2: expected a JSON object"):
        viz.learning_curves(tmp_path / "log.jsonl")
    with pytest.raises(ArgumentError, match=r"expected a \.csv or \.jsonl file"):
        viz.learning_curves("log.txt")
    with pytest.raises(ArgumentTypeError, match="a dict for each epoch"):
        viz.learning_curves([1.0, 2.0])
    with pytest.raises(ArgumentError, match="no numbers"):
        viz.learning_curves([{"epoch": 1, "note": "x"}])


def test_activation_histograms_leave_the_model_alone() -> None:
    net = small_net()
    net[3].eval()  # a mixture of modes
    modes = [module.training for module in net.modules()]
    before = {name: value.tolist() for name, value in net.state_dict().items()}
    figure = viz.activation_histograms(net, minitorch.rand(5, 1, 6, 6))
    assert [module.training for module in net.modules()] == modes
    assert {name: value.tolist() for name, value in net.state_dict().items()} == before
    assert all(not module._forward_hooks for module in net.modules())
    titles = [axes.get_title() for axes in figure.axes if axes.get_visible()]
    assert len(titles) == 7
    assert titles[2].startswith("2  ReLU\nnorm ")


def test_dead_units_and_nan_show_in_titles() -> None:
    net = nn.Sequential(nn.Linear(2, 4), nn.ReLU())
    with minitorch.no_grad():
        net[0].weight.fill_(0.0)
        net[0].bias.fill_(-1.0)
    titles = [axes.get_title() for axes in viz.activation_histograms(net, minitorch.ones(3, 2)).axes]
    assert "100 % zeros" in titles[1]
    with minitorch.no_grad():
        net[0].bias.fill_(float("nan"))
    titles = [axes.get_title() for axes in viz.activation_histograms(net, minitorch.ones(3, 2)).axes]
    assert "12 of 12 NaN or infinite" in titles[0]


def test_gradient_histograms_count_every_element() -> None:
    net = nn.Linear(3, 4)
    with pytest.raises(GradientError, match=r"call loss\.backward\(\) first"):
        viz.gradient_histograms(net)
    net(minitorch.randn(8, 3)).square().sum().backward()
    axes = viz.gradient_histograms(net).axes[0]
    assert sum(bar.get_height() for bar in axes.patches) == 12
    assert f"norm {np.linalg.norm(net.weight.grad.numpy()):.3g}" in axes.get_title()  # type: ignore[union-attr]


def test_filters_share_one_scale_around_zero() -> None:
    weight = minitorch.zeros(2, 1, 3, 3)
    weight[0, 0, 0, 0], weight[1, 0, 2, 2] = -4.0, 2.0
    (image,) = viz.filters(weight, columns=2).axes[0].images
    assert image.get_clim() == (-4.0, 4.0)
    shown = np.asarray(image.get_array())
    assert (shown[0, 0], shown[2, 6]) == (-4.0, 2.0)  # one pixel lies between the filters
    colour = viz.filters(nn.Conv2d(3, 5, 3)).axes
    assert colour[0].images[0].get_array().shape[-1] == 3
    assert len(colour) == 1
    with pytest.raises(ShapeError, match=r"\(O, I, H, W\).*got shape \(3, 2\)"):
        viz.filters(nn.Linear(2, 3))


def test_feature_maps_are_what_the_layer_returns() -> None:
    net = small_net().eval()
    image = minitorch.rand(1, 6, 6)
    (shown,) = viz.feature_maps(net, image, net[0], columns=4).axes[0].images
    expected = net[0](image.unsqueeze(0))[0].detach().numpy()
    np.testing.assert_array_equal(np.asarray(shown.get_array())[:6, :6], expected[0])
    np.testing.assert_array_equal(np.asarray(shown.get_array())[:6, 7:13], expected[1])
    with pytest.raises(ArgumentError, match="Sequential has no layer '9'; it has 0, 1, 2"):
        viz.feature_maps(net, image, "9")
    with pytest.raises(ShapeError, match=r"layer '6' must return maps.*\(1, 3\)"):
        viz.feature_maps(net, image, "6")
    with pytest.raises(ShapeError, match=r"expected \(C, H, W\)"):
        viz.feature_maps(net, image[0], "0")


def test_trajectories_are_those_of_the_optimizers() -> None:
    figure = viz.trajectories(
        lambda x, y: x**2 + 4 * y**2,
        {"SGD": lambda p: optim.SGD(p, lr=0.1), "LBFGS": lambda p: optim.LBFGS(p)},
        (2.0, 1.0),
        steps=3,
    )
    sgd, lbfgs = figure.axes[0].lines
    expected = [(2 * 0.8**k, 0.2**k) for k in range(4)]
    np.testing.assert_allclose(sgd.get_xydata(), expected, rtol=1e-5)
    assert np.abs(lbfgs.get_xydata()[-1]).max() < 1e-3


def test_a_way_that_leaves_the_numbers_ends() -> None:
    figure = viz.trajectories(
        lambda x, y: x**4 + y**4, {"SGD": lambda p: optim.SGD(p, lr=10.0)}, (3.0, 3.0), steps=50
    )
    low, high = figure.axes[0].get_xlim()
    assert -10 < low < 3 < high < 10  # not as far as the way went
    assert np.isfinite(figure.axes[0].lines[0].get_xydata()).all()
    with pytest.raises(ArgumentError, match="at least one optimizer"):
        viz.trajectories(lambda x, y: x * y, {}, (0.0, 0.0))
    with pytest.raises(ArgumentError, match="must be a point"):
        viz.trajectories(lambda x, y: x * y, {"SGD": lambda p: optim.SGD(p, lr=0.1)}, (0.0,))


def test_attention_of_a_layer() -> None:
    layer = nn.MultiheadAttention(8, 2, batch_first=True)
    x = minitorch.randn(1, 3, 8)
    _, weights = layer(x, x, x, average_attn_weights=False)
    axes = viz.attention(weights, ["the", "cat", "sat"]).axes
    assert [a.get_title() for a in axes[:2]] == ["head 0", "head 1"]
    np.testing.assert_array_equal(axes[1].images[0].get_array(), weights[0, 1].detach().numpy())
    assert [label.get_text() for label in axes[0].get_yticklabels()] == ["the", "cat", "sat"]
    with pytest.raises(ArgumentError, match="2 tokens for weights"):
        viz.attention(weights, ["a", "b"])
    with pytest.raises(ShapeError, match=r"\(heads, T, S\)"):
        viz.attention(minitorch.ones(3))


def untouched(net: nn.Module) -> Any:
    return [(p.grad is None, p.requires_grad) for p in net.parameters()], [m.training for m in net.modules()]


def test_saliency_is_the_gradient_of_the_score() -> None:
    net = small_net()
    images = minitorch.rand(2, 1, 6, 6)
    before = untouched(net)
    maps = viz.saliency_maps(net, images, [2, 0])
    assert untouched(net) == before
    step = 1e-2
    net.double().eval()
    for i, k in ((0, 2), (1, 0)):
        moved = images.double().expand(2, 1, 6, 6).clone()
        moved[i, 0, 2, 3] += step
        high = net(moved)[i, k].item()
        moved[i, 0, 2, 3] -= 2 * step
        low = net(moved)[i, k].item()
        assert maps[i, 2, 3].item() == pytest.approx(abs(high - low) / (2 * step), rel=0.05, abs=1e-4)
    with pytest.raises(ArgumentError, match="a class from 0 to 2, or 2 of them, got 3"):
        viz.saliency_maps(net.float(), images, 3)


def test_grad_cam_by_its_formula() -> None:
    net = small_net().eval()
    for parameter in net[0].parameters():
        parameter.requires_grad_(False)  # frozen layers have maps, too
    images = minitorch.rand(2, 1, 8, 8)
    before = untouched(net)
    cam = viz.grad_cam_maps(net, images, "2", target=1)
    assert untouched(net) == before
    maps = net[:3](images).detach().requires_grad_()
    net[3:](maps)[:, 1].sum().backward()
    a, g = maps.detach().numpy(), maps.grad.numpy()  # type: ignore[union-attr]
    expected = np.maximum((g.mean((2, 3), keepdims=True) * a).sum(1), 0)
    expected = expected / np.maximum(expected.max((1, 2), keepdims=True), 1e-12)
    np.testing.assert_allclose(cam.numpy(), expected, rtol=1e-4, atol=1e-6)
    assert len(viz.grad_cam(net, images, net[2]).axes) == 4
    with pytest.raises(ShapeError, match="must return maps"):
        viz.grad_cam_maps(net, images, "5")


def test_a_model_in_no_grad_can_be_looked_into() -> None:
    net = small_net()
    with minitorch.no_grad():
        assert viz.saliency_maps(net, minitorch.rand(1, 6, 6)).shape == (1, 6, 6)


def test_the_confusion_matrix_has_a_row_for_each_true_class() -> None:
    preds, target = minitorch.tensor([0, 1, 1, 2]), minitorch.tensor([0, 1, 2, 2])
    axes = viz.confusion_matrix(preds, target, ["a", "b", "c"], normalize="true").axes[0]
    np.testing.assert_array_equal(axes.images[0].get_array(), [[1, 0, 0], [0, 1, 0], [0, 0.5, 0.5]])
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted", "true")
    assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "b", "c"]


def test_figures_show_themselves_and_stay_out_of_pyplot() -> None:
    figure = viz.learning_curves(HISTORY)
    assert figure._repr_html_().startswith(
        '<img alt="learning_curves" style="max-width:100%" src="data:image/png;'
    )
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or not pyplot.get_fignums()


def test_without_matplotlib_the_remedy_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingDependencyError, match=r"viz\.learning_curves.*minitorch-edu\[viz\]"):
        viz.learning_curves(HISTORY)


def test_the_room_is_loaded_when_used_and_matplotlib_when_drawn() -> None:
    code = (
        "import sys, minitorch; assert 'minitorch.viz' not in sys.modules; minitorch.viz.graph; "
        "assert 'minitorch.viz' in sys.modules; assert 'matplotlib' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
