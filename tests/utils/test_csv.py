"""CSV files: kinds, categories, missing values, schemas for other files, and what is said of malformed rows."""

from __future__ import annotations

import csv
import io
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minitorch
from minitorch.errors import ArgumentError, ArgumentTypeError, DatasetError, IndexRangeError
from minitorch.utils.data import CSVColumn, CSVDataset, CSVSchema, DataLoader, Subset, random_split

FLOWERS = """width,colour,count,note,kind
1.5,red,1,so it is,a
2.5,blue,2,maybe,b
-.5,red,30,never,a
4e0,red,4,who knows,b
"""


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def to_file(text: str | bytes, name: str = "data.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return to_file


def error_of(*args: Any, **settings: Any) -> str:
    with pytest.raises(DatasetError) as caught:
        CSVDataset(*args, **settings)
    return str(caught.value)


# Reading ------------------------------------------------------------------------------------------------


def test_kinds_are_inferred(write: Any) -> None:
    data = CSVDataset(write(FLOWERS), "kind", sample="dict")
    kinds = {name: column.kind for name, column in data.schema.columns.items()}
    assert kinds == {
        "width": "float32",
        "colour": "category",
        "count": "int64",
        "note": "text",
        "kind": "category",
    }
    assert data.schema.columns["colour"].categories == ("blue", "red")
    x, y = data[2]
    assert x["note"] == "never"
    assert int(x["count"]) == 30
    assert x["width"].dtype is minitorch.float32
    assert float(x["width"]) == -0.5
    assert int(x["colour"]) == 1
    assert int(y) == 0
    assert data.column("kind").tolist() == [0, 1, 0, 1]
    assert data.column("note")[1] == "maybe"


def test_vectors_have_a_place_for_each_category(write: Any) -> None:
    data = CSVDataset(write(FLOWERS), "kind", features=["width", "colour", "count"])
    assert data.schema.feature_names == ["width", "colour=blue", "colour=red", "count"]
    x, y = next(iter(DataLoader(data, batch_size=4)))
    assert x.tolist() == [[1.5, 0, 1, 1], [2.5, 1, 0, 2], [-0.5, 0, 1, 30], [4, 0, 1, 4]]
    assert x.dtype is minitorch.float32
    assert y.dtype is minitorch.int64
    assert y.tolist() == [0, 1, 0, 1]
    single = [data[i] for i in range(4)]
    assert all((a == b).all() for (a, _), b in zip(single, x, strict=True))
    assert (data[-1][0] == data[3][0]).all()


def test_text_has_no_place_in_a_vector(write: Any) -> None:
    with pytest.raises(ArgumentError, match="'note' is text.*sample='dict'"):
        CSVDataset(write(FLOWERS), "kind")


def test_targets(write: Any) -> None:
    path = write("a,b,c\n1,2,0.5\n3,4,1.5\n")
    assert [float(x) for x in CSVDataset(path)[1]] == [3, 4, 1.5]
    assert CSVDataset(path, "c")[0][1].dtype is minitorch.float32
    x, y = CSVDataset(path, ["b", "c"])[1]
    assert x.tolist() == [3]
    assert y.tolist() == [4, 1.5]
    assert y.dtype is minitorch.float32
    assert CSVDataset(path, ["a", "b"])[1][1].dtype is minitorch.int64


def test_strings_to_predict_are_classes(write: Any) -> None:
    path = write("x,a,b\n1,this,cat\n2,that,dog\n3,other,emu\n")
    data = CSVDataset(path, "b", sample="dict")
    assert data.schema.columns["a"].kind == "text"
    assert data.schema.columns["b"].categories == ("cat", "dog", "emu")
    assert CSVDataset(path, "b", ["x"], schema={"b": "text"})[1][1] == "dog"


def test_without_a_header(write: Any) -> None:
    path = write("1;2;x\n3;4;y\n")
    data = CSVDataset(path, -1, header=False, delimiter=";")
    assert data.schema.target == "2"
    assert data[1][0].tolist() == [3, 4]
    named = CSVDataset(path, "label", header=["a", "b", "label"], delimiter=";", features=[1])
    assert named[0][0].tolist() == [2]
    assert named.schema.features == ("b",)
    with pytest.raises(ArgumentError, match="none at"):
        CSVDataset(path, 7, header=False, delimiter=";")


def test_a_byte_order_mark_and_other_encodings(write: Any) -> None:
    assert CSVDataset(write(b"\xef\xbb\xbfa\n1\n")).schema.features == ("a",)
    data = CSVDataset(write("a\nä\nä\nö\n".encode("latin1")), encoding="latin1")
    assert data.schema.columns["a"].categories == ("ä", "ö")
    assert "pass the right encoding" in error_of(write("a\nä\n".encode("latin1")))


def test_quotes_line_feeds_in_fields_and_blank_lines(write: Any) -> None:
    data = CSVDataset(
        write('a,b\r\n"x, ""y""",1\r\n\r\n"two\nlines",2\r\n'), sample="dict", schema={"a": "text"}
    )
    assert data.column("a") == ['x, "y"', "two\nlines"]
    assert len(data) == 2


def test_kinds_given(write: Any) -> None:
    path = write("zip,x\n1,1\n10,16777217\n2,3\n9,4\n")
    data = CSVDataset(path, schema={"zip": "category", "x": "float64"}, sample="dict")
    assert data.schema.columns["zip"].categories == ("1", "2", "9", "10")
    assert float(data[1]["x"]) == 16777217.0
    assert data[1]["x"].dtype is minitorch.float64
    with pytest.raises(ArgumentError, match="none of int64"):
        CSVDataset(path, schema={"zip": "uint8"})
    with pytest.raises(ArgumentError, match="no column 'zap', only zip, x"):
        CSVDataset(path, schema={"zap": "text"})
    with pytest.raises(ArgumentError, match="no column 'y'"):
        CSVDataset(path, "y")


def test_what_looks_like_a_number_and_is_none(write: Any) -> None:
    rows = "007,1_000,٣,9999999999999999999999\n008,2_000,٤,1\n007,1_000,٣,1\n008,2_000,٤,2\n"
    data = CSVDataset(write("a,b,c,d\n" + rows), sample="dict")
    assert [c.kind for c in data.schema.columns.values()] == ["category", "category", "category", "float32"]


def test_many_different_strings_are_text(write: Any) -> None:
    path = write("a\n" + "".join(f"w{k % 40}\n" for k in range(200)))
    assert CSVDataset(path).schema.columns["a"].kind == "category"
    assert CSVDataset(path, sample="dict", max_categories=30).schema.columns["a"].kind == "text"
    assert "more than 30 different values" in error_of(path, schema={"a": "category"}, max_categories=30)


# Missing values -----------------------------------------------------------------------------------------

GAPS = "n,x,c\n1,0.5,u\n,NA,v\n3,1.0,\n4,1.5,u\n5,2.0,v\n"


def test_a_missing_value_is_an_error_by_default(write: Any) -> None:
    path = write(GAPS)
    message = error_of(path)
    assert "line 3, column 'n'" in message
    assert "missing=" in message
    assert str(path) in message
    assert "column 'c'" in error_of(path, features=["c"])
    assert "'category'" in error_of(path, features=["c"])


def test_missing_values_filled_in(write: Any) -> None:
    path = write(GAPS)
    data = CSVDataset(path, missing={"n": 0, "x": "mean", "c": "category"}, sample="dict")
    assert data.column("n").tolist() == [1, 0, 3, 4, 5]
    assert data.column("n").dtype is minitorch.int64
    assert data.column("x").tolist() == [0.5, 1.25, 1.0, 1.5, 2.0]
    assert data.schema.columns["c"].categories == ("u", "v", "<missing>")
    assert int(data[2]["c"]) == 2
    data = CSVDataset(path, missing={"n": "mean", "x": 0.25, "c": "u"}, sample="dict")
    assert data.column("n").dtype is minitorch.float32
    assert float(data[1]["n"]) == 3.25
    assert float(data[1]["x"]) == 0.25
    assert data.column("c").tolist() == [0, 1, 0, 0, 1]
    assert CSVDataset(path, features=["n", "x"], missing=-1)[1].tolist() == [-1, -1]
    assert CSVDataset(path, features=["n"], missing=0.5)[1].tolist() == [0.5]


def test_a_policy_that_does_not_fit(write: Any) -> None:
    path = write(GAPS)
    assert "column 'c'" in error_of(path, missing="mean")  # numbers are filled, and the category is an error
    with pytest.raises(ArgumentError, match="does not fit column 'n', which is int64"):
        CSVDataset(path, missing={"n": "category"})
    with pytest.raises(ArgumentError, match="missing must be"):
        CSVDataset(path, missing={"n": None})
    with pytest.raises(ArgumentError, match="no column 'z'"):
        CSVDataset(path, missing={"z": 0})


def test_other_marks_of_missing_values(write: Any) -> None:
    path = write("a\n1\n?\n3\n")
    assert CSVDataset(path, missing_values=["?"], missing="mean")[1].tolist() == [2]
    assert CSVDataset(path, sample="dict").schema.columns["a"].kind == "text"
    assert "no mean" in error_of(write("a,b\n,1\n,2\n"), schema={"a": "float32"}, missing="mean")


# Schemas ------------------------------------------------------------------------------------------------


def test_a_schema_reads_another_file_in_the_same_way(write: Any, tmp_path: Path) -> None:
    train = CSVDataset(write(GAPS), "x", missing={"n": "mean", "x": "mean", "c": "category"}, unknown="index")
    train.schema.save(tmp_path / "schema.json")
    schema = CSVSchema.load(tmp_path / "schema.json")
    assert schema == train.schema
    assert repr(schema) == repr(train.schema)
    test = CSVDataset(write("extra,c,x,n\n9,w,,\n9,v,1,2\n", "test.csv"), schema=schema)
    assert schema.feature_names == ["n", "c=u", "c=v", "c=<missing>", "c=<unknown>"]
    assert [x.tolist() for x, _ in test] == [[3.25, 0, 0, 0, 1], [2, 0, 1, 0, 0]]
    assert [float(y) for _, y in test] == [1.25, 1]
    no_target = CSVDataset(write("c,n\n,2\n", "new.csv"), schema=schema, target=())
    assert no_target[0].tolist() == [2, 0, 0, 1, 0]


def test_targets_are_not_made_up(write: Any) -> None:
    path = write(GAPS)
    assert "column 'x'" in error_of(path, "x", features=["n"], missing="mean")
    assert "column 'c'" in error_of(path, "c", features=["n"], missing={"n": 0})
    labels = CSVDataset(path, "c", features=["n"], missing={"n": 0, "c": "category"}, unknown="index")
    assert labels.schema.columns["c"].categories == ("u", "v", "<missing>")


def test_an_unseen_category(write: Any) -> None:
    train = CSVDataset(write("c\na\nb\na\nb\n"))
    path = write("c\na\nz\n", "test.csv")
    message = error_of(path, schema=train.schema)
    assert "line 3, column 'c'" in message
    assert "'z' is none of the 2 categories a, b" in message
    assert "unknown='index'" in message
    assert str(path) in message
    with pytest.raises(ArgumentError, match="in the schema"):
        CSVDataset(path, schema=train.schema, unknown="index")
    with pytest.raises(ArgumentError, match="no column 'c'"):
        CSVDataset(write("d\n1\n", "other.csv"), schema=train.schema)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"format": "other"}',
        '{"format": "minitorch CSV schema 1", "columns": [1]}',
        "\x00",
        "[" * 99999,
    ],
)
def test_a_file_that_is_no_schema(write: Any, text: str) -> None:
    path = write(text, "schema.json")
    with pytest.raises(DatasetError, match="is no schema") as caught:
        CSVSchema.load(path)
    assert str(path) in str(caught.value)


