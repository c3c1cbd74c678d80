"""Refusals of the code tables: the message is a whole Chinese sentence for the person who typed the code."""


class InvalidCode(ValueError):
    """The text is not a valid code of its kind."""


class UnknownCode(LookupError):
    """The text has the form of a code, but the official table does not hold it."""

    def __str__(self) -> str:  # LookupError would quote the sentence
        return str(self.args[0]) if self.args else ""
