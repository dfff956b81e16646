"""Probability distributions: draws, some of them with gradients, densities, moments, divergences."""

from minitorch.absent import refuser as _refuser
from minitorch.distributions import (
    constraints as constraints,
    kl as kl,
    kl_cross as kl_cross,
    kl_same as kl_same,
    transforms as transforms,
)
from minitorch.distributions.bernoulli import Bernoulli as Bernoulli
from minitorch.distributions.beta import Beta as Beta
from minitorch.distributions.binomial import Binomial as Binomial
from minitorch.distributions.categorical import Categorical as Categorical
from minitorch.distributions.cauchy import Cauchy as Cauchy
from minitorch.distributions.chi2 import Chi2 as Chi2
from minitorch.distributions.constraint_registry import (
    biject_to as biject_to,
    transform_to as transform_to,
)
from minitorch.distributions.continuous_bernoulli import ContinuousBernoulli as ContinuousBernoulli
from minitorch.distributions.dirichlet import Dirichlet as Dirichlet
from minitorch.distributions.distribution import Distribution as Distribution
from minitorch.distributions.exponential import Exponential as Exponential
from minitorch.distributions.fishersnedecor import FisherSnedecor as FisherSnedecor
from minitorch.distributions.gamma import Gamma as Gamma
from minitorch.distributions.generalized_pareto import GeneralizedPareto as GeneralizedPareto
from minitorch.distributions.geometric import Geometric as Geometric
from minitorch.distributions.gumbel import Gumbel as Gumbel
from minitorch.distributions.half_cauchy import HalfCauchy as HalfCauchy
from minitorch.distributions.half_normal import HalfNormal as HalfNormal
from minitorch.distributions.independent import Independent as Independent
from minitorch.distributions.inverse_gamma import InverseGamma as InverseGamma
from minitorch.distributions.kl import kl_divergence as kl_divergence, register_kl as register_kl
from minitorch.distributions.kumaraswamy import Kumaraswamy as Kumaraswamy
from minitorch.distributions.laplace import Laplace as Laplace
from minitorch.distributions.log_normal import LogNormal as LogNormal
from minitorch.distributions.logistic_normal import LogisticNormal as LogisticNormal
from minitorch.distributions.lowrank_multivariate_normal import (
    LowRankMultivariateNormal as LowRankMultivariateNormal,
)
from minitorch.distributions.mixture_same_family import MixtureSameFamily as MixtureSameFamily
from minitorch.distributions.multinomial import Multinomial as Multinomial
from minitorch.distributions.multivariate_normal import MultivariateNormal as MultivariateNormal
from minitorch.distributions.negative_binomial import NegativeBinomial as NegativeBinomial
from minitorch.distributions.normal import Normal as Normal
from minitorch.distributions.one_hot_categorical import (
    OneHotCategorical as OneHotCategorical,
    OneHotCategoricalStraightThrough as OneHotCategoricalStraightThrough,
)
from minitorch.distributions.pareto import Pareto as Pareto
from minitorch.distributions.poisson import Poisson as Poisson
from minitorch.distributions.relaxed_bernoulli import RelaxedBernoulli as RelaxedBernoulli
from minitorch.distributions.relaxed_categorical import (
    RelaxedOneHotCategorical as RelaxedOneHotCategorical,
)
from minitorch.distributions.studentT import StudentT as StudentT
from minitorch.distributions.transformed_distribution import (
    TransformedDistribution as TransformedDistribution,
)
from minitorch.distributions.transforms import (
    AbsTransform as AbsTransform,
    AffineTransform as AffineTransform,
    CatTransform as CatTransform,
    ComposeTransform as ComposeTransform,
    CorrCholeskyTransform as CorrCholeskyTransform,
    CumulativeDistributionTransform as CumulativeDistributionTransform,
    ExpTransform as ExpTransform,
    IndependentTransform as IndependentTransform,
    LowerCholeskyTransform as LowerCholeskyTransform,
    PositiveDefiniteTransform as PositiveDefiniteTransform,
    PowerTransform as PowerTransform,
    ReshapeTransform as ReshapeTransform,
    SigmoidTransform as SigmoidTransform,
    SoftmaxTransform as SoftmaxTransform,
    SoftplusTransform as SoftplusTransform,
    StackTransform as StackTransform,
    StickBreakingTransform as StickBreakingTransform,
    TanhTransform as TanhTransform,
    Transform as Transform,
    identity_transform as identity_transform,
)
from minitorch.distributions.uniform import Uniform as Uniform
from minitorch.distributions.von_mises import VonMises as VonMises
from minitorch.distributions.weibull import Weibull as Weibull

__getattr__ = _refuser("distributions")
