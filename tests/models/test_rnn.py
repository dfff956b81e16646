"""The recurrent language model."""

from __future__ import annotations

import pytest

import minitorch
from minitorch import nn
from minitorch.errors import ArgumentError
from minitorch.models import RNNModel


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN_TANH", "RNN_RELU"])
def test_a_text_may_be_read_in_pieces(kind: str) -> None:
    minitorch.manual_seed(0)
    model = RNNModel(kind, 11, 6, 8, 2).eval()
    words, state = minitorch.randint(0, 11, (7, 3)), model.init_hidden(3)
    whole, last = model(words, state)
    first, state = model(words[:4], state)
    second, state = model(words[4:], state)
    assert whole.shape == (21, 11)
    assert minitorch.allclose(whole.exp().sum(1), minitorch.ones(21), atol=1e-5)
    assert minitorch.allclose(minitorch.cat((first, second)), whole, atol=1e-5)
    for one, other in zip(state, last, strict=True):
        assert minitorch.allclose(one, other, atol=1e-5)


def test_tied_weights_are_one_parameter() -> None:
    plain, tied = (RNNModel("LSTM", 50, 8, 8, 1, tie_weights=tie) for tie in (False, True))
    assert tied.decoder.weight is tied.encoder.weight
    sizes = [sum(p.numel() for p in model.parameters()) for model in (plain, tied)]
    assert sizes[0] - sizes[1] == 50 * 8
    assert list(tied.state_dict()) == list(plain.state_dict())


def test_it_learns_a_text_by_heart() -> None:
    minitorch.manual_seed(0)
    model = RNNModel("LSTM", 6, 16, 16, 1, dropout=0.0, tie_weights=True)
    words = minitorch.tensor([0, 1, 0, 2, 0, 3, 0, 4, 0, 5]).unsqueeze(1)
    rule = minitorch.optim.Adam(model.parameters(), lr=3e-2)
    losses = []
    for _ in range(80):
        output, _ = model(words[:-1], model.init_hidden(1))
        loss = nn.functional.nll_loss(output, words[1:].flatten())
        rule.zero_grad()
        loss.backward()
        rule.step()
        losses.append(loss.item())
    assert losses[0] > 1.5
    assert losses[-1] < 0.1


def test_mistakes() -> None:
    with pytest.raises(ArgumentError, match="rnn_type must be one of LSTM, GRU"):
        RNNModel("CNN", 4, 4, 4, 1)
    with pytest.raises(ArgumentError, match="nhid = ninp, got 8 and 4"):
        RNNModel("GRU", 4, 4, 8, 1, tie_weights=True)
