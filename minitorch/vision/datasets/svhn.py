"""Street View House Numbers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, ClassVar

from minitorch.downloads import fetch, verify
from minitorch.errors import DatasetError
from minitorch.registry import get_backend
from minitorch.vision.datasets.matlab import read_mat
from minitorch.vision.datasets.vision import VisionDataset, not_found, one_of
from minitorch.vision.images import pillow


class SVHN(VisionDataset):
    """Photographs of digits on houses, 32×32 pixels. Sample i is `(img, target)`: an image of Pillow, and the digit.

    Args:
        root: the files `train_32x32.mat` and so on are there.
        split: "train" (73,257 images), "test" (26,032) or "extra" (531,131).
        transform: for the image.
        target_transform: for the target.
        download: brings the file if it is not there.

    Attributes:
        data: all images: an array of bytes (not a tensor, as in torchvision), (N, 3, 32, 32).
        labels: all digits, an array of int64, (N,); the files have 10 for 0.

    Raises:
        DatasetError: if the file is missing or damaged.
        DownloadError: if it cannot be downloaded, or has the wrong hash.

    Source: Y. Netzer et al., Reading digits in natural images with unsupervised feature learning, 2011.
    """

    split_list: ClassVar[dict[str, list[str]]] = {
        "train": [
            "http://ufldl.stanford.edu/housenumbers/train_32x32.mat",
            "train_32x32.mat",
            "e26dedcc434d2e4c54c9b2d4a06d8373",
        ],
        "test": [
            "http://ufldl.stanford.edu/housenumbers/test_32x32.mat",
            "test_32x32.mat",
            "eb5a983be6a315427106f1b164d9cef3",
        ],
        "extra": [
            "http://ufldl.stanford.edu/housenumbers/extra_32x32.mat",
            "extra_32x32.mat",
            "a93ce644f1a588dc4d68dda5feec44a7",
        ],
    }

    def __init__(
        self,
        root: str | os.PathLike[str],
        split: str = "train",
        transform: Any = None,
        target_transform: Any = None,
        download: bool = False,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.split = one_of("SVHN", "split", split, list(self.split_list))
        self.url, self.filename, self.file_md5 = self.split_list[split]
        if download:
            self.download()
        path = Path(self.root, self.filename)
        if not path.is_file():
            raise not_found("SVHN", path)
        verify(path, md5=self.file_md5)
        self.data, self.labels = read_svhn(path)

    def download(self) -> None:
        """Brings the file, unless it is there."""
        fetch(self.url, self.root, self.filename, md5=self.file_md5)

    def __getitem__(self, index: Any) -> tuple[Any, Any]:
        index = self._place(index)
        img: Any = pillow("SVHN").fromarray(self.data[index].transpose(1, 2, 0))
        target: Any = int(self.labels[index])
        return self._transformed(img, target)

    def __len__(self) -> int:
        return len(self.data)

    def extra_repr(self) -> str:
        return f"Split: {self.split.capitalize()}"


def read_svhn(path: Path) -> tuple[Any, Any]:
    """Images and digits of a file.

    Raises:
        DatasetError: if it is damaged.
    """
    found = read_mat(path, "X", "y")
    x, y = found["X"], found["y"]
    shape: Any = getattr(x, "shape", ())
    kind = str(getattr(x, "dtype", type(x).__name__))
    if len(shape) != 4 or shape[:3] != (32, 32, 3) or kind != "uint8":
        raise DatasetError(f"{path}: 'X' is {kind} of shape {shape}, and should be uint8 (32, 32, 3, N)")
    if getattr(y, "shape", None) != (shape[3], 1):
        raise DatasetError(
            f"{path}: 'y' has shape {getattr(y, 'shape', None)}, and should have ({shape[3]}, 1)"
        )
    labels = get_backend("numpy").astype(y.reshape(-1), "int64")
    if len(labels) and (int(labels.min()) < 0 or int(labels.max()) > 10):
        raise DatasetError(f"{path}: the labels lie between {labels.min()} and {labels.max()}, not 1 and 10")
    return x.transpose(3, 2, 0, 1), labels % 10
