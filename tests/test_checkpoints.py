"""Files of other programs: what is in them comes out, and nothing but values does."""

from __future__ import annotations

import base64
import io
import json
import os
import pickle
import struct
import subprocess
import sys
import zipfile
import zlib
from collections import Counter, OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import minitorch
from minitorch import errors
from minitorch.checkpoints import source
from minitorch.checkpoints.unpickler import Unpickler

# What PyTorch 2.13 wrote, today's format and the legacy one, for
#   a = torch.arange(6.0).reshape(2, 3)
#   {"w": a, "column": a[:, 1], "half": torch.tensor([1.5, -2.0]).bfloat16(), "p": Parameter(torch.ones(1)),
#    "u": torch.tensor([65535], dtype=torch.uint16), "epoch": 3, "shape": a.shape, "dtype": torch.float16}
BY_PYTORCH = {
    "zip": (
        "c-o~^y>Ht_6hDy?<uHxE>co!QxJ^Ih#*szpJ70E*fD4D(3IYfoDlpR7WI~I2)X6~t1TbJIX|}fLTr^t(Wbe==OQuX2x)tb<q3D!9"
        "!MP)4n!MCj8Xt5#QGCDO`@P5ao>mMoiO|RhdTWiNNo0CW%ih9^Et8np&MimRM$uYqZ437RW$FnExDAOWaVa9(=n>oL$_)?S=-E!I"
        "L2$e4dW|hr1|gHFr>Sw5TACXe!~i1ej%$)@!H+T|eZm~1>LNXxogPSrL?FFtAVV<3`!HgNM&dpkd)REcj)R-TcH3R~JFkU3+`4Kv"
        "i45|54UQA|pav)E5@T_l-ewy{Eh@nht)!K*eA2O1BVh=A7&pW|Ogyw0Zj!)<HJGZ?)F8`r*5PD;8i>_=wMr?}d&<|Vz%->42+a68"
        "`*7Mw^kFuj{D{EEH8|rNc3|#+Om$4p+{6TXGJLWp)Q70>DdkQOILo*x?Pu)rdBFVzfiG+D)erv7*AF05gLxm-gKvhslDrJ(_9M#<"
        "UW<IaP40AXD-3YKr_00nAi(TE#3H-o0ujm}IX$~gQzL^)AYX$*Jw<`I<2EfQ8lr#KwagBN(!l<jeU~~Y2k*7ghiVNj_+~980WJ>A"
        ")`OJGaH*GFG14P{zWDx0PoN>vy>eg?Pa`QT;_SNXZJMO9g}p8<7hMx*Eh~)c_t$^zu=v<Mm}?f5_qhg%YM73_(cZ*uqHB4sHQs5J"
        "3QWM#ZTOeQfrLW^OrWJuz>PZuyR6)G?c)3R-CK@Lh=ZAi{^eJvS)WLUY8XXVVpCx;r)w9EARu7fUZR&}`k{N9?%$S~qUj(1`Dune"
        "m>HsIA+AW#wahy!dbWg~F<<G`wO6d$lS6zh$9<`~cIhbTUt_T||2J<wdioyz^GEf+yUV;Iw7WaJ{>IR^q4%(fE+5JLT3%-UU;esr"
        "eYpQQr0zGMAAT2mHtoQ>CY%2ayQOQ{|0zewmCKcqT2`y&YPC`<C?&P1lnT{yzL+Z)iwb>MDCSC4rgEq9x09hdGQP?L6C3J`j-&Cn"
        "l=J_iJUTjnrenzG0y=1b@g&h9G8-QpB06Mp@jTH%FcIVVIl>bTARZp=+R+&NR1$HsgU3d@Fpho9V-+47?VvbzD#c+{9viLyIQADF"
        "o9D67+8v8wCnd!93lEN#)LcB*5%7N(`-&k+3wy00o)3{SckT$mSxE;c#rfa<I2POo|9UAYz{tLRVEYD4t4yl"
    ),
    "legacy": (
        "c-n<h$!^p@5cM*dKtn><32WGgZHQ+kv#=-;Lb+HhafIXxvW%w_8#%V0-3|gN(p)Aad;<rLd`5nUPe4Kn<s~6VgJ`)+-PPrK^{U=L"
        "`NI5PUl)JQy#M}sx;{`|{7}hmK&qKjk|afOC_*Rnt#uwJUKl{80CR#~d`}3UTRiA{b^v9|WaJbdBW@+$C!RpvK&57mku!0_SYS+7"
        "OqFh4AW+pSW+lrJ2CEp?D`~oiDU<gDWJiRt<JPTIcz(jHn7>Oszi$a1Bw=i=HyD&!%^c5?Q>4Ahp%%ZeML)E~a^YmCn3ELKYiXTc"
        "yVq^@T63)y#_~FxD5W~8F9pVzbV*lqbrXklRhKt$c-tY$K6eB$PS~rs&tu+y?m2>i-7#=P;HZHKvzny|{d6tBq)P?4syh<!m|Fl%"
        "E$OnZ3~^jnhd8nAX1PuZoHB4aZ-;C9D>zeRD(O7S`DpEZMrRKIXj+F58ZDe70EGaib0$Na*X1ED6aW_mE*ZF-cQ(S6e{?poV|$GY"
        "9y830ppqjsy0f@SNHQT^%a91<dS-4ENH+y;8MwWbUuvI0_HGWF;@*D-+GM!@hjqOiDti-Tg6i*+fACjH-PyT@)<(S~|FA4+HZxjL"
        "Qlo5RN~+V^3{8QSfw^3kJPI8bZCx!zYDXNMGJcsP%+M`V(Hr8Cfya4RKPw1N%CMDUI1EoS0l&=zJfdgvsF5k7sHmgVQ{nZjiNzYs"
        "E9GftUfS6^@9tKmgKIEPW`RE11KQsfeglcc3Re"
    ),
}


