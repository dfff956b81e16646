"""Checkpoints: what goes in comes out, nothing else is let in, and an old file survives a failed save."""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
import pickle
import signal
import stat
import subprocess
import sys
import zipfile
from collections import Counter, OrderedDict, namedtuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import minitorch
from minitorch import errors
from minitorch.nn.parameter import Buffer, Parameter

safetensors = pytest.importorskip("safetensors.numpy")

DTYPES = [
    minitorch.bool,
    minitorch.uint8,
    minitorch.int8,
    minitorch.int16,
    minitorch.int32,
    minitorch.int64,
    minitorch.float16,
    minitorch.float32,
    minitorch.float64,
    minitorch.complex64,
    minitorch.complex128,
]


def through_file(obj: Any) -> Any:
    file = io.BytesIO()
    minitorch.save(obj, file)
    file.seek(0)
    return minitorch.load(file)


def same(a: Any, b: Any) -> bool:
    """Whether two values are of the same types and equal, NaN with NaN, element by element."""
    if type(a) is not type(b):
        return False
    if isinstance(a, minitorch.Tensor):
        return (
            a.dtype is b.dtype
            and a.requires_grad == b.requires_grad
            and np.array_equal(a.detach().numpy(), b.detach().numpy(), equal_nan=a.dtype.is_floating_point)
        )
    if isinstance(a, dict):
        return list(map(repr, a)) == list(map(repr, b)) and all(
            same(x, y) for x, y in zip(a.values(), b.values(), strict=True)
        )
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, (float, complex)):
        return repr(a) == repr(b)
    return bool(a == b)


# What goes in comes out --------------------------------------------------------------------------------


def test_nested_values() -> None:
    obj = {
        "model": OrderedDict({"layer.weight": minitorch.randn(3, 4), "layer.bias": minitorch.zeros(3)}),
        "optimizer": {
            "state": {0: {"step": minitorch.tensor(3.0)}},
            "param_groups": [{"betas": (0.9, 0.99)}],
        },
        "epoch": 7,
        "best": math.inf,
        "worst": [-math.inf, math.nan, -0.0, 1e-320, 0.1],
        "big": [2**63 - 1, 2**63, -(2**63), -(10**5000)],
        "name": "Grüße\n\ud800 \0",
        "flags": (True, False, None),
        "raw": b"\x00\xff",
        "z": complex(1.5, -math.inf),
        "dtype": minitorch.float16,
        "shape": minitorch.Size([2, 0]),
        "milestones": Counter({3: 2}),
        (1, "a"): {None: 1, 2.5: 2, True: 3, b"k": 4, minitorch.int8: 5},
        "empty": [(), {}, [], "", b"", minitorch.zeros(0, 3)],
    }
    assert same(through_file(obj), obj)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0, 2), (2, 1, 3)])
def test_tensors(dtype: Any, shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(0).standard_normal(shape) * 3
    x = minitorch.tensor(np.asarray(values > 0 if dtype is minitorch.bool else values).astype(dtype.dtype))
    assert same(through_file(x), x)


@pytest.mark.parametrize("dtype", [minitorch.float32, minitorch.complex64], ids=str)
def test_arrays_of_any_layout(dtype: Any) -> None:
    base = minitorch.arange(24, dtype=minitorch.float32).reshape(4, 6).to(dtype)
    views = [base.T, base[::2], base[:, 1:3], base[0].expand(3, 6), base.flip(0), base[1, 1]]
    loaded = through_file(views)
    for x, y in zip(views, loaded, strict=True):
        assert same(x, y)
        assert y.is_contiguous()


json_like = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text()
    | st.binary()
    | st.sampled_from(DTYPES),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.integers() | st.tuples(st.integers(), st.text()), inner, max_size=4)
    ),
    max_leaves=15,
)


@settings(max_examples=100, deadline=None)
@given(json_like)
def test_any_values(obj: Any) -> None:
    assert same(through_file(obj), obj)


def test_shared_tensors_stay_shared() -> None:
    x = minitorch.ones(2, 3)
    loaded = through_file({"a": x, "b": [x], "detached": x.detach(), "other": minitorch.ones(2, 3)})
    assert loaded["a"] is loaded["b"][0]
    loaded["a"][0, 0] = 5.0
    assert loaded["detached"][0, 0].item() == 5.0
    assert loaded["other"][0, 0].item() == 1.0


