"""Language models, VAE and DCGAN beside the same layers of PyTorch with the same weights: results and gradients."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minitorch
from minitorch import models

torch = pytest.importorskip("torch")
pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore:enable_nested_tensor")]


def give(theirs: Any, ours: Any) -> None:
    """PyTorch's module gets the parameters and buffers of minitorch's, of the same names."""
    theirs.load_state_dict({name: torch.tensor(x.numpy()) for name, x in ours.state_dict().items()})


def same(ours: Any, theirs: Any, atol: float = 1e-5) -> None:
    np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=1e-4, atol=atol)


def same_gradients(ours: Any, theirs: Any, atol: float = 1e-5) -> None:
    expected = dict(theirs.named_parameters())
    for name, p in ours.named_parameters():
        same(p.grad, expected[name].grad, atol)


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN_TANH", "RNN_RELU"])
@pytest.mark.parametrize("tied", [False, True])
def test_the_recurrent_model(kind: str, tied: bool) -> None:
    class Theirs(torch.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.encoder, self.decoder = torch.nn.Embedding(9, 6), torch.nn.Linear(6, 9)
            name, _, activation = kind.partition("_")
            extra = {"nonlinearity": activation.lower()} if activation else {}
            self.rnn = getattr(torch.nn, name)(6, 6, 2, **extra)
            if tied:
                self.decoder.weight = self.encoder.weight

        def forward(self, x: Any, state: Any) -> Any:
            y, state = self.rnn(self.encoder(x), state)
            return self.decoder(y).view(-1, 9).log_softmax(1), state

    minitorch.manual_seed(0)
    ours, theirs = models.RNNModel(kind, 9, 6, 6, 2, dropout=0.0, tie_weights=tied), Theirs()
    give(theirs, ours)
    words = np.random.default_rng(0).integers(0, 9, (5, 3))
    zeros = torch.zeros(2, 3, 6)
    y, state = ours(minitorch.tensor(words), ours.init_hidden(3))
    expected, state2 = theirs(torch.tensor(words), (zeros, zeros) if kind == "LSTM" else zeros)
    same(y, expected)
    for one, other in zip(state, state2, strict=True):
        same(one, other)
    y.square().sum().backward()
    expected.square().sum().backward()
    same_gradients(ours, theirs, 1e-3)


@pytest.mark.parametrize("bias", [True, False])
def test_gpt(bias: bool) -> None:
    """GPT's blocks are encoder layers with the norm first and a causal mask."""
    heads, width = 2, 8
    minitorch.manual_seed(0)
    config = models.GPTConfig(10, 13, 2, heads, width, 0.0, bias)
    ours = models.GPT(config)
    for p in ours.parameters():
        p.data.add_(0.1 * minitorch.randn_like(p))
    state = {name: torch.tensor(x.numpy(), requires_grad=True) for name, x in ours.state_dict().items()}
    state["lm_head.weight"] = state["transformer.wte.weight"]
    layers = {
        "self_attn.in_proj_": "attn.c_attn.",
        "self_attn.out_proj.": "attn.c_proj.",
        "linear1.": "mlp.c_fc.",
    }
    layers |= {"linear2.": "mlp.c_proj.", "norm1.": "ln_1.", "norm2.": "ln_2."}
    layer = torch.nn.TransformerEncoderLayer(
        width, heads, 4 * width, 0.0, lambda x: torch.nn.functional.gelu(x, approximate="tanh"),
        batch_first=True, norm_first=True, bias=bias,
    )  # fmt: skip
    tokens = np.random.default_rng(0).integers(0, 13, (3, 10))
    x = state["transformer.wte.weight"][torch.tensor(tokens)] + state["transformer.wpe.weight"]
    mask = torch.nn.Transformer.generate_square_subsequent_mask(10)
    for i in range(2):
        weights = {
            their + kind: state[f"transformer.h.{i}.{our}{kind}"]
            for their, our in layers.items()
            for kind in (("weight", "bias") if bias else ("weight",))
        }
        x = torch.func.functional_call(layer, weights, (x, mask))
    x = torch.nn.functional.layer_norm(
        x, (width,), state["transformer.ln_f.weight"], state.get("transformer.ln_f.bias")
    )
    expected = x @ state["lm_head.weight"].T
    logits, loss = ours(minitorch.tensor(tokens), minitorch.tensor(np.roll(tokens, -1, 1)))
    same(logits, expected)
    assert loss is not None
    loss.backward()
    targets = torch.tensor(np.roll(tokens, -1, 1)).flatten()
    torch.nn.functional.cross_entropy(expected.flatten(0, 1), targets).backward()
    for name, p in ours.named_parameters():
        same(p.grad, state[name].grad)


