"""CIFAR-10 and CIFAR-100, whose files are pickles: they are read without running what is in them."""

from __future__ import annotations

import os
from math import prod
from pathlib import Path
from typing import Any, ClassVar

from minitorch.checkpoints.unpickler import Function, Unpickler, containers, refuse
from minitorch.downloads import extract, fetch, verify
from minitorch.errors import CheckpointError, DatasetError, DownloadError
from minitorch.registry import get_backend
from minitorch.vision.datasets.hashes import strongest
from minitorch.vision.datasets.vision import VisionDataset, is_train, not_found
from minitorch.vision.images import pillow

IMAGE = (3, 32, 32)


class PickledArray:
    """An array of bytes in a pickle: `_reconstruct` makes it, and the state that follows fills it."""

    shape: tuple[int, ...] = ()
    data = b""


class PickledDtype:
    """The dtype of such an array."""


class Batch(Unpickler):
    """The unpickler of a batch: besides plain values it knows NumPy's arrays of bytes."""

    old_text = "latin1"  # the elements of an array are a string of Python 2
    also = (PickledArray,)

    def __init__(self, data: bytes, where: str) -> None:
        super().__init__(data, where, self._named)
        self._names: dict[str, Any] = containers(lambda: self) | {
            "numpy.dtype": Function("dtype", self._dtype)
        }
        for module in ("numpy.core.multiarray", "numpy._core.multiarray"):
            self._names[f"{module}._reconstruct"] = Function("_reconstruct", lambda *_: PickledArray())
        self._names["numpy.ndarray"] = None  # the first argument of _reconstruct

    def _named(self, name: str) -> Any:
        return self._names[name] if name in self._names else refuse(name, self.where)

    def _dtype(self, name: Any, *_: Any) -> PickledDtype:
        if name != "u1":
            raise TypeError(f"an array of {name!r}, not of bytes")
        return PickledDtype()

    def _build(self) -> None:
        target = self.stack[-2]
        if type(target) is PickledArray:
            _, shape, dtype, fortran, data = self.stack.pop()
            data = data.encode("latin1") if isinstance(data, str) else data
            if (
                type(dtype) is not PickledDtype
                or fortran
                or type(data) is not bytes
                or any(type(n) is not int or n < 0 for n in shape)
                or prod(shape) != len(data)
            ):
                raise TypeError(f"the elements of an array of shape {shape} are not as they should be")
            target.shape, target.data = shape, data
        elif type(target) is PickledDtype:
            self.stack.pop()  # byte order and alignment, of which bytes have none
        else:
            super()._build()


def read_batch(path: Path) -> dict[str, Any]:
    """What is in a batch; keys in bytes become strings, arrays have their backend's type.

    Raises:
        DatasetError: if it is damaged, or names anything but values.
    """
    try:
        values = Batch(path.read_bytes(), str(path)).load()
    except CheckpointError as error:
        raise DatasetError(f"{error}") from None
    if type(values) is not dict:
        raise _damaged(path, f"it holds {type(values).__name__}, and should hold a dict")
    batch = {key.decode("latin1") if isinstance(key, bytes) else str(key): v for key, v in values.items()}
    for key, value in batch.items():
        if isinstance(value, PickledArray):
            flat = get_backend("numpy").from_buffer(value.data, "uint8", len(value.data), 0)
            batch[key] = flat.reshape(value.shape)
    return batch


