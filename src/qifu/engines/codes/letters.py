"""How people type codes: full-width characters, spaces, dashes, lower case."""

import unicodedata

_FILLERS = dict.fromkeys(map(ord, " \t\r\n\v\f\u00a0\u200b\u200c\u200d\u2060\ufeff\u3000"))


def compact(text: str) -> str:
    """Make full-width characters half-width and capital, and drop all white space."""
    return unicodedata.normalize("NFKC", text).translate(_FILLERS).upper()
