import pytest
from pydantic import BaseModel

from medrag.errors import InputError
from medrag.files import read_lines, sha256, write_json, write_whole


class Named(BaseModel):
    name: str
    age: int


def test_blank_lines_count_and_are_left_out(tmp_path):
    path = tmp_path / "people.jsonl"
    path.write_text('{"name": "a", "age": 1}\n\n{"name": "b", "age": 2}\n')
    assert [each.name for each in read_lines(path, Named)] == ["a", "b"]
    path.write_text('{"name": "a", "age": 1}\n\n{"name": "Jane Doe", "age": "old"}\n')
    with pytest.raises(InputError, match=r"people\.jsonl, line 3: age: .*\(a person a line\)") as error:
        list(read_lines(path, Named, hint="a person a line"))
    assert "Jane" not in str(error.value)
    assert "old" not in str(error.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(InputError, match=r"no file .*none\.jsonl") as error:
        list(read_lines(tmp_path / "none.jsonl", Named, param="queries"))
    assert error.value.param == "queries"
    (tmp_path / "latin").write_bytes(b'{"name": "caf\xe9"}\n')
    with pytest.raises(InputError, match="latin cannot be read"):
        list(read_lines(tmp_path / "latin", Named))


def test_a_file_is_written_whole_and_for_its_owner_alone(tmp_path):
    path = tmp_path / "scores.json"
    write_json(path, {"a": 1})
    before = sha256(path)
    write_whole(path, "held", private=True)
    assert path.read_text() == "held"
    assert path.stat().st_mode & 0o777 == 0o600
    assert sha256(path) != before
    assert [each.name for each in tmp_path.iterdir()] == ["scores.json"]
