"""Transforms: differentiable functions with their inverses and the logarithms of their Jacobians."""

from minitorch.absent import refuser as _refuser
from minitorch.distributions.transform import (
    ComposeTransform as ComposeTransform,
    IndependentTransform as IndependentTransform,
    Transform as Transform,
    identity_transform as identity_transform,
)
from minitorch.distributions.transform_elementwise import (
    AbsTransform as AbsTransform,
    AffineTransform as AffineTransform,
    CumulativeDistributionTransform as CumulativeDistributionTransform,
    ExpTransform as ExpTransform,
    PowerTransform as PowerTransform,
    SigmoidTransform as SigmoidTransform,
    SoftplusTransform as SoftplusTransform,
    TanhTransform as TanhTransform,
)
from minitorch.distributions.transform_parts import (
    CatTransform as CatTransform,
    StackTransform as StackTransform,
)
from minitorch.distributions.transform_vector import (
    CorrCholeskyTransform as CorrCholeskyTransform,
    LowerCholeskyTransform as LowerCholeskyTransform,
    PositiveDefiniteTransform as PositiveDefiniteTransform,
    ReshapeTransform as ReshapeTransform,
    SoftmaxTransform as SoftmaxTransform,
    StickBreakingTransform as StickBreakingTransform,
)

__getattr__ = _refuser("distributions.transforms")
