"""What a row mapper raises when a row contradicts the schema's promises."""


class InconsistentRow(Exception):
    """A row that no code of ours writes; names the row, never its secrets."""

    def __init__(self, table: str, row: object, what: str) -> None:
        super().__init__(f"{table} {row}: {what}")
