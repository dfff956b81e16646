"""GPT: published sizes and names, causality, and generation with and without cached keys and values."""

from __future__ import annotations

import pytest

import minitorch
from minitorch.errors import ArgumentError, ShapeError, StateDictError
from minitorch.models import GPT, GPTConfig
from minitorch.models.choosing import choose

SMALL = GPTConfig(block_size=12, vocab_size=17, n_layer=2, n_head=2, n_embd=8)


@pytest.fixture
def model() -> GPT:
    minitorch.manual_seed(0)
    model = GPT(SMALL).eval()
    for p in model.parameters():
        p.data.mul_(10)  # logits that differ clearly
    return model


@pytest.mark.slow
def test_the_smallest_gpt2_has_as_many_parameters_as_the_published_one() -> None:
    net = GPT()
    assert sum(p.numel() for p in net.parameters()) == 124_439_808
    assert (
        len(net.state_dict()) == 149
    )  # the 148 of the published file, and the last layer, which is the first


def test_names_are_those_of_the_published_weights() -> None:
    block = [
        f"{name}.{kind}"
        for name in ("ln_1", "attn.c_attn", "attn.c_proj", "ln_2", "mlp.c_fc", "mlp.c_proj")
        for kind in ("weight", "bias")
    ]
    expected = ["wte.weight", "wpe.weight"]
    expected += [f"h.{i}.{name}" for i in range(2) for name in block] + ["ln_f.weight", "ln_f.bias"]
    assert list(GPT(SMALL).state_dict()) == [f"transformer.{name}" for name in expected] + ["lm_head.weight"]


@pytest.mark.parametrize("prefix", ["", "transformer."])
def test_published_weights_are_turned_and_masks_left_out(model: GPT, prefix: str) -> None:
    state = {}
    for name, x in model.state_dict().items():
        turned = x.ndim == 2 and ".h." in name  # published as (inputs, outputs)
        state[prefix + name.removeprefix("transformer.")] = (x.t() if turned else x).clone()
    del state[prefix + "lm_head.weight"]
    state[prefix + "h.0.attn.bias"] = minitorch.ones(1, 1, 12, 12)
    other = GPT(SMALL).eval()
    other.load_gpt2(state)
    tokens = minitorch.arange(12).reshape(1, 12)
    assert minitorch.equal(other(tokens)[0], model(tokens)[0])
    del state[prefix + "ln_f.bias"]
    with pytest.raises(StateDictError, match="ln_f.bias"):
        other.load_gpt2(state)


def test_later_tokens_change_nothing_before_them(model: GPT) -> None:
    tokens = minitorch.arange(10).reshape(1, 10)
    changed = tokens.clone()
    changed[0, 6:] = 16
    one, two = model(tokens)[0], model(changed)[0]
    assert minitorch.allclose(one[:, :6], two[:, :6], atol=1e-6)
    assert not minitorch.allclose(one[:, 6:], two[:, 6:], atol=1e-2)


def test_the_loss_leaves_out_what_has_no_target(model: GPT) -> None:
    tokens, targets = minitorch.tensor([[1, 2, 3]]), minitorch.tensor([[2, 3, -1]])
    logits, loss = model(tokens, targets)
    expected = -(logits.log_softmax(2)[0, 0, 2] + logits.log_softmax(2)[0, 1, 3]) / 2
    assert loss is not None
    assert loss.item() == pytest.approx(expected.item(), rel=1e-6)


@pytest.mark.parametrize(
    "settings",
    [{"temperature": 0}, {"temperature": 0.8}, {"top_k": 3}, {"top_p": 0.9}, {"top_k": 9, "top_p": 0.5}],
)
def test_the_cache_changes_nothing_also_beyond_the_block(model: GPT, settings: dict[str, float]) -> None:
    start = minitorch.tensor([[1, 2, 3], [4, 5, 6]])
    texts = []
    for use_cache in (True, False):
        minitorch.manual_seed(1)
        texts.append(model.generate(start, 15, use_cache=use_cache, **settings))  # type: ignore[arg-type]
    assert texts[0].shape == (2, 18)
    assert minitorch.equal(*texts)
    assert minitorch.equal(texts[0][:, :3], start)


def test_a_text_is_read_in_pieces_with_a_cache(model: GPT) -> None:
    tokens, caches = minitorch.arange(10).reshape(1, 10), [[], []]
    pieces = [model(tokens[:, i:j], caches=caches)[0] for i, j in ((0, 4), (4, 9), (9, 10))]
    assert minitorch.allclose(minitorch.cat(pieces, 1), model(tokens)[0], atol=1e-5)


def test_the_cache_saves_reading(model: GPT) -> None:
    read = []
    model.transformer["wte"].register_forward_hook(
        lambda module, inputs, output: read.append(output.shape[1])
    )
    model.generate(minitorch.tensor([[1, 2, 3]]), 4)
    assert read == [3, 1, 1, 1]


def test_it_learns_to_count() -> None:
    minitorch.manual_seed(0)
    model = GPT(GPTConfig(block_size=8, vocab_size=7, n_layer=1, n_head=2, n_embd=16))
    rule = minitorch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(60):
        tokens = (minitorch.arange(9) + minitorch.randint(0, 7, (16, 1))) % 7
        loss = model(tokens[:, :-1], tokens[:, 1:])[1]
        assert loss is not None
        rule.zero_grad()
        loss.backward()
        rule.step()
    assert model.eval().generate(minitorch.tensor([[3, 4]]), 8, temperature=0).tolist() == [
        [3, 4, 5, 6, 0, 1, 2, 3, 4, 5]
    ]


def test_choosing_keeps_to_the_likeliest() -> None:
    logits = minitorch.tensor([0.4, 0.1, 0.3, 0.2]).log().expand(2000, -1)
    minitorch.manual_seed(0)
    assert set(choose(logits, top_k=2).unique().tolist()) == {0, 2}
    assert set(choose(logits, top_p=0.69).unique().tolist()) == {0, 2}
    assert set(choose(logits, top_p=0.71).unique().tolist()) == {0, 2, 3}
    assert set(choose(logits, top_p=0.01).unique().tolist()) == {0}
    shares = choose(logits, top_k=2).flatten().bincount() / 2000
    assert shares[0].item() == pytest.approx(4 / 7, abs=0.04)
    cold = choose(logits, temperature=0.5, top_k=2).flatten().bincount() / 2000
    assert cold[0].item() == pytest.approx(16 / 25, abs=0.04)


def test_mistakes(model: GPT) -> None:
    with pytest.raises(ArgumentError, match="3 heads do not divide n_embd=8"):
        GPT(GPTConfig(n_head=3, n_embd=8))
    with pytest.raises(ShapeError, match="13 tokens are more than block_size=12"):
        model(minitorch.zeros(1, 13, dtype=minitorch.int64))
    with pytest.raises(ShapeError, match="T ≥ 1"):
        model.generate(minitorch.zeros(1, 0, dtype=minitorch.int64), 1)
    for wrong in ({"temperature": -1.0}, {"top_k": 0}, {"top_p": 0.0}, {"top_p": 1.5}):
        with pytest.raises(ArgumentError, match="temperature ≥ 0, top_k ≥ 1 and 0 < top_p ≤ 1"):
            model.generate(minitorch.tensor([[1]]), 1, **wrong)  # type: ignore[arg-type]
