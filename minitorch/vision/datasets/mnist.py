"""MNIST and the data sets that come in its format."""

from __future__ import annotations

import os
import shutil
import string
from pathlib import Path
from typing import Any, ClassVar

from minitorch import dtypes
from minitorch.downloads import extract, fetch, verify
from minitorch.errors import DatasetError
from minitorch.vision.datasets.hashes import strongest
from minitorch.vision.datasets.idx import read_idx
from minitorch.vision.datasets.vision import VisionDataset, is_train, not_found, one_of
from minitorch.vision.images import pillow


class MNIST(VisionDataset):
    """70,000 handwritten digits of 28×28 grey pixels.

    Sample i is `(img, target)`: an image of Pillow in mode L, and the digit.

    Args:
        root: the files are in `root/MNIST/raw`, compressed as they are published, or not.
        train: the 60,000 images for training, or the 10,000 others.
        transform: for the image.
        target_transform: for the target.
        download: brings the files that are not there.

    Attributes:
        data: all images, uint8, (N, 28, 28).
        targets: all digits, int64, (N,).
        classes: the names of the targets.

    Raises:
        DatasetError: if files are missing, damaged, or do not belong together.
        DownloadError: if a file cannot be downloaded, or has the wrong hash.

    Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, Gradient-based learning applied to document recognition, 1998.
    """

    mirrors: ClassVar[list[str]] = [
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "http://yann.lecun.com/exdb/mnist/",
    ]
    resources: ClassVar[list[tuple[str, str]]] = [  # names, and their MD5
        ("train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
        ("train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432"),
        ("t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3"),
        ("t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c"),
    ]
    classes: Any = (
        "0 - zero",
        "1 - one",
        "2 - two",
        "3 - three",
        "4 - four",
        "5 - five",
        "6 - six",
        "7 - seven",
        "8 - eight",
        "9 - nine",
    )

    def __init__(
        self,
        root: str | os.PathLike[str],
        train: bool = True,
        transform: Any = None,
        target_transform: Any = None,
        download: bool = False,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.train = is_train(type(self).__name__, train)
        self.classes = list(self.classes)
        if download:
            self.download()
        self.data, self.targets = self._load_data()

    @property
    def raw_folder(self) -> str:
        """Where the files are."""
        return os.path.join(self.root, type(self).__name__, "raw")

    @property
    def class_to_idx(self) -> dict[str, int]:
        """The number of each class."""
        return {name: i for i, name in enumerate(self.classes)}

    def _names(self) -> tuple[str, str]:
        """The names of the file of images and of the file of labels, uncompressed."""
        lead = "train" if self.train else "t10k"
        return f"{lead}-images-idx3-ubyte", f"{lead}-labels-idx1-ubyte"

    def _file(self, name: str) -> Path:
        """The file of this name, compressed or not; one that is compressed is compared with its hash."""
        plain = Path(self.raw_folder, name)
        packed = plain.with_name(f"{name}.gz")
        if plain.is_file():
            return plain
        if not packed.is_file():
            raise not_found(type(self).__name__, packed)
        md5 = dict(self.resources).get(packed.name)
        if md5 is not None:
            verify(packed, **strongest(md5))
        return packed

    def _load_data(self) -> tuple[Any, Any]:
        images_name, labels_name = self._names()
        images_file, labels_file = self._file(images_name), self._file(labels_name)
        images, labels = read_idx(images_file, 3), read_idx(labels_file, 1)
        if len(images) != len(labels):
            raise DatasetError(
                f"{type(self).__name__}: {images_file} has {len(images)} images, and {labels_file} {len(labels)} "
                f"labels; the files do not belong together"
            )
        if len(labels) and int(labels.max()) >= len(self.classes):
            raise DatasetError(
                f"{labels_file} has a label {int(labels.max())}, and there are {len(self.classes)} classes"
            )
        return images, labels.to(dtypes.int64)

    def _check_exists(self) -> bool:
        return all(
            os.path.isfile(path) or os.path.isfile(f"{path}.gz")
            for path in (os.path.join(self.raw_folder, name) for name in self._names())
        )

    def download(self) -> None:
        """Brings the files of both splits that are not there."""
        for name, md5 in self.resources:
            if not os.path.isfile(os.path.join(self.raw_folder, name.removesuffix(".gz"))):
                fetch([mirror + name for mirror in self.mirrors], self.raw_folder, **strongest(md5))

    def __getitem__(self, index: Any) -> tuple[Any, Any]:
        index = self._place(index)
        img: Any = pillow(type(self).__name__).fromarray(self.data.numpy()[index])
        target: Any = int(self.targets.numpy()[index])
        return self._transformed(img, target)

    def __len__(self) -> int:
        return len(self.data)

    def extra_repr(self) -> str:
        return f"Split: {'Train' if self.train else 'Test'}"


class FashionMNIST(MNIST):
    """70,000 pieces of clothing of 28×28 grey pixels, as `MNIST`; the files are in `root/FashionMNIST/raw`.

    Source: H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST: a novel image dataset for benchmarking machine learning
    algorithms, arXiv:1708.07747.
    """

    mirrors: ClassVar[list[str]] = ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"]
    resources: ClassVar[list[tuple[str, str]]] = [
        ("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        ("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
        ("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
        ("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310"),
    ]
    classes: Any = (
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    )


class KMNIST(MNIST):
    """70,000 cursive Japanese characters (hiragana), as `MNIST`; the files are in `root/KMNIST/raw`.

    Source: T. Clanuwat et al., Deep learning for classical Japanese literature, arXiv:1812.01718.
    """

    mirrors: ClassVar[list[str]] = ["http://codh.rois.ac.jp/kmnist/dataset/kmnist/"]
    resources: ClassVar[list[tuple[str, str]]] = [
        ("train-images-idx3-ubyte.gz", "bdb82020997e1d708af4cf47b453dcf7"),
        ("train-labels-idx1-ubyte.gz", "e144d726b3acfaa3e44228e80efcd344"),
        ("t10k-images-idx3-ubyte.gz", "5c965bf0a639b31b8f53240b1b52f4d7"),
        ("t10k-labels-idx1-ubyte.gz", "7320c461ea6c1c855c0b718fb2a4b134"),
    ]
    classes: Any = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")


class EMNIST(MNIST):
    """Handwritten digits and letters, in the format of `MNIST`; the files are in `root/EMNIST/raw`.

    The images lie as the files have them: transposed, so that `img.transpose(Image.Transpose.TRANSPOSE)` sets them
    upright.

    Args:
        root: as for `MNIST`.
        split: "byclass" (62 classes), "bymerge" and "balanced" (47, where letters such as c and C are one),
            "letters" (26; class 0 is not used), "digits" or "mnist".
        kwargs: the other arguments of `MNIST`.

    Source: G. Cohen, S. Afshar, J. Tapson, A. van Schaik, EMNIST: an extension of MNIST to handwritten letters,
    arXiv:1702.05373.
    """

    urls: ClassVar[list[str]] = [
        "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip",
        "https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/gzip.zip",
    ]
    md5 = "58c8d27c78d21e728a6bc7b3cc06412e"
    resources: ClassVar[list[tuple[str, str]]] = []  # only of the archive a hash is published
    splits = ("byclass", "bymerge", "balanced", "letters", "digits", "mnist")
    _all = sorted(string.digits + string.ascii_letters)
    _merged = sorted({*_all} - {*"cijklmopsuvwxyz"})
    classes_split_dict: ClassVar[dict[str, list[str]]] = {
        "byclass": _all,
        "bymerge": _merged,
        "balanced": _merged,
        "letters": ["N/A", *string.ascii_lowercase],
        "digits": list(string.digits),
        "mnist": list(string.digits),
    }

    def __init__(self, root: str | os.PathLike[str], split: str, **kwargs: Any) -> None:
        self.split = one_of("EMNIST", "split", split, self.splits)
        self.classes = self.classes_split_dict[split]
        super().__init__(root, **kwargs)

    def _names(self) -> tuple[str, str]:
        lead = f"emnist-{self.split}-{'train' if self.train else 'test'}"
        return f"{lead}-images-idx3-ubyte", f"{lead}-labels-idx1-ubyte"

    def download(self) -> None:
        """Brings the archive of all splits, and unpacks it."""
        if self._check_exists():
            return
        archive = fetch(self.urls, self.raw_folder, md5=self.md5)
        extract(archive, self.raw_folder)
        folder = Path(self.raw_folder, "gzip")
        for file in sorted(folder.glob("*.gz")):
            os.replace(file, Path(self.raw_folder, file.name))
        shutil.rmtree(folder)
