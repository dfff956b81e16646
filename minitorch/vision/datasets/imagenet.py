"""ImageNet's 1000 classes of 2012, whose archives everybody gets from image-net.org themselves."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from minitorch.archives import extract, make_folder
from minitorch.downloads import verify
from minitorch.errors import CheckpointError, DatasetError
from minitorch.serialization import load, save
from minitorch.vision.datasets.folder import ImageFolder
from minitorch.vision.datasets.matlab import read_mat
from minitorch.vision.datasets.vision import one_of

ARCHIVE_META = {  # names, and their MD5
    "train": ("ILSVRC2012_img_train.tar", "1d675b47d978889d74fa0da5fadfb00e"),
    "val": ("ILSVRC2012_img_val.tar", "29b22e2961454d5413ddabcf34fc5622"),
    "devkit": ("ILSVRC2012_devkit_t12.tar.gz", "fa75699e90414af021442c21a62c3abf"),
}
META_FILE = "meta.bin"
DEVKIT = "ILSVRC2012_devkit_t12"


class ImageNet(ImageFolder):
    """ImageNet 2012: 1,281,167 photographs for training and 50,000 for validation, in 1000 classes.

    Put `ILSVRC2012_devkit_t12.tar.gz` and `ILSVRC2012_img_train.tar` or `ILSVRC2012_img_val.tar` into `root`; the
    first time, they are unpacked into `root/train/WNID/…` and `root/val/WNID/…`, and the names of the classes into
    `root/meta.bin`. Folders that were prepared so by torchvision are used as they are.

    Args:
        root: the folder of the archives.
        split: "train" or "val".
        kwargs: the other arguments of `ImageFolder`.

    Attributes:
        classes: of each class, the tuple of its names.
        class_to_idx: the number of each name.
        wnids: the WordNet identifiers of the classes.
        wnid_to_idx: the number of each.
        imgs: path and class of each image; `samples` is the same.
        targets: the class of each image.

    Raises:
        DatasetError: if an archive is missing or not what it should be.
        DownloadError: if an archive has the wrong hash.

    Source: O. Russakovsky et al., ImageNet large scale visual recognition challenge, 2015.
    """

    def __init__(self, root: str | os.PathLike[str], split: str = "train", **kwargs: Any) -> None:
        root = os.path.expanduser(root)
        self.split = one_of("ImageNet", "split", split, ("train", "val"))
        self.root = root
        self.parse_archives()
        names, _ = load_meta_file(root)
        super().__init__(self.split_folder, **kwargs)
        self.root = root
        self.wnids, self.wnid_to_idx = self.classes, self.class_to_idx
        unknown = [wnid for wnid in self.wnids if wnid not in names]
        if unknown:
            raise DatasetError(
                f"{self.split_folder}: the folders {', '.join(unknown[:5])} are no classes of ImageNet"
            )
        self.classes = [names[wnid] for wnid in self.wnids]
        self.class_to_idx = {name: i for i, names in enumerate(self.classes) for name in names}

    @property
    def split_folder(self) -> str:
        """Where the images of this split are."""
        return os.path.join(self.root, self.split)

    def parse_archives(self) -> None:
        """Unpacks the archives that are not unpacked yet."""
        if not os.path.isfile(os.path.join(self.root, META_FILE)):
            parse_devkit_archive(self.root)
        if not os.path.isdir(self.split_folder):
            (parse_train_archive if self.split == "train" else parse_val_archive)(self.root)

    def extra_repr(self) -> str:
        return f"Split: {self.split}"


def load_meta_file(root: str, file: str | None = None) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """The names of each class, and the class of each image for validation, by WordNet identifiers.

    Raises:
        DatasetError: if the file is not there, or damaged.
    """
    path = os.path.join(root, file or META_FILE)
    if not os.path.isfile(path):
        raise DatasetError(f"ImageNet: {path} is not there; it is made of {ARCHIVE_META['devkit'][0]}")
    try:
        names, validation = load(path)
        whole = isinstance(names, dict) and all(isinstance(v, tuple) for v in names.values())
    except (CheckpointError, TypeError, ValueError) as error:
        raise DatasetError(f"{path} is damaged: {error}; remove it, it is made again") from None
    if not whole or not isinstance(validation, list):
        raise DatasetError(f"{path} is not the file of ImageNet's classes; remove it, it is made again")
    return names, validation


def parse_devkit_archive(root: str, file: str | None = None) -> None:
    """Makes `meta.bin` of the development kit.

    Raises:
        DatasetError: if the kit is not what it should be.
        DownloadError: if it is not there, or has the wrong hash.
    """
    archive = _archive(root, "devkit", file)
    with tempfile.TemporaryDirectory() as folder:
        extract(archive, folder)
        data = Path(folder, DEVKIT, "data")
        wnids, names = parse_meta_mat(data / "meta.mat")
        validation = parse_ground_truth(data / "ILSVRC2012_validation_ground_truth.txt", wnids)
    save((names, validation), os.path.join(root, META_FILE), format="torch")


def parse_meta_mat(path: Path) -> tuple[dict[int, str], dict[str, tuple[str, ...]]]:
    """The WordNet identifier of each number, and the names of each identifier, of classes without classes below them.

    Raises:
        DatasetError: if the file is damaged.
    """
    wnids, names = {}, {}
    try:
        for synset in read_mat(path, "synsets")["synsets"]:
            if int(synset["num_children"].item()) == 0:
                wnid = str(synset["WNID"])
                wnids[int(synset["ILSVRC2012_ID"].item())] = wnid
                names[wnid] = tuple(str(synset["words"]).split(", "))
    except (AttributeError, LookupError, TypeError, ValueError, OSError) as error:
        raise DatasetError(
            f"{path} is not the list of ImageNet's classes: {type(error).__name__}: {error}"
        ) from None
    return wnids, names


def parse_ground_truth(path: Path, wnids: dict[int, str]) -> list[str]:
    """The class of each image for validation.

    Raises:
        DatasetError: if a line is not the number of a class.
    """
    classes = []
    try:
        lines = path.read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path} cannot be read: {error}") from None
    for number, line in enumerate(lines, 1):
        if not line.strip().isdigit() or int(line) not in wnids:
            raise DatasetError(f"{path}, line {number}: {line[:50]!r} is not the number of a class")
        classes.append(wnids[int(line)])
    return classes


def parse_train_archive(root: str, file: str | None = None, folder: str = "train") -> None:
    """Unpacks the images for training: an archive with one archive for each class."""
    archive = _archive(root, "train", file)

    def fill(fresh: Path) -> None:
        extract(archive, fresh)
        for inner in sorted(fresh.glob("*.tar")):
            extract(inner, fresh / inner.stem)
            inner.unlink()

    make_folder(Path(root, folder), fill)


def parse_val_archive(
    root: str, file: str | None = None, wnids: list[str] | None = None, folder: str = "val"
) -> None:
    """Unpacks the images for validation, and sorts them by class.

    Raises:
        DatasetError: if there are not as many images as classes of images.
    """
    wnids = load_meta_file(root)[1] if wnids is None else wnids
    archive = _archive(root, "val", file)

    def fill(fresh: Path) -> None:
        extract(archive, fresh)
        images = sorted(path for path in fresh.iterdir() if path.is_file())
        if len(images) != len(wnids):
            raise DatasetError(
                f"{archive} has {len(images)} images, and {META_FILE} the classes of {len(wnids)}"
            )
        for wnid in set(wnids):
            (fresh / wnid).mkdir()
        for wnid, image in zip(wnids, images, strict=True):
            os.replace(image, fresh / wnid / image.name)

    make_folder(Path(root, folder), fill)


def _archive(root: str, which: str, file: str | None) -> Path:
    name, md5 = ARCHIVE_META[which]
    path = Path(root, file or name)
    if not path.is_file():
        raise DatasetError(
            f"ImageNet: {path} is not there; get it from https://image-net.org, and put it there"
        )
    verify(path, md5=md5)
    return path
