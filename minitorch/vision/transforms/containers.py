"""Several transforms as one: all of them, some of them, in a random order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from minitorch.creation import tensor
from minitorch.errors import ArgumentError, ArgumentTypeError
from minitorch.sampling import multinomial, randperm
from minitorch.vision.transforms.base import Transform, check_chance, happens

Function = Callable[[Any], Any]


class Several:
    """Transforms that stand in one.

    Raises:
        ArgumentTypeError: for what is no sequence, or holds what cannot be called.
    """

    def __init__(self, transforms: Sequence[Function]) -> None:
        if not isinstance(transforms, Sequence) and not hasattr(transforms, "__iter__"):
            raise ArgumentTypeError(
                f"{type(self).__name__}: expected a sequence of transforms, got {type(transforms).__name__}"
            )
        if isinstance(transforms, Sequence):  # anything else might be gone through only once
            for transform in transforms:
                if not callable(transform):
                    raise ArgumentTypeError(
                        f"{type(self).__name__}: a transform must be callable, got {transform!r}"
                    )
        self.transforms = transforms

    def __repr__(self) -> str:
        return "\n".join([f"{type(self).__name__}(", *(f"    {t}" for t in self.transforms), ")"])


class Compose(Several):
    """One transform after the other.

    Args:
        transforms: in the order in which they are applied.

    >>> import minitorch
    >>> from minitorch.vision import transforms
    >>> both = transforms.Compose([transforms.CenterCrop(2), transforms.Normalize([0.5], [0.5])])
    >>> both(minitorch.ones(1, 4, 4))
    tensor([[[1., 1.],
             [1., 1.]]])
    """

    def __call__(self, img: Any) -> Any:
        """The image after all transforms."""
        for transform in self.transforms:
            img = transform(img)
        return img


class RandomApply(Transform):
    """All of the transforms with probability p, else none of them.

    Args:
        transforms: in the order in which they are applied; may be a `ModuleList`.
        p: the probability.

    Raises:
        ArgumentError: for a p that is no probability.

    >>> import minitorch
    >>> from minitorch.vision import transforms
    >>> transforms.RandomApply([transforms.CenterCrop(2)], p=1.0)(minitorch.ones(1, 4, 4)).shape
    minitorch.Size([1, 2, 2])
    """

    def __init__(self, transforms: Sequence[Function], p: float = 0.5) -> None:
        super().__init__()
        check_chance("RandomApply", p)
        self.transforms, self.p = transforms, p

    def forward(self, img: Any) -> Any:
        if happens(self.p):
            for transform in self.transforms:
                img = transform(img)
        return img

    def __repr__(self) -> str:
        return "\n".join(["RandomApply(", f"    p={self.p}", *(f"    {t}" for t in self.transforms), ")"])


class RandomOrder(Several):
    """All of the transforms, in an order that is drawn anew for each image.

    >>> import minitorch
    >>> from minitorch.vision import transforms
    >>> transforms.RandomOrder([transforms.CenterCrop(2), transforms.CenterCrop(3)])(minitorch.ones(1, 4, 4)).sum() > 3
    tensor(True)
    """

    def __call__(self, img: Any) -> Any:
        """The image after all transforms."""
        for k in randperm(len(self.transforms)).tolist():
            img = self.transforms[k](img)
        return img


class RandomChoice(Several):
    """One of the transforms, drawn anew for each image.

    Args:
        transforms: of which one is applied.
        p: how often each; by default all equally often.

    Raises:
        ArgumentError: for another number of probabilities than of transforms.
        ArgumentTypeError: for probabilities that are no sequence.

    >>> import minitorch
    >>> from minitorch.vision import transforms
    >>> one = transforms.RandomChoice([transforms.CenterCrop(2), transforms.CenterCrop(3)], p=[0, 1])
    >>> one(minitorch.ones(1, 4, 4)).shape
    minitorch.Size([1, 3, 3])
    """

    def __init__(self, transforms: Sequence[Function], p: Sequence[float] | None = None) -> None:
        super().__init__(transforms)
        if p is not None and not isinstance(p, Sequence):
            raise ArgumentTypeError(f"RandomChoice: p must be a sequence of numbers, got {p!r}")
        if p is not None and len(p) != len(transforms):
            raise ArgumentError(f"RandomChoice: {len(p)} probabilities for {len(transforms)} transforms")
        self.p = p

    def __call__(self, *args: Any) -> Any:
        """The image after one of the transforms."""
        shares = [1.0] * len(self.transforms) if self.p is None else [float(share) for share in self.p]
        return self.transforms[int(multinomial(tensor(shares), 1).item())](*args)

    def __repr__(self) -> str:
        return f"{super().__repr__()}(p={self.p})"
