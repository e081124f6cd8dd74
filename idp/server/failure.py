"""The one error of the launcher. Its text is a single line for a person; secrets never reach it."""


class PostgresStartFailed(Exception):
    """The embedded PostgreSQL does not run; the message names the cause and, where there is one, the log file."""

    def __init__(self, cause: str) -> None:
        super().__init__(" ".join(cause.split()))
