"""Packed sequences, padding in transformers, and masks of attention, as PyTorch has them."""

import math

import numpy as np
import pytest

import minitorch
from minitorch.nn.utils import rnn as our_rnn

torch = pytest.importorskip("torch")

from torch.nn.utils import rnn as their_rnn  # noqa: E402

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.filterwarnings("ignore:enable_nested_tensor is True"),
    pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors"),
]

BOTH = ((minitorch, our_rnn), (torch, their_rnn))


def same(a, b):
    np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=1e-9, atol=1e-10)


def twins(make):
    """A module in both libraries, with PyTorch's parameters."""
    theirs = make(torch.nn).double()
    ours = make(minitorch.nn).double()
    ours.load_state_dict({k: minitorch.tensor(v.detach().numpy()) for k, v in theirs.state_dict().items()})
    return ours, theirs


LAYERS = {
    "RNN": lambda nn: nn.RNN(3, 4, nonlinearity="relu"),
    "RNN, both ways": lambda nn: nn.RNN(3, 4, 2, bidirectional=True),
    "LSTM": lambda nn: nn.LSTM(3, 4, batch_first=True),
    "LSTM, both ways": lambda nn: nn.LSTM(3, 4, 2, batch_first=True, bidirectional=True, bias=False),
    "LSTM, projected": lambda nn: nn.LSTM(3, 4, 2, proj_size=2, bidirectional=True),
    "GRU": lambda nn: nn.GRU(3, 4),
    "GRU, both ways": lambda nn: nn.GRU(3, 4, 2, bidirectional=True, batch_first=True),
}


@pytest.mark.parametrize("given", [False, True], ids=["zeros", "states"])
@pytest.mark.parametrize("lengths", [[2, 5, 3], [5, 3, 1]])
@pytest.mark.parametrize("name", LAYERS)
def test_packed_sequences(name, lengths, given):
    rng = np.random.default_rng(0)
    ours, theirs = twins(LAYERS[name])
    x = rng.standard_normal((3, 5, 3) if ours.batch_first else (5, 3, 3))
    count = ours.num_layers * (1 + ours.bidirectional)
    h, c = rng.standard_normal((count, 3, ours.proj_size or 4)), rng.standard_normal((count, 3, 4))
    results = []
    for module, (library, rnn) in zip((ours, theirs), BOTH, strict=True):
        leaves = [library.tensor(a, requires_grad=True) for a in (x, h, c)]
        packed = rnn.pack_padded_sequence(
            leaves[0], lengths, module.batch_first, lengths == sorted(lengths)[::-1]
        )
        lstm = isinstance(module, (minitorch.nn.LSTM, torch.nn.LSTM))
        states = None if not given else (leaves[1], leaves[2]) if lstm else leaves[1]
        outputs, last = module(packed, states)
        padded, sizes = rnn.pad_packed_sequence(outputs, module.batch_first, -1.0, 6)
        last = last if lstm else (last,)
        ((padded * padded).sum() + sum((s * s * s).sum() for s in last)).backward()
        found = [padded, sizes, packed.data, *outputs[:2], *last, *(p.grad for p in module.parameters())]
        found += [leaf.grad for leaf in leaves if leaf.grad is not None]
        found += [i for i in outputs[2:] if i is not None]
        results.append(found)
    assert len(results[0]) == len(results[1])
    for a, b in zip(*results, strict=True):
        same(a, b)


@pytest.mark.parametrize(
    "settings", [{}, {"mask_check": False}, {"enable_nested_tensor": False}, {"norm": True}, {"mask": True}]
)
@pytest.mark.parametrize("layer", [{}, {"activation": "gelu"}, {"norm_first": True}, {"batch_first": False}])
def test_padding_in_evaluation(layer, settings):
    padding = np.array([[False, False, True], [False, True, True]])

    def make(nn):
        options = dict(settings)
        options.pop("mask", None)
        norm = nn.LayerNorm(4) if options.pop("norm", None) else None
        made = nn.TransformerEncoderLayer(4, 2, 8, **{"batch_first": True, **layer})
        return nn.TransformerEncoder(made, 2, norm, **options).eval()

    ours, theirs = twins(make)
    x = np.random.default_rng(0).standard_normal((2, 3, 4))
    x = x if ours.layers[0].self_attn.batch_first else x.swapaxes(0, 1)
    for hidden in (padding, padding[:, ::-1].copy()):
        if settings.get("mask_check") is False and hidden is not padding:
            continue  # PyTorch takes the mask for one that hides ends
        for kind in (hidden, np.where(hidden, -math.inf, 0.0)):
            results = []
            for module, library in ((ours, minitorch), (theirs, torch)):
                places = library.tensor(kind)
                mask = library.zeros(3, 3, dtype=places.dtype) if "mask" in settings else None
                with library.no_grad():
                    results.append(module(library.tensor(x), mask, places))
            same(*results)


@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("average", [True, False])
def test_masks_of_one_sequence_and_of_each_head(need_weights, average):
    ours, theirs = twins(lambda nn: nn.MultiheadAttention(4, 2))
    rng = np.random.default_rng(0)
    for query, key, mask, padding in (
        ((3, 4), (5, 4), rng.random((2, 3, 5)) < 0.4, np.array([False, False, True, False, False])),
        ((3, 4), (5, 4), rng.standard_normal((3, 5)), rng.standard_normal(5)),
        ((3, 2, 4), (5, 2, 4), rng.standard_normal((4, 3, 5)), rng.standard_normal((2, 5))),
    ):
        q, k, v = (rng.standard_normal(shape) for shape in (query, key, key))
        results = []
        for module, library in ((ours, minitorch), (theirs, torch)):
            y, weights = module(
                *map(library.tensor, (q, k, v)),
                key_padding_mask=library.tensor(padding),
                need_weights=need_weights,
                attn_mask=library.tensor(mask),
                average_attn_weights=average,
            )
            results.append([y] if weights is None else [y, weights])
        for a, b in zip(*results, strict=True):
            same(a, b)


def test_the_causal_mask():
    for dtype in ("float32", "float64"):
        a, b = (
            library.nn.Transformer.generate_square_subsequent_mask(3, dtype=getattr(library, dtype))
            for library in (minitorch, torch)
        )
        np.testing.assert_array_equal(a.numpy(), b.numpy())
        assert a.numpy().dtype == dtype


def test_implementations_have_the_same_names():
    ours = {member.name: int(member) for member in minitorch.nn.attention.SDPBackend}
    theirs = torch.nn.attention.SDPBackend.__members__
    assert ours == {name: int(member) for name, member in theirs.items()}