def by_pytorch(name: str) -> bytes:
    return zlib.decompress(base64.b85decode(BY_PYTORCH[name]))


def load(data: bytes) -> Any:
    return minitorch.load(io.BytesIO(data))


def archive(entries: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as z:
        for name, data in entries.items():
            z.writestr(name, data)
    return file.getvalue()


def torch_file(pickled: bytes, **entries: bytes) -> bytes:
    return archive({"a/data.pkl": pickled, **{f"a/{name}": data for name, data in entries.items()}})


def saved(obj: Any) -> bytes:
    file = io.BytesIO()
    minitorch.save(obj, file, format="torch")
    return file.getvalue()


# PyTorch's formats --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BY_PYTORCH)
def test_files_of_pytorch(name: str) -> None:
    found = load(by_pytorch(name))
    assert list(found) == ["w", "column", "half", "p", "u", "epoch", "shape", "dtype"]
    assert found["w"].tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    assert found["column"].tolist() == [1.0, 4.0]
    assert found["column"].stride() == (3,)
    assert found["half"].dtype is minitorch.bfloat16
    assert found["half"].tolist() == [1.5, -2.0]
    assert type(found["p"]) is minitorch.nn.Parameter
    assert found["u"].dtype is minitorch.int32
    assert found["u"].tolist() == [65535]
    assert (found["epoch"], found["shape"], found["dtype"]) == (3, minitorch.Size([2, 3]), minitorch.float16)


@pytest.mark.parametrize("name", BY_PYTORCH)
def test_views_share_memory(name: str) -> None:
    found = load(by_pytorch(name))
    version = found["column"]._version
    found["w"][0, 1] = 7.0
    assert found["column"].tolist() == [7.0, 4.0]
    assert found["column"]._version > version


@pytest.mark.parametrize("name", BY_PYTORCH)
def test_every_truncation_is_noticed(name: str) -> None:
    data = by_pytorch(name)
    for end in range(len(data)):
        with pytest.raises(errors.CheckpointError):
            load(data[:end])


def test_what_save_writes_comes_back() -> None:
    w = minitorch.arange(12.0).reshape(3, 4)
    state = minitorch.nn.BatchNorm1d(2).state_dict()
    inner = [1]
    obj = {
        "w": w,
        "view": w.T[1:],
        "again": w,
        "backwards": w.flip(0),
        "p": minitorch.nn.Parameter(minitorch.ones(2)),
        "frozen": minitorch.nn.Parameter(minitorch.ones(2), requires_grad=False),
        "leaf": minitorch.ones(2, requires_grad=True),
        "empty": minitorch.zeros(0, 3),
        "one": minitorch.tensor(1 + 2j),
        "wide": minitorch.ones(1).expand(5, 5),
        "state": state,
        "counter": Counter({3: 2}),
        "rest": [1, -(2**31), 2**31, 2**70, 10**400, 2.5, None, True, False, "x\ud800\0", b"\0\xff", 1j, ()],
        "types": [minitorch.float16, minitorch.Size([]), minitorch.Size([2, 3])],
        "lists": [inner, inner],
        (1, "a"): {None: 1, 2.5: 2, b"k": 4, minitorch.int8: 5},
    }
    found = load(saved(obj))
    assert list(found) == list(obj)
    for name, x in obj.items():
        if isinstance(x, minitorch.Tensor):
            y = found[name]
            assert (type(y), y.dtype, y.requires_grad) == (type(x), x.dtype, x.requires_grad)
            np.testing.assert_array_equal(y.detach().numpy(), x.detach().numpy())
        elif name != "state":
            assert found[name] == x
            assert type(found[name]) is type(x)
    assert found["again"] is found["w"]
    assert found["lists"][0] is found["lists"][1]
    found["w"][1, 2] = 99.0
    assert found["view"][1, 1].item() == 99.0
    assert type(found["state"]) is OrderedDict
    assert found["state"]._metadata == state._metadata
    assert list(found["state"]) == list(state)


small = st.integers(-(2**63), 2**63 - 1)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.complex_numbers(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | small | st.tuples(small, st.text()), inner, max_size=4)
    ),
    max_leaves=15,
)


