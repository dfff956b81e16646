"""Clips: all pieces of a given number of frames in a list of films, which PyAV reads."""

from __future__ import annotations

import warnings
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from math import floor
from typing import Any

from minitorch.errors import ArgumentError, DatasetError, IndexRangeError, MissingDependencyError
from minitorch.registry import current_backend, get_backend
from minitorch.value import wrap
from minitorch.vision.datasets.video_index import VideoIndex


def video_library(op_name: str) -> Any:
    """The module `av`.

    Raises:
        MissingDependencyError: without PyAV; the message names the extra that brings it.
    """
    try:
        import av
    except ImportError:
        raise MissingDependencyError(
            f"{op_name}: films need PyAV, which is not installed; pip install 'minitorch-edu[video]'"
        ) from None
    return av


def read_video_timestamps(path: str) -> tuple[array[int], float | None]:
    """When each frame of a film is shown, in units of its stream, sorted; and the number of frames per second.

    Only the packets are looked at; nothing is decoded.

    Raises:
        DatasetError: if the file is damaged or no film.
    """
    av = video_library("read_video_timestamps")
    try:
        with av.open(path, metadata_errors="ignore") as film:
            if not film.streams.video:
                raise ValueError("it has no pictures")
            stream = film.streams.video[0]
            times = sorted({packet.pts for packet in film.demux(stream) if packet.pts is not None})
            rate = stream.average_rate or stream.base_rate
            return array("q", times), float(rate) if rate else None
    except (OSError, ValueError, ArithmeticError, av.FFmpegError) as error:
        raise _damaged(path, error) from None


def read_frames(path: str, times: Sequence[int]) -> tuple[Any, Any, dict[str, Any]]:
    """The frames that are shown at some times, in units of the film's stream, and the sound from first to last.

    Returns:
        Frames, uint8 (T, H, W, 3); sound, float32 (channels, samples); rates, as `video_fps` and `audio_fps`.

    Raises:
        DatasetError: if the file is damaged, or changed since its times were read.
    """
    av = video_library("read_frames")
    try:
        with av.open(path, metadata_errors="ignore") as film:
            stream = film.streams.video[0]
            info: dict[str, Any] = {"video_fps": float(stream.average_rate or stream.base_rate or 1)}
            frames: dict[int, Any] = {}
            for origin in (times[0], 0):  # a seek may end behind what it should find
                frames = _decoded(film, stream, origin, times[0], times[-1])
                if set(times) <= frames.keys():
                    break
            missing = [time for time in times if time not in frames]
            if missing:
                raise ValueError(f"it has no frame at time {missing[0]}")
            pixels = {time: frames[time].to_ndarray(format="rgb24") for time in set(times)}
            sound = None
            if film.streams.audio:
                info["audio_fps"] = film.streams.audio[0].rate
                sound = _sound(
                    av, film, *(Fraction(time) * stream.time_base for time in (times[0], times[-1]))
                )
    except (OSError, ValueError, ArithmeticError, IndexError, av.FFmpegError) as error:
        raise _damaged(path, error) from None
    arrays, backend = get_backend("numpy"), current_backend()
    video: Any = wrap(backend.asarray(arrays.stack([pixels[time] for time in times], 0)))
    return video, wrap(backend.asarray(arrays.zeros((1, 0), "float32") if sound is None else sound)), info


def _decoded(film: Any, stream: Any, origin: int, start: int, end: int) -> dict[int, Any]:
    """The frames between two times, decoded from the key frame before `origin` on."""
    film.seek(max(origin, 0), backward=True, any_frame=False, stream=stream)
    found = {}
    for frame in film.decode(stream):  # in the order in which they are shown
        if frame.pts is None or frame.pts < start:
            continue
        if frame.pts > end:
            break
        found[frame.pts] = frame
    return found


def _sound(av: Any, film: Any, start: Fraction, end: Fraction) -> Any:
    """The samples between two times in seconds, as an array (channels, samples); None if there are none."""
    stream = film.streams.audio[0]
    unit, rate = stream.time_base, stream.rate
    film.seek(max(floor(start / unit), 0), backward=True, any_frame=False, stream=stream)
    convert = av.AudioResampler(format="fltp", layout=stream.layout, rate=rate)
    pieces: list[Any] = []
    begin = Fraction(0)
    for frame in film.decode(stream):
        if frame.pts is None or frame.pts * unit + Fraction(frame.samples, rate) <= start:
            continue
        if frame.pts * unit > end:
            break
        begin = begin if pieces else frame.pts * unit
        pieces += [piece.to_ndarray() for piece in convert.resample(frame)]
    if not pieces:
        return None
    first, last = (max(round((time - begin) * rate), 0) for time in (start, end))
    return get_backend("numpy").concatenate(pieces, 1)[:, first:last]


def _damaged(path: str, error: Exception) -> DatasetError:
    return DatasetError(f"{path} is damaged or no film: {error}; remove it, or replace it")


