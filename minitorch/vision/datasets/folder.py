"""Folders of files, in which the name of a folder is the class of what is in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from minitorch.checks import check_callable
from minitorch.errors import ArgumentError, DatasetError
from minitorch.vision.datasets.vision import VisionDataset
from minitorch.vision.images import pillow

IMG_EXTENSIONS = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")

Path = str | os.PathLike[str]


class MissingFolderError(DatasetError, FileNotFoundError):
    """A folder of a data set is not there, or has nothing that can be used in it."""


def has_file_allowed_extension(filename: str, extensions: str | Sequence[str]) -> bool:
    """Whether a name ends with one of some extensions, in capital letters or not.

    >>> from minitorch.vision.datasets.folder import has_file_allowed_extension
    >>> has_file_allowed_extension("dog.JPG", (".jpg", ".png"))
    True
    """
    return filename.lower().endswith(extensions if isinstance(extensions, str) else tuple(extensions))


def is_image_file(filename: str) -> bool:
    """Whether a name ends as those of images do.

    >>> from minitorch.vision.datasets.folder import is_image_file
    >>> is_image_file("dog.png"), is_image_file("dog.txt")
    (True, False)
    """
    return has_file_allowed_extension(filename, IMG_EXTENSIONS)


def find_classes(directory: Path) -> tuple[list[str], dict[str, int]]:
    """The folders in a folder, sorted, and the number of each.

    Raises:
        MissingFolderError: if there are none.
    """
    if not os.path.isdir(directory):
        raise MissingFolderError(
            f"{directory} is not there, or no folder; it should have one folder for each class"
        )
    classes = sorted(entry.name for entry in os.scandir(directory) if entry.is_dir())
    if not classes:
        raise MissingFolderError(f"{directory} has no folders in it; there should be one for each class")
    return classes, {name: i for i, name in enumerate(classes)}


def make_dataset(
    directory: Path,
    class_to_idx: dict[str, int] | None = None,
    extensions: str | Sequence[str] | None = None,
    is_valid_file: Callable[[str], bool] | None = None,
    allow_empty: bool = False,
) -> list[tuple[str, int]]:
    """The files of all classes, each with the number of its class, sorted by class and path.

    Args:
        directory: the folder with one folder for each class, which may have folders in them in turn.
        class_to_idx: the classes; those that `find_classes` finds by default.
        extensions: how the names of the files that count end.
        is_valid_file: decides instead which files count.
        allow_empty: whether a class may have no files.

    Raises:
        ArgumentError: unless exactly one of `extensions` and `is_valid_file` is given.
        MissingFolderError: if a class has no files.
    """
    if (extensions is None) == (is_valid_file is None):
        raise ArgumentError("make_dataset: give either extensions or is_valid_file")
    directory = os.path.expanduser(directory)
    class_to_idx = find_classes(directory)[1] if class_to_idx is None else class_to_idx
    if not class_to_idx:
        raise ArgumentError("make_dataset: class_to_idx must have at least one class")
    counts: Callable[[str], bool] = is_valid_file or (
        lambda path: has_file_allowed_extension(path, extensions or ())
    )
    samples, empty = [], []
    for name in sorted(class_to_idx):
        paths = [
            os.path.join(folder, file)
            for folder, _, files in sorted(os.walk(os.path.join(directory, name), followlinks=True))
            for file in sorted(files)
        ]
        found = [(path, class_to_idx[name]) for path in paths if counts(path)]
        samples += found
        if not found:
            empty.append(name)
    if empty and not allow_empty:
        wanted = "" if extensions is None else f" whose names end with {extensions}"
        raise MissingFolderError(
            f"{directory}: no files{wanted} for the classes {', '.join(empty)}; allow_empty=True lets classes be empty"
        )
    return samples


def pil_loader(path: str) -> Any:
    """The image in a file, in red, green and blue.

    Raises:
        DatasetError: if Pillow cannot read it.
    """
    Image = pillow("pil_loader")
    with open(path, "rb") as file:
        try:
            return Image.open(file).convert("RGB")
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
            raise DatasetError(f"{path} is damaged or no image: {error}; remove it, or replace it") from error


def default_loader(path: str) -> Any:
    """The image in a file: the loader of `ImageFolder`.

    Raises:
        DatasetError: if Pillow cannot read it.
    """
    return pil_loader(path)


class DatasetFolder(VisionDataset):
    """Files of any kind in folders: `root/CLASS/…/FILE`. Sample i is what `loader` makes of file i, and its class.

    Args:
        root: the folder with one folder for each class.
        loader: gets the path of a file.
        extensions: how the names of the files that count end; either this or `is_valid_file` is given.
        transform: for what the loader returns.
        target_transform: for the number of the class.
        is_valid_file: gets a path, and says whether the file counts.
        allow_empty: whether a class may have no files.

    Attributes:
        classes: the names of the folders, sorted.
        class_to_idx: the number of each.
        samples: path and class of each file.
        targets: the class of each file.

    Raises:
        MissingFolderError: if there are no classes, or one has no files.

    Override `find_classes` where classes are found in another way.
    """

    def __init__(
        self,
        root: Path,
        loader: Callable[[str], Any],
        extensions: str | Sequence[str] | None = None,
        transform: Any = None,
        target_transform: Any = None,
        is_valid_file: Callable[[str], bool] | None = None,
        allow_empty: bool = False,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        for name, function in (("loader", loader), ("is_valid_file", is_valid_file)):
            check_callable(f"{type(self).__name__}: {name}", function)
        self.classes: list[Any]
        self.classes, self.class_to_idx = self.find_classes(self.root)
        self.samples = self.make_dataset(
            self.root, self.class_to_idx, extensions, is_valid_file, allow_empty=allow_empty
        )
        self.loader, self.extensions = loader, extensions
        self.targets = [target for _, target in self.samples]

    @staticmethod
    def make_dataset(
        directory: Path,
        class_to_idx: dict[str, int],
        extensions: str | Sequence[str] | None = None,
        is_valid_file: Callable[[str], bool] | None = None,
        allow_empty: bool = False,
    ) -> list[tuple[str, int]]:
        """The files and their classes, as the function of this name finds them."""
        return make_dataset(directory, class_to_idx, extensions, is_valid_file, allow_empty)

    def find_classes(self, directory: Path) -> tuple[list[str], dict[str, int]]:
        """The classes, and the number of each, as the function of this name finds them."""
        return find_classes(directory)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        path, target = self.samples[self._place(index)]
        sample = self.loader(path)
        if self.transform is not None:
            sample = self.transform(sample)
        return sample, target if self.target_transform is None else self.target_transform(target)

    def __len__(self) -> int:
        return len(self.samples)


class ImageFolder(DatasetFolder):
    """Images in folders: `root/CLASS/…/FILE`. Sample i is `(img, target)`: an image of Pillow (RGB), and its class.

    Args:
        root: the folder with one folder for each class.
        transform: for the image.
        target_transform: for the number of the class.
        loader: gets the path of a file, and returns an image.
        is_valid_file: gets a path, and says whether the file counts; by default those whose names end as images' do.
        allow_empty: whether a class may have no files.

    Attributes:
        classes: the names of the folders, sorted.
        class_to_idx: the number of each.
        imgs: path and class of each file; `samples` is the same.
        targets: the class of each file.

    Raises:
        MissingFolderError: if there are no classes, or one has no files.
        DatasetError: by a sample whose file is no image.

    >>> import os, tempfile
    >>> from PIL import Image
    >>> from minitorch.vision.datasets import ImageFolder
    >>> with tempfile.TemporaryDirectory() as root:
    ...     for name in ("cat", "dog"):
    ...         os.mkdir(os.path.join(root, name))
    ...         Image.new("RGB", (6, 4)).save(os.path.join(root, name, "1.png"))
    ...     images = ImageFolder(root)
    ...     img, target = images[1]
    >>> img.size, images.classes[target]
    ((6, 4), 'dog')
    """

    def __init__(
        self,
        root: Path,
        transform: Any = None,
        target_transform: Any = None,
        loader: Callable[[str], Any] = default_loader,
        is_valid_file: Callable[[str], bool] | None = None,
        allow_empty: bool = False,
    ) -> None:
        super().__init__(
            root,
            loader,
            IMG_EXTENSIONS if is_valid_file is None else None,
            transform,
            target_transform,
            is_valid_file,
            allow_empty,
        )
        self.imgs = self.samples
