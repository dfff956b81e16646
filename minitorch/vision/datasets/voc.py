"""Pascal VOC: photographs with boxes around things, or with the class of every pixel."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

from minitorch.downloads import extract, fetch
from minitorch.errors import DatasetError, NotSupportedError
from minitorch.vision.datasets.folder import pil_loader
from minitorch.vision.datasets.vision import VisionDataset, not_found, one_of
from minitorch.vision.images import pillow

HOSTS = ("http://host.robots.ox.ac.uk/pascal/VOC/", "https://thor.robots.ox.ac.uk/pascal/VOC/")
SMALL = 2**20  # bytes; annotations have a few thousand


class Published(NamedTuple):
    """The archive of a year, its MD5, and the folder in it."""

    name: str
    md5: str
    folder: str


YEARS = {
    "2012": Published("VOCtrainval_11-May-2012.tar", "6cd6e144f989b92b3379bac3b3de84fd", "VOCdevkit/VOC2012"),
    "2011": Published(
        "VOCtrainval_25-May-2011.tar", "6c3384ef61512963050cb5d687e5bf1e", "TrainVal/VOCdevkit/VOC2011"
    ),
    "2010": Published("VOCtrainval_03-May-2010.tar", "da459979d0c395079b5c75ee67908abb", "VOCdevkit/VOC2010"),
    "2009": Published("VOCtrainval_11-May-2009.tar", "a3e00b113cfcfebf17e343f59da3caa1", "VOCdevkit/VOC2009"),
    "2008": Published("VOCtrainval_14-Jul-2008.tar", "2629fa636546599198acfcfbfcf1904a", "VOCdevkit/VOC2008"),
    "2007": Published("VOCtrainval_06-Nov-2007.tar", "c52e279531787c972589f7e41ab4ae64", "VOCdevkit/VOC2007"),
    "2007-test": Published(
        "VOCtest_06-Nov-2007.tar", "b6e924de25625d8de591ea690078ad9f", "VOCdevkit/VOC2007"
    ),
}


class VOCBase(VisionDataset):
    """What both data sets have in common.

    Args:
        root: the archive is unpacked here: the files are in `root/VOCdevkit/VOC2012` and so on.
        year: "2007" to "2012".
        image_set: "train", "val" or "trainval"; of 2007 also "test".
        download: brings the archive if the files are not there, and unpacks it.
        transform: for the image.
        target_transform: for the target.
        transforms: for both: gets image and target, returns both.

    Raises:
        DatasetError: if files are missing or damaged.
        DownloadError: if the archive cannot be downloaded, or has the wrong hash.
    """

    sets_folder: str
    target_folder: str
    target_extension: str

    def __init__(
        self,
        root: str | os.PathLike[str],
        year: str = "2012",
        image_set: str = "train",
        download: bool = False,
        transform: Any = None,
        target_transform: Any = None,
        transforms: Any = None,
    ) -> None:
        super().__init__(root, transforms, transform, target_transform)
        name = type(self).__name__
        self.year = one_of(name, "year", year, [year for year in YEARS if "-" not in year])
        sets = ["train", "trainval", "val", *(["test"] if year == "2007" else [])]
        self.image_set = one_of(name, "image_set", image_set, sets)
        self.archive = YEARS["2007-test" if image_set == "test" else year]
        if download and not self._is_complete():
            self.download()
        self.images, self.targets = self._paths()

    def _paths(self) -> tuple[list[str], list[str]]:
        """The paths of all images and of all targets."""
        folder = Path(self.root, self.archive.folder)
        listing = folder / "ImageSets" / self.sets_folder / f"{self.image_set}.txt"
        if not listing.is_file():
            raise not_found(type(self).__name__, listing)
        stems = [line.split()[0] for line in listing.read_text("utf-8").splitlines() if line.strip()]
        for stem in stems:
            if "/" in stem or "\\" in stem or stem.startswith("."):
                raise DatasetError(f"{listing}: {stem!r} is not the name of an image")
        images = [str(folder / "JPEGImages" / f"{stem}.jpg") for stem in stems]
        targets = [str(folder / self.target_folder / f"{stem}{self.target_extension}") for stem in stems]
        return images, targets

    def _is_complete(self) -> bool:
        try:
            images, targets = self._paths()
        except DatasetError:
            return False
        return all(map(os.path.isfile, images + targets))

    def download(self) -> None:
        """Brings the archive, and unpacks it."""
        year = "voc" + self.year
        urls = [f"{host}{year}/{self.archive.name}" for host in HOSTS]
        extract(fetch(urls, self.root, md5=self.archive.md5), self.root)

    def _target(self, path: str) -> Any:
        raise NotSupportedError(f"{type(self).__name__}: a data set of VOC must define _target(path)")

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        index = self._place(index)
        for path in (self.images[index], self.targets[index]):
            if not os.path.isfile(path):
                raise not_found(type(self).__name__, path)
        img, target = pil_loader(self.images[index]), self._target(self.targets[index])
        return (img, target) if self.transforms is None else self.transforms(img, target)

    def __len__(self) -> int:
        return len(self.images)


class VOCSegmentation(VOCBase):
    """Photographs with the class of every pixel. Sample i is `(img, mask)`, both images of Pillow.

    The mask is in mode P: its numbers are classes (0: background, 1 to 20: things, 255: borders), and its palette
    gives them colors.

    Args:
        root: the archive is unpacked here: the files are in `root/VOCdevkit/VOC2012` and so on.
        year: "2007" to "2012".
        image_set: "train", "val" or "trainval"; of 2007 also "test".
        download: brings the archive if the files are not there, and unpacks it.
        transform: for the image.
        target_transform: for the mask.
        transforms: for both: gets image and mask, returns both.

    Attributes:
        images: the paths of the images.
        masks: the paths of the masks.

    Raises:
        DatasetError: if files are missing or damaged.
        DownloadError: if the archive cannot be downloaded, or has the wrong hash.

    Source: M. Everingham et al., The PASCAL visual object classes challenge: a retrospective, 2015.
    """

    sets_folder = "Segmentation"
    target_folder = "SegmentationClass"
    target_extension = ".png"

    @property
    def masks(self) -> list[str]:
        """The paths of the masks."""
        return self.targets

    def _target(self, path: str) -> Any:
        Image = pillow("VOCSegmentation")
        try:
            with Image.open(path) as mask:
                mask.load()
                return mask
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
            raise DatasetError(f"{path} is damaged or no image: {error}; remove it, or replace it") from error


class VOCDetection(VOCBase):
    """Photographs with boxes around things. Sample i is `(img, annotation)`: an image of Pillow, and a dict.

    The dict is the XML file: `annotation["annotation"]["object"]` is the list of things, each with a `name` and a
    `bndbox` with `xmin`, `ymin`, `xmax`, `ymax`; all values are strings.

    Args:
        root: the archive is unpacked here: the files are in `root/VOCdevkit/VOC2012` and so on.
        year: "2007" to "2012".
        image_set: "train", "val" or "trainval"; of 2007 also "test".
        download: brings the archive if the files are not there, and unpacks it.
        transform: for the image.
        target_transform: for the dict.
        transforms: for both: gets image and dict, returns both.

    Attributes:
        images: the paths of the images.
        annotations: the paths of the XML files.

    Raises:
        DatasetError: if files are missing or damaged.
        DownloadError: if the archive cannot be downloaded, or has the wrong hash.

    Source: M. Everingham et al., The PASCAL visual object classes challenge: a retrospective, 2015.
    """

    sets_folder = "Main"
    target_folder = "Annotations"
    target_extension = ".xml"

    @property
    def annotations(self) -> list[str]:
        """The paths of the XML files."""
        return self.targets

    def _target(self, path: str) -> Any:
        return self.parse_voc_xml(read_xml(path))

    @staticmethod
    def parse_voc_xml(node: ElementTree.Element) -> dict[str, Any]:
        """An XML tree as nested dicts; what occurs several times, and `object` always, is a list."""
        if not len(node):
            return {node.tag: (node.text or "").strip()}
        found: dict[str, list[Any]] = defaultdict(list)
        for child in node:
            for tag, value in VOCDetection.parse_voc_xml(child).items():
                found[tag].append(value)
        if node.tag == "annotation":
            found["object"] = [found["object"]]
        return {node.tag: {tag: values[0] if len(values) == 1 else values for tag, values in found.items()}}


def read_xml(path: str) -> ElementTree.Element:
    """The root of a small XML file, which must be an annotation.

    Raises:
        DatasetError: if it is something else, or declares entities, which may grow without bound.
    """
    data = Path(path).read_bytes()
    try:
        if len(data) > SMALL or b"<!" in data.replace(b"<!--", b""):
            raise DatasetError(f"{path} is no annotation: it is too long, or declares a document type")
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise DatasetError(f"{path} is damaged: {error}; unpack the archive again") from None
    depths = [(root, 1)]
    while depths:
        node, depth = depths.pop()
        if depth > 20:
            raise DatasetError(f"{path} is no annotation: its elements are nested more than 20 deep")
        depths.extend((child, depth + 1) for child in node)
    if root.tag != "annotation":
        raise DatasetError(f"{path} is no annotation: its root is <{root.tag}>")
    return root