@settings(max_examples=100, deadline=None)
@given(plain)
def test_any_values(obj: Any) -> None:
    assert repr(load(saved(obj))) == repr(obj)


@pytest.mark.parametrize("dtype", minitorch.dtypes.ALL, ids=str)
@pytest.mark.parametrize("shape", [(), (3,), (0, 2), (2, 1, 3)])
def test_dtypes(dtype: Any, shape: tuple[int, ...], tmp_path: Path) -> None:
    values = np.random.default_rng(0).standard_normal(shape) * 3
    x = minitorch.tensor(np.asarray(values > 0 if dtype is minitorch.bool else values).astype(dtype.dtype))
    minitorch.save(x, tmp_path / "x.pt")
    for mmap in (False, True):
        y = minitorch.load(tmp_path / "x.pt", mmap=mmap)
        assert y.dtype is dtype
        assert y.shape == x.shape
        np.testing.assert_array_equal(y.numpy(), x.numpy())


def test_the_ending_or_the_caller_chooses_the_format(tmp_path: Path) -> None:
    for name, form, is_zip in [
        ("a.pt", None, True),
        ("a.PTH", None, True),
        ("a.ckpt", None, False),
        ("a.pt", "safetensors", False),
        ("a.ckpt", "torch", True),
    ]:
        minitorch.save([minitorch.ones(2)], tmp_path / name, format=form)
        assert zipfile.is_zipfile(tmp_path / name) is is_zip
        assert minitorch.load(tmp_path / name)[0].tolist() == [1.0, 1.0]
    with pytest.raises(errors.ArgumentError, match="'safetensors' or 'torch'"):
        minitorch.save(1, tmp_path / "b", format="onnx")
    with pytest.raises(errors.ArgumentError, match=r"name it \.safetensors or \.pt"):
        minitorch.save([minitorch.ones(2)], tmp_path / "b.NPZ")
    assert not list(tmp_path.glob("b*"))


