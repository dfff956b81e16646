"""Two networks that train each other: one makes pictures, the other tells them from real ones.

Source: A. Radford et al., "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
Networks" (2016).
"""

from __future__ import annotations

from minitorch import Tensor, nn


class Generator(nn.Module):
    """Transposed convolutions from random numbers to a picture of 64 × 64 pixels between −1 and 1.

    Names and shapes are those of PyTorch's tutorial on DCGAN.

    Args:
        nz: how many random numbers.
        ngf: channels of the last but one picture; eight times as many of the first.
        nc: channels of the picture.

    Shape: (N, nz, 1, 1) → (N, nc, 64, 64).

    >>> import minitorch
    >>> Generator(ngf=4)(minitorch.randn(2, 100, 1, 1)).shape
    minitorch.Size([2, 3, 64, 64])
    """

    def __init__(self, nz: int = 100, ngf: int = 64, nc: int = 3) -> None:
        super().__init__()
        widths = (8 * ngf, 4 * ngf, 2 * ngf, ngf)  # of 4, 8, 16 and 32 pixels
        layers: list[nn.Module] = []
        before, step = nz, (4, 1, 0)  # kernel, stride, padding: from 1 to 4 pixels
        for width in widths:
            layers += [
                nn.ConvTranspose2d(before, width, *step, bias=False), nn.BatchNorm2d(width), nn.ReLU(True),
            ]  # fmt: skip
            before, step = width, (4, 2, 1)  # twice as many pixels
        self.main = nn.Sequential(*layers, nn.ConvTranspose2d(before, nc, *step, bias=False), nn.Tanh())

    def forward(self, input: Tensor) -> Tensor:
        return self.main(input)


class Discriminator(nn.Module):
    """Convolutions from a picture of 64 × 64 pixels to the probability that it is real.

    Args:
        nc: channels of the picture.
        ndf: channels of the first result; eight times as many of the last but one.

    Shape: (N, nc, 64, 64) → (N, 1, 1, 1).

    >>> import minitorch
    >>> Discriminator(ndf=4)(minitorch.zeros(2, 3, 64, 64)).shape
    minitorch.Size([2, 1, 1, 1])
    """

    def __init__(self, nc: int = 3, ndf: int = 64) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(nc, ndf, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, inplace=True)]
        for before in (ndf, 2 * ndf, 4 * ndf):  # of 32, 16 and 8 pixels
            layers += [
                nn.Conv2d(before, 2 * before, 4, 2, 1, bias=False), nn.BatchNorm2d(2 * before),
                nn.LeakyReLU(0.2, inplace=True),
            ]  # fmt: skip
        self.main = nn.Sequential(*layers, nn.Conv2d(8 * ndf, 1, 4, 1, 0, bias=False), nn.Sigmoid())

    def forward(self, input: Tensor) -> Tensor:
        return self.main(input)


def weights_init(module: nn.Module) -> None:
    """Gives a layer the first values that the paper found to work: `net.apply(weights_init)`.

    Weights of convolutions are normal with deviation 0.02, those of batch norms too, around 1; their biases are 0.
    """
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        weight, bias = module.parameters()
        nn.init.normal_(weight, 1.0, 0.02)
        nn.init.zeros_(bias)
