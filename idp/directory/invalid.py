"""What is wrong with a value that somebody wants to write into the directory."""


class InvalidValue(ValueError):
    """A refused value: the field it was meant for, and one sentence for whoever typed it, never holding the value."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(f"{field}: {sentence}")
        self.field = field
        self.sentence = sentence
