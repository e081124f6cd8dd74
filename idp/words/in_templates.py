"""Sentences in templates of pages and mails: `_("Sign in to %(app)s", app=…)`, `counted(one, many, number)`.

Where the template escapes, what is put into a sentence is escaped and the sentence itself, ours, is not. Neither may
stand at the top of a template that others import: that is read once, in whatever language was spoken then.
"""

from jinja2 import Environment, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from idp.words.speech import plural, spoken, written


def teach(environment: Environment) -> None:
    """The two names, in every template of this environment."""
    environment.globals.update(_=_sentence, counted=_counted)


@pass_eval_context
def _sentence(context: EvalContext, text: str, **values: object) -> str:
    return _filled(context, spoken().sentences.get(text, text), values)


@pass_eval_context
def _counted(context: EvalContext, one: str, many: str, number: int) -> str:
    return _filled(context, plural(one, many, number), {"number": number})


def _filled(context: EvalContext, said: str, values: dict[str, object]) -> str:
    text = Markup(said) if context.autoescape else said  # noqa: S704 - a constant of a template or a catalogue
    return text % written(values) if values else text