@pytest.mark.parametrize(
    ("obj", "message"),
    [
        ({"a": [print]}, r"a\.0: builtin_function_or_method"),
        ({"a": {1, 2}}, "a: set"),
        ({"a": {frozenset(): 1}}, "a key of a is frozenset"),
        ({1j: 1}, "a key of the dict is complex"),
        ({"net": minitorch.nn.Linear(1, 1)}, r"net: Linear cannot be stored; save its state_dict\(\)"),
    ],
)
def test_what_cannot_be_stored(obj: Any, message: str, tmp_path: Path) -> None:
    path = tmp_path / "x.pt"
    path.write_bytes(b"old")
    with pytest.raises(errors.ArgumentTypeError, match=message):
        minitorch.save(obj, path)
    assert path.read_bytes() == b"old"
    marked = OrderedDict(a=1)
    marked.more = 2  # type: ignore[attr-defined]
    minitorch.save(marked, tmp_path / "y.pt")
    assert minitorch.load(tmp_path / "y.pt") == {"a": 1}
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(errors.ArgumentTypeError, match="0 contains itself"):
        minitorch.save(loop, path)
    deep: list[Any] = []
    for _ in range(98):
        deep = [deep]
    minitorch.save([deep, deep], path)
    with pytest.raises(errors.ArgumentTypeError, match="nested more than 100 deep"):
        minitorch.save([deep, [[[deep]]]], path)
    assert minitorch.load(path) == [deep, deep]


def test_elements_lie_aligned() -> None:
    data = saved([minitorch.ones(k + 1, dtype=minitorch.uint8) for k in range(5)])
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        for info in z.infolist():
            name, extra = struct.unpack("<HH", data[info.header_offset + 26 : info.header_offset + 30])
            assert (info.header_offset + 30 + name + extra) % 64 == 0
        assert z.testzip() is None


# Files that are mapped into memory ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["x.pt", "x.safetensors"])
def test_a_mapped_file_stays_as_it_is(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    minitorch.save({"x": minitorch.zeros(5000)}, path)
    before = path.read_bytes()
    x = minitorch.load(path, mmap=True)["x"]
    x += 1
    minitorch.save({"x": minitorch.ones(3)}, path)
    assert x.sum().item() == 5000.0
    minitorch.save({"x": minitorch.zeros(5000)}, path)
    assert path.read_bytes() == before


def test_large_files_are_mapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    minitorch.save({"x": minitorch.zeros(5000)}, tmp_path / "x.pt")
    monkeypatch.setattr(source, "LARGE", 1000)
    monkeypatch.setattr(source, "read_into", None)  # what reads instead
    assert minitorch.load(tmp_path / "x.pt")["x"].shape == (5000,)
    with pytest.raises(errors.ArgumentError, match="give its path"):
        minitorch.load(io.BytesIO(saved(minitorch.ones(1))), mmap=True)


# NumPy, and models in several files ---------------------------------------------------------------------


@pytest.mark.parametrize("write", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("mmap", [False, True])
def test_npz(write: Any, mmap: bool, tmp_path: Path) -> None:
    arrays = {
        "a": np.arange(6, dtype=np.float32).reshape(2, 3),
        "columns": np.arange(6.0).reshape(2, 3).T,
        "big": np.arange(3, dtype=">i4"),
        "scalar": np.array(2.5),
        "none": np.zeros((0, 3), np.int8),
        "mask": np.array([True, False]),
        "z": np.array([1 + 2j]),
        "u": np.array([2**32 - 1], np.uint32),
    }
    write(tmp_path / "x.npz", **arrays)
    found = minitorch.load(tmp_path / "x.npz", mmap=mmap)
    assert list(found) == list(arrays)
    for name, array in arrays.items():
        assert found[name].shape == array.shape
        np.testing.assert_array_equal(found[name].numpy(), array)
    assert found["u"].dtype is minitorch.int64
    assert found["big"].dtype is minitorch.int32


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.array([{}], dtype=object), "pickled Python objects"),
        (np.array(["text"]), "elements of type 'U4'"),
        (np.zeros(2, [("a", "f4")]), "no plain array of numbers"),
        (np.zeros(2, np.uint64), "dtype uint64, which minitorch does not have"),
    ],
)
def test_npz_of_other_things(array: Any, message: str) -> None:
    file = io.BytesIO()
    np.savez(file, a=array)
    with pytest.raises(errors.CheckpointError, match=message):
        load(file.getvalue())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("(2, 3)", "(" + "9" * 5000 + ",)"),
        ("(2, 3)", "(99999999999999999999,)"),
        ("(2, 3)", "(2 3)"),
        ("(2, 3)", "(-2, -3)"),
        ("(2, 3)", "(2, 4)"),
        ("(2, 3)", "(0, 9999999999999999999)"),
        ("'<f4'", "'<b4'"),
        ("'<f4'", "__import__('os')"),
    ],
)
def test_headers_of_npy(old: str, new: str) -> None:
    header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"

    def npz(text: str) -> bytes:
        lead = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little")
        return archive({"a.npy": lead + text.encode() + bytes(24)})

    assert load(npz(header))["a"].shape == (2, 3)
    with pytest.raises(errors.CheckpointError, match=r"a\.npy"):
        load(npz(header.replace(old, new)))


