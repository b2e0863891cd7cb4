"""Datasets of CSV files."""

import gzip

import numpy as np
import pytest

import engine as tf

TEXT = "x,y,name,label\n1,1.5,foo,0\n2,2.5,bar,1\n3,,baz,1\n4,4.5,qux,0\n"
make = tf.data.experimental.make_csv_dataset


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(TEXT)
    return str(file)


def columns(batch):
    return {name: value.numpy().tolist() for name, value in batch.items()}


def test_columns_have_inferred_dtypes_and_defaults(path):
    dataset = make(path, 3, label_name="label", num_epochs=1, shuffle=False)
    (features, labels), _ = list(dataset)
    assert columns(features) == {
        "x": [1, 2, 3],
        "y": [1.5, 2.5, 0.0],
        "name": [b"foo", b"bar", b"baz"],
    }
    assert labels.numpy().tolist() == [0, 1, 1]
    assert features["x"].dtype == tf.int32
    assert features["y"].dtype == tf.float32


def test_columns_can_be_selected_and_renamed(path):
    (batch,) = make(path, 4, num_epochs=1, shuffle=False, select_columns=["label", 0])
    assert columns(batch) == {"x": [1, 2, 3, 4], "label": [0, 1, 1, 0]}
    (batch,) = make(path, 4, column_names=list("abcd"), num_epochs=1, shuffle=False)
    assert list(batch) == list("abcd")


def test_shuffled_rows_are_all_there(path):
    rows = [int(x) for batch in make(path, 2, num_epochs=1) for x in batch["x"]]
    assert sorted(rows) == [1, 2, 3, 4]


def test_without_a_number_of_epochs_it_never_ends(path):
    sizes = [len(batch["x"]) for batch in make(path, 3, shuffle=False).take(5)]
    assert sizes == [3] * 5


def test_several_files_by_pattern(path, tmp_path):
    (tmp_path / "b.csv").write_text("x,y,name,label\n5,5.5,e,1\n")
    batches = make(str(tmp_path / "*.csv"), 10, num_epochs=1, shuffle=False)
    assert [batch["x"].numpy().tolist() for batch in batches] == [[1, 2, 3, 4, 5]]


def test_rows_as_scalars_and_compressed_files(path, tmp_path):
    with gzip.open(tmp_path / "a.csv.gz", "wt") as stream:
        stream.write(TEXT)
    kinds = [tf.int32, [7.0], tf.string, tf.int32]
    for file, how in ((path, None), (str(tmp_path / "a.csv.gz"), "GZIP")):
        rows = list(tf.data.experimental.CsvDataset(file, kinds, how, header=True))
        np.testing.assert_array_equal([row[1] for row in rows], [1.5, 2.5, 7.0, 4.5])


def test_missing_values_and_wrong_kinds_are_refused(path):
    needed = tf.data.experimental.CsvDataset(path, [tf.int32, tf.float32, tf.string, tf.int32],
                                             header=True)  # fmt: skip
    with pytest.raises(tf.errors.InvalidArgumentError, match="Field 1 is required but missing"):
        list(needed)
    with pytest.raises(tf.errors.InvalidArgumentError, match="is not a valid int32"):
        list(tf.data.experimental.CsvDataset(path, [tf.int32] * 4, header=True))
    with pytest.raises(tf.errors.InvalidArgumentError, match="Expect 2 fields but have 4"):
        list(tf.data.experimental.CsvDataset(path, [tf.int32] * 2, header=True))


def test_names_and_files_must_be_there(path, tmp_path):
    with pytest.raises(ValueError, match="must be one of the columns"):
        make(path, 2, label_name="nope")
    with pytest.raises(ValueError, match="No files match"):
        make(str(tmp_path / "none*.csv"), 2)
    with pytest.raises(tf.errors.NotFoundError):
        list(tf.data.experimental.CsvDataset(str(tmp_path / "none.csv"), [tf.int32]))