def test_shared_tensors_are_stored_once() -> None:
    x = minitorch.zeros(1000)
    once, twice = io.BytesIO(), io.BytesIO()
    minitorch.save([x], once)
    minitorch.save([x, x, x.detach()], twice)
    assert len(twice.getvalue()) < len(once.getvalue()) + 400


def test_shared_complex_tensors_stay_shared() -> None:
    x = minitorch.ones(3, dtype=minitorch.complex64)
    a, b = through_file((x, x.detach()))
    a[0] = 5j
    assert b[0].item() == 5j


def test_parameters_and_requires_grad() -> None:
    obj = {
        "weight": Parameter(minitorch.ones(2)),
        "frozen": Parameter(minitorch.ones(2), requires_grad=False),
        "leaf": minitorch.ones(2, requires_grad=True),
        "inner": minitorch.ones(2, requires_grad=True) * 2,
        "mean": Buffer(minitorch.ones(2)),
    }
    loaded = through_file(obj)
    assert type(loaded["weight"]) is type(loaded["frozen"]) is Parameter
    assert type(loaded["mean"]) is minitorch.Tensor
    flags = {key: x.requires_grad for key, x in loaded.items()}
    assert flags == {"weight": True, "frozen": False, "leaf": True, "inner": True, "mean": False}
    assert all(x.is_leaf for x in loaded.values())
    (loaded["weight"] * 3).sum().backward()
    assert loaded["weight"].grad.tolist() == [3.0, 3.0]


def test_names_that_meet() -> None:
    obj = {
        "a": {"b": minitorch.tensor(1)},
        "a.b": minitorch.tensor(2),
        "a.b#2": minitorch.tensor(3),
        "__metadata__": minitorch.tensor(4),
        "": minitorch.tensor(5),
        1: minitorch.tensor(6),
        "1": minitorch.tensor(7),
    }
    assert same(through_file(obj), obj)


def test_deep_nesting_up_to_a_limit() -> None:
    obj: Any = minitorch.ones(1)
    for _ in range(100):
        obj = [obj]
    assert same(through_file(obj), obj)
    with pytest.raises(errors.ArgumentTypeError, match="nested more than 100 deep"):
        through_file([obj])


def test_paths_and_files(tmp_path: Path) -> None:
    path = tmp_path / "a.ckpt"
    minitorch.save([1], path)
    minitorch.save([2], str(tmp_path / "b.ckpt"))
    minitorch.save([3], os.fsencode(tmp_path / "c.ckpt"))
    with open(tmp_path / "d.ckpt", "wb") as file:
        minitorch.save([4], file)
    with open(tmp_path / "d.ckpt", "rb") as file:
        assert minitorch.load(file) == [4]
    found = [minitorch.load(p) for p in (path, str(tmp_path / "b.ckpt"), tmp_path / "c.ckpt")]
    assert found == [[1], [2], [3]]
    assert sorted(os.listdir(tmp_path)) == ["a.ckpt", "b.ckpt", "c.ckpt", "d.ckpt"]


def test_a_stream_without_seek() -> None:
    file = io.BytesIO()
    minitorch.save({"x": minitorch.ones(2)}, file)
    read_end, write_end = os.pipe()
    os.write(write_end, file.getvalue())
    os.close(write_end)
    with os.fdopen(read_end, "rb") as stream:
        assert minitorch.load(stream)["x"].tolist() == [1.0, 1.0]


def test_loaded_tensors_may_be_changed() -> None:
    x = through_file(minitorch.ones(3))
    x += 1
    assert x.tolist() == [2.0, 2.0, 2.0]


# Other programs ----------------------------------------------------------------------------------------


def test_the_safetensors_library_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    state = {
        "weight": minitorch.arange(6, dtype=minitorch.float32).reshape(2, 3).T,
        "scale": minitorch.tensor(2.0, dtype=minitorch.float64),
        "mask": minitorch.tensor([True, False, True]),
        "half": minitorch.ones(3, dtype=minitorch.float16),
        "none": minitorch.zeros(0, 4),
        "deep": {"er": [minitorch.tensor([1, 2])]},
        "z": minitorch.tensor([1 + 2j, 3 - 4j], dtype=minitorch.complex128),
    }
    minitorch.save(state, path)
    read = safetensors.load_file(path)
    assert set(read) == {"weight", "scale", "mask", "half", "none", "deep.er.0", "z"}
    for name in ("weight", "scale", "mask", "half", "none"):
        expected = state[name].numpy()
        assert read[name].dtype == expected.dtype
        np.testing.assert_array_equal(read[name], expected)
    np.testing.assert_array_equal(read["deep.er.0"], [1, 2])
    np.testing.assert_array_equal(read["z"], [[1, 2], [3, -4]])


