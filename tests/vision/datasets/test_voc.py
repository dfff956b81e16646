"""Pascal VOC: sets, annotations, masks, the archive, and what is wrong with any of them."""

from __future__ import annotations

import hashlib
import tarfile
from pathlib import Path

import numpy as np
import pytest
from file_server import serving

from minitorch.errors import ArgumentError, DatasetError
from minitorch.vision.datasets import VOCDetection, VOCSegmentation, voc

Image = pytest.importorskip("PIL.Image")

XML = """<annotation>
  <folder>VOC2012</folder>
  <size><width>20</width><height>16</height><depth>3</depth></size>
  <object><name>dog</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>8</xmax><ymax>9</ymax></bndbox>
    <part><name>head</name></part><part><name>foot</name></part></object>
  {more}
</annotation>"""
SECOND = "<object><name>cat</name></object>"


def write(root: Path, year: str = "2012", sets: tuple[str, ...] = ("train", "val")) -> Path:
    folder = root / voc.YEARS[year].folder
    for name in (
        "JPEGImages",
        "Annotations",
        "SegmentationClass",
        "ImageSets/Main",
        "ImageSets/Segmentation",
    ):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for i in range(3):
        Image.new("RGB", (20, 16), (i, 0, 0)).save(folder / "JPEGImages" / f"2007_00000{i}.jpg")
        mask = Image.fromarray(np.full((16, 20), i, np.uint8)).convert("P")
        mask.save(folder / "SegmentationClass" / f"2007_00000{i}.png")
        (folder / "Annotations" / f"2007_00000{i}.xml").write_text(XML.format(more=SECOND * i))
    for name in sets:
        (folder / "ImageSets/Main" / f"{name}.txt").write_text("2007_000000\n2007_000002\n")
        (folder / "ImageSets/Segmentation" / f"{name}.txt").write_text("2007_000001 \n\n")
    return folder


def test_boxes(tmp_path: Path) -> None:
    write(tmp_path)
    data = VOCDetection(tmp_path)
    assert len(data) == 2
    img, target = data[0]
    assert (img.mode, img.size) == ("RGB", (20, 16))
    things = target["annotation"]["object"]
    assert [thing["name"] for thing in things] == ["dog"]
    assert things[0]["bndbox"] == {"xmin": "1", "ymin": "2", "xmax": "8", "ymax": "9"}
    assert things[0]["part"] == [{"name": "head"}, {"name": "foot"}]
    assert target["annotation"]["size"]["width"] == "20"
    assert [thing["name"] for thing in data[1][1]["annotation"]["object"]] == ["dog", "cat", "cat"]
    assert data.annotations[1].endswith("2007_000002.xml")
    both = VOCDetection(tmp_path, image_set="val", transforms=lambda a, b: (a.size, len(b)))
    assert both[0] == ((20, 16), 1)


def test_masks(tmp_path: Path) -> None:
    write(tmp_path)
    data = VOCSegmentation(tmp_path, target_transform=np.asarray)
    assert len(data) == 1
    assert data[0][1].tolist() == [[1] * 20] * 16
    img, mask = VOCSegmentation(tmp_path)[0]
    assert (img.mode, mask.mode) == ("RGB", "P")
    assert data.masks[0].endswith("2007_000001.png")


def test_arguments(tmp_path: Path) -> None:
    for arguments in ({"year": "2006"}, {"year": "2007-test"}, {"image_set": "test"}):
        with pytest.raises(ArgumentError, match="must be one of"):
            VOCDetection(tmp_path, **arguments)  # type: ignore[arg-type]
    with pytest.raises(DatasetError, match=r"Main/train.txt is not there; use download=True"):
        VOCDetection(tmp_path)
    write(tmp_path, "2007", ("test",))
    assert len(VOCSegmentation(tmp_path, "2007", "test")) == 1
    write(tmp_path, "2011")
    assert "TrainVal" in VOCDetection(tmp_path, "2011").images[0]


LAUGHS = "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'>]><annotation>&b;</annotation>"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (XML[:200], "000000.xml is damaged"),
        ("", "damaged"),
        ("<annotation><a></annotation></a>", "damaged"),
        ("<html></html>", "its root is <html>"),
        (LAUGHS, "declares a document type"),
        ("<annotation>" + "<a>" * 30 + "</a>" * 30 + "</annotation>", "more than 20 deep"),
        ("<annotation>" + " " * 2**20 + "</annotation>", "too long"),
    ],
)
def test_bad_annotations(tmp_path: Path, text: str, what: str) -> None:
    folder = write(tmp_path)
    (folder / "Annotations" / "2007_000000.xml").write_text(text)
    with pytest.raises(DatasetError, match=what):
        VOCDetection(tmp_path)[0]


def test_missing_and_damaged_files(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "SegmentationClass" / "2007_000001.png").write_bytes(b"\x89PNG")
    with pytest.raises(DatasetError, match="000001.png is damaged"):
        VOCSegmentation(tmp_path)[0]
    (folder / "JPEGImages" / "2007_000001.jpg").unlink()
    with pytest.raises(DatasetError, match="000001.jpg is not there"):
        VOCSegmentation(tmp_path)[0]
    (folder / "ImageSets/Main/train.txt").write_text("../../../etc/passwd\n")
    with pytest.raises(DatasetError, match="is not the name of an image"):
        VOCDetection(tmp_path)


def test_download(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pooch")
    monkeypatch.setenv("NO_PROXY", "*")
    write(tmp_path / "source")
    with tarfile.open(tmp_path / "x.tar", "w") as out:
        out.add(tmp_path / "source" / "VOCdevkit", "VOCdevkit")
    body = (tmp_path / "x.tar").read_bytes()
    published = voc.YEARS["2012"]._replace(md5=hashlib.md5(body).hexdigest())
    monkeypatch.setitem(voc.YEARS, "2012", published)
    with serving() as server:
        server.files[f"/voc2012/{published.name}"] = body
        monkeypatch.setattr(voc, "HOSTS", (f"{server.url}/",))
        for _ in range(2):
            assert len(VOCDetection(tmp_path / "data", download=True)) == 2
        assert len(server.asked) == 1
        (tmp_path / "data/VOCdevkit/VOC2012/JPEGImages/2007_000002.jpg").unlink()
        assert VOCDetection(tmp_path / "data", download=True)[1]  # unpacked again
        assert len(server.asked) == 1