@pytest.mark.parametrize("keys", [[[1]], [10**5000], ["0", "0"], {}, ["1"]])
def test_keys_of_the_legacy_format(keys: Any) -> None:
    data = by_pytorch("legacy")
    lead = data[: data.rindex(b"\x80\x02]")]
    with pytest.raises(errors.CheckpointError, match="damaged"):
        load(lead + pickle.dumps(keys, 2) + bytes(100))


def index(folder: Path, **files: str) -> Path:
    path = folder / "model.safetensors.index.json"
    path.write_text(json.dumps({"metadata": {"total_size": 3}, "weight_map": files}))
    return path


def test_a_model_in_several_files(tmp_path: Path) -> None:
    minitorch.save({"a": minitorch.ones(2), "b": minitorch.zeros(1)}, tmp_path / "1.safetensors")
    minitorch.save({"c": minitorch.ones(3)}, tmp_path / "2.safetensors")
    found = minitorch.load(index(tmp_path, c="2.safetensors", a="1.safetensors", b="1.safetensors"))
    assert {name: x.tolist() for name, x in found.items()} == {"c": [1.0] * 3, "a": [1.0] * 2, "b": [0.0]}
    for files, message in [
        ({"a": "1.safetensors"}, "differ in 1 tensors, such as 'b'"),
        ({"a": "3.safetensors"}, "'3.safetensors', which is not beside it"),
        ({"a": "../1.safetensors"}, "may name files beside itself only"),
        ({"a": "/etc/passwd"}, "may name files beside itself only"),
        ({"a": 3}, "weight_map should give"),
    ]:
        with pytest.raises(errors.CheckpointError, match=message):
            minitorch.load(index(tmp_path, **files))
    with pytest.raises(errors.CheckpointError, match="give its path"):
        load(index(tmp_path, a="1.safetensors").read_bytes())


