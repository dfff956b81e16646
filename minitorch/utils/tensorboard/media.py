"""Sounds and clips as bytes of files, without further libraries than Pillow."""

from __future__ import annotations

import io
import wave
from typing import Any

from minitorch import dtypes
from minitorch.errors import ArgumentError
from minitorch.vision.images import pillow
from minitorch.vision.utils import make_grid


def wav(sound: Any, sample_rate: int) -> bytes:
    """A WAV file of one channel with 16 bits per sample; amplitudes beyond −1…1 are cut off.

    Raises:
        ArgumentError: for several channels.
    """
    if sound.ndim not in (1, 2) or (sound.ndim == 2 and 1 not in sound.shape):
        raise ArgumentError(
            f"SummaryWriter.add_audio: expected shape (1, length) or (length,), got {tuple(sound.shape)}"
        )
    words = (sound.detach().to(dtypes.float64).clamp(-1, 1) * 32767).to(dtypes.int16).reshape(-1)
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(sample_rate)
        writer.writeframes(words.contiguous().array.astype("<i2").tobytes())
    return file.getvalue()


def gif(clips: Any, frames_per_second: float) -> tuple[bytes, int, int]:
    """A GIF of clips (N, T, C, H, W) side by side, with its height and width; floats are from 0 to 1.

    Raises:
        ArgumentError: for other shapes.
    """
    if clips.ndim != 5 or 0 in clips.shape or clips.shape[2] not in (1, 3):
        raise ArgumentError(
            f"SummaryWriter.add_video: expected shape (N, T, 1 or 3, H, W), got {tuple(clips.shape)}"
        )
    Image = pillow("SummaryWriter.add_video")
    x = clips.detach()
    if x.dtype is not dtypes.uint8:
        x = (x * 255).clamp(0, 255).to(dtypes.uint8)
    in_a_row = 2 ** ((x.shape[0] - 1).bit_length() + 1 >> 1)
    frames = []
    for time in range(x.shape[1]):
        frame = make_grid(x[:, time], nrow=in_a_row, padding=0).permute(1, 2, 0).contiguous()
        height, width, _ = frame.shape
        frames.append(Image.frombytes("RGB", (width, height), frame.array.tobytes()))
    file = io.BytesIO()
    frames[0].save(
        file,
        "GIF",
        save_all=True,
        append_images=frames[1:],
        duration=round(1000 / frames_per_second),
        loop=0,
    )
    return file.getvalue(), height, width
