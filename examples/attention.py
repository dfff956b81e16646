"""`nn.MultiheadAttention` in a module: a transformer block that learns to turn a sequence of digits round.

Sequences have different lengths; a padding mask hides what stands behind their ends.

    python examples/attention.py --steps 500
"""

from __future__ import annotations

import argparse

import minitorch as torch
import minitorch.nn as nn

PAD, DIGITS = 10, 10


class Block(nn.Module):
    """x + attention(norm(x)), then x + mlp(norm(x)) (Xiong et al., 2020)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(embed_dim=width, num_heads=heads, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x: torch.Tensor, padding: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        h = self.norm1(x)
        attended, weights = self.attention(h, h, h, key_padding_mask=padding)  # weights: (B, T, T)
        x = x + attended
        return x + self.mlp(self.norm2(x)), weights


class Reverser(nn.Module):
    """Tokens and places embedded, two blocks, and logits for each place."""

    def __init__(self, longest: int, width: int = 32, heads: int = 4, layers: int = 2) -> None:
        super().__init__()
        self.tokens = nn.Embedding(DIGITS + 1, width, padding_idx=PAD)
        self.from_front, self.from_back = nn.Embedding(longest, width), nn.Embedding(longest, width)
        self.blocks = nn.ModuleList([Block(width, heads) for _ in range(layers)])
        self.head = nn.Linear(width, DIGITS)

    def forward(self, tokens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        padding = tokens == PAD  # (B, T): True where there is nothing to attend to
        front = torch.arange(tokens.shape[1]).expand_as(tokens)
        back = ((~padding).sum(1, keepdim=True) - 1 - front).clamp(min=0)
        x = self.tokens(tokens) + self.from_front(front) + self.from_back(back)  # (B, T, C)
        for block in self.blocks:
            x, weights = block(x, padding)
        return self.head(x), weights


def batch(count: int, longest: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Sequences of digits (B, T), padded, and the same turned round."""
    tokens = torch.randint(0, DIGITS, (count, longest))
    lengths = torch.randint(2, longest + 1, (count, 1))
    places = torch.arange(longest).expand(count, longest)
    padding = places >= lengths
    turned = tokens.gather(1, (lengths - 1 - places).clamp(min=0))
    return tokens.masked_fill(padding, PAD), turned.masked_fill(padding, -100)


def main(arguments: list[str] | None = None) -> float:
    """Trains, and returns the share of places that are right in new sequences."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--longest", type=int, default=8)
    options = parser.parse_args(arguments)

    torch.manual_seed(0)
    model = Reverser(options.longest)
    criterion = nn.CrossEntropyLoss(ignore_index=-100)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=options.steps)
    for step in range(1, options.steps + 1):
        tokens, target = batch(64, options.longest)
        logits, _ = model(tokens)
        loss = criterion(logits.transpose(1, 2), target)  # the classes stand in dim 1
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        if step % 100 == 0:
            print(f"step {step}: loss {loss.item():.3f}")

    model.eval()
    with torch.no_grad():
        tokens, target = batch(500, options.longest)
        logits, weights = model(tokens)
    wanted = target != -100
    share = (logits.argmax(-1) == target)[wanted].float().mean().item()
    print(f"{share:.1%} of all places right")
    print("one sequence, and where each place of it looks:", tokens[0], weights[0].argmax(-1), sep="\n")
    return share


if __name__ == "__main__":
    main()
