"""The linter for training runs: `lint`, and what it reports."""

from minitorch.train.linting.findings import (
    Finding as Finding,
    LintWarning as LintWarning,
    Report as Report,
)
from minitorch.train.linting.linter import lint as lint
