"""The parts of `minitorch.coursework`: tasks, comparison, check cells, gaps."""

import numpy as np
import pytest

import minitorch
from minitorch.coursework import Mistake, Submission, check, hint, same, solution, task
from minitorch.coursework.__main__ import main
from minitorch.coursework.checking import hints_given
from minitorch.coursework.master import visible_tests, with_gaps, with_mistake
from minitorch.coursework.reading import namespace_of
from minitorch.coursework.tasks import FAILED, PASSED, WAITING, Waiting, judge
from minitorch.errors import ArgumentError, MissingDependencyError

TESTS = '''
from minitorch.coursework import same, task

HINTS = {"1.1": ["think", "twice"]}
SOLUTIONS = {"1.2": "triple = lambda x: 3 * x"}

@task("1.1", points=2)
def test_double(submission):
    """double doubles."""
    same(submission.double(4.25), 8.5, "the value is not right")

@task("1.1", points=1.5)
def test_zero(submission):
    """double of zero."""
    assert submission.double(0) == 0, "zero stays zero"


@task("1.2", points=3, hidden=True)
def test_triple(submission):
    """triple triples."""
    same(submission.triple(4.25), 12.75, "the value is not right")


@task("1.3", points=1)
def test_last(submission):
    """The last one."""
    assert submission.last, "it should be true"
'''


@pytest.fixture
def place(tmp_path, monkeypatch):
    (tmp_path / "test_tasks.py").write_text(TESTS)
    monkeypatch.chdir(tmp_path)
    hints_given.clear()
    return tmp_path


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (1, 1.0),
        (0.1 + 0.2, 0.3),
        ([1.0, (2, 3)], [1, [2, 3]]),
        (np.ones((2, 3)), minitorch.ones(2, 3)),
        (np.float32(0.1), 0.1),
        (float("nan"), float("nan")),
        (1 + 2j, 1 + 2j),
        ("a", "a"),
        (True, True),
        ([], []),
    ],
)
def test_same_passes(answer, expected):
    same(answer, expected, "no", tolerance=1e-6)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (1, 1.001),
        (float("nan"), 7.125),
        (7.125, float("nan")),
        (None, 7.125),
        (..., 7.125),
        ("7", 7),
        (object(), 7.125),
        (np.ones((2, 3)), np.ones((3, 2)) * 7.125),
        (np.ones(3), np.ones(4) * 7.125),
        ([[1], [1, 2]], [[7.125], [7.125]]),
        (minitorch.tensor([1.0, 2.0]), [1.0, 7.125]),
        (1j, 7.125),
        (False, True),
    ],
)
def test_same_fails_with_its_message_and_without_the_answer(answer, expected):
    with pytest.raises(AssertionError, match="^look there") as failure:
        same(answer, expected, "look there")
    assert "7.125" not in str(failure.value)


def test_a_name_that_is_not_there_or_still_a_gap_is_waiting():
    submission = Submission({"gap": ..., "number": 0})
    assert submission.number == 0
    for name in ("gap", "nothing"):
        with pytest.raises(Waiting, match=name):
            getattr(submission, name)


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ("return 8.5", PASSED, ""),
        ("return 1", FAILED, "look there"),
        ("raise NotImplementedError('your code here')", WAITING, "not solved yet"),
        (
            "from minitorch.errors import NotSupportedError\n    raise NotSupportedError('no')",
            FAILED,
            "your code stopped with NotSupportedError: no",
        ),
        ("raise SystemExit", FAILED, "your code stopped with SystemExit"),
        ("return undefined", FAILED, "your code stopped with NameError: name 'undefined' is not defined"),
    ],
)
def test_judge_always_comes_back_with_a_result(body, status, message):
    names = {}
    exec(f"def double(x):\n    {body}", names)

    @task("1.1", points=2)
    def test(submission):
        """The label.

        Not the label.
        """
        same(submission.double(4.25), 8.5, "look there")

    result = judge(test, names)
    assert (result.status, result.message, result.label) == (status, message, "The label")
    assert result.earned == (2 if status == PASSED else 0)


def test_an_error_is_shown_with_the_line_that_led_there(tmp_path):
    path = tmp_path / "work.py"
    path.write_text("def make(x):\n    return float(x)\n\ndef double(x):\n    return make([x])\n")
    names = namespace_of(path)

    @task("1.1", points=1)
    def test(submission):
        submission.double(1)

    assert judge(test, names).message == (
        "your code stopped with TypeError: float() argument must be a string or a real number, not 'list', "
        "in the line `return float(x)`, which came from `return make([x])`"
    )

    @task("1.1", points=1)
    def test_of_the_result(submission):
        assert submission.make(1).inputs

    assert judge(test_of_the_result, names).message == (
        "what your code returned does not work here: AttributeError: 'float' object has no attribute 'inputs'"
    )


def test_a_length_is_not_called_a_shape():
    with pytest.raises(AssertionError, match=r"^no \[it has the length 2, which is not right\] \[given 7\]$"):
        same((3, 4), (3, 4, 5), "no", given=7)
    with pytest.raises(AssertionError, match=r"^no \[it has the shape \(2,\), which is not right\]$"):
        same(np.ones(2), (3, 4, 5), "no")


