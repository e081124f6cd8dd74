"""What the demo app remembers of a browser."""

from __future__ import annotations

from idp.demo.visitors import MOST_FLIGHTS, MOST_VISITORS, Flight, Problem, Visitors


def flight(slug: str = "wiki") -> Flight:
    return Flight(slug=slug, nonce="n", code_verifier="v")


def test_a_state_lands_once_and_only_at_its_own_app() -> None:
    """RFC 6749 10.12."""
    visitor = Visitors("s").find(None)
    visitor.begin("one", flight())
    assert visitor.land("one", "notes") is None
    assert visitor.land("one", "wiki") == flight()
    assert visitor.land("one", "wiki") is None


def test_sign_ins_in_several_tabs_do_not_disturb_each_other() -> None:
    """Each tab has a state of its own."""
    visitor = Visitors("s").find(None)
    visitor.begin("a", flight())
    visitor.begin("b", flight())
    assert visitor.land("a", "wiki")
    assert visitor.land("b", "wiki")


def test_memory_is_bounded() -> None:
    """The oldest sign-ins and visitors go first."""
    visitors = Visitors("s")
    visitor = visitors.find(None)
    for number in range(MOST_FLIGHTS + 1):
        visitor.begin(str(number), flight())
    assert visitor.land("0", "wiki") is None
    assert visitor.land("1", "wiki")
    visitors.keep(visitor)
    for _ in range(MOST_VISITORS):
        visitors.keep(visitors.find(None))
    assert visitors.find(visitor.name) is not visitor


def test_a_new_name_closes_the_old_one() -> None:
    """A cookie planted before the sign-in opens nothing after it."""
    visitors = Visitors("s")
    visitor = visitors.find(None)
    visitors.keep(visitor)
    planted, token = visitor.name, visitors.form_token(visitor)
    visitors.rename(visitor)
    assert visitors.find(planted) is not visitor
    assert visitors.find(visitor.name) is visitor
    assert not visitors.is_form_token(visitor, token)


def test_another_tab_may_still_come_back_with_the_old_name() -> None:
    """Two sign-ins of one browser end at the same moment: the second finds its flight, and nobody's sign-in."""
    visitors = Visitors("s")
    visitor = visitors.find(None)
    visitors.keep(visitor)
    old = visitor.name
    visitor.begin("other tab", flight())
    visitors.rename(visitor)
    found = visitors.find(old)
    assert found.land("other tab", "wiki")
    assert visitor.land("other tab", "wiki") is None
    assert (found.signed_in, found.problems, found.leaving) == ({}, {}, {})


def test_form_tokens_are_of_one_visitor_and_any_text_may_be_presented() -> None:
    """Also text that is not ASCII."""
    visitors = Visitors("s")
    one, two = visitors.find(None), visitors.find(None)
    assert visitors.is_form_token(one, visitors.form_token(one))
    assert not visitors.is_form_token(one, visitors.form_token(two))
    assert not visitors.is_form_token(one, "ü")


def test_starting_again_clears_the_last_problem() -> None:
    """A note about yesterday's error must not outlive the next try."""
    visitor = Visitors("s").find(None)
    visitor.problems["wiki"] = Problem(code="access_denied")
    visitor.begin("a", flight())
    assert not visitor.problems


def test_nothing_secret_is_printed() -> None:
    """The verifier and the nonce stay out of logs and tracebacks."""
    assert "v'" not in repr(flight())
