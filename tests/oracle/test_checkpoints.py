"""Checkpoints that PyTorch wrote are read here, and those written here are read by PyTorch, without its full pickle."""

from __future__ import annotations

import io
from collections import Counter, OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import minitorch

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle

NAMES = [*minitorch.dtypes.BY_NAME]
WIDER = {"uint16": "int32", "uint32": "int64"}
WAYS: list[dict[str, Any]] = [
    {},
    {"pickle_protocol": 4},
    {"_use_new_zipfile_serialization": False},
]


def by_torch(obj: Any, way: dict[str, Any]) -> Any:
    file = io.BytesIO()
    torch.save(obj, file, **way)
    file.seek(0)
    return minitorch.load(file)


def plain(x: Any) -> Any:
    """The elements as a NumPy array; bfloat16, which NumPy does not have, as float32."""
    return (x.float() if str(x.dtype).endswith("bfloat16") else x).numpy()


def some(name: str, shape: tuple[int, ...]) -> Any:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(shape, generator=generator) * 50
    return x.abs().to(getattr(torch, name)) if name.startswith("u") else x.to(getattr(torch, name))


@pytest.mark.parametrize("way", WAYS, ids=["zip", "protocol-4", "legacy"])
@pytest.mark.parametrize("name", [*NAMES, *WIDER])
@pytest.mark.parametrize("shape", [(), (3,), (0, 2), (4, 3, 5)], ids=str)
def test_tensors_of_pytorch(way: dict[str, Any], name: str, shape: tuple[int, ...]) -> None:
    x = some(name, shape)
    y = by_torch({"x": x, "t": x.T if x.ndim == 2 else x, "part": x[..., 1:] if shape else x}, way)
    wide = x.to(getattr(torch, WIDER.get(name, name)))
    assert y["x"].dtype.name == WIDER.get(name, name)
    np.testing.assert_array_equal(plain(y["x"]), plain(wide))
    np.testing.assert_array_equal(plain(y["part"]), plain(wide[..., 1:] if shape else wide))
    if x.numel():
        assert y["part"].stride() == (x[..., 1:] if shape else x).stride()


@pytest.mark.parametrize("way", WAYS, ids=["zip", "protocol-4", "legacy"])
def test_a_training_state_of_pytorch(way: dict[str, Any]) -> None:
    net = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2), torch.nn.LSTM(2, 3))
    optimizer = torch.optim.AdamW(net[0].parameters(), lr=0.1)
    net[0](torch.randn(1, 1, 5, 5)).sum().backward()
    optimizer.step()
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [2, 4])
    state = {
        "net": net.state_dict(),
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
        "rest": [{1, 2}, b"ab", 1j, torch.Size([2]), bytearray(b"z"), 2**70, "é"],
    }
    found = by_torch(state, way)
    assert found["rest"] == [{1, 2}, b"ab", 1j, minitorch.Size([2]), bytearray(b"z"), 2**70, "é"]
    assert found["scheduler"]["milestones"] == Counter([2, 4])
    assert found["net"]._metadata == state["net"]._metadata
    ours = minitorch.nn.Sequential(
        minitorch.nn.Conv2d(1, 2, 3), minitorch.nn.BatchNorm2d(2), minitorch.nn.LSTM(2, 3)
    )
    ours.load_state_dict(found["net"])
    for name, x in net.state_dict().items():
        np.testing.assert_array_equal(ours.state_dict()[name].numpy(), x.numpy())
    again = minitorch.optim.AdamW(ours[0].parameters(), lr=0.5)
    again.load_state_dict(found["optimizer"])
    assert again.param_groups[0]["lr"] == 0.1


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor")
@pytest.mark.parametrize("way", WAYS, ids=["zip", "protocol-4", "legacy"])
@pytest.mark.parametrize("what", ["module", "sparse", "quantized", "function", "float8"])
def test_what_is_no_value_is_refused_by_name(way: dict[str, Any], what: str) -> None:
    obj, name = {
        "module": (torch.nn.Linear(1, 1), "torch.nn.modules.linear.Linear"),
        "sparse": (torch.eye(2).to_sparse(), "torch._utils._rebuild_sparse_tensor"),
        "quantized": (
            torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8) if what == "quantized" else None,
            "torch._utils._rebuild_qtensor",
        ),
        "function": (torch.relu, "getattr"),
        "float8": (torch.ones(2).to(torch.float8_e4m3fn), "float8_e4m3fn"),
    }[what]
    with pytest.raises(minitorch.errors.CheckpointError, match=name):
        by_torch([obj], way)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mmap", [False, True])
