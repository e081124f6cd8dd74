"""What the next page says about the last input survives the JSON column that it waits in."""

import json
from datetime import timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from idp.login.notice import Notice, NoticeKind
from tests.drivers.facts import AT

NOTICES = st.builds(
    Notice,
    kind=st.sampled_from(NoticeKind),
    username=st.text(max_size=5),
    method=st.sampled_from(("", "otp", "pwd")),
    until=st.sampled_from((None, AT, AT.astimezone(timezone(timedelta(hours=2))))),
    failures=st.integers(0, 100),
    steps=st.integers(-30, 30),
    period=st.sampled_from((30, 60)),
    digits=st.sampled_from(((6,), (8,), (6, 8))),
    reason=st.sampled_from(("", "too_short", "same")),
    minimum=st.sampled_from((0, 12, 15)),
)


@given(NOTICES)
def test_a_notice_comes_back_as_it_was_kept(notice: Notice) -> None:
    assert Notice.restored(json.loads(json.dumps(notice.stored()))) == notice


def test_only_what_there_is_to_say_is_kept() -> None:
    assert Notice(kind=NoticeKind.CODE_WRONG).stored() == {"kind": "code_wrong"}
    assert Notice(kind=NoticeKind.CODE_WRONG, failures=7).stored() == {"kind": "code_wrong", "failures": 7}


def test_nothing_kept_is_nothing_to_say() -> None:
    assert Notice.restored({}) is None