def test_schemas_that_contradict_themselves() -> None:
    with pytest.raises(ArgumentError, match="no features"):
        CSVSchema([CSVColumn("a", "int64")], [], "a")
    for column in (
        CSVColumn("a", "int64", missing=0.5),
        CSVColumn("a", "text", missing="x"),
        CSVColumn("a", "float32", missing="x"),
        CSVColumn("a", "int64", unknown="x"),
    ):
        with pytest.raises(ArgumentError, match="cannot stand for its values"):
            CSVSchema([column], ["a"])
    with pytest.raises(ArgumentError, match="kind 'real'"):
        CSVSchema([CSVColumn("a", "real")], ["a"])
    with pytest.raises(ArgumentError, match="no column 'b'"):
        CSVSchema([CSVColumn("a", "int64")], ["a"], "b")
    with pytest.raises(ArgumentError, match="none of the categories"):
        CSVSchema([CSVColumn("a", "category", ("x",), missing="y")], ["a"])


# Malformed files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("a,a\n1,2\n", "several columns are called 'a'"),
        ("a,b\n1,2\n3\n", "line 3: 1 fields, expected 2 (a, b); column 'b' is missing"),
        ("a,b\n1,2,3\n", "line 2: 3 fields, expected 2 (a, b)"),
        ('a,b\n1,"2\n', "line 2: unexpected end of data"),
        ('a,b\n1,"2"x\n', "line 2:"),
        ('a\n"' + "x" * 200_000 + '"\n', "line 2: field larger than field limit"),
        (b"a\n1\n\xff\n", "not utf-8"),
    ],
)  # fmt: skip
def test_malformed_files(write: Any, text: str, said: str) -> None:
    path = write(text)
    message = error_of(path)
    assert said in message
    assert str(path) in message


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("int64", "1.5", "'1.5' is no integer"),
        ("int64", "9223372036854775808", "no integer of 64 bits"),
        ("int64", "9" * 5000, "no integer of 64 bits"),
        ("float32", "1,5", "is no number"),
        ("float32", "1_0", "is no number"),
        ("float32", "1e39", "too large for float32"),
        ("float64", "0x10", "is no number"),
    ],
)
def test_bad_numbers_are_named(write: Any, kind: str, value: str, said: str) -> None:
    path = write(f'a,b\n1,1\n2,"{value}"\n')
    message = error_of(path, schema={"b": kind})
    assert f"{path}, line 3, column 'b': " in message
    assert said in message


