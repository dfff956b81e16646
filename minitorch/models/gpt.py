"""GPT-2: a transformer that says which token comes next.

Source: A. Radford et al., "Language Models are Unsupervised Multitask Learners" (2019).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import minitorch
from minitorch import Tensor, dtypes, nn
from minitorch.errors import ArgumentError, ShapeError
from minitorch.models.choosing import choose

Cache = list[Tensor]  # keys and values of one block, (B, heads, T, C/heads) each; empty at first


@dataclass
class GPTConfig:
    """The sizes of a GPT; by default those of the smallest GPT-2."""

    block_size: int = 1024
    vocab_size: int = 50257
    n_layer: int = 12
    n_head: int = 12
    n_embd: int = 768
    dropout: float = 0.0
    bias: bool = True


class CausalSelfAttention(nn.Module):
    """Each place looks at itself and those before it.  Shape: (B, T, C) → the same."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.n_head, self.dropout = config.n_head, config.dropout
        self.c_attn = nn.Linear(config.n_embd, 3 * config.n_embd, bias=config.bias)
        self.c_proj = nn.Linear(config.n_embd, config.n_embd, bias=config.bias)
        self.resid_dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, cache: Cache | None = None) -> Tensor:
        b, t, c = x.shape
        q, k, v = (
            y.reshape(b, t, self.n_head, c // self.n_head).transpose(1, 2)
            for y in self.c_attn(x).split(c, dim=2)
        )  # (B, T, C) → (B, heads, T, C/heads)
        mask = None
        if cache is not None:
            if cache:
                k, v = minitorch.cat((cache[0], k), dim=2), minitorch.cat((cache[1], v), dim=2)
            cache[:] = k, v
            if 1 < t < k.shape[2]:  # several new places after old ones
                mask = minitorch.ones(t, k.shape[2], dtype=dtypes.bool_).tril(k.shape[2] - t)
        y = nn.functional.scaled_dot_product_attention(
            q, k, v, attn_mask=mask, dropout_p=self.dropout if self.training else 0.0,
            is_causal=t > 1 and mask is None,
        )  # fmt: skip
        return self.resid_dropout(self.c_proj(y.transpose(1, 2).reshape(b, t, c)))


class MLP(nn.Module):
    """Two linear layers with GELU, of GPT-2's approximation by tanh, in between."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.c_fc = nn.Linear(config.n_embd, 4 * config.n_embd, bias=config.bias)
        self.gelu = nn.GELU(approximate="tanh")
        self.c_proj = nn.Linear(4 * config.n_embd, config.n_embd, bias=config.bias)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor) -> Tensor:
        return self.dropout(self.c_proj(self.gelu(self.c_fc(x))))


class Block(nn.Module):
    """x = x + attention(norm(x));  x = x + mlp(norm(x)).  Shape: (B, T, C) → the same."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.n_embd, bias=config.bias)
        self.attn = CausalSelfAttention(config)
        self.ln_2 = nn.LayerNorm(config.n_embd, bias=config.bias)
        self.mlp = MLP(config)

    def forward(self, x: Tensor, cache: Cache | None = None) -> Tensor:
        x = x + self.attn(self.ln_1(x), cache)
        return x + self.mlp(self.ln_2(x))


class GPT(nn.Module):
    """Embeddings of tokens and of places, blocks, and logits by the embedding of tokens again.

    The names are those of nanoGPT, which are those of Hugging Face's `GPT2LMHeadModel`.

    Args:
        config: the sizes; by default those of the smallest GPT-2, with 124 million parameters.

    Shape: (B, T) tokens, T ≤ block_size → (B, T, vocab_size) logits, and the loss against `targets` (B, T), or None.

    Raises:
        ArgumentError: if heads do not divide `n_embd`.
        ShapeError: for more than `block_size` tokens.

    >>> model = GPT(GPTConfig(block_size=8, vocab_size=10, n_layer=1, n_head=2, n_embd=4))
    >>> logits, loss = model(minitorch.tensor([[1, 2, 3]]))
    >>> logits.shape, loss
    (minitorch.Size([1, 3, 10]), None)
    >>> model.eval().generate(minitorch.tensor([[1, 2, 3]]), 4, temperature=0).shape
    minitorch.Size([1, 7])
    """

    def __init__(self, config: GPTConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or GPTConfig()
        if config.n_embd % config.n_head:
            raise ArgumentError(f"GPT: {config.n_head} heads do not divide n_embd={config.n_embd}")
        self.transformer = nn.ModuleDict(
            {
                "wte": nn.Embedding(config.vocab_size, config.n_embd),
                "wpe": nn.Embedding(config.block_size, config.n_embd),
                "drop": nn.Dropout(config.dropout),
                "h": nn.ModuleList([Block(config) for _ in range(config.n_layer)]),
                "ln_f": nn.LayerNorm(config.n_embd, bias=config.bias),
            }
        )
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        self.lm_head.weight = self.transformer["wte"].weight
        self._init_weights()

    def _init_weights(self) -> None:
        """Normal with deviation 0.02; smaller for the 2·n_layer sums into x, which would else grow."""
        for name, p in self.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(p)
            elif name.endswith("c_proj.weight"):
                nn.init.normal_(p, std=0.02 / math.sqrt(2 * self.config.n_layer))
            elif p.ndim == 2:
                nn.init.normal_(p, std=0.02)

    def forward(
        self, idx: Tensor, targets: Tensor | None = None, caches: list[Cache] | None = None
    ) -> tuple[Tensor, Tensor | None]:
        start = caches[0][0].shape[2] if caches and caches[0] else 0  # tokens that caches hold
        end = start + idx.shape[1]
        if end > self.config.block_size:
            raise ShapeError(
                f"GPT: {end} tokens are more than block_size={self.config.block_size}; crop them"
            )
        parts = self.transformer
        x = parts["drop"](
            parts["wte"](idx) + parts["wpe"](minitorch.arange(start, end))
        )  # (B, T) → (B, T, C)
        for i, block in enumerate(parts["h"]):
            x = block(x, None if caches is None else caches[i])
        logits = self.lm_head(parts["ln_f"](x))  # (B, T, C) → (B, T, vocab)
        if targets is None:
            return logits, None
        return logits, nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-1)

    @minitorch.no_grad()
    def generate(
        self,
        idx: Tensor,
        max_new_tokens: int,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        use_cache: bool = True,
        generator: Any = None,
    ) -> Tensor:
        """Continues texts token by token; of a long text the last `block_size` tokens are read. Call `eval()` before.

        Args:
            idx: (B, T) tokens, T ≥ 1.
            max_new_tokens: how many to add.
            temperature: divides logits: below 1 likely tokens become likelier; 0 takes the likeliest.
            top_k: chooses among so many likeliest tokens.
            top_p: chooses among the fewest likeliest tokens that have this probability together.
            use_cache: keeps keys and values of earlier tokens; without, the result is the same, and takes longer.
            generator: of random numbers.

        Shape: (B, T) → (B, T + max_new_tokens).
        """
        if idx.ndim != 2 or idx.shape[1] == 0:
            raise ShapeError(f"GPT.generate: expected (B, T) tokens with T ≥ 1, got {tuple(idx.shape)}")
        caches: list[Cache] | None = None
        new = idx
        for _ in range(max_new_tokens):
            if not use_cache or caches is None or idx.shape[1] > self.config.block_size:
                # Places count from the first token that is read: when the text moves on, keys and values are others.
                caches, new = [[] for _ in range(self.config.n_layer)], idx[:, -self.config.block_size :]
            logits = self(new, caches=caches)[0][:, -1]  # (B, vocab)
            new = choose(logits, temperature, top_k, top_p, generator)  # (B, 1)
            idx = minitorch.cat((idx, new), dim=1)
        return idx

    def load_gpt2(self, state: dict[str, Tensor]) -> None:
        """Takes over the weights that OpenAI published, as Hugging Face names them (`gpt2/model.safetensors`).

        Their linear layers hold matrices of (inputs, outputs), which are turned; masks are left out.

        Args:
            state: the state dict, with or without `transformer.` before the names.

        Raises:
            StateDictError: if names or shapes are others; nothing is changed then.
        """
        turned = ("attn.c_attn.weight", "attn.c_proj.weight", "mlp.c_fc.weight", "mlp.c_proj.weight")
        found = {}
        for key, x in state.items():
            if not key.endswith((".attn.bias", ".attn.masked_bias")):
                name = key if key.startswith(("transformer.", "lm_head.")) else f"transformer.{key}"
                found[name] = x.t() if name.endswith(turned) else x
        if "transformer.wte.weight" in found:
            found["lm_head.weight"] = found["transformer.wte.weight"]
        self.load_state_dict(found)