def test_the_transformer() -> None:
    class Theirs(torch.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.transformer = torch.nn.Transformer(8, 2, 2, 2, 16, 0.0)
            self.generator = torch.nn.Linear(8, 12)
            for name, count in (("src_tok_emb", 11), ("tgt_tok_emb", 12)):
                holder = torch.nn.Module()
                holder.embedding = torch.nn.Embedding(count, 8)
                setattr(self, name, holder)
            self.positional_encoding = torch.nn.Module()
            self.positional_encoding.register_buffer("pos_embedding", torch.zeros(5000, 1, 8))

        def forward(self, src: Any, tgt: Any) -> Any:
            a, b = (
                e.embedding(x) * math.sqrt(8) + self.positional_encoding.pos_embedding[: len(x)]
                for e, x in ((self.src_tok_emb, src), (self.tgt_tok_emb, tgt))
            )
            padding = (src == 1).T
            causal = torch.ones(len(tgt), len(tgt), dtype=torch.bool).triu(1)
            y = self.transformer(a, b, None, causal, None, padding, (tgt == 1).T, padding)
            return self.generator(y)

    minitorch.manual_seed(0)
    ours, theirs = models.Seq2SeqTransformer(2, 2, 8, 2, 11, 12, 16, dropout=0.0), Theirs()
    give(theirs, ours)
    src, tgt = np.array([[2, 2], [5, 6], [7, 3], [3, 1]]), np.array([[2, 2], [8, 9], [4, 3]])
    y, expected = (
        ours(minitorch.tensor(src), minitorch.tensor(tgt)),
        theirs(torch.tensor(src), torch.tensor(tgt)),
    )
    same(y, expected)
    y.square().sum().backward()
    expected.square().sum().backward()
    same_gradients(ours, theirs, 1e-3)


def generator(nn: Any) -> Any:
    """The generator as PyTorch's tutorial describes it, with four channels."""
    return nn.Sequential(
        nn.ConvTranspose2d(6, 32, 4, 1, 0, bias=False), nn.BatchNorm2d(32), nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 4, 2, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
        nn.ConvTranspose2d(16, 8, 4, 2, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU(),
        nn.ConvTranspose2d(8, 4, 4, 2, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU(),
        nn.ConvTranspose2d(4, 3, 4, 2, 1, bias=False), nn.Tanh(),
    )  # fmt: skip


def discriminator(nn: Any) -> Any:
    """The discriminator as PyTorch's tutorial describes it, with four channels."""
    return nn.Sequential(
        nn.Conv2d(3, 4, 4, 2, 1, bias=False), nn.LeakyReLU(0.2),
        nn.Conv2d(4, 8, 4, 2, 1, bias=False), nn.BatchNorm2d(8), nn.LeakyReLU(0.2),
        nn.Conv2d(8, 16, 4, 2, 1, bias=False), nn.BatchNorm2d(16), nn.LeakyReLU(0.2),
        nn.Conv2d(16, 32, 4, 2, 1, bias=False), nn.BatchNorm2d(32), nn.LeakyReLU(0.2),
        nn.Conv2d(32, 1, 4, 1, 0, bias=False), nn.Sigmoid(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ours", "theirs", "shape"),
    [
        (lambda: models.Generator(6, 4), generator, (2, 6, 1, 1)),
        (lambda: models.Discriminator(ndf=4), discriminator, (2, 3, 64, 64)),
    ],
)
def test_dcgan(ours: Callable[[], Any], theirs: Callable[[Any], Any], shape: tuple[int, ...]) -> None:
    minitorch.manual_seed(0)
    net, reference = ours(), theirs(torch.nn)
    give(reference, net.main)
    x = np.random.default_rng(0).standard_normal(shape).astype("float32")
    y, expected = net(minitorch.tensor(x)), reference(torch.tensor(x))
    same(y, expected)
    y.square().sum().backward()
    expected.square().sum().backward()
    same_gradients(net.main, reference, 1e-3)


def test_vae() -> None:
    linear = torch.nn.Linear
    sizes = {"fc1": (12, 7), "fc21": (7, 3), "fc22": (7, 3), "fc3": (3, 7), "fc4": (7, 12)}
    theirs = torch.nn.ModuleDict({name: linear(*size) for name, size in sizes.items()})
    minitorch.manual_seed(0)
    ours = models.VAE(12, 7, 3)
    give(theirs, ours)
    x = np.random.default_rng(0).random((4, 12)).astype("float32")
    mu, logvar = ours.encode(minitorch.tensor(x))
    y = ours.decode(mu)
    models.vae_loss(y, minitorch.tensor(x), mu, logvar).backward()
    h = theirs["fc1"](torch.tensor(x)).relu()
    mu2, logvar2 = theirs["fc21"](h), theirs["fc22"](h)
    y2 = theirs["fc4"](theirs["fc3"](mu2).relu()).sigmoid()
    loss = torch.nn.functional.binary_cross_entropy(y2, torch.tensor(x), reduction="sum")
    normal = torch.distributions.Normal
    loss = loss + torch.distributions.kl_divergence(normal(mu2, (logvar2 / 2).exp()), normal(0.0, 1.0)).sum()
    loss.backward()
    same(y, y2)
    same_gradients(ours, theirs, 1e-4)
