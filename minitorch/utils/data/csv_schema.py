"""What the columns of a CSV file hold: their kinds, their categories, and what stands for missing values."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, BinaryIO, NamedTuple

from minitorch.atomic import replace_file
from minitorch.errors import ArgumentError, DatasetError

KINDS = ("int64", "float32", "float64", "category", "text")
MISSING, UNKNOWN = "<missing>", "<unknown>"
FORMAT = "minitorch CSV schema 1"
INTEGER = re.compile(r"[+-]?(0|[1-9][0-9]*)", re.ASCII)
CODE = re.compile(r"[+-]?0[0-9]+", re.ASCII)  # such as a postcode
FLOAT = re.compile(
    r"[+-]?(([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?|inf|infinity|nan)", re.ASCII | re.IGNORECASE
)


class CSVColumn(NamedTuple):
    """One column.

    Args:
        name: as in the header.
        kind: "int64", "float32", "float64", "category" (an index into `categories`) or "text".
        categories: what a category column may hold, in the order of the indices.
        missing: what a missing value becomes, a number or a category; None for an error.
        unknown: which category a value becomes that is not among them; None for an error.

    >>> from minitorch.utils.data import CSVColumn
    >>> CSVColumn("colour", "category", ("green", "red")).categories
    ('green', 'red')
    """

    name: str
    kind: str
    categories: tuple[str, ...] = ()
    missing: float | str | None = None
    unknown: str | None = None


class CSVSchema:
    """The columns that a `CSVDataset` reads, and which of them are features and targets.

    The schema of a training file, given to the dataset of a test file, reads it in the very same way: the same
    categories with the same indices, and the training file's means for missing values.

    Args:
        columns: what they hold.
        features: names of the columns that make x.
        target: the name of the column that makes y, or several; None for no y.

    Raises:
        ArgumentError: for kinds that do not exist, or names that no column has.

    >>> from minitorch.utils.data import CSVColumn, CSVSchema
    >>> CSVSchema([CSVColumn("age", "int64"), CSVColumn("sex", "category", ("f", "m"))], ["age"], "sex")
    CSVSchema(features: age int64; target: sex category of 2)
    """

    def __init__(
        self, columns: Iterable[CSVColumn], features: Iterable[str], target: str | Sequence[str] | None = None
    ) -> None:
        self.columns = {column.name: column for column in columns}
        self.features = tuple(features)
        self.target = target if target is None or isinstance(target, str) else tuple(target)
        if not self.features:
            raise ArgumentError("CSVSchema: there are no features; a sample needs at least one")
        for column in self.columns.values():
            if column.kind not in KINDS:
                raise ArgumentError(
                    f"CSVSchema: column {column.name!r} has kind {column.kind!r}; there are {', '.join(KINDS)}"
                )
            check_fill(column)
        for name in (*self.features, *self.targets):
            if name not in self.columns:
                raise ArgumentError(f"CSVSchema: there is no column {name!r}, only {', '.join(self.columns)}")

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of the target columns."""
        if self.target is None:
            return ()
        return (self.target,) if isinstance(self.target, str) else self.target

    @property
    def feature_names(self) -> list[str]:
        """What the numbers of x are, one after the other: a category has a place for each of its values."""
        return [
            f"{name}={category}" if category is not None else name
            for name in self.features
            for category in self.columns[name].categories or (None,)
        ]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the schema to a file of JSON.

        >>> import os, tempfile
        >>> from minitorch.utils.data import CSVColumn, CSVSchema
        >>> schema = CSVSchema([CSVColumn("age", "int64", missing=0)], ["age"])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     schema.save(os.path.join(folder, "schema.json"))
        ...     CSVSchema.load(os.path.join(folder, "schema.json")) == schema
        True
        """
        import json

        text = json.dumps(
            {
                "format": FORMAT,
                "columns": [column._asdict() for column in self.columns.values()],
                "features": self.features,
                "target": self.target,
            },
            indent=2,
        )

        def write(file: BinaryIO) -> None:
            file.write(text.encode())

        replace_file(os.fspath(path), write)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> CSVSchema:
        """Reads what `save` wrote.

        Raises:
            DatasetError: if the file is not a schema.
        """
        import json

        try:
            with open(path, encoding="utf-8") as file:
                found = json.load(file)
            if found["format"] != FORMAT:
                raise ValueError(f"its format is {found['format']!r}")
            columns = [
                CSVColumn(**{**column, "categories": tuple(column["categories"])})
                for column in found["columns"]
            ]
            return cls(columns, found["features"], found["target"])
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise DatasetError(
                f"CSVSchema.load: {os.fspath(path)} is no schema ({type(error).__name__}: {error}); "
                f"expected a file that CSVSchema.save wrote"
            ) from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CSVSchema) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]  # as of other things that can be changed

    def __repr__(self) -> str:
        def told(name: str) -> str:
            column = self.columns[name]
            return f"{name} {column.kind}" + (f" of {len(column.categories)}" if column.categories else "")

        target = ", ".join(map(told, self.targets))
        return f"CSVSchema(features: {', '.join(map(told, self.features))}" + (
            f"; target: {target})" if target else ")"
        )


def is_int64(text: str) -> bool:
    """Whether it is an integer of 64 bits."""
    return len(text) <= 20 and INTEGER.fullmatch(text) is not None and -(2**63) <= int(text) < 2**63


def check_fill(column: CSVColumn) -> None:
    """Refuses what cannot stand for a missing or an unknown value in a column."""
    if column.kind == "category":
        for fill in (column.missing, column.unknown):
            if fill is not None and fill not in column.categories:
                raise ArgumentError(
                    f"CSVSchema: {fill!r} is none of the categories of column {column.name!r}; add it to them"
                )
        return
    fits: Any = {"int64": int, "float32": (int, float), "float64": (int, float), "text": ()}[column.kind]
    if column.unknown is not None or not (column.missing is None or isinstance(column.missing, fits)):
        raise ArgumentError(
            f"CSVSchema: column {column.name!r} is {column.kind}; missing={column.missing!r} and "
            f"unknown={column.unknown!r} cannot stand for its values"
        )


class Sight:
    """What has been seen of a column so far, from which its kind is guessed."""

    def __init__(self, max_categories: int) -> None:
        self.integers = self.floats = True
        self.total, self.count, self.missing = 0.0, 0, 0
        self.categories: set[str] | None = set()
        self.max_categories = max_categories

    def see(self, text: str) -> None:
        """Looks at one value that is not missing."""
        self.count += 1
        if self.floats:
            self.integers = self.integers and is_int64(text)
            self.floats = self.integers or (FLOAT.fullmatch(text) is not None and not CODE.fullmatch(text))
            if self.floats:
                self.total += float(text)
        if self.categories is not None:
            self.categories.add(text)
            if len(self.categories) > self.max_categories:
                self.categories = None

    def kind(self) -> str:
        """A number if all are; a category if values are few and come twice on average; else text."""
        if not self.count:
            return "text"
        if self.floats:
            return "int64" if self.integers else "float32"
        few = self.categories is not None and len(self.categories) <= max(2, self.count / 2)
        return "category" if few else "text"


def column_of(name: str, kind: str, sight: Sight, missing: Any, unknown: str, where: str) -> CSVColumn:
    """The column that fits what was seen of it, and the policies for missing and for unknown values.

    Raises:
        ArgumentError: for a policy that does not exist.
        DatasetError: for more categories than allowed.
    """
    named = isinstance(missing, Mapping) and name in missing
    policy = missing.get(name, "error") if isinstance(missing, Mapping) else missing
    if not isinstance(policy, (str, int, float)):
        raise ArgumentError(
            f"CSVDataset: missing must be 'error', 'mean', 'category', a number or a category, got {policy!r} "
            f"for column {name!r}"
        )
    if not (sight.missing or named):
        policy = "error"
    if kind == "category":
        return category_column(name, sight, policy, unknown, where)
    fill = None
    if kind != "text" and policy == "mean":
        if not sight.count:
            raise DatasetError(
                f"{where}: column {name!r} has no value, and so no mean; leave it out of features="
            )
        fill, kind = sight.total / sight.count, "float32" if kind == "int64" else kind
    elif kind != "text" and not isinstance(policy, str):
        fill = float(policy)
        if kind == "int64":
            fill, kind = (int(policy), kind) if fill.is_integer() else (fill, "float32")
    elif named and policy != "error":
        raise ArgumentError(f"CSVDataset: missing={policy!r} does not fit column {name!r}, which is {kind}")
    return CSVColumn(name, kind, missing=fill)


def category_column(name: str, sight: Sight, policy: str | float, unknown: str, where: str) -> CSVColumn:
    """A column of categories: those seen, and those that stand for missing and unknown values."""
    if sight.categories is None:
        raise DatasetError(
            f"{where}: column {name!r} has more than {sight.max_categories} different values; raise "
            f"max_categories, or make it {{{name!r}: 'text'}} in schema="
        )
    categories = sorted(sight.categories)
    if all(FLOAT.fullmatch(text) for text in categories):
        categories.sort(key=float)  # 10 after 9
    fill = None
    if isinstance(policy, str) and policy not in ("error", "mean"):
        fill = MISSING if policy == "category" else policy
    other = UNKNOWN if unknown == "index" else None
    categories += [text for text in (fill, other) if text is not None and text not in sight.categories]
    return CSVColumn(name, "category", tuple(categories), fill, other)
