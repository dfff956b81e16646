"""A variational autoencoder: pictures from normal random numbers, and back.

Source: D. Kingma, M. Welling, "Auto-Encoding Variational Bayes" (2014).
"""

from __future__ import annotations

import minitorch
from minitorch import Tensor, nn


class VAE(nn.Module):
    """Two linear layers down to a normal distribution for each picture, and two back up from a sample of it.

    The names are those of PyTorch's example `vae`.

    Args:
        pixels: how many a picture has, which lie between 0 and 1.
        hidden: numbers in between.
        latent: numbers that stand for a picture.

    Shape: (N, …) with `pixels` numbers each → (N, pixels) probabilities, means and logarithms of variances
    (N, latent).

    >>> model = VAE()
    >>> reconstruction, mu, logvar = model(minitorch.rand(2, 1, 28, 28))
    >>> reconstruction.shape, mu.shape
    (minitorch.Size([2, 784]), minitorch.Size([2, 20]))
    """

    def __init__(self, pixels: int = 784, hidden: int = 400, latent: int = 20) -> None:
        super().__init__()
        self.pixels = pixels
        self.fc1 = nn.Linear(pixels, hidden)
        self.fc21 = nn.Linear(hidden, latent)
        self.fc22 = nn.Linear(hidden, latent)
        self.fc3 = nn.Linear(latent, hidden)
        self.fc4 = nn.Linear(hidden, pixels)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(N, pixels) → means and logarithms of variances of q(z|x), (N, latent) each."""
        h = self.fc1(x).relu()
        return self.fc21(h), self.fc22(h)

    def reparameterize(self, mu: Tensor, logvar: Tensor) -> Tensor:
        """z = μ + σ·ε with normal ε: a sample through which gradients reach μ and σ."""
        return mu + minitorch.randn_like(mu) * (0.5 * logvar).exp()

    def decode(self, z: Tensor) -> Tensor:
        """(N, latent) → (N, pixels), the probability of white for each pixel."""
        return self.fc4(self.fc3(z).relu()).sigmoid()

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mu, logvar = self.encode(x.reshape(-1, self.pixels))
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def vae_loss(reconstruction: Tensor, x: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
    """The negative lower bound on log p(x), summed over a batch.

    −Σ [x·log y + (1 − x)·log(1 − y)] − ½·Σ (1 + log σ² − μ² − σ²): what the picture costs given z, and how far
    q(z|x) is from the normal distribution (Kullback–Leibler).

    Args:
        reconstruction: y, (N, pixels), between 0 and 1.
        x: the pictures, as many numbers, between 0 and 1.
        mu: μ, (N, latent).
        logvar: log σ², (N, latent).

    >>> zeros, halves = minitorch.zeros(1, 2), minitorch.full((1, 4), 0.5)
    >>> vae_loss(halves, halves, zeros, zeros)
    tensor(2.7726)
    """
    pixels = nn.functional.binary_cross_entropy(
        reconstruction, x.reshape(reconstruction.shape), reduction="sum"
    )
    return pixels - 0.5 * (1 + logvar - mu * mu - logvar.exp()).sum()
