"""RFC 8259: what may be read in two ways is not read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.values.strict_json import strict_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(JSON)
def test_json_is_read_as_it_is(value: object) -> None:
    assert strict_json(json.dumps(value)) == strict_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    "text",
    ['{"a": 1, "a": 1}', '[{"b": {"a": 1, "\\u0061": 2}}]', "NaN", "[-Infinity]", "", "{", "[" * 50_000, b"\xff\xfe{"],
)
def test_anything_else_is_a_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        strict_json(text)