def test_what_equals_everything_equals_nothing():
    class Equal:
        def __eq__(self, other):
            return True

    for expected in (7.125, "a", [7.125], np.ones(3)):
        with pytest.raises(AssertionError, match="look there"):
            same(Equal() if not isinstance(expected, list) else [Equal()], expected, "look there")


def test_a_build_does_not_replace_the_assignment(place, capsys):
    folder = place / "1_numbers"
    folder.mkdir()
    (place / "test_tasks.py").rename(folder / "test_tasks.py")
    for out in (place, folder):
        assert main(["build", str(folder), "--out", str(out)]) == 1
        assert "change --out" in capsys.readouterr().err
    assert (folder / "test_tasks.py").is_file()
    assert main(["build", str(place / "no"), str(place)]) == 1
    assert "there is no test_tasks.py in" in capsys.readouterr().err


def test_a_library_that_is_missing_is_named(place):
    (place / "test_tasks.py").write_text("import not_installed_anywhere")
    with pytest.raises(MissingDependencyError, match="pip install not_installed_anywhere"):
        check("1.1")


def test_check_says_that_a_task_is_waiting(place, capsys):
    check("1.1")
    assert capsys.readouterr().out == "Task 1.1 is waiting for you: 3.5 points, not solved yet.\n"


def test_check_says_correct(place, capsys, monkeypatch):
    monkeypatch.setitem(globals(), "double", lambda x: 2 * x)
    check("1.1")
    assert capsys.readouterr().out == "Task 1.1: correct. 3.5 of 3.5 points.\n"


def test_check_says_what_is_wrong(place, capsys, monkeypatch):
    monkeypatch.setitem(globals(), "double", lambda x: 3 * x)
    check("1.1")
    assert capsys.readouterr().out == (
        "Task 1.1: 1.5 of 3.5 points.\n"
        "  ✗ double doubles (0 of 2)\n      the value is not right\n"
        "  ✓ double of zero (1.5 of 1.5)\n"
    )


def test_check_without_the_tests_or_the_task_says_so(place):
    with pytest.raises(ArgumentError, match="has no task '9.9'"):
        check("9.9")
    (place / "test_tasks.py").unlink()
    with pytest.raises(FileNotFoundError, match="has to lie beside"):
        check("1.1")


def test_hints_say_more_each_time(place, capsys):
    for _ in range(3):
        hint("1.1")
    first, again, *rest = capsys.readouterr().out.splitlines()
    assert first == "Hint 1 of 2 for task 1.1: think"
    assert "next one" in again
    assert rest == ["Hint 2 of 2 for task 1.1: twice"] * 2
    hint("1.2")
    assert capsys.readouterr().out == "There is no hint for task 1.2.\n"


def test_solutions_are_shown_where_there_are_some(place, capsys):
    solution("1.2")
    solution("1.1")
    shown, refused = capsys.readouterr().out.splitlines()
    assert shown == "triple = lambda x: 3 * x"
    assert "not handed out" in refused


def test_hidden_tests_are_cut_out(place):
    visible = visible_tests(place / "test_tasks.py")
    assert "triple(4.25)" not in visible
    assert "test_triple" not in visible
    assert visible == TESTS[: TESTS.index('@task("1.2"')] + TESTS[TESTS.index('@task("1.3"') :]


def test_gaps_raise_in_functions_and_are_dots_elsewhere():
    source = """\
class Thing:
    # BEGIN SOLUTION
    size = 3
    # END SOLUTION

    def double(self, x):
        y = x
        if x:
            # BEGIN SOLUTION
            y += x
            # END SOLUTION
        return y

    def last(self):
        # BEGIN SOLUTION
        return 1
        # END SOLUTION


# BEGIN SOLUTION
z = 3
# END SOLUTION
done = 1"""
    assert (
        with_gaps(source)
        == """\
class Thing:
    ...

    def double(self, x):
        y = x
        if x:
            raise NotImplementedError("your code here")
        return y

    def last(self):
        raise NotImplementedError("your code here")


...
done = 1"""
    )
    compile(with_gaps(source), "gaps", "exec")
    with pytest.raises(ArgumentError, match="without '# END SOLUTION'"):
        with_gaps("# BEGIN SOLUTION\n1")


def test_a_mistake_is_planted_once_or_not_at_all():
    notebook = {
        "cells": [
            {"cell_type": "markdown", "source": "2 * x"},
            {"cell_type": "code", "source": "a = 2 * x"},
            {"cell_type": "code", "source": "b = 3 * x"},
        ]
    }
    wrong = with_mistake(notebook, Mistake("adds", "2 *", "2 +", {}))
    assert [cell["source"] for cell in wrong["cells"]] == ["2 * x", "a = 2 + x", "b = 3 * x"]
    for old in ("* x", "4"):
        with pytest.raises(ArgumentError, match="not once"):
            with_mistake(notebook, Mistake("unclear", old, "", {}))
