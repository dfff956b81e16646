"""A recurrent language model: which word comes next?

Sources: W. Zaremba et al., "Recurrent Neural Network Regularization" (2014); for tied weights, O. Press, L. Wolf,
"Using the Output Embedding to Improve Language Models" (2017).
"""

from __future__ import annotations

from typing import Any

from minitorch import Tensor, nn
from minitorch.errors import ArgumentError

KINDS = ("LSTM", "GRU", "RNN_TANH", "RNN_RELU")


class RNNModel(nn.Module):
    """Embedding, recurrent layers, and a linear layer over the words, with dropout in between.

    The names are those of PyTorch's example `word_language_model`: `encoder`, `rnn`, `decoder`.

    Args:
        rnn_type: "LSTM", "GRU", "RNN_TANH" or "RNN_RELU".
        ntoken: the number of words.
        ninp: the size of an embedded word.
        nhid: the size of a state.
        nlayers: how many recurrent layers.
        dropout: the share of numbers that dropout sets to zero.
        tie_weights: whether encoder and decoder share one matrix; `nhid` must be `ninp`.

    Shape: (T, N) words and a state of (nlayers, N, nhid), for an LSTM two of them → (T·N, ntoken) logarithms of
    probabilities, and the new state.

    Raises:
        ArgumentError: for another `rnn_type`, or tied weights of different sizes.

    >>> import minitorch
    >>> model = RNNModel("LSTM", ntoken=10, ninp=8, nhid=8, nlayers=2, tie_weights=True)
    >>> output, state = model(minitorch.zeros(5, 3, dtype=minitorch.int64), model.init_hidden(3))
    >>> output.shape, state[0].shape
    (minitorch.Size([15, 10]), minitorch.Size([2, 3, 8]))
    """

    def __init__(
        self,
        rnn_type: str,
        ntoken: int,
        ninp: int,
        nhid: int,
        nlayers: int,
        dropout: float = 0.5,
        tie_weights: bool = False,
    ) -> None:
        super().__init__()
        if rnn_type not in KINDS:
            raise ArgumentError(f"RNNModel: rnn_type must be one of {', '.join(KINDS)}, got {rnn_type!r}")
        if tie_weights and nhid != ninp:
            raise ArgumentError(f"RNNModel: tied weights need nhid = ninp, got {nhid} and {ninp}")
        self.rnn_type, self.ntoken, self.nhid, self.nlayers = rnn_type, ntoken, nhid, nlayers
        self.drop = nn.Dropout(dropout)
        self.encoder = nn.Embedding(ntoken, ninp)
        between = dropout if nlayers > 1 else 0.0
        kind, _, activation = rnn_type.partition("_")
        settings: dict[str, Any] = {"nonlinearity": activation.lower()} if activation else {}
        self.rnn = getattr(nn, kind)(ninp, nhid, nlayers, dropout=between, **settings)
        self.decoder = nn.Linear(nhid, ntoken)
        if tie_weights:
            self.decoder.weight = self.encoder.weight
        self.init_weights()

    def init_weights(self) -> None:
        """Words: uniform between −0.1 and 0.1; bias: 0."""
        weight, bias = self.decoder.parameters()
        nn.init.uniform_(self.encoder.weight, -0.1, 0.1)
        nn.init.uniform_(weight, -0.1, 0.1)
        nn.init.zeros_(bias)

    def init_hidden(self, bsz: int) -> Any:
        """The state before the first word of `bsz` texts: zeros."""
        zeros = self.decoder.weight.new_zeros((self.nlayers, bsz, self.nhid))
        return (zeros, zeros) if self.rnn_type == "LSTM" else zeros

    def forward(self, input: Tensor, hidden: Any) -> tuple[Tensor, Any]:
        embedded = self.drop(self.encoder(input))  # (T, N) → (T, N, ninp)
        output, hidden = self.rnn(embedded, hidden)  # → (T, N, nhid)
        decoded = self.decoder(self.drop(output)).reshape(-1, self.ntoken)  # → (T·N, ntoken)
        return nn.functional.log_softmax(decoded, dim=1), hidden
