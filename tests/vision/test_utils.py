"""Grids and files of images."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import minitorch
from minitorch.errors import ArgumentError, ArgumentTypeError, MissingDependencyError, NotSupportedError
from minitorch.vision import utils

Image = pytest.importorskip("PIL.Image")


def test_each_image_stands_at_its_place() -> None:
    x = minitorch.rand(5, 3, 4, 6)
    grid = utils.make_grid(x, nrow=2, padding=1, pad_value=0.5).numpy()
    assert grid.shape == (3, 3 * 5 + 1, 2 * 7 + 1)
    for k in range(5):
        top, left = k // 2 * 5 + 1, k % 2 * 7 + 1
        np.testing.assert_array_equal(grid[:, top : top + 4, left : left + 6], x[k].numpy())
    assert (grid[:, ::5] == 0.5).all()
    assert (grid[:, :, ::7] == 0.5).all()


def test_normalized_images_reach_from_0_to_1() -> None:
    x = minitorch.randn(4, 3, 4, 4) * 7
    before = x.clone()
    for each in (False, True):
        grid = utils.make_grid(x, padding=0, nrow=4, normalize=True, scale_each=each)
        assert (float(grid.min()), float(grid.max())) == (0.0, 1.0)
    assert x.equal(before)


def test_files_hold_the_rounded_bytes(tmp_path: Path) -> None:
    x = minitorch.rand(3, 4, 5) * 1.2 - 0.1
    utils.save_image(x, tmp_path / "x.png")
    expected = np.floor(np.clip(x.numpy() * 255 + 0.5, 0, 255)).astype(np.uint8)
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "x.png")).transpose(2, 0, 1), expected)
    file = io.BytesIO()
    utils.save_image([x, x], file, format="bmp", nrow=1, padding=0)
    assert Image.open(file).size == (5, 8)
    with pytest.raises(ArgumentError, match="to_pil_image"):
        utils.save_image(minitorch.rand(5, 4, 4), file, format="png")


def test_what_are_no_images_is_refused() -> None:
    for wrong in (3, [1, 2], "cat.png"):
        with pytest.raises(ArgumentTypeError, match="make_grid"):
            utils.make_grid(wrong)


def test_boxes_are_frames_of_their_colours() -> None:
    x = minitorch.zeros(3, 12, 14)
    y = utils.draw_bounding_boxes(
        x, minitorch.tensor([[1, 2, 6, 8], [8, 0, 13, 4]]), colors=["red", (0, 0, 255)]
    )
    expected = np.zeros((3, 12, 14), np.float32)
    for channel, (left, top, right, bottom) in ((0, (1, 2, 6, 8)), (2, (8, 0, 13, 4))):
        expected[channel, top : bottom + 1, left : right + 1] = 1
        expected[channel, top + 1 : bottom, left + 1 : right] = 0
    np.testing.assert_array_equal(y.numpy(), expected)
    assert float(x.sum()) == 0


def test_labels_and_tints_are_drawn() -> None:
    x = minitorch.zeros(3, 40, 60, dtype=minitorch.uint8)
    box = minitorch.tensor([[2, 2, 50, 30]])
    plain = utils.draw_bounding_boxes(x, box, colors="white")
    lettered = utils.draw_bounding_boxes(x, box, labels=["dog"], colors="white")
    assert int((lettered > 0).sum()) > int((plain > 0).sum())
    tinted = utils.draw_bounding_boxes(x, box, colors="white", fill=True)
    assert int(tinted[0, 15, 25]) == pytest.approx(100, abs=1)


@pytest.mark.parametrize(
    ("error", "image", "boxes", "keywords"),
    [
        (ArgumentTypeError, None, [[0, 0, 1, 1]], {}),
        (ArgumentError, (2, 3, 4, 4), [[0, 0, 1, 1]], {}),
        (ArgumentError, (3, 4, 4), [[2, 0, 1, 1]], {}),
        (ArgumentError, (3, 4, 4), [[0, 0, 1]], {}),
        (NotSupportedError, (3, 4, 4), [[0] * 8], {}),
        (ArgumentError, (3, 4, 4), [[0, 0, 1, 1]], {"labels": ["a", "b"]}),
        (ArgumentError, (3, 4, 4), [[0, 0, 1, 1]], {"colors": []}),
        (ArgumentError, (3, 4, 4), [[0, 0, 1, 1]], {"colors": (1, 2)}),
    ],
)
def test_wrong_boxes_are_refused(
    error: type[Exception], image: Any, boxes: Any, keywords: dict[str, Any]
) -> None:
    x = image and minitorch.zeros(*image)
    with pytest.raises(error, match="draw_bounding_boxes"):
        utils.draw_bounding_boxes(x, minitorch.tensor(boxes), **keywords)


def test_no_boxes_leave_the_image_with_a_warning() -> None:
    x = minitorch.zeros(3, 4, 4)
    with pytest.warns(UserWarning, match="no boxes"):
        assert utils.draw_bounding_boxes(x, minitorch.zeros(0, 4)) is x


def test_without_pillow_tensors_work_and_files_name_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name == "PIL" or name.startswith("PIL.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "PIL", None)
    x = minitorch.ones(3, 4, 4)
    assert minitorch.vision.transforms.Resize(2)(x).shape == (3, 2, 2)
    with pytest.raises(MissingDependencyError, match=r"minitorch-edu\[vision\]"):
        utils.save_image(x, "x.png")


def test_pillow_is_loaded_when_it_is_used() -> None:
    code = (
        "import sys, minitorch; assert 'minitorch.vision' not in sys.modules; "
        "y = minitorch.vision.transforms.Resize(2)(minitorch.ones(3, 4, 4)); assert 'PIL' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
