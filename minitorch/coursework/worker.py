"""The process in which one submission is run and tested; `grading` starts it and watches it.

It writes lines of JSON: before and after each piece of the submission and each test, and at the end.

    {"piece": "cell 1", "problem": null}    it begins
    {"piece": "cell 1", "problem": ""}      it has been run; or what went wrong
    {"test": "test_double", "status": null}
    {"test": "test_double", "status": "failed", "message": "the value is not right"}
    {"end": true}
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from minitorch.coursework import checking
from minitorch.coursework.reading import steps
from minitorch.coursework.tasks import judge, load


def main(tests: str, submission: str, skip: list[str], names: list[str]) -> None:
    """Runs a submission without the pieces in `skip`, then the tests in `names`."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):  # what the submission prints is lost, and it has nothing to read
        os.dup2(nowhere, stream)

    own = os.getpid()

    def say(**what: Any) -> None:
        if os.getpid() == own:  # and not one that the submission forked
            channel.write(json.dumps(what) + "\n")
            channel.flush()

    sys.argv = [submission]
    checking.quiet = True
    module = load(tests)
    defined: dict[str, Any] = {"__name__": "__main__"}
    for name, problem in steps(submission, defined, skip):
        say(piece=name, problem=problem)
    for name in names:
        say(test=name, status=None)
        result = judge(getattr(module, name), defined)
        say(test=name, status=result.status, message=result.message)
    say(end=True)
    os._exit(0)  # whatever threads the submission left behind


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), json.loads(sys.argv[4]))
