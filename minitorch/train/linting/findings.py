"""What a linter finds: `Finding`, one mistake; and `Report`, all of them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import NamedTuple

SEVERITIES = ("error", "warning", "hint")  # the gravest first


class LintWarning(UserWarning):
    """A mistake that `train.lint` found while a program runs."""


class Finding(NamedTuple):
    """One mistake: what it is, where, why it matters, and what to do.

    Attributes:
        severity: `"error"` if training cannot succeed, `"warning"` if it is probably meant otherwise, `"hint"` if it
            costs time or memory only, or may be meant.
        code: the kind of mistake, such as `"zero-grad"`.
        what: what was seen.
        where: the module, operation, parameter or line.
        why: what comes of it.
        remedy: what to do.
    """

    severity: str
    code: str
    what: str
    where: str
    why: str
    remedy: str

    @property
    def message(self) -> str:
        """All of it in one line."""
        where = f" ({self.where})" if self.where else ""
        return f"{self.code}: {self.what}{where}. {self.why}. {self.remedy}"

    def __str__(self) -> str:
        lines = [f"{self.severity}: {self.code}: {self.what}"]
        for label, text in (("where", self.where), ("why", self.why), ("remedy", self.remedy)):
            if text:
                lines.append(
                    textwrap.indent(textwrap.fill(text, 92), " " * 10).replace(
                        " " * 10, f"  {label + ':':8}", 1
                    )
                )
        return "\n".join(lines)


class Report:
    """The findings of a run, the gravest first; prints as text, and is false if there are none.

    Attributes:
        steps: how many steps of an optimizer were seen.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Finding] = {}
        self.steps = 0

    def add(self, finding: Finding, key: str) -> bool:
        """Takes a finding in; False if one of this kind and key is there already."""
        if (finding.code, key) in self._found:
            return False
        self._found[finding.code, key] = finding
        return True

    def withdraw(self, code: str, key: str) -> None:
        """Takes a finding out that has turned out to be wrong."""
        self._found.pop((code, key), None)

    @property
    def findings(self) -> list[Finding]:
        """The findings, the gravest first."""
        return sorted(self._found.values(), key=lambda finding: SEVERITIES.index(finding.severity))

    @property
    def codes(self) -> set[str]:
        """The kinds of mistakes that were found."""
        return {finding.code for finding in self}

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self._found)

    def __str__(self) -> str:
        steps = f"{self.steps} step{'' if self.steps == 1 else 's'} of training"
        if not self:
            return f"No findings in {steps}."
        count = f"{len(self)} finding{'' if len(self) == 1 else 's'}"
        return "\n\n".join([f"{count} in {steps}:", *map(str, self)])
