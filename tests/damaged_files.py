"""Damages files of every format that `load` reads, and loads them, in a process of its own with little memory.

    python tests/damaged_files.py COUNT SEED

A file may give a value or a CheckpointError (or say what is not supported), and must do so in time.  Anything else,
another error, an import, a process, code that is compiled or run, ends the program with the file's number.
"""

from __future__ import annotations

import io
import json
import os
import pickle
import random
import resource
import signal
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

import minitorch
from minitorch.errors import CheckpointError, NotSupportedError

SECONDS = 5
MEMORY = 2**29  # bytes, beyond what the process has when it begins
FORBIDDEN = ("exec", "compile", "import", "os.", "subprocess.", "socket.", "pickle.", "ctypes.", "shutil.")
INSTRUCTIONS = [op.code.encode("latin1") for op in __import__("pickletools").opcodes]
NUMBERS = [
    b"\x00",
    b"\xff",
    b"\xff\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    b"\x80",
    b"\x00\x00\x00\x00\x00\x00\x00\x80",
]


def values() -> dict[str, Any]:
    """What is in the files before they are damaged."""
    w = minitorch.arange(12.0).reshape(3, 4)
    return {
        "w": w,
        "view": w.T[1:],
        "mask": minitorch.tensor([True, False]),
        "p": minitorch.nn.Parameter(minitorch.ones(2)),
        "state": minitorch.nn.BatchNorm1d(2).state_dict(),
        "rest": [1, 2.5, None, (True, "text", 2**70), b"ab", 1j, minitorch.float16, minitorch.Size([2])],
        (1, "a"): {0: []},
    }


def legacy() -> bytes:
    """A file as PyTorch wrote it before version 1.6, of the pickle of a file of today."""
    from minitorch.checkpoints import torch_legacy
    from minitorch.checkpoints.torch_writer import TorchWriter

    writer = TorchWriter(values())
    head = b"\x80\x02" + torch_legacy.MAGIC + pickle.dumps(1001, 2) + pickle.dumps({"little_endian": True}, 2)
    keys = pickle.dumps([str(k) for k in range(len(writer.pieces))], 2)
    pieces = (len(x).to_bytes(8, "little") + x.tobytes() for x in writer.pieces)
    return head + writer.pickle + keys + b"".join(pieces)


def files() -> dict[str, bytes]:
    """One sound file of each format."""
    plain, torch, npz = io.BytesIO(), io.BytesIO(), io.BytesIO()
    minitorch.save(values(), plain)
    minitorch.save(values(), torch, format="torch")
    np.savez_compressed(npz, a=np.zeros((3, 4), np.float32), b=np.arange(5)[::-1], c=np.ones((2, 3)).T)
    index = json.dumps({"metadata": {}, "weight_map": {"a": "a.safetensors"}}).encode()
    return {
        "safetensors": plain.getvalue(),
        "torch": torch.getvalue(),
        "legacy": legacy(),
        "npz": npz.getvalue(),
        "index": index,
    }


def mutated(data: bytes, draw: random.Random) -> bytes:
    """Other bytes in a few places: flipped, cut off, repeated, taken out, put in, or moved."""
    result = bytearray(data)
    for _ in range(draw.randint(1, 4)):
        at, length = draw.randrange(len(result) + 1), draw.randint(1, 20)
        way = draw.randrange(7)
        if way == 0 and at < len(result):
            result[at] = draw.randrange(256)
        elif way == 1 and at < len(result):
            result[at] ^= 1 << draw.randrange(8)
        elif way == 2:
            del result[at : at + length]
        elif way == 3:
            result[at:at] = result[at : at + length] * draw.randint(1, 50)
        elif way == 4:
            result[at : at + 1] = draw.choice(INSTRUCTIONS)
        elif way == 5:
            number = draw.choice(NUMBERS)
            result[at : at + len(number)] = number
        elif draw.random() < 0.2:
            del result[at:]
    return bytes(result)


def mutated_within(data: bytes, draw: random.Random) -> bytes:
    """An archive with one entry damaged, and its checksum right, so that the damage is reached."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(result, "w") as new:
        names = old.namelist()
        chosen = draw.choice([*names, *[n for n in names if n.endswith("data.pkl")] * 10])
        for name in names:
            content = old.read(name)
            new.writestr(name, mutated(content, draw) if name == chosen else content)
    return result.getvalue()


class Late(BaseException):
    """A file took too long."""


def late(*_: Any) -> None:
    raise Late


def main(count: int, seed: int) -> None:
    """Loads so many damaged files."""
    draw, sound = random.Random(seed), files()
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "file")
    minitorch.save({"a": minitorch.ones(2)}, os.path.join(folder, "a.safetensors"))
    for name, data in sound.items():
        for mmap in (False, True):
            with open(path, "wb") as file:
                file.write(data)
            assert minitorch.load(path, mmap=mmap), name
    armed = False
    seen: list[str] = []

    def audit(event: str, _: Any) -> None:
        if armed and event.startswith(FORBIDDEN):
            seen.append(event)

    sys.addaudithook(audit)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    signal.signal(signal.SIGALRM, late)
    outcomes = {"loaded": 0, "refused": 0, "without a name": 0}
    longest = 0.0
    for number in range(count):
        name = draw.choice(list(sound))
        within = name in ("torch", "npz") and draw.random() < 0.8
        data = (mutated_within if within else mutated)(sound[name], draw)
        with open(path, "wb") as file:
            file.write(data)
        mmap = draw.random() < 0.3 and bool(data)
        signal.alarm(SECONDS)
        begin = time.perf_counter()
        armed = True
        try:
            minitorch.load(path, mmap=mmap)
            outcomes["loaded"] += 1
        except (CheckpointError, NotSupportedError) as error:
            outcomes["refused" if str(error).startswith("load: ") else "without a name"] += 1
        except BaseException as error:
            sys.exit(f"file {number} of seed {seed} ({name}): {type(error).__name__}: {error}")
        finally:
            armed = False
            signal.alarm(0)
        longest = max(longest, time.perf_counter() - begin)
        if seen:
            sys.exit(f"file {number} of seed {seed} ({name}): {seen}")
    print(json.dumps({**outcomes, "longest": longest}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