@pytest.mark.parametrize(
    ("lead", "message"),
    [
        (b"\x93NUMPY\x01\x00", "numpy.load"),
        (b"\x89HDF\r\n\x1a\n", "HDF5"),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00", "gzip"),
        (b"GGUF\x03\x00\x00\x00", "GGUF"),
        (b"\x80\x04\x95\x00\x00\x00\x00\x00", "this is a pickle"),
        (b'{"a": 3}', "no index of safetensors files"),
        (b"PK\x05\x06" + bytes(18), "neither a file of PyTorch nor an .npz"),
        (b"PK\x03\x04" + bytes(18), "damaged or cut off"),
    ],
)
def test_other_formats_are_told_apart(lead: bytes, message: str) -> None:
    with pytest.raises(errors.CheckpointError, match=message):
        load(lead if len(lead) == 22 or lead[:1] == b"{" else lead + bytes(100))


def test_bfloat16_of_safetensors() -> None:
    header = json.dumps({"x": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}}).encode()
    x = load(len(header).to_bytes(8, "little") + header + struct.pack("<HH", 0x3FC0, 0xFF80))["x"]
    assert x.dtype is minitorch.bfloat16
    assert x.tolist() == [1.5, -float("inf")]


# Nothing but values -------------------------------------------------------------------------------------


class Call:
    def __init__(self, function: Any, *arguments: Any) -> None:
        self.made = function, arguments

    def __reduce__(self) -> Any:
        return self.made


CODE = {
    "system": pickle.dumps(Call(os.system, "touch /tmp/minitorch-was-run"), 2),
    "eval": pickle.dumps([Call(eval, "open('/tmp/minitorch-was-run', 'w')")], 4),
    "getattr": pickle.dumps({"a": Call(getattr, "text", "upper")}, 2),
    "class": pickle.dumps(OrderedDict, 2).replace(b"OrderedDict", b"UserDict"),
    "dotted": b"\x80\x04\x8c\x05torch\x8c\x0dos.system.call\x93.",
    "load": b"\x80\x02ctorch\nload\n)R.",
    "numpy": pickle.dumps(np.ones(2), 2),
    "inst": b"(S'touch /tmp/minitorch-was-run'\nios\nsystem\n.",
    "obj": b"(cos\nsystem\nX\x01\x00\x00\x00ao.",
    "newobj": b"\x80\x02ccollections\nOrderedDict\n)\x81.",
    "extension": b"\x80\x02\x82\x01.",
    "next-buffer": b"\x80\x05\x97.",
    "attributes": b"\x80\x02ccollections\nOrderedDict\n)R}X\x05\x00\x00\x00itemsNsb.",
    "call-a-dict": b"\x80\x02})R.",
    "function": b"\x80\x02ccollections\nOrderedDict\n.",
    "function-within": b"\x80\x02]ccollections\nOrderedDict\na.",
    "memory": b"\x80\x02(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x01tQ.",
}


@pytest.mark.parametrize("name", CODE)
def test_code_is_refused(name: str) -> None:
    with pytest.raises(errors.CheckpointError, match="not let in|do not need|is called|damaged"):
        load(torch_file(CODE[name]))
    assert not os.path.exists("/tmp/minitorch-was-run")


def test_a_refused_name_is_told() -> None:
    with pytest.raises(errors.CheckpointError, match=r"posix\.system, which is not let in.*state_dict"):
        load(torch_file(CODE["system"]))
    with pytest.raises(errors.CheckpointError, match="TorchScript"):
        load(torch_file(b"\x80\x02N.", **{"constants.pkl": b""}))
    with pytest.raises(errors.CheckpointError, match="neither a file of PyTorch nor an .npz"):
        load(archive({"word/document.xml": b""}))


