"""Folders of films of what people do: Kinetics-400, 600 and 700, and others that are arranged so."""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from minitorch.archives import extract, make_folder
from minitorch.checks import check_callable
from minitorch.downloads import fetch
from minitorch.errors import DatasetError
from minitorch.vision.datasets.folder import find_classes, make_dataset
from minitorch.vision.datasets.video_utils import VideoClips
from minitorch.vision.datasets.vision import VisionDataset, one_of

BUCKET = "https://s3.amazonaws.com/kinetics"


class Kinetics(VisionDataset):
    """Clips of films in folders: `root/SPLIT/CLASS/FILE`. Sample i is `(video, audio, label)`.

    The video is uint8, (T, C, H, W); the audio float32, (channels, samples), with no samples where there is no sound.

    Args:
        root: the folder of the splits.
        frames_per_clip: how many frames a clip has; what is left over at the end of a film is not used.
        num_classes: "400", "600" or "700": which edition is downloaded.
        split: "train", "val" or "test".
        frame_rate: frames per second; by default those that the film has.
        step_between_clips: how many frames lie from the beginning of one clip to that of the next.
        transform: for the video.
        extensions: how the names of films end.
        download: brings the edition if `root/SPLIT` is not there: hundreds of gigabytes. No hashes of it are published.
        num_download_workers: how many files are brought at once.
        num_workers: how many threads look through the films the first time.
        _precomputed_metadata: the `metadata` of an earlier one.
        output_format: "TCHW" or "THWC", the order of the dims of the video.

    Attributes:
        classes: the names of the folders, sorted.
        samples: path and class of each film.
        video_clips: the `VideoClips`.

    Raises:
        MissingFolderError: if there are no classes, or one has no films.
        DatasetError: by a sample whose film is damaged.
        MissingDependencyError: without PyAV.

    Source: W. Kay et al., The Kinetics human action video dataset, arXiv:1705.06950.
    """

    _TAR_URLS: ClassVar[dict[str, str]] = {
        "400": f"{BUCKET}/400/{{split}}/k400_{{split}}_path.txt",
        "600": f"{BUCKET}/600/{{split}}/k600_{{split}}_path.txt",
        "700": f"{BUCKET}/700_2020/{{split}}/k700_2020_{{split}}_path.txt",
    }
    _ANNOTATION_URLS: ClassVar[dict[str, str]] = {
        "400": f"{BUCKET}/400/annotations/{{split}}.csv",
        "600": f"{BUCKET}/600/annotations/{{split}}.csv",
        "700": f"{BUCKET}/700_2020/annotations/{{split}}.csv",
    }

    def __init__(
        self,
        root: str | os.PathLike[str],
        frames_per_clip: int,
        num_classes: str = "400",
        split: str = "train",
        frame_rate: float | None = None,
        step_between_clips: int = 1,
        transform: Any = None,
        extensions: tuple[str, ...] = ("avi", "mp4"),
        download: bool = False,
        num_download_workers: int = 1,
        num_workers: int = 1,
        _precomputed_metadata: dict[str, Any] | None = None,
        output_format: str = "TCHW",
    ) -> None:
        super().__init__(root)
        self.num_classes = one_of("Kinetics", "num_classes", num_classes, ("400", "600", "700"))
        self.split = one_of("Kinetics", "split", split, ("train", "val", "test"))
        self.extensions, self.num_download_workers = extensions, num_download_workers
        self.split_folder = os.path.join(self.root, split)
        if download:
            self.download_and_process_videos()
        self.classes, self.class_to_idx = find_classes(self.split_folder)
        self.samples = make_dataset(self.split_folder, self.class_to_idx, extensions)
        self.video_clips = VideoClips(
            [path for path, _ in self.samples],
            frames_per_clip,
            step_between_clips,
            frame_rate,
            _precomputed_metadata,
            num_workers,
            output_format,
        )
        check_callable("Kinetics: transform", transform)
        self.transform = transform

    @property
    def metadata(self) -> dict[str, Any]:
        """What is known about the films, for `_precomputed_metadata`."""
        return self.video_clips.metadata

    def download_and_process_videos(self) -> None:
        """Brings all films of the split, and sorts them by class."""
        from multiprocessing.pool import ThreadPool

        if os.path.isdir(self.split_folder):
            return
        listing = fetch(self._TAR_URLS[self.num_classes].format(split=self.split), Path(self.root, "files"))
        urls = [quote(line, safe="/,:") for line in listing.read_text("utf-8").splitlines() if line.strip()]
        with ThreadPool(max(self.num_download_workers, 1)) as pool:
            archives = pool.map(lambda url: fetch(url, Path(self.root, "tars")), urls)
        annotations = fetch(
            self._ANNOTATION_URLS[self.num_classes].format(split=self.split), Path(self.root, "annotations")
        )

        def fill(fresh: Path) -> None:
            for archive in archives:
                extract(archive, fresh)
            sort_by_class(fresh, annotations)

        make_folder(Path(self.split_folder), fill)

    def __getitem__(self, index: int) -> tuple[Any, Any, int]:
        video, audio, _, which = self.video_clips.get_clip(index)
        return video if self.transform is None else self.transform(video), audio, self.samples[which][1]

    def __len__(self) -> int:
        return self.video_clips.num_clips()

    def extra_repr(self) -> str:
        return f"Split: {self.split}"


def sort_by_class(folder: Path, annotations: Path) -> None:
    """Moves films into folders of their classes, by the table that says which is which.

    Raises:
        DatasetError: if the table is not as it should be.
    """
    with annotations.open(newline="", encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            try:
                label = re.sub(r"['()]", "", row["label"].replace(" ", "_"))
                start, end = int(row["time_start"]), int(row["time_end"])
                name = f"{row['youtube_id']}_{start:06}_{end:06}.mp4"
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise DatasetError(f"{annotations}, line {number}: {type(error).__name__}: {error}") from None
            if re.search(r"[/\\\0]|^\.", label + name) or not label or name.startswith("."):
                raise DatasetError(f"{annotations}, line {number}: {label!r} or {name!r} is no name")
            if (folder / name).is_file():
                (folder / label).mkdir(exist_ok=True)
                os.replace(folder / name, folder / label / name)