class CIFAR10(VisionDataset):
    """60,000 photographs of 32×32 pixels in 10 classes. Sample i is `(img, target)`: an image of Pillow, and its class.

    Args:
        root: the files are in `root/cifar-10-batches-py`.
        train: the 50,000 images for training, or the 10,000 others.
        transform: for the image.
        target_transform: for the target.
        download: brings the archive if files are missing or damaged, and unpacks it.

    Attributes:
        data: all images: an array of bytes (not a tensor, as in torchvision), (N, 32, 32, 3).
        targets: the list of all classes.
        classes: their names.
        class_to_idx: the number of each name.

    Raises:
        DatasetError: if files are missing or damaged.
        DownloadError: if the archive cannot be downloaded, or a file has the wrong hash.

    Source: A. Krizhevsky, Learning multiple layers of features from tiny images, 2009.
    """

    base_folder = "cifar-10-batches-py"
    url = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
    filename = "cifar-10-python.tar.gz"
    tgz_md5 = "c58f30108f718f92721af3b95e74349a"
    train_list: ClassVar[list[list[str]]] = [
        ["data_batch_1", "c99cafc152244af753f735de768cd75f"],
        ["data_batch_2", "d4bba439e000b95fd0a9bffe97cbabec"],
        ["data_batch_3", "54ebc095f3ab1f0389bbae665268c751"],
        ["data_batch_4", "634d18415352ddfa80567beed471001a"],
        ["data_batch_5", "482c414d41f54cd18b22e5b47cb7c3cb"],
    ]
    test_list: ClassVar[list[list[str]]] = [["test_batch", "40351d587109b95175f43aff81a1287e"]]
    meta: ClassVar[dict[str, str]] = {
        "filename": "batches.meta",
        "key": "label_names",
        "md5": "5ff9c542aee3614f3951f8cda6e48888",
    }

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
        if download:
            self.download()
        self.classes = self._class_names()
        self.class_to_idx = {name: i for i, name in enumerate(self.classes)}
        batches = [
            self._batch(name, md5) for name, md5 in (self.train_list if self.train else self.test_list)
        ]
        self.targets: list[int] = [target for _, targets in batches for target in targets]
        arrays = get_backend("numpy")
        flat = arrays.concatenate([data for data, _ in batches], 0)
        # The files have one color after the other; Pillow reads pixel by pixel.
        self.data: Any = arrays.copy(flat.reshape(-1, *IMAGE).transpose(0, 2, 3, 1))

    def _path(self, name: str, md5: str) -> Path:
        path = Path(self.root, self.base_folder, name)
        if not path.is_file():
            raise not_found(type(self).__name__, path)
        verify(path, md5=md5)
        return path

    def _class_names(self) -> list[str]:
        path = self._path(self.meta["filename"], self.meta["md5"])
        names = read_batch(path).get(self.meta["key"])
        if type(names) is not list or not names:
            raise _damaged(path, f"it has no list {self.meta['key']!r}")
        return [name.decode("latin1") if isinstance(name, bytes) else str(name) for name in names]

    def _batch(self, name: str, md5: str) -> tuple[Any, list[int]]:
        """Images and classes of one file."""
        path = self._path(name, md5)
        batch = read_batch(path)
        data, targets = batch.get("data"), batch.get("labels", batch.get("fine_labels"))
        if data is None or getattr(data, "shape", None) != (len(data), prod(IMAGE)):
            raise _damaged(
                path, f"its 'data' has shape {getattr(data, 'shape', None)}, not (N, {prod(IMAGE)})"
            )
        known = range(len(self.classes))
        if type(targets) is not list or any(type(t) is not int or t not in known for t in targets):
            raise _damaged(path, f"its labels are no list of numbers below {len(known)}")
        if len(targets) != len(data):
            raise _damaged(path, f"it has {len(data)} images and {len(targets)} labels")
        return data, targets

    def _check_integrity(self) -> bool:
        """Whether all files are there, and have the published hashes."""
        try:
            for name, md5 in [(self.meta["filename"], self.meta["md5"]), *self.train_list, *self.test_list]:
                self._path(name, md5)
        except (DatasetError, DownloadError):
            return False
        return True

    def download(self) -> None:
        """Brings the archive, unless all files are there and whole, and unpacks it."""
        if not self._check_integrity():
            extract(fetch(self.url, self.root, self.filename, **strongest(self.tgz_md5)), self.root)

    def __getitem__(self, index: Any) -> tuple[Any, Any]:
        index = self._place(index)
        img: Any = pillow(type(self).__name__).fromarray(self.data[index])
        target: Any = self.targets[index]
        return self._transformed(img, target)

    def __len__(self) -> int:
        return len(self.data)

    def extra_repr(self) -> str:
        return f"Split: {'Train' if self.train else 'Test'}"


class CIFAR100(CIFAR10):
    """60,000 photographs of 32×32 pixels in 100 classes, as `CIFAR10`; the files are in `root/cifar-100-python`."""

    base_folder = "cifar-100-python"
    url = "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"
    filename = "cifar-100-python.tar.gz"
    tgz_md5 = "eb9058c3a382ffc7106e4002c42a8d85"
    train_list: ClassVar[list[list[str]]] = [["train", "16019d7e3df5f24257cddd939b257f8d"]]
    test_list: ClassVar[list[list[str]]] = [["test", "f0ef6b0ae62326f3e7ffdfab6717acfc"]]
    meta: ClassVar[dict[str, str]] = {
        "filename": "meta",
        "key": "fine_label_names",
        "md5": "7973b15100ade9c7d40fb424638fde48",
    }


def _damaged(path: Path, what: str) -> DatasetError:
    return DatasetError(f"{path} is damaged: {what}; remove it and download it again (download=True)")