TUPLES = b"\x80\x02)" + b"q\x00h\x00\x86" * 200  # each twice in the next: 2**200 in all
COSTLY = {
    "hash": (b"\x80\x02}" + TUPLES[2:] + b"Ns.", "too long for a key"),
    "deep-hash": (b"\x80\x02})" + b"\x85" * 200_000 + b"Ns.", "too long for a key"),
    "deep": (b"\x80\x02" + b"]" * 5000 + b"a" * 4999 + b".", "nested more than 100 deep"),
    "doubled": (TUPLES + b".", "nested more than 100 deep"),
    "loop": (b"\x80\x02]q\x00h\x00a.", "contains itself"),
    "copies": (
        b"\x80\x02cbuiltins\nset\nq\x00](" + b"K\x01" * 5000 + b"e\x85q\x01" + b"h\x00h\x01R" * 5000 + b".",
        "again and again",
    ),
    "bytes": (
        b"\x80\x02c_codecs\nencode\nq\x00X\x00\x00\x01\x00"
        + b"a" * 65536
        + b"X\x06\x00\x00\x00latin1\x86q\x01"
        + b"h\x00h\x01R" * 20_000
        + b".",
        "again and again",
    ),
    "length": (b"\x80\x02\x8d" + b"\xff" * 8 + b".", "ends too early"),
    "long": (b"\x80\x02\x8b\xff\xff\xff\x7f.", "ends too early"),
    "empty": (b"", "ends too early"),
    "no-stack": (b"\x80\x02R.", "cannot be read"),
    "no-mark": (b"\x80\x02e.", "cannot be read"),
}


@pytest.mark.parametrize("name", COSTLY)
def test_small_files_cost_little(name: str) -> None:
    data, message = COSTLY[name]
    with pytest.raises(errors.CheckpointError, match=message):
        load(torch_file(data))


def tensor_pickle(
    count: int = 4, offset: int = 0, size: tuple[int, ...] = (2, 2), stride: tuple[int, ...] = (2, 1)
) -> bytes:
    """What `save` writes for a tensor, with other numbers."""
    numbers = b"".join(pickle.dumps(x, 2)[2:-1] for x in (offset, size, stride))
    return (
        b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\n"
        + b"X\x01\x00\x00\x000X\x03\x00\x00\x00cpu"
        + pickle.dumps(count, 2)[2:-1]
        + b"tQ"
        + numbers
        + b"\x89NtR."
    )


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"offset": 1}, "does not lie within its memory"),
        ({"size": (3, 2)}, "does not lie within its memory"),
        ({"stride": (3, 1)}, "does not lie within its memory"),
        ({"stride": (2**62, 1)}, "does not lie within its memory"),
        ({"stride": (-2, 1)}, "make no sense"),
        ({"size": (2,)}, "make no sense"),
        ({"size": (2**70, 1)}, "make no sense"),
        ({"size": (2**62, 2**62), "stride": (0, 0)}, "damaged"),
        ({"size": (1,) * 65, "stride": (1,) * 65}, "make no sense"),
        ({"count": 2**40, "size": (2**40,), "stride": (1,)}, "should have 4398046511104 bytes, and has 16"),
        ({"count": 3, "size": (1,), "stride": (1,)}, "should have 12 bytes, and has 16"),
    ],
)
def test_tensors_lie_within_their_memory(numbers: dict[str, Any], message: str) -> None:
    sound = load(torch_file(tensor_pickle(), **{"data/0": bytes(16)}))
    assert sound.tolist() == [[0.0, 0.0], [0.0, 0.0]]
    with pytest.raises(errors.CheckpointError, match=message):
        load(torch_file(tensor_pickle(**numbers), **{"data/0": bytes(16)}))


def test_the_same_tensor_again_and_again() -> None:
    made = tensor_pickle()[:-2]
    again = b"\x80\x02](" + made[2:].replace(b"_rebuild_tensor_v2\n(", b"_rebuild_tensor_v2\nq\x07(", 1)
    again += b"q\x08R" + b"h\x07h\x08R" * 20_000 + b"e."
    with pytest.raises(errors.CheckpointError, match="again and again"):
        load(torch_file(again, **{"data/0": bytes(16)}))


def test_elements_in_the_other_order_of_bytes() -> None:
    entries = {"data/0": struct.pack(">4f", 1, 2, 3, 4), "byteorder": b"big"}
    assert load(torch_file(tensor_pickle(), **entries)).tolist() == [[1.0, 2.0], [3.0, 4.0]]
    with pytest.raises(errors.CheckpointError, match="order of bytes is 'middle'"):
        load(torch_file(tensor_pickle(), **{**entries, "byteorder": b"middle"}))


