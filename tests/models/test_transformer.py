"""The transformer for translation: places, masks, learning, and search for the likeliest translation."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import minitorch
from minitorch import nn
from minitorch.errors import ArgumentError, ShapeError
from minitorch.models import Seq2SeqTransformer
from minitorch.models.transformer import PositionalEncoding

PAD, BOS, EOS = 1, 2, 3


def network(words: int = 8) -> Seq2SeqTransformer:
    minitorch.manual_seed(3)
    return Seq2SeqTransformer(1, 1, 16, 2, words, words, dim_feedforward=32, dropout=0.0)


def test_places_are_waves() -> None:
    got = PositionalEncoding(6, 0.0, maxlen=50).pos_embedding.numpy()
    t, i = np.arange(50)[:, None], np.arange(3)
    angles = t / 10000 ** (2 * i / 6)
    np.testing.assert_allclose(got[:, 0, 0::2], np.sin(angles), atol=1e-5)
    np.testing.assert_allclose(got[:, 0, 1::2], np.cos(angles), atol=1e-5)


def test_what_fills_up_changes_nothing() -> None:
    net = network().eval()
    src, tgt = minitorch.tensor([[BOS], [4], [EOS]]), minitorch.tensor([[BOS], [5]])
    longer = minitorch.tensor([[BOS], [4], [EOS], [PAD], [PAD]])
    assert minitorch.allclose(net(src, tgt), net(longer, tgt), atol=1e-5)
    filled = minitorch.cat((tgt, minitorch.tensor([[PAD]])))
    assert minitorch.allclose(net(src, tgt), net(src, filled)[:2], atol=1e-5)


def test_no_word_sees_those_after_it() -> None:
    net = network().eval()
    src = minitorch.tensor([[BOS], [4], [EOS]])
    one, two = (net(src, minitorch.tensor([[BOS], [5], [w]])) for w in (6, 7))
    assert minitorch.allclose(one[:2], two[:2], atol=1e-6)
    assert not minitorch.allclose(one[2], two[2], atol=1e-3)


def test_it_learns_to_turn_words_round() -> None:
    net = network()
    rule = minitorch.optim.Adam(net.parameters(), lr=5e-3)
    for _ in range(150):
        words = minitorch.randint(4, 8, (3, 32))
        edge = minitorch.ones(1, 32, dtype=minitorch.int64)
        src, tgt = minitorch.cat((words, edge * EOS)), minitorch.cat((edge * BOS, words.flip(0), edge * EOS))
        loss = nn.functional.cross_entropy(net(src, tgt[:-1]).flatten(0, 1), tgt[1:].flatten())
        rule.zero_grad()
        loss.backward()
        rule.step()
    net.eval()
    for text in ([4, 5, 7], [6, 6, 5]):
        src, expected = minitorch.tensor([*text, EOS]), [BOS, *text[::-1], EOS]
        assert net.greedy_decode(src, BOS, EOS, 10) == expected
        assert net.beam_decode(src, BOS, EOS, 10) == expected


def test_a_beam_that_holds_all_finds_the_likeliest() -> None:
    net = network().eval()
    src, length = minitorch.tensor([BOS, 4, 5, EOS]), 3

    def log_p(words: list[int]) -> float:
        with minitorch.no_grad():
            tokens = minitorch.tensor([BOS, *words]).unsqueeze(1)
            p = net(src.unsqueeze(1), tokens[:-1]).log_softmax(2)
        return sum(p[i, 0, word].item() for i, word in enumerate(words))

    texts = [
        list(words)
        for n in range(1, length + 1)
        for words in itertools.product(range(8), repeat=n)
        if EOS not in words[:-1] and (n == length or words[-1] == EOS)
    ]
    finished = [words for words in texts if words[-1] == EOS]
    best = max(finished, key=log_p)
    assert net.beam_decode(src, BOS, EOS, length, beam_size=600, alpha=0.0) == [BOS, *best]
    greedy = net.greedy_decode(src, BOS, EOS, length)
    with minitorch.no_grad():
        first = net(src.unsqueeze(1), minitorch.tensor([[BOS]]))[0, 0].argmax().item()
    assert greedy[1] == first
    assert len(greedy) <= length + 1


def test_mistakes() -> None:
    net = network()
    with pytest.raises(ShapeError, match="one sentence"):
        net.greedy_decode(minitorch.tensor([[BOS]]), BOS, EOS, 3)
    with pytest.raises(ArgumentError, match="beam_size and max_len"):
        net.beam_decode(minitorch.tensor([BOS]), BOS, EOS, 3, beam_size=0)
    with pytest.raises(ArgumentError, match="must be even"):
        PositionalEncoding(5, 0.0)
    with pytest.raises(ShapeError, match="3 places are more than maxlen=2"):
        PositionalEncoding(4, 0.0, maxlen=2)(minitorch.zeros(3, 1, 4))
