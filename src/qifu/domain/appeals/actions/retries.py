"""What makes two submissions the same: their words, and the content of their files, which get new numbers each time they are sent."""

from __future__ import annotations

from collections.abc import Mapping

from qifu.kernel.files.models import StoredFile

LARGEST = 2**63 - 1


def comparable(body: Mapping[str, object]) -> dict[str, object]:
    """The body with each file named by its content, so that a form sent again with its photos is known again.

    What is no number of a file is left as it came: it is for the step to refuse, not for the key.
    """
    ids = body.get("files")
    if not isinstance(ids, list | tuple) or not ids:
        return dict(body)
    known = [one for one in ids if isinstance(one, int) and 0 < one <= LARGEST]
    rows = dict(StoredFile.objects.filter(pk__in=known).values_list("pk", "digest"))
    return dict(body) | {"files": [rows.get(one, one) if isinstance(one, int) else one for one in ids]}
