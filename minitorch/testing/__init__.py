"""Help for testing: comparisons, counts, budgets; and `minitorch.testing.conformance`, which backends have to pass."""

from minitorch.absent import refuser as _refuser
from minitorch.autograd.finite_differences import gradcheck as gradcheck, gradgradcheck as gradgradcheck
from minitorch.testing.budgets import (
    BudgetError as BudgetError,
    memory_budget as memory_budget,
    saved_bytes as saved_bytes,
    time_budget as time_budget,
)
from minitorch.testing.close import NotCloseError as NotCloseError, assert_close as assert_close
from minitorch.testing.counting import OpCountError as OpCountError, count_ops as count_ops
from minitorch.testing.inputs import Sample as Sample, samples as samples
from minitorch.testing.reference import (
    MismatchError as MismatchError,
    compare_with_reference as compare_with_reference,
)

__getattr__ = _refuser("testing")