def test_a_compressed_pickle() -> None:
    small = {"a/data.pkl": pickle.dumps([1, 2], 2), "a/filling": os.urandom(100)}
    assert load(archive(small, zipfile.ZIP_DEFLATED)) == [1, 2]
    bomb = archive({"a/data.pkl": b"\x80\x02(" + b"}" * 10**6 + b"t."}, zipfile.ZIP_DEFLATED)
    with pytest.raises(errors.CheckpointError, match="has 1000005 bytes, more than"):
        load(bomb)


def test_a_zip_bomb() -> None:
    data = bytearray(archive({"a.npy": b"\x93NUMPY" + bytes(100)}))
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 2**31)  # the size in the central directory
    with pytest.raises(errors.CheckpointError, match="claims 2147483648 bytes"):
        load(bytes(data))
    twice = bytearray(archive({"a/data.pkl": bytes(1000), "b": b""}))
    first, second = (twice.index(b"PK\x01\x02"), twice.rindex(b"PK\x01\x02"))
    twice[second + 20 : second + 28] = twice[first + 20 : first + 28]
    twice[first + 20 : first + 28] = struct.pack("<II", 2000, 2000)
    with pytest.raises(errors.CheckpointError, match="overlap"):
        load(bytes(twice))


def test_the_unpickler_reads_what_python_writes() -> None:
    obj = {
        "a": [1, (2, 3.5), {4}],
        "b": OrderedDict(x=b"y"),
        "c": Counter("aab"),
        "d": 1j,
        "e": bytearray(b"z"),
    }
    from minitorch.checkpoints.torch_values import TorchValues

    for protocol in (2, 3, 4):
        data = pickle.dumps(obj, protocol)
        if protocol == 4:  # these names need no table
            data = pickle.dumps({"a": obj["a"], "b": b"y" * 300, "c": "é" * 300}, 4)
            assert Unpickler(data, "x").load() == {"a": obj["a"], "b": b"y" * 300, "c": "é" * 300}
        else:
            assert TorchValues("x", None).start(data).load() == obj


# Damage, and processes that die ------------------------------------------------------------------------


def run(script: str, *arguments: Any) -> str:
    done = subprocess.run(
        [sys.executable, script, *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="limits memory as Linux does")
@pytest.mark.parametrize(
    ("count", "seed"), [(500, 0), pytest.param(10_000, 1, marks=pytest.mark.slow)], ids=["few", "many"]
)
def test_damaged_files(count: int, seed: int) -> None:
    outcomes = json.loads(run(str(Path(__file__).with_name("damaged_files.py")), count, seed))
    assert outcomes["loaded"] + outcomes["refused"] == count
    assert outcomes["refused"] > count / 2
    assert outcomes["longest"] < 5


KILLED = """
import os, random, signal, sys, time
import minitorch
path, count = sys.argv[1], int(sys.argv[2])
draw, last = random.Random(0), 0
minitorch.save({"epoch": 0, "x": minitorch.zeros(300, 300)}, path)
for _ in range(count):
    child = os.fork()
    if not child:
        epoch = last
        while True:
            epoch += 1
            minitorch.save({"epoch": epoch, "x": minitorch.full((300, 300), float(epoch))}, path)
    time.sleep(draw.random() * 0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    found = minitorch.load(path)
    assert found["epoch"] >= last and (found["x"] == found["epoch"]).all(), (last, found)
    last = found["epoch"]
print(last)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")
@pytest.mark.parametrize("name", ["x.pt", "x.ckpt"])
@pytest.mark.parametrize("count", [30, pytest.param(200, marks=pytest.mark.slow)])
def test_kills_lose_nothing(name: str, count: int, tmp_path: Path) -> None:
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    assert int(run(str(script), tmp_path / name, count)) > 0