def test_extreme_numbers_are_read(write: Any) -> None:
    data = CSVDataset(write(f"a,b\n{-(2**63)},inf\n{2**63 - 1},-3.4028234e38\n"), sample="dict")
    assert data.column("a").tolist() == [-(2**63), 2**63 - 1]
    assert data.column("b").tolist() == [float("inf"), float(np.float32(-3.4028234e38))]


def test_settings_that_do_not_exist(write: Any) -> None:
    path = write("a\n1\n")
    with pytest.raises(ArgumentError, match="delimiter must be one character"):
        CSVDataset(path, delimiter=", ")
    with pytest.raises(ArgumentError, match="sample must be"):
        CSVDataset(path, sample="list")
    with pytest.raises(ArgumentError, match="unknown must be"):
        CSVDataset(path, unknown="ignore")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        CSVDataset(path.with_name("nowhere.csv"))
    with pytest.raises(IndexRangeError, match="index 1 is out of range for 1 samples"):
        CSVDataset(path)[1]
    with pytest.raises(ArgumentError, match="none of a"):
        CSVDataset(path).column("b")


# In company ---------------------------------------------------------------------------------------------


def test_splits_subsets_and_pickles(write: Any) -> None:
    rows = "".join(f"{k},{k % 3}\n" for k in range(50))
    data = CSVDataset(write("x,y\n" + rows), "y")
    again = pickle.loads(pickle.dumps(data))
    assert len(again) == 50
    assert again.schema == data.schema
    parts = random_split(again, [30, 20])
    seen = [int(x) for part in parts for xs, _ in DataLoader(part, batch_size=7, shuffle=True) for x in xs]
    assert sorted(seen) == list(range(50))
    x, y = next(iter(DataLoader(Subset(data, [4, 4, -1]), batch_size=3)))
    assert x.tolist() == [[4], [4], [49]]
    assert y.tolist() == [1, 1, 1]