def test_it_reads_files_of_the_safetensors_library(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    rng = np.random.default_rng(0)
    arrays = {
        f"layer.{d.name}": np.asarray(rng.standard_normal((3, 2)) * 9).astype(d.dtype)
        for d in DTYPES
        if d is not minitorch.complex128
    }
    safetensors.save_file({**arrays, "empty": np.zeros((0, 3), np.float32)}, path, {"format": "np"})
    loaded = minitorch.load(path)
    assert type(loaded) is dict
    assert set(loaded) == {*arrays, "empty"}
    for name, array in arrays.items():
        assert loaded[name].numpy().dtype == array.dtype
        np.testing.assert_array_equal(loaded[name].numpy(), array)
    assert loaded["empty"].shape == (0, 3)


def test_large_elements_are_aligned() -> None:
    file = io.BytesIO()
    minitorch.save([minitorch.zeros(3, dtype=d) for d in DTYPES], file)
    data = file.getvalue()
    length = int.from_bytes(data[:8], "little")
    assert length % 8 == 0
    header = json.loads(data[8 : 8 + length])
    sizes = {"BOOL": 1, "U8": 1, "I8": 1, "I16": 2, "F16": 2, "I32": 4, "F32": 4, "I64": 8, "F64": 8}
    for name, entry in header.items():
        if name != "__metadata__":
            assert entry["data_offsets"][0] % sizes[entry["dtype"]] == 0


# What cannot be stored ---------------------------------------------------------------------------------

Point = namedtuple("Point", "x y")


class Custom:
    pass


@pytest.mark.parametrize(
    ("obj", "message"),
    [
        ({"model": {"layers": [0, 1, 2, len]}}, r"model\.layers\.3: builtin_function_or_method"),
        (lambda: 0, "the object: function"),
        ({"a": Custom()}, r"a: Custom cannot be stored"),
        ({"p": Point(1, 2)}, r"p: Point cannot be stored"),
        ([{1, 2}], r"0: set cannot be stored"),
        ({"loss": np.float64(1.5)}, r"loss: float64 cannot be stored; save .*item\(\)"),
        ({"x": np.ones(2)}, r"x: ndarray cannot be stored; save minitorch\.as_tensor"),
        ({Custom(): 1}, "a key of the dict is Custom"),
        ({"a": {frozenset(): 1}}, "a key of a is frozenset"),
        ({"model": minitorch.nn.Linear(1, 1)}, r"model: Linear cannot be stored; save its state_dict\(\)"),
        (
            {"o": minitorch.optim.SGD([minitorch.ones(1, requires_grad=True)])},
            r"o: SGD cannot be stored; save its state_dict\(\)",
        ),
    ],
)
def test_refuses_and_names_the_place(obj: Any, message: str, tmp_path: Path) -> None:
    path = tmp_path / "x.ckpt"
    path.write_bytes(b"old")
    with pytest.raises(errors.ArgumentTypeError, match=message):
        minitorch.save(obj, path)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["x.ckpt"]


def test_refuses_a_cycle() -> None:
    obj: dict[str, Any] = {"a": []}
    obj["a"].append(obj)
    with pytest.raises(errors.ArgumentTypeError, match=r"a\.0 contains itself"):
        minitorch.save(obj, io.BytesIO())


def test_the_same_list_twice_is_no_cycle() -> None:
    item = [1]
    assert through_file([item, item]) == [[1], [1]]


@pytest.mark.parametrize("function", [lambda f: minitorch.save(1, f), minitorch.load], ids=["save", "load"])
def test_refuses_what_is_no_file(function: Any) -> None:
    with pytest.raises(errors.ArgumentTypeError, match="expected a path or a file"):
        function(5)
    with pytest.raises(errors.ArgumentTypeError, match="opened as text"):
        function(io.StringIO("x"))


# Files that are no checkpoints -------------------------------------------------------------------------


class Evil:
    def __reduce__(self) -> Any:
        return os.system, ("touch /tmp/minitorch-was-run",)


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as z:
        z.writestr("archive/data.pkl", pickle.dumps(Evil()))
    return file.getvalue()


def pack(header: Any, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def entry(dtype: Any = "F32", shape: Any = (2,), offsets: Any = (0, 8)) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


def structured(structure: Any) -> bytes:
    text = structure if isinstance(structure, str) else json.dumps(structure)
    return pack({"__metadata__": {"minitorch": text}, "x": entry()}, bytes(8))


def tensor_of(**changes: Any) -> dict[str, Any]:
    content = {"number": 0, "name": "x", "dtype": "float32", "requires_grad": False}
    return {"tensor": {**content, **changes}}


FOREIGN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "0 bytes, too few"),
    "short": (b"\x01\x02\x03", "3 bytes, too few"),
    "zip": (archive(), r"posix\.system, which is not let in"),
    "pickle": (pickle.dumps(Evil()), "this is a pickle"),
    "random": (np.random.default_rng(0).bytes(1000), "not a checkpoint"),
    "text": (b"hello, this is a text file\n" * 20, "not a checkpoint"),
    "zeros": (bytes(100), "not a checkpoint"),
    "huge-header": ((2**63).to_bytes(8, "little") + b"{}", "not a checkpoint, or cut off"),
    "long-header": ((10**9).to_bytes(8, "little") + b"{}", "not a checkpoint, or cut off"),
    "header-cut-off": ((50).to_bytes(8, "little") + b'{"a":', "not a checkpoint, or cut off"),
    "no-json": (pack(b"{broken"), "not JSON"),
    "deep-json": (pack(b"[" * 100_000), "not JSON"),
    "not-utf-8": (pack(b'{"\xff": 1}'), "not JSON"),
    "list": (pack([]), "not a JSON object"),
    "metadata": (pack({"__metadata__": {"a": 1}}), "must hold strings"),
    "metadata-list": (pack({"__metadata__": []}), "must hold strings"),
    "entry": (pack({"x": 3}), "needs dtype, shape and data_offsets"),
    "entry-keys": (pack({"x": {"dtype": "F32"}}), "needs dtype, shape and data_offsets"),
    "twice": (pack(b'{"x": 1, "x": 2}'), "a name occurs twice"),
    "dtype": (pack({"x": entry("F8_E4M3", [8])}, bytes(8)), "dtype F8_E4M3, which minitorch does not have"),
    "dtype-number": (pack({"x": entry(7)}, bytes(8)), "damaged"),
    "shape": (pack({"x": entry(shape=[3])}, bytes(8)), "needs 12 bytes"),
    "shape-negative": (pack({"x": entry(shape=[-2])}, bytes(8)), "damaged"),
    "shape-bool": (pack({"x": entry(shape=[True, 2])}, bytes(8)), "damaged"),
    "shape-float": (pack({"x": entry(shape=[2.0])}, bytes(8)), "damaged"),
    "shape-huge": (pack({"x": entry(shape=[2**62, 0], offsets=[0, 0])}), "damaged"),
    "shape-beyond": (pack({"x": entry(shape=[10**400, 0], offsets=[0, 0])}), "damaged"),
    "shape-long": (pack({"x": entry(shape=[1] * 65, offsets=[0, 4])}, bytes(4)), "damaged"),
    "offsets-out": (pack({"x": entry(offsets=[8, 16])}, bytes(8)), "starts at 8"),
    "offsets-swapped": (pack({"x": entry(offsets=[8, 0])}, bytes(8)), "damaged"),
    "offsets-three": (pack({"x": entry(offsets=[0, 8, 9])}, bytes(8)), "damaged|needs"),
    "offsets-negative": (pack({"x": entry(offsets=[-8, 0])}, bytes(8)), "damaged"),
    "overlap": (pack({"x": entry(), "y": entry(offsets=[4, 12])}, bytes(12)), "'y' starts at 4"),
    "same-place": (pack({"x": entry(), "y": entry()}, bytes(8)), "starts at 0"),
    "gap": (pack({"x": entry(), "y": entry(offsets=[12, 20])}, bytes(20)), "'y' starts at 12"),
    "too-big": (pack({"x": entry(shape=[2**40], offsets=[0, 2**42])}, bytes(8)), "is cut off"),
    "surplus": (pack({"x": entry()}, bytes(9)), "more in it than its header tells"),
    "bool": (pack({"x": entry("BOOL", [2], [0, 2])}, b"\x01\x07"), "other than 0 and 1"),
    "structure": (structured("{"), "values are not JSON"),
    "structure-deep": (structured("[" * 100_000), "values are not JSON|cannot be read"),
    "structure-long-int": (structured("1" * 10_000), "values are not JSON"),
    "tag": (structured({"function": "os.system"}), "cannot be read"),
    "two-tags": (structured({"int": "0x1", "float": "nan"}), "cannot be read"),
    "no-tag": (structured({}), "cannot be read"),
    "float": (structured({"float": "1.5"}), "cannot be read"),
    "int": (structured({"int": 3}), "cannot be read"),
    "bytes": (structured({"bytes": "?"}), "cannot be read"),
    "tuple": (structured({"tuple": 3}), "cannot be read"),
    "pairs": (structured({"dict": [[1]]}), "cannot be read"),
    "unhashable": (structured({"dict": [[[1], 2]]}), "cannot be read"),
    "dtype-name": (structured({"dtype": "float8"}), "cannot be read"),
    "tensor-name": (structured(tensor_of(name="y")), "cannot be read"),
    "tensor-dtype": (structured(tensor_of(dtype="int32")), "not minitorch.int32"),
    "tensor-complex": (structured(tensor_of(dtype="complex128")), "pairs"),
    "tensor-number": (structured(tensor_of(number=[])), "cannot be read"),
    "tensor-list": (structured({"tensor": []}), "cannot be read"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_files(name: str, tmp_path: Path) -> None:
    data, message = FOREIGN[name]
    path = tmp_path / "x.ckpt"
    path.write_bytes(data)
    with pytest.raises(errors.CheckpointError, match=message) as caught:
        minitorch.load(path)
    assert str(path) in str(caught.value)
    with pytest.raises(errors.CheckpointError, match=message):
        minitorch.load(io.BytesIO(data))
    assert not os.path.exists("/tmp/minitorch-was-run")


def test_grad_of_integers_in_a_damaged_file() -> None:
    structure = tensor_of(dtype="int32", requires_grad=True)
    header = {"__metadata__": {"minitorch": json.dumps(structure)}, "x": entry("I32")}
    with pytest.raises(errors.CheckpointError, match="cannot be read"):
        minitorch.load(io.BytesIO(pack(header, bytes(8))))


def test_every_truncation_is_noticed() -> None:
    file = io.BytesIO()
    minitorch.save({"x": minitorch.arange(5), "y": [minitorch.ones(2, 2), 3]}, file)
    data = file.getvalue()
    for end in range(len(data)):
        with pytest.raises(errors.CheckpointError):
            minitorch.load(io.BytesIO(data[:end]))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damage_is_noticed_or_harmless(data: Any) -> None:
    """Whatever bytes are changed, loading gives a value or a CheckpointError, nothing else."""
    file = io.BytesIO()
    minitorch.save({"x": minitorch.arange(3), "y": (1.5, {"z": b"a"}, math.nan)}, file)
    raw = bytearray(file.getvalue())
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(errors.CheckpointError):
        assert minitorch.load(io.BytesIO(bytes(raw))) is not Ellipsis


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"absent\.ckpt"):
        minitorch.load(tmp_path / "absent.ckpt")


def test_map_location(tmp_path: Path) -> None:
    path = tmp_path / "x.ckpt"
    minitorch.save([minitorch.ones(1)], path)
    for where in (None, "cpu", minitorch.device("cpu"), {"cuda:0": "cpu"}, lambda storage, place: storage):
        assert minitorch.load(path, map_location=where)[0].device.type == "cpu"
    with pytest.raises(errors.BackendError, match="cuda"):
        minitorch.load(path, map_location="cuda")
    with pytest.raises(errors.NotSupportedError, match="name the device"):
        minitorch.load(path, map_location=lambda storage, place: minitorch.ones(1).untyped_storage())


# A save that fails -------------------------------------------------------------------------------------

CHILD = """
import signal, sys, time
import minitorch
from minitorch import atomic, tensorfile
signal.signal(signal.SIGINT, signal.default_int_handler)  # children of a job in the background ignore it
{patch}
minitorch.save({{"x": minitorch.zeros(1000, 1000), "y": minitorch.ones(1000, 1000)}}, sys.argv[1])
"""
STOPS = {
    "between-two-tensors": """
write = tensorfile.as_bytes
def slow(x):
    if x.ravel()[0] == 1:
        print("now", flush=True); time.sleep(60)
    return write(x)
tensorfile.as_bytes = slow
""",
    "before-the-sync": """
def sync(handle):
    print("now", flush=True); time.sleep(60)
atomic.os.fsync = sync
""",
    "before-the-rename": """
def replace(a, b):
    print("now", flush=True); time.sleep(60)
atomic.os.replace = replace
""",
}


def child(patch: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD.format(patch=patch), str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )


@pytest.mark.parametrize("stop", STOPS)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=["kill", "ctrl-c"])
def test_a_process_that_is_stopped_while_saving(stop: str, number: int, tmp_path: Path) -> None:
    path = tmp_path / "x.ckpt"
    minitorch.save({"epoch": 1}, path)
    process = child(STOPS[stop], path)
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "now\n"
        process.send_signal(number)
        process.wait(30)
    assert process.returncode != 0
    assert minitorch.load(path) == {"epoch": 1}
    if number == signal.SIGINT:
        assert os.listdir(tmp_path) == ["x.ckpt"]


