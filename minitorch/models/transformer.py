"""A transformer for translation: one stack reads a sentence, the other writes its translation word by word.

Source: A. Vaswani et al., "Attention Is All You Need" (2017).
"""

from __future__ import annotations

import math

import minitorch
from minitorch import Tensor, dtypes, nn
from minitorch.errors import ArgumentError, ShapeError


class PositionalEncoding(nn.Module):
    """Adds waves, from which the place in the sequence can be read, and applies dropout.

    P[t, 2i] = sin(t / 10000^(2i/C)),  P[t, 2i+1] = cos(t / 10000^(2i/C)).

    Shape: (T, N, C), T ≤ `maxlen` → the same.
    """

    pos_embedding: Tensor

    def __init__(self, emb_size: int, dropout: float, maxlen: int = 5000) -> None:
        super().__init__()
        if emb_size % 2:
            raise ArgumentError(f"PositionalEncoding: emb_size must be even, got {emb_size}")
        rates = (minitorch.arange(0, emb_size, 2) * (-math.log(10000.0) / emb_size)).exp()  # (C/2,)
        angles = minitorch.arange(maxlen).unsqueeze(1) * rates  # (maxlen, C/2)
        waves = minitorch.stack((angles.sin(), angles.cos()), dim=2).reshape(maxlen, 1, emb_size)
        self.dropout = nn.Dropout(dropout)
        self.register_buffer("pos_embedding", waves)

    def forward(self, token_embedding: Tensor) -> Tensor:
        t, longest = token_embedding.shape[0], self.pos_embedding.shape[0]
        if t > longest:
            raise ShapeError(
                f"PositionalEncoding: {t} places are more than maxlen={longest}; cut the sequences"
            )
        return self.dropout(token_embedding + self.pos_embedding[:t])


class TokenEmbedding(nn.Module):
    """Embeds tokens, and multiplies by √C, as large as the waves of the places are.  Shape: (T, N) → (T, N, C)."""

    def __init__(self, vocab_size: int, emb_size: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_size)
        self.emb_size = emb_size

    def forward(self, tokens: Tensor) -> Tensor:
        return self.embedding(tokens) * math.sqrt(self.emb_size)


