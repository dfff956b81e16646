"""`CSVDataset`: samples from the rows of a text file with columns."""

from __future__ import annotations

import os
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from minitorch import dtypes
from minitorch.checks import as_integer, as_path
from minitorch.creation import frombuffer, tensor
from minitorch.errors import ArgumentError, ArgumentTypeError, DatasetError
from minitorch.ops import cat
from minitorch.ranges import arange
from minitorch.utils.data.csv_schema import KINDS, CSVColumn, CSVSchema, Sight, column_of
from minitorch.utils.data.csv_table import Table, reader
from minitorch.utils.data.dataset import Dataset
from minitorch.utils.data.memmap import positions

MISSING_VALUES = ("", "NA", "N/A", "NaN", "nan", "null", "NULL")
CODES = {"int64": "q", "category": "q", "float32": "f", "float64": "d"}


class CSVDataset(Dataset[Any]):
    """Samples from the rows of a CSV file.

    The kinds of the columns are inferred from the whole file, or given: numbers (int64, float32, float64), categories
    (an index into the sorted values), or text.  They can be looked at in `schema`, saved, and applied to another
    file, as to a test split, which then has the same categories.

    A sample is x, or (x, y) where there is a target.  With `sample="vector"`, x is a float32 vector of all features,
    where a category has a place for each of its values, with a one in one of them (`schema.feature_names` tells
    what is where).  With `sample="dict"`, x is {column: number, index or string}.  y is a number or an index, or for
    several targets a vector of them.

    Args:
        path: of the file.
        target: the name of the column to predict, or several; with `header=False`, positions, such as -1.
        features: the columns that make x, or the one that does; by default all others.
        schema: a `CSVSchema`, such as another dataset's; or kinds of some columns, {name: kind}; by default all
            kinds are inferred.
        sample: "vector" or "dict".
        header: whether the first row has the names of the columns; or their names.
        delimiter: what separates fields.
        encoding: of the text; a byte-order mark of UTF-8 is skipped.
        missing: what to do about missing numbers and categories: "error"; "mean" of the column for numbers;
            "category" for a category of their own; a number or a category to fill in; or {column: one of these}.
            Where a policy does not fit a column's kind, and in targets that the dict does not name, a missing value
            is an error.
        missing_values: the fields that count as missing.
        unknown: for categories of features that another file may have: "error", or "index" for one of their own.
        max_categories: a column with more different values is text; in features also one whose values come less than
            twice on average.

    Raises:
        DatasetError: for a row with too few or too many fields, a number that is none, a missing value, a category
            that the schema does not have, or bytes that are not text; it names the file, the line and the column.
        ArgumentError: for columns or settings that do not exist, and for a column that is both feature and target.
        ArgumentTypeError: for settings of the wrong type.

    >>> import pathlib, tempfile
    >>> from minitorch.utils.data import CSVDataset
    >>> rows = ["width,colour,kind", "1.5,red,a", "2.5,blue,b", "0.5,red,a", "1.0,blue,a"]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "flowers.csv")
    ...     _ = path.write_text(chr(10).join(rows))
    ...     data = CSVDataset(path, target="kind")
    >>> data.schema
    CSVSchema(features: width float32, colour category of 2; target: kind category of 2)
    >>> data[0]
    (tensor([1.5000, 0.0000, 1.0000]), tensor(0))
    """

    schema: CSVSchema

    def __init__(
        self,
        path: str | os.PathLike[str],
        target: str | int | Sequence[str | int] | None = None,
        features: str | int | Sequence[str | int] | None = None,
        schema: CSVSchema | Mapping[str, str] | None = None,
        *,
        sample: str = "vector",
        header: bool | Sequence[str] = True,
        delimiter: str = ",",
        encoding: str = "utf-8",
        missing: Any = "error",
        missing_values: Sequence[str] = MISSING_VALUES,
        unknown: str = "error",
        max_categories: int = 100,
    ) -> None:
        for name, value, choices in (
            ("sample", sample, ("vector", "dict")),
            ("unknown", unknown, ("error", "index")),
        ):
            if value not in choices:
                raise ArgumentError(
                    f"CSVDataset: {name} must be {' or '.join(map(repr, choices))}, got {value!r}"
                )
        max_categories = as_integer("CSVDataset: max_categories", max_categories)
        if not (schema is None or isinstance(schema, (CSVSchema, Mapping))):
            raise ArgumentTypeError(
                f"CSVDataset: schema must be a CSVSchema, or kinds such as {{'a': 'float32'}}, got {schema!r}"
            )
        self.path, self.sample = as_path("CSVDataset: path", path), sample
        self._table = Table(self.path, header, delimiter, encoding)
        self._missing_values = frozenset(missing_values)
        if isinstance(schema, CSVSchema):
            if missing != "error" or unknown != "error":
                raise ArgumentError("CSVDataset: missing= and unknown= are in the schema; leave them out")
            self.schema = schema
            if target is not None or features is not None:
                self.schema = CSVSchema(
                    schema.columns.values(),
                    schema.features if features is None else self._names(features),
                    schema.target if target is None else self._target(target),
                )
        else:
            self.schema = self._inferred(
                self._target(target), features, dict(schema or {}), missing, unknown, max_categories
            )
        both = [name for name in self.schema.features if name in self.schema.targets]
        if both:
            raise ArgumentError(
                f"{self._table.where}: {both[0]!r} is among the features and the targets, so that x gives y away; "
                f"leave it out of one of them"
            )
        self._columns = self._read()
        self._x = self._vectors() if sample == "vector" else None
        self._y = self._targets()

    def _names(self, columns: str | int | Sequence[str | int]) -> list[str]:
        """The names of columns, or of one, given by name or position."""
        columns = [columns] if isinstance(columns, (str, int)) else columns
        if not hasattr(columns, "__iter__") or not all(isinstance(c, (str, int)) for c in columns):
            raise ArgumentTypeError(
                f"CSVDataset: columns are named by strings or positions, or lists of them, got {columns!r}"
            )
        try:
            names = [self._table.names[c] if isinstance(c, int) else c for c in columns]
        except IndexError:
            raise ArgumentError(
                f"{self._table.where}: there are {len(self._table.names)} columns, none at {list(columns)}"
            ) from None
        for name in names:
            self._table.place_of(name)
        return names

    def _target(self, target: Any) -> Any:
        if target is None:
            return None
        return self._names(target)[0] if isinstance(target, (str, int)) else self._names(target)

    def _inferred(
        self,
        target: Any,
        features: str | int | Sequence[str | int] | None,
        kinds: dict[str, str],
        missing: Any,
        unknown: str,
        max_categories: int,
    ) -> CSVSchema:
        """The schema that fits the whole file."""
        table = self._table
        for name in (*kinds, *(missing if isinstance(missing, Mapping) else ())):
            table.place_of(name)
        for name, kind in kinds.items():
            if kind not in KINDS:
                raise ArgumentError(f"CSVDataset: kind {kind!r} of {name!r} is none of {', '.join(KINDS)}")
        targets = [target] if isinstance(target, str) else target or []
        wanted = [n for n in table.names if n not in targets] if features is None else self._names(features)
        names = list(dict.fromkeys([*wanted, *targets]))
        sights = [(table.place_of(name), Sight(max_categories)) for name in names]
        for _, row in table.rows():
            for place, sight in sights:
                text = row[place].strip()
                if text in self._missing_values:
                    sight.missing += 1
                else:
                    sight.see(text)
        columns = []
        for name, (_, sight) in zip(names, sights, strict=True):
            kind, policy, other = kinds.get(name, sight.kind()), missing, unknown
            if (
                name in targets
            ):  # which is a label: it names a class, and is made up only if that is asked for by name
                policy, other = missing if isinstance(missing, Mapping) else "error", "error"
                if name not in kinds and kind == "text" and sight.categories:
                    kind = "category"
            columns.append(column_of(name, kind, sight, policy, other, table.where))
        return CSVSchema(columns, wanted, target)

    def _read(self) -> dict[str, Any]:
        """The columns: tensors, and lists of text."""
        schema, table = self.schema, self._table
        found: dict[str, Any] = {}
        jobs = []
        for name in dict.fromkeys((*schema.features, *schema.targets)):
            column = schema.columns[name]
            found[name] = [] if column.kind == "text" else array(CODES[column.kind])
            read = reader(column, self._missing_values)
            jobs.append((table.place_of(name), name, read, found[name].append))
        self._size = 0
        for line, row in table.rows():
            self._size += 1
            for place, name, read, append in jobs:
                try:
                    append(read(row[place]))
                except (ValueError, OverflowError) as error:
                    raise DatasetError(f"{table.where}, line {line}, column {name!r}: {error}") from None
        return {name: as_column(schema.columns[name], values) for name, values in found.items()}

    def _vectors(self) -> Any:
        """All features side by side, (rows, numbers)."""
        parts = []
        for name in self.schema.features:
            column, values = self.schema.columns[name], self._columns[name]
            if column.kind == "text":
                if all(text.strip() in self._missing_values for text in values):
                    what = f"column {name!r} has no value" if values else "there are no rows"
                    raise DatasetError(
                        f"{self._table.where}: {what}, so the kind of {name!r} is not known; give it in schema=, or "
                        f"leave the column out of features="
                    )
                raise ArgumentError(
                    f"{self._table.where}: column {name!r} is text, which has no place in a vector; name the "
                    f"features= to use, make it {{{name!r}: 'category'}} in schema=, or use sample='dict'"
                )
            values = values.unsqueeze(1)  # (rows, 1)
            if column.kind == "category":
                values = values == arange(len(column.categories))  # (rows, categories)
            parts.append(values.float())
        return cat(parts, 1)

    def _targets(self) -> Any:
        """The targets of all rows."""
        if not self.schema.targets:
            return None
        columns = [self._columns[name] for name in self.schema.targets]
        if isinstance(self.schema.target, str):
            return columns[0]
        for name, values in zip(self.schema.targets, columns, strict=True):
            if isinstance(values, list):
                raise ArgumentError(f"{self._table.where}: target {name!r} is text, one of several targets")
        return cat([values.unsqueeze(1) for values in columns], 1)

    def column(self, name: str) -> Any:
        """All values of a column that is a feature or a target: a tensor, or a list of strings.

        Raises:
            ArgumentError: if it is neither.
        """
        if name not in self._columns:
            raise ArgumentError(f"CSVDataset.column: {name!r} is none of {', '.join(self._columns)}")
        return self._columns[name]

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, index: int) -> Any:
        return self.__getitems__([index])[0]

    def __getitems__(self, indices: Sequence[int]) -> list[Any]:
        """The samples at several indices."""
        places = positions("CSVDataset", indices, self._size)
        if self._x is not None:
            x = rows_at(self._x, places)
        else:
            columns = [rows_at(self._columns[name], places) for name in self.schema.features]
            x = [dict(zip(self.schema.features, row, strict=True)) for row in zip(*columns, strict=True)]
        return x if self._y is None else list(zip(x, rows_at(self._y, places), strict=True))

    def __repr__(self) -> str:
        return f"CSVDataset({self.path!r}, {self._size} rows, {self.schema})"


def rows_at(values: Any, places: list[int]) -> list[Any]:
    """Some rows of a tensor, found by one indexing, or of a list."""
    if isinstance(values, list):
        return [values[place] for place in places]
    return list(values[tensor(places)]) if places else []


def as_column(column: CSVColumn, values: Any) -> Any:
    """A tensor of numbers or indices; text as it is."""
    if column.kind == "text":
        return values
    dtype = dtypes.as_dtype("int64" if column.kind == "category" else column.kind)
    return frombuffer(values, dtype=dtype) if len(values) else tensor([], dtype=dtype)
