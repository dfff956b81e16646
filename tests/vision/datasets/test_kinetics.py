"""Clips of films, which PyAV writes here: which frames they have, at what rate, and with what sound."""

from __future__ import annotations

import csv
import io
import json
import pickle
import sys
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from file_server import serving

from minitorch.errors import ArgumentError, DatasetError, IndexRangeError, MissingDependencyError
from minitorch.vision.datasets import Kinetics, video_utils
from minitorch.vision.datasets.video_index import packed, unpacked
from minitorch.vision.datasets.video_utils import VideoClips, read_frames, read_video_timestamps

av = pytest.importorskip("av")


def film(path: Path, frames: int, rate: int = 10, codec: str = "mpeg4", sound: bool = False) -> str:
    """Frame i is grey, 10·i; the sound is a ramp from 0 to 1 over its whole length."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=rate, options={"bf": "2", "g": "6", "qmin": "1", "qmax": "2"})
        stream.width, stream.height, stream.pix_fmt = 32, 16, "yuv420p"
        if sound:
            voice = out.add_stream("pcm_s16le", rate=8000, layout="mono")
            count = 8000 * frames // rate
            ramp = np.linspace(0, 32767, count).astype(np.int16).reshape(1, -1)
            piece = av.AudioFrame.from_ndarray(ramp, format="s16", layout="mono")
            piece.rate, piece.pts = 8000, 0
            out.mux(voice.encode(piece))
        for i in range(frames):
            picture = av.VideoFrame.from_ndarray(np.full((16, 32, 3), 10 * i, np.uint8), format="rgb24")
            out.mux(stream.encode(picture))
        out.mux(stream.encode())
    return str(path)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MINITORCH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def greys(video: Any) -> list[int]:
    """Which frames these are."""
    return [round(float(x) / 10) for x in video.numpy().reshape(len(video), -1).mean(1)]


@pytest.mark.parametrize("codec", ["mpeg4", "libx264"])
def test_clips_of_a_film(tmp_path: Path, codec: str) -> None:
    clips = VideoClips([film(tmp_path / "a.mp4", 13, codec=codec)], 4, 3)
    assert len(clips) == 4
    for i in range(4):
        video, sound, info, which = clips.get_clip(i)
        assert greys(video) == [3 * i + k for k in range(4)]
        assert tuple(video.shape) == (4, 16, 32, 3)
        assert (tuple(sound.shape), info, which) == ((1, 0), {"video_fps": 10.0}, 0)
    assert greys(clips.get_clip(-1)[0]) == [9, 10, 11, 12]
    with pytest.raises(IndexRangeError, match="index 4 is out of range, there are 4 clips"):
        clips.get_clip(4)
    clips.compute_clips(5, 5, 5)
    assert [greys(clips.get_clip(i)[0]) for i in range(len(clips))] == [[0, 2, 4, 6, 8]]
    clips.compute_clips(4, 4, 15)
    assert greys(clips.get_clip(0)[0]) == [0, 0, 1, 2]
    assert clips.get_clip(1)[2]["video_fps"] == 15
    with pytest.raises(ArgumentError, match="must be positive"):
        clips.compute_clips(0, 1)


def test_clips_of_several_films(tmp_path: Path) -> None:
    films = [film(tmp_path / f"{n}.mp4", n) for n in (10, 15)]
    clips = VideoClips(films, 5, 5, output_format="TCHW", num_workers=2)
    assert (clips.num_clips(), clips.num_videos()) == (5, 2)
    assert [clips.get_clip_location(i) for i in range(5)] == [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2)]
    assert tuple(clips.get_clip(3)[0].shape) == (5, 3, 16, 32)
    assert greys(clips.get_clip(3)[0]) == [5, 6, 7, 8, 9]
    assert greys(pickle.loads(pickle.dumps(clips)).get_clip(2)[0]) == [0, 1, 2, 3, 4]
    again = VideoClips([], 5, 5, _precomputed_metadata=clips.metadata)
    assert greys(again.get_clip(4)[0]) == [10, 11, 12, 13, 14]
    with pytest.raises(ArgumentError, match="same length"):
        VideoClips([], _precomputed_metadata=clips.metadata | {"video_fps": []})
    with pytest.raises(ArgumentError, match="output_format"):
        VideoClips(films, output_format="CHWT")


def test_sound(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mkv", 20, sound=True)
    times, rate = read_video_timestamps(path)
    assert rate == 10
    video, sound, info = read_frames(path, times[5:16])
    assert greys(video) == list(range(5, 16))
    assert info == {"video_fps": 10.0, "audio_fps": 8000}
    assert sound.shape[0] == 1
    assert abs(sound.shape[1] - 8000) <= 8  # from 0.5 s to 1.5 s
    np.testing.assert_allclose(sound.numpy()[0, [0, -1]], [0.25, 0.75], atol=2e-3)


def test_damaged_and_short_films(tmp_path: Path) -> None:
    good = film(tmp_path / "a.mp4", 8)
    short = film(tmp_path / "short.mp4", 3)
    (tmp_path / "no.mp4").write_bytes(b"no film")
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(Path(good).read_bytes()[:300])
    with (
        pytest.warns(UserWarning, match=r"2 films cannot be read.*no.mp4 is damaged or no film.*cut.mp4"),
        pytest.warns(UserWarning, match="3 films have fewer than 4 frames"),
    ):
        clips = VideoClips([good, short, str(tmp_path / "no.mp4"), str(cut)], 4)
    assert len(clips) == 5
    film(tmp_path / "a.mp4", 4)
    with pytest.raises(DatasetError, match="a.mp4 is damaged or no film: it has no frame at time"):
        clips.get_clip(4)


def test_films_are_looked_through_once(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    films = [film(tmp_path / f"{n}.mp4", n) for n in (5, 6)]
    seen: list[str] = []

    def spy(path: str) -> Any:
        seen.append(path)
        return read_video_timestamps(path)

    monkeypatch.setattr(video_utils, "read_video_timestamps", spy)
    first = VideoClips(films, 4)
    assert seen == films
    second = VideoClips(films, 4)
    assert seen == films
    assert [list(t) for t in second.video_pts] == [list(t) for t in first.video_pts]
    assert second.video_fps == first.video_fps == [10.0, 10.0]
    film(tmp_path / "6.mp4", 9)
    assert len(VideoClips(films, 4)) == 8
    assert seen == [*films, films[1]]
    (index,) = (home / "clips").iterdir()
    for nonsense in (b"no", b"[]", json.dumps({"5.mp4": [1], "6.mp4": None}).encode()):
        index.write_bytes(nonsense)
        assert len(VideoClips(films, 4)) == 8


def test_times_are_kept_small() -> None:
    from array import array

    for times in ([], [7], [0, 10, 20, 30, 41, 52]):
        assert list(unpacked(*packed(array("q", times)))) == times


def test_folders(tmp_path: Path) -> None:
    for name, frames in (("clap/a.mp4", 6), ("run/b.avi", 4), ("run/c.mp4", 5)):
        film(tmp_path / "val" / name, frames)
    data = Kinetics(tmp_path, 4, split="val", transform=lambda x: x.float())
    assert data.classes == ["clap", "run"]
    assert len(data) == 3 + 1 + 2
    video, sound, label = data[4]
    assert (tuple(video.shape), tuple(sound.shape), label) == ((4, 3, 16, 32), (1, 0), 1)
    assert greys(video) == [0, 1, 2, 3]
    assert video.dtype.name == "float32"
    again = Kinetics(tmp_path, 4, split="val", _precomputed_metadata=data.metadata, output_format="THWC")
    assert tuple(again[0][0].shape) == (4, 16, 32, 3)
    assert "Split: val" in repr(data)
    with pytest.raises(ArgumentError, match="num_classes must be one of"):
        Kinetics(tmp_path, 4, num_classes="401")
    with pytest.raises(DatasetError, match="train is not there"):
        Kinetics(tmp_path, 4)


def test_without_pyav(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    film(tmp_path / "val" / "clap" / "a.mp4", 6)
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'minitorch-edu\[video\]'"):
        Kinetics(tmp_path, 4, split="val")


def test_download(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pooch")
    monkeypatch.setenv("NO_PROXY", "*")
    path = film(tmp_path / "x" / "abc_000001_000011.mp4", 6)
    packed_films = io.BytesIO()
    with tarfile.open(fileobj=packed_films, mode="w:gz") as out:
        out.add(path, "./abc_000001_000011.mp4")
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["label", "youtube_id", "time_start", "time_end", "split"])
    writer.writerow(["clapping (once)", "abc", 1, 11, "val"])
    writer.writerow(["running", "not there", 1, 11, "val"])
    with serving() as server:
        server.files = {
            "/val.txt": f"{server.url}/part 0.tar.gz\n".encode(),
            "/part%200.tar.gz": packed_films.getvalue(),
            "/val.csv": table.getvalue().encode(),
        }
        monkeypatch.setitem(Kinetics._TAR_URLS, "400", f"{server.url}/{{split}}.txt")
        monkeypatch.setitem(Kinetics._ANNOTATION_URLS, "400", f"{server.url}/{{split}}.csv")
        for _ in range(2):
            data = Kinetics(tmp_path / "data", 4, split="val", download=True)
            assert data.classes == ["clapping_once"]
            assert len(data) == 3
        assert len(server.asked) == 3
        bad = table.getvalue().replace("running", "../../x").encode()
        server.files["/train.csv"], server.files["/train.txt"] = bad, server.files["/val.txt"]
        with pytest.raises(DatasetError, match="line 3: '../../x' or .* is no name"):
            Kinetics(tmp_path / "data", 4, download=True)
    assert not (tmp_path / "data" / "train").exists()