class Seq2SeqTransformer(nn.Module):
    """Embeddings, `nn.Transformer`, and a linear layer over the words of the other language.

    The names are those of PyTorch's tutorial on translation; the masks are made here.

    Args:
        num_encoder_layers: how many read.
        num_decoder_layers: how many write.
        emb_size: numbers of a word.
        nhead: heads of attention.
        src_vocab_size: words of the language that is read.
        tgt_vocab_size: words of the language that is written.
        dim_feedforward: numbers in between of a layer.
        dropout: the share of numbers that dropout sets to zero.
        pad_idx: the token that fills up short sentences, which nobody looks at.

    Shape: (S, N) and (T, N) tokens → (T, N, tgt_vocab_size) logits: row t has seen words 0…t of the translation and
    says what comes next.

    >>> net = Seq2SeqTransformer(1, 1, 8, 2, src_vocab_size=10, tgt_vocab_size=12, dim_feedforward=16).eval()
    >>> src = minitorch.tensor([[2, 4], [5, 3], [3, 1]])  # two sentences; 2 begins, 3 ends, 1 fills up
    >>> net(src, src).shape
    minitorch.Size([3, 2, 12])
    >>> len(net.greedy_decode(src[:, 0], bos_idx=2, eos_idx=3, max_len=5)) <= 6
    True
    """

    def __init__(
        self,
        num_encoder_layers: int,
        num_decoder_layers: int,
        emb_size: int,
        nhead: int,
        src_vocab_size: int,
        tgt_vocab_size: int,
        dim_feedforward: int = 512,
        dropout: float = 0.1,
        pad_idx: int = 1,
    ) -> None:
        super().__init__()
        self.pad_idx = pad_idx
        self.transformer = nn.Transformer(
            emb_size, nhead, num_encoder_layers, num_decoder_layers, dim_feedforward, dropout
        )
        self.generator = nn.Linear(emb_size, tgt_vocab_size)
        self.src_tok_emb = TokenEmbedding(src_vocab_size, emb_size)
        self.tgt_tok_emb = TokenEmbedding(tgt_vocab_size, emb_size)
        self.positional_encoding = PositionalEncoding(emb_size, dropout)
        for p in self.parameters():
            if p.ndim > 1:
                nn.init.xavier_uniform_(p)

    def forward(self, src: Tensor, tgt: Tensor) -> Tensor:
        return self.generator(self.decode(tgt, self.encode(src), src))

    def encode(self, src: Tensor) -> Tensor:
        """What decoding looks at: (S, N) tokens → (S, N, emb_size)."""
        x = self.positional_encoding(self.src_tok_emb(src))
        return self.transformer.encoder(x, src_key_padding_mask=self._padding(src))

    def decode(self, tgt: Tensor, memory: Tensor, src: Tensor) -> Tensor:
        """(T, N) tokens, the encoded (S, N, emb_size), and of what: (S, N) tokens → (T, N, emb_size)."""
        x = self.positional_encoding(self.tgt_tok_emb(tgt))
        causal = minitorch.ones(len(tgt), len(tgt), dtype=dtypes.bool_).triu(1)  # true: hidden
        return self.transformer.decoder(
            x, memory, tgt_mask=causal,
            tgt_key_padding_mask=self._padding(tgt), memory_key_padding_mask=self._padding(src),
        )  # fmt: skip

    def _padding(self, tokens: Tensor) -> Tensor:
        """(T, N) → (N, T), true where nothing stands."""
        return (tokens == self.pad_idx).t()

    def greedy_decode(self, src: Tensor, bos_idx: int, eos_idx: int, max_len: int) -> list[int]:
        """The translation of a sentence, word by word the likeliest; see `beam_decode`."""
        return self.beam_decode(src, bos_idx, eos_idx, max_len, beam_size=1)

    @minitorch.no_grad()
    def beam_decode(
        self, src: Tensor, bos_idx: int, eos_idx: int, max_len: int, beam_size: int = 4, alpha: float = 0.6
    ) -> list[int]:
        """The translation of a sentence, found by following the likeliest beginnings side by side.

        Finished translations are compared by log p(y|x) / ((5 + |y|)/6)^α, or long ones would always lose.
        Call `eval()` before.

        Args:
            src: (S,) tokens.
            bos_idx: the token that begins a sentence.
            eos_idx: the token that ends one.
            max_len: how many tokens are added at most.
            beam_size: how many beginnings are followed.
            alpha: α, how much longer translations are favoured; 0 compares probabilities.

        Returns:
            Tokens, `bos_idx` first; the last is `eos_idx` unless `max_len` came before.

        Source: Y. Wu et al., "Google's Neural Machine Translation System" (2016), for the comparison.
        """
        if src.ndim != 1:
            raise ShapeError(f"beam_decode: expected one sentence of shape (S,), got {tuple(src.shape)}")
        if beam_size < 1 or max_len < 1:
            raise ArgumentError(
                f"beam_decode: beam_size and max_len must be positive, got {beam_size}, {max_len}"
            )

        def rating(hypothesis: tuple[float, list[int]]) -> float:
            return hypothesis[0] / ((5 + len(hypothesis[1]) - 1) / 6) ** alpha

        memory = self.encode(src.unsqueeze(1))  # (S, 1, C)
        beams, done = [(0.0, [bos_idx])], []  # log p, and tokens
        for _ in range(max_len):
            tgt = minitorch.tensor([tokens for _, tokens in beams]).t()  # (T, beams)
            sources = src.unsqueeze(1).expand(-1, len(beams))
            last = self.decode(tgt, memory.expand(-1, len(beams), -1), sources)[-1]  # (beams, C)
            words = self.generator(last).log_softmax(1).topk(min(beam_size, self.generator.out_features))
            longer = [
                (score + p, [*tokens, word])
                for (score, tokens), scores, nexts in zip(
                    beams, words.values.tolist(), words.indices.tolist(), strict=True
                )
                for p, word in zip(scores, nexts, strict=True)
            ]
            best = sorted(longer, key=lambda beam: -beam[0])[:beam_size]
            done += [beam for beam in best if beam[1][-1] == eos_idx]
            beams = [beam for beam in best if beam[1][-1] != eos_idx]
            if not beams or len(done) >= beam_size:
                break
        return max(done or beams, key=rating)[1]
