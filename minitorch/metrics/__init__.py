"""Metrics over batches, the same however the data were cut: as functions, and as objects that collect batches.

`update` adds a batch, `compute` gives the value so far, `reset` forgets, `merge` adds what another process has seen,
`state_dict` and `load_state_dict` carry a metric through a checkpoint. Predictions come first, then targets.

What is counted or ranked is exact; sums of floats are in float64, so their last digits may depend on the order of
batches. Values are float64 and have no graph. What is undefined (0/0) is NaN or, where a metric says so, its
`zero_division`, with an `UndefinedMetricWarning`; also where scikit-learn takes 0 or 1, as for Matthews' correlation
or R² of a constant, and recall without positives. Input that cannot be measured is refused before anything is counted.
"""

from minitorch.metrics.agreement import (
    CohenKappa as CohenKappa,
    ConfusionMatrix as ConfusionMatrix,
    MatthewsCorrcoef as MatthewsCorrcoef,
    cohen_kappa as cohen_kappa,
    confusion_matrix as confusion_matrix,
    matthews_corrcoef as matthews_corrcoef,
)
from minitorch.metrics.base import Metric as Metric, UndefinedMetricWarning as UndefinedMetricWarning
from minitorch.metrics.calibration import (
    CalibrationError as CalibrationError,
    calibration_error as calibration_error,
)
from minitorch.metrics.counts import (
    Accuracy as Accuracy,
    F1Score as F1Score,
    FBetaScore as FBetaScore,
    Precision as Precision,
    Recall as Recall,
    accuracy as accuracy,
    f1_score as f1_score,
    fbeta_score as fbeta_score,
    precision as precision,
    recall as recall,
)
from minitorch.metrics.detection import (
    MeanAveragePrecision as MeanAveragePrecision,
    box_iou as box_iou,
    mean_average_precision as mean_average_precision,
)
from minitorch.metrics.ranking import (
    AveragePrecision as AveragePrecision,
    PrecisionRecallCurve as PrecisionRecallCurve,
    RocAuc as RocAuc,
    RocCurve as RocCurve,
    auc as auc,
    average_precision as average_precision,
    precision_recall_curve as precision_recall_curve,
    roc_auc as roc_auc,
    roc_curve as roc_curve,
)
from minitorch.metrics.regression import (
    ExplainedVariance as ExplainedVariance,
    MeanAbsoluteError as MeanAbsoluteError,
    MeanSquaredError as MeanSquaredError,
    R2Score as R2Score,
    explained_variance as explained_variance,
    mean_absolute_error as mean_absolute_error,
    mean_squared_error as mean_squared_error,
    r2_score as r2_score,
)
from minitorch.metrics.text import (
    Bleu as Bleu,
    Perplexity as Perplexity,
    bleu as bleu,
    perplexity as perplexity,
)
