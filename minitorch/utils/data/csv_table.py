"""The rows of a CSV file, and the values in their fields."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Sequence
from math import isinf
from typing import Any

from minitorch import dtypes
from minitorch.errors import ArgumentError, DatasetError
from minitorch.utils.data.csv_schema import FLOAT, CSVColumn, is_int64

LARGEST = float(dtypes.finfo(dtypes.float32).max)


class Table:
    """The rows of a file, each with as many fields as there are columns."""

    def __init__(self, path: str, header: bool | Sequence[str], delimiter: Any, encoding: str) -> None:
        if not isinstance(delimiter, str) or len(delimiter) != 1:
            raise ArgumentError(f"CSVDataset: delimiter must be one character, got {delimiter!r}")
        try:
            codecs.lookup(encoding)
        except (LookupError, TypeError):
            raise ArgumentError(
                f"CSVDataset: encoding must be one of Python's, such as 'utf-8' or 'latin-1', got {encoding!r}"
            ) from None
        self.path, self.delimiter = path, delimiter
        self.encoding = "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
        self.where = f"CSVDataset: {path}"
        self.has_header = header is True
        self.names: list[str] = []
        if isinstance(header, bool):
            first = next(self._records(), None)
            if first is None:
                raise DatasetError(f"{self.where}: the file is empty")
            self.names = (
                [name.strip() for name in first[1]] if header else list(map(str, range(len(first[1]))))
            )
        else:
            self.names = list(header)
        twice = {name for name in self.names if self.names.count(name) > 1}
        if twice:
            raise DatasetError(
                f"{self.where}: several columns are called {min(twice)!r}; give names with header=[…]"
            )
        self._places = {name: place for place, name in enumerate(self.names)}

    def place_of(self, name: str) -> int:
        """Where in a row this column is.

        Raises:
            ArgumentError: if there is none.
        """
        if name not in self._places:
            raise ArgumentError(f"{self.where}: there is no column {name!r}, only {', '.join(self.names)}")
        return self._places[name]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The line number and the fields of each row."""
        records = self._records()
        if self.has_header:
            next(records, None)
        for line, row in records:
            if len(row) != len(self.names):
                which = f"; column {self.names[len(row)]!r} is missing" if len(row) < len(self.names) else ""
                raise DatasetError(
                    f"{self.where}, line {line}: {len(row)} fields, expected {len(self.names)} ({self._shown()}){which}"
                )
            yield line, row

    def _shown(self) -> str:
        return ", ".join(self.names[:8]) + (", …" if len(self.names) > 8 else "")

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """The line number and the fields of each line that is not blank."""
        import csv

        with open(self.path, encoding=self.encoding, newline="") as file:
            reader = csv.reader(file, delimiter=self.delimiter, strict=True)
            try:
                for row in reader:
                    if row:
                        yield reader.line_num, row
            except csv.Error as error:
                raise DatasetError(f"{self.where}, line {reader.line_num}: {error}") from None
            except UnicodeError as error:
                raise DatasetError(
                    f"{self.where}, after line {reader.line_num}: not {self.encoding} ({error}); "
                    f"pass the right encoding="
                ) from None


def reader(column: CSVColumn, missing_values: frozenset[str]) -> Callable[[str], Any]:
    """Makes what the column holds of one field; ValueError says what is wrong with it."""
    fill = column.missing
    if column.kind == "text":
        return lambda text: text
    read = category_reader(column) if column.kind == "category" else NUMBERS[column.kind]

    def convert(field: str) -> Any:
        text = field.strip()
        if text not in missing_values:
            return read(text)
        if fill is None:
            raise ValueError(
                f"the value is missing ({field!r}); fill it in, or pass missing="
                + ("'category'" if column.kind == "category" else "'mean' or a number")
            )
        return read(fill) if isinstance(fill, str) else fill

    return convert


def category_reader(column: CSVColumn) -> Callable[[str], int]:
    """Finds the index of a category."""
    indices = {category: k for k, category in enumerate(column.categories)}
    other = None if column.unknown is None else indices[column.unknown]

    def read(text: str) -> int:
        k = indices.get(text, other)
        if k is None:
            few = ", ".join(column.categories[:8]) + (", …" if len(indices) > 8 else "")
            raise ValueError(
                f"{text!r} is none of the {len(indices)} categories {few}; correct it, or make the schema with "
                f"unknown='index'"
            )
        return k

    return read


def read_int(text: str) -> int:
    """An integer of 64 bits."""
    if not is_int64(text):
        raise ValueError(f"{text!r} is no integer of 64 bits")
    return int(text)


def read_float(text: str) -> float:
    """A number as Python reads it, without underscores."""
    if FLOAT.fullmatch(text) is None:
        raise ValueError(f"{text!r} is no number")
    x = float(text)
    if isinf(x) and "inf" not in text.lower():
        raise ValueError(f"{text!r} is too large for float64")
    return x


def read_float32(text: str) -> float:
    """A number that does not become infinite in float32."""
    x = read_float(text)
    if abs(x) > LARGEST and "inf" not in text.lower():
        raise ValueError(f"{text!r} is too large for float32; make the column float64 in schema=")
    return x


NUMBERS: dict[str, Callable[[str], Any]] = {
    "int64": read_int,
    "float32": read_float32,
    "float64": read_float,
}