@given(
    st.lists(
        st.tuples(
            st.integers(-(2**63), 2**63 - 1), st.floats(width=32), st.text(st.characters(codec="utf-8"))
        ),
        min_size=1,
    )
)
def test_what_was_written_is_read(tmp_path_factory: Any, rows: list[tuple[int, float, str]]) -> None:
    path = tmp_path_factory.mktemp("csv") / "data.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["n", "x", "text"])
        writer.writerows(rows)
    kinds = {"n": "int64", "x": "float32", "text": "text"}
    data = CSVDataset(path, schema=kinds, sample="dict", missing_values=[])
    assert data.column("n").tolist() == [n for n, _, _ in rows]
    np.testing.assert_array_equal(data.column("x").numpy(), np.array([x for _, x, _ in rows], np.float32))
    assert data.column("text") == [text for _, _, text in rows]


@given(st.binary(max_size=60), st.booleans())
def test_anything_else_is_read_or_refused_by_name(tmp_path_factory: Any, junk: bytes, header: bool) -> None:
    path = tmp_path_factory.mktemp("csv") / "data.csv"
    path.write_bytes(b"a,b\n1,2\n" + junk)
    data, said = None, ""
    try:
        data = CSVDataset(path, header=header, sample="dict", missing="error")
    except DatasetError as error:
        said = str(error)
    if data is None:
        assert str(path) in said
        return
    text = io.StringIO((b"a,b\n1,2\n" + junk).decode("utf-8-sig"), newline="")
    assert len(data) == sum(bool(row) for row in csv.reader(text, strict=True)) - header