@pytest.mark.parametrize("name", ["x.ckpt", "x.pt"])
def test_a_full_disk(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    minitorch.save({"epoch": 1}, path)
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))"
    process = child(limit, path)
    _, complaint = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "CheckpointError: save: cannot write" in complaint
    assert "File too large" in complaint
    assert minitorch.load(path) == {"epoch": 1}
    assert os.listdir(tmp_path) == [name]


def test_an_error_while_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.ckpt"
    minitorch.save({"epoch": 1}, path)

    def fail(handle: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(errors.CheckpointError, match=r"Input/output error.*untouched"):
        minitorch.save({"epoch": 2}, path)
    monkeypatch.undo()
    assert minitorch.load(path) == {"epoch": 1}
    assert os.listdir(tmp_path) == ["x.ckpt"]


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(errors.CheckpointError, match=r"the folder .* does not exist, make it first"):
        minitorch.save(1, tmp_path / "no" / "x.ckpt")


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(errors.CheckpointError, match="directory"):
        minitorch.save(1, tmp_path)
    assert tmp_path.is_dir()


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "latest.ckpt"
    link.symlink_to(tmp_path / "real" / "x.ckpt")
    minitorch.save(3, link)
    assert link.is_symlink()
    assert minitorch.load(tmp_path / "real" / "x.ckpt") == 3


def test_permissions_are_kept(tmp_path: Path) -> None:
    path, fresh = tmp_path / "x.ckpt", tmp_path / "y.ckpt"
    minitorch.save(1, path)
    path.chmod(0o640)
    minitorch.save(2, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    minitorch.save(1, fresh)
    reference = tmp_path / "reference"
    reference.write_bytes(b"")
    assert stat.S_IMODE(fresh.stat().st_mode) == stat.S_IMODE(reference.stat().st_mode)


def test_a_device_is_written_to_and_not_replaced() -> None:
    minitorch.save({"x": minitorch.ones(3)}, "/dev/null")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


# A training run that goes on ---------------------------------------------------------------------------


def test_a_run_goes_on_where_it_was(tmp_path: Path) -> None:
    def build() -> tuple[Any, Any, Any]:
        minitorch.manual_seed(0)
        net = minitorch.nn.Linear(3, 2)
        optimizer = minitorch.optim.AdamW(net.parameters(), lr=0.1, amsgrad=True)
        scheduler = minitorch.optim.lr_scheduler.MultiStepLR(optimizer, [4, 12], 0.5)
        return net, optimizer, scheduler

    def train(net: Any, optimizer: Any, scheduler: Any, steps: range) -> None:
        for k in steps:
            x = minitorch.tensor(np.random.default_rng(k).standard_normal((4, 3)), dtype=minitorch.float32)
            optimizer.zero_grad()
            (net(x) ** 2).sum().backward()
            optimizer.step()
            scheduler.step()

    straight = build()
    train(*straight, range(20))
    first = build()
    train(*first, range(10))
    names = ("model", "optimizer", "scheduler")
    minitorch.save({n: x.state_dict() for n, x in zip(names, first, strict=True)}, tmp_path / "x.ckpt")
    second = build()
    state = minitorch.load(tmp_path / "x.ckpt")
    for name, part in zip(names, second, strict=True):
        part.load_state_dict(state[name])
    train(*second, range(10, 20))
    for x, y in zip(straight[0].parameters(), second[0].parameters(), strict=True):
        np.testing.assert_array_equal(x.detach().numpy(), y.detach().numpy())
    assert straight[2].get_last_lr() == second[2].get_last_lr()
