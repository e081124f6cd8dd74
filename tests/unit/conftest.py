"""How hypothesis runs in the unit tests: without a deadline, since no test here asserts wall-clock time."""

from hypothesis import settings

settings.register_profile("unit", deadline=None)
settings.load_profile("unit")