def test_pytorch_reads_tensors(name: str, mmap: bool, tmp_path: Path) -> None:
    x = minitorch.tensor(plain(some(name, (4, 3)))).to(minitorch.dtypes.as_dtype(name))
    minitorch.save({"x": x, "t": x.T, "part": x[1:], "empty": x[:0], "one": x[0, 0]}, tmp_path / "x.pt")
    y = torch.load(tmp_path / "x.pt", weights_only=True, mmap=mmap)
    assert y["x"].dtype is getattr(torch, name)
    for key, view in {"x": x, "t": x.T, "part": x[1:], "empty": x[:0], "one": x[0, 0]}.items():
        np.testing.assert_array_equal(plain(y[key]), plain(view))
    assert y["t"].data_ptr() == y["x"].data_ptr()
    assert y["part"].untyped_storage().data_ptr() == y["x"].untyped_storage().data_ptr()


def test_pytorch_reads_a_training_state(tmp_path: Path) -> None:
    net = minitorch.nn.Sequential(minitorch.nn.Linear(2, 3), minitorch.nn.BatchNorm1d(3))
    optimizer = minitorch.optim.Adam(net.parameters())
    net(minitorch.randn(4, 2)).sum().backward()
    optimizer.step()
    scheduler = minitorch.optim.lr_scheduler.MultiStepLR(optimizer, [2, 4])
    rest = [
        None,
        True,
        False,
        1,
        -1,
        2**31,
        2**70,
        -(2**63),
        2.5,
        float("inf"),
        1j,
        "é\0",
        b"\0\xff",
        (),
        [],
        {},
    ]
    state = {
        "net": net.state_dict(),
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
        "rest": rest,
        "p": minitorch.nn.Parameter(minitorch.ones(2), requires_grad=False),
        "leaf": minitorch.ones(2, requires_grad=True),
        "types": [minitorch.float16, minitorch.Size([2, 3])],
        (1, "a"): 3,
    }
    minitorch.save(state, tmp_path / "x.pt")
    found = torch.load(tmp_path / "x.pt", weights_only=True)
    assert found["rest"] == rest
    assert (type(found["p"]), found["p"].requires_grad) == (torch.nn.Parameter, False)
    assert found["leaf"].requires_grad
    assert found["types"] == [torch.float16, torch.Size([2, 3])]
    assert type(found["net"]) is OrderedDict
    theirs = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
    theirs.load_state_dict(found["net"])
    torch.optim.Adam(theirs.parameters()).load_state_dict(found["optimizer"])
    for name, x in net.state_dict().items():
        np.testing.assert_array_equal(theirs.state_dict()[name].numpy(), x.numpy())
    assert found["scheduler"]["milestones"] == Counter([2, 4])


def test_safetensors_of_pytorch(tmp_path: Path) -> None:
    library = pytest.importorskip("safetensors.torch")
    tensors = {name: some(name, (2, 3)) for name in [*NAMES, *WIDER] if name != "complex128"}
    library.save_file(tensors, tmp_path / "x.safetensors", {"format": "pt"})
    for mmap in (False, True):
        found = minitorch.load(tmp_path / "x.safetensors", mmap=mmap)
        for name, x in tensors.items():
            assert found[name].dtype.name == WIDER.get(name, name)
            np.testing.assert_array_equal(
                plain(found[name]), plain(x.to(getattr(torch, WIDER.get(name, name))))
            )
