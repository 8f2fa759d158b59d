"""What crosses between the processes arrives as it was, or not at all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from s3ft.judges.code.sandbox.inside.wire import Named, Unreadable, Unsendable, decode, encode


class Own:
    def __eq__(self, other: object) -> bool:
        return True


def test_what_is_no_literal_is_refused_or_referred_to() -> None:
    with pytest.raises(Unsendable, match="Own"):
        encode([1, {"a": Own()}])
    held: list[Any] = []

    def refer(value: Any) -> Any:
        held.append(value)
        return {"object": len(held) - 1}

    data = json.loads(json.dumps(encode([1, {"a": Own()}], refer)))
    assert decode(data, {"object": lambda n: f"object {n}"}) == [1, {"a": "object 0"}]


def test_a_named_tuple_keeps_its_names() -> None:
    made = decode({"named": [["x", "y"], [1, 2]]})
    assert made == (1, 2)
    assert (made.x, made.y, made._asdict()) == (1, 2, {"x": 1, "y": 2})
    assert isinstance(made, Named)
    assert not hasattr(made, "z")
    assert encode(made) == {"named": [["x", "y"], [1, 2]]}


def test_an_array_keeps_type_and_shape() -> None:
    numpy = pytest.importorskip("numpy")
    for array in (numpy.zeros((2, 0, 3)), numpy.array([[1, 2]], "int8"), numpy.array("a")):
        back = decode(json.loads(json.dumps(encode(array))))
        assert (back.dtype, back.shape) == (array.dtype, array.shape)
        assert (back == array).all()
    assert encode(numpy.bool_(True)) is True
    assert encode(numpy.float32(0.5)) == 0.5
    with pytest.raises(Unsendable):
        encode(numpy.array([Own()]))


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"tuple": 3},
        {"tuple": [], "list": []},
        {"object": 0},
        {"eval": "1"},
        {"type": "no_such_type"},
        {"type": ["int"]},
        {"date": "2020-13-01"},
        {"timedelta": [10**30, 0, 0]},
        {"decimal": "one"},
        {"Counter": [[1, 2, 3]]},
        {"defaultdict": [3, []]},
        {"deque": [[], -1]},
        {"named": [3, []]},
        {"array": ["|O", [1], [1]]},
        {"array": ["<f8", [5], [1]]},
        {"array": ["<U999999999", [1], ["a"]]},
        {"set": [[]]},
        {"bytes": "zz"},
    ],
)
def test_what_encode_never_made_is_refused(data: Any) -> None:
    with pytest.raises(Unreadable):
        decode(data)


def test_depth_is_bounded() -> None:
    deep: Any = []
    for _ in range(300):
        deep = [deep]
    with pytest.raises(Unsendable):
        encode(deep)
    with pytest.raises(Unreadable):
        decode(deep)