class VideoClips:
    """All pieces of `clip_length_in_frames` frames in a row in a list of films.

    Looking through many films takes a while. What is found is kept in `$MINITORCH_HOME/clips`, and used again for
    files whose size and time have not changed; `metadata` has it too.

    Args:
        video_paths: the files.
        clip_length_in_frames: how many frames a clip has.
        frames_between_clips: how many frames lie from the beginning of one clip to that of the next.
        frame_rate: frames per second: films with more or fewer leave frames out, or show some twice.
        _precomputed_metadata: the `metadata` of an earlier one.
        num_workers: how many threads look through the films.
        output_format: "THWC" or "TCHW", the order of the dims of a clip.

    Films that are damaged, or shorter than a clip, have no clips; a warning names them.
    """

    def __init__(
        self,
        video_paths: Sequence[str],
        clip_length_in_frames: int = 16,
        frames_between_clips: int = 1,
        frame_rate: float | None = None,
        _precomputed_metadata: dict[str, Any] | None = None,
        num_workers: int = 0,
        output_format: str = "THWC",
    ) -> None:
        if output_format.upper() not in ("THWC", "TCHW"):
            raise ArgumentError(f"VideoClips: output_format must be 'THWC' or 'TCHW', got {output_format!r}")
        self.output_format = output_format.upper()
        known = _precomputed_metadata or look_through(list(video_paths), num_workers)
        self.video_paths: list[str] = list(known["video_paths"])
        self.video_pts: list[Any] = list(known["video_pts"])
        self.video_fps: list[float | None] = list(known["video_fps"])
        if not len(self.video_paths) == len(self.video_pts) == len(self.video_fps):
            raise ArgumentError("VideoClips: the lists in _precomputed_metadata must have the same length")
        self.compute_clips(clip_length_in_frames, frames_between_clips, frame_rate)

    @property
    def metadata(self) -> dict[str, Any]:
        """Paths, the times of all frames, and rates."""
        return {"video_paths": self.video_paths, "video_pts": self.video_pts, "video_fps": self.video_fps}

    def compute_clips(self, num_frames: int, step: int, frame_rate: float | None = None) -> None:
        """Divides the films anew.

        Raises:
            ArgumentError: if a number is not positive.
        """
        if num_frames < 1 or step < 1 or (frame_rate is not None and frame_rate <= 0):
            raise ArgumentError(
                f"VideoClips: the number of frames, the step and the frame rate must be positive, "
                f"got {num_frames}, {step}, {frame_rate}"
            )
        self.num_frames, self.step, self.frame_rate = num_frames, step, frame_rate
        self._times = [
            resampled(times, fps, frame_rate)
            for times, fps in zip(self.video_pts, self.video_fps, strict=True)
        ]
        counts = [max((len(times) - num_frames) // step + 1, 0) for times in self._times]
        self.cumulative_sizes = list(accumulate(counts))
        short = [path for path, count in zip(self.video_paths, counts, strict=True) if not count]
        if short:
            _warn(f"{len(short)} films have fewer than {num_frames} frames, and no clips", short)

    def num_videos(self) -> int:
        """The number of films."""
        return len(self.video_paths)

    def num_clips(self) -> int:
        """The number of clips in all films."""
        return self.cumulative_sizes[-1] if self.cumulative_sizes else 0

    def __len__(self) -> int:
        return self.num_clips()

    def get_clip_location(self, idx: int) -> tuple[int, int]:
        """The film in which clip `idx` is, and which of its clips it is."""
        video = bisect_right(self.cumulative_sizes, idx)
        return video, idx - (self.cumulative_sizes[video - 1] if video else 0)

    def get_clip(self, idx: int) -> tuple[Any, Any, dict[str, Any], int]:
        """Frames, sound and rates of a clip, and the film in which it is.

        Raises:
            IndexRangeError: if there is no such clip.
            DatasetError: if the film is damaged.
        """
        count = self.num_clips()
        if not -count <= idx < count:
            raise IndexRangeError(f"VideoClips: index {idx} is out of range, there are {count} clips")
        video, clip = self.get_clip_location(idx % count)
        start = clip * self.step
        frames, sound, info = read_frames(
            self.video_paths[video], self._times[video][start : start + self.num_frames]
        )
        if self.frame_rate is not None:
            info["video_fps"] = self.frame_rate
        return frames.permute(0, 3, 1, 2) if self.output_format == "TCHW" else frames, sound, info, video


def resampled(times: Any, fps: float | None, frame_rate: float | None) -> Any:
    """The times of the frames that are shown at another rate.

    >>> from minitorch.vision.datasets.video_utils import resampled
    >>> list(resampled([0, 10, 20, 30, 40, 50], 6.0, 4.0))
    [0, 10, 30, 40]
    """
    if not fps or frame_rate is None:
        return times
    step = fps / frame_rate
    if step.is_integer():
        return times[:: int(step)]
    return array("q", (times[floor(i * step)] for i in range(floor(len(times) / step))))


def look_through(paths: list[str], num_workers: int = 0) -> dict[str, Any]:
    """The times of all frames of all films, as `VideoClips.metadata` has them."""
    index = VideoIndex(paths)
    new = [path for path in paths if path not in index.known]
    damaged: list[str] = []
    if new:
        from multiprocessing.pool import ThreadPool

        video_library("VideoClips")
        with ThreadPool(max(num_workers, 1)) as pool:
            for path, found in zip(new, pool.imap(_times_or_error, new), strict=True):
                if isinstance(found, DatasetError):
                    damaged.append(str(found))
                else:
                    index.known[path] = found
        index.save()
    if damaged:
        _warn(f"{len(damaged)} films cannot be read, and have no clips", damaged)
    pairs = [index.known.get(path, (array("q"), None)) for path in paths]
    return {"video_paths": paths, "video_pts": [p for p, _ in pairs], "video_fps": [f for _, f in pairs]}


def _times_or_error(path: str) -> Any:
    try:
        return read_video_timestamps(path)
    except DatasetError as error:
        return error


def _warn(what: str, which: list[str]) -> None:
    others = f" and {len(which) - 5} others" if len(which) > 5 else ""
    warnings.warn(f"{what}: {'; '.join(which[:5])}{others}", stacklevel=4)