@pytest.mark.parametrize(
    "settings",
    [
        {"target": 1.0},
        {"features": 2.5},
        {"features": [None]},
        {"max_categories": "x"},
        {"schema": ["a"]},
    ],
    ids=str,
)
def test_settings_of_the_wrong_type(write: Any, settings: dict[str, Any]) -> None:
    with pytest.raises(ArgumentTypeError, match="CSVDataset: "):
        CSVDataset(write("a,b\n1,2\n"), **settings)
    with pytest.raises(ArgumentTypeError, match="CSVDataset: path must be a path, got None"):
        CSVDataset(None)  # type: ignore[arg-type]


def test_settings_that_make_no_sense(write: Any) -> None:
    path = write("a,b\n1,2\n")
    with pytest.raises(ArgumentError, match="delimiter must be one character, got None"):
        CSVDataset(path, delimiter=None)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="encoding must be one of Python's, .*'klingon'"):
        CSVDataset(path, encoding="klingon")
    with pytest.raises(ArgumentError, match="'b' is among the features and the targets"):
        CSVDataset(path, "b", ["a", "b"])


def test_one_feature(write: Any) -> None:
    path = write("a,b,ab\n1,2,3\n")
    assert CSVDataset(path, features="ab")[0].tolist() == [3]
    assert CSVDataset(path, features=0)[0].tolist() == [1]


def test_columns_without_values(write: Any) -> None:
    assert "there are no rows" in error_of(write("a,b\n"))
    assert "column 'b' has no value" in error_of(write("a,b\n1,\n2,NA\n"), missing="mean")
    assert "'1e400' is too large for float64" in error_of(write("a\n1e400\n"))
    assert "'1e400' is too large for float64" in error_of(write("a\n1e400\n"), schema={"a": "float64"})
