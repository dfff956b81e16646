"""Coursework: tests that are written once, and serve notebooks, pytest and graders.

`check`, `hint` and `solution` are for the cells of notebooks, `task` and `same` for those who write
tests. `python -m minitorch.coursework grade FOLDER` grades submissions, `build` makes what students get.
"""

from minitorch.absent import refuser as _refuser
from minitorch.coursework.checking import check as check, hint as hint, solution as solution
from minitorch.coursework.mistakes import Mistake as Mistake
from minitorch.coursework.tasks import Submission as Submission, same as same, task as task

__getattr__ = _refuser("coursework")
