"""Figures of many enterprises by the year in which they were told: of each year the strongest source. Columns, not objects."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models.functions import Coalesce

from qifu.domain.registry.models import Source, SourceRow

STRETCH = 5_000
Columns = dict[str, list[object]]  # enterprise, year, and one a field


def figures(ids: Sequence[int], fields: Sequence[str]) -> Columns:
    """What was said of the fields, one line an enterprise and year; None where nothing was. Merged ones count where they went.

    One statement for every five thousand, and one for the sources.
    """
    strengths = {s.pk: (s.strengths, s.authority) for s in Source.objects.filter(is_active=True)}
    best: dict[tuple[int, int], dict[str, tuple[tuple[int, str], float]]] = {}
    for start in range(0, len(ids), STRETCH):
        rows = SourceRow.objects.filter(enterprise__in=ids[start : start + STRETCH], source__in=list(strengths))
        lead = Coalesce("enterprise__merged_into", "enterprise")
        for firm, source, as_of, values in rows.values_list(lead, "source_id", "as_of", "values").iterator(2_000):
            special, usual = strengths[source]
            for field in fields:
                value = values.get(field)
                if isinstance(value, int | float) and not isinstance(value, bool):
                    rank = int(special.get(field, usual)), as_of.isoformat()
                    held = best.setdefault((firm, as_of.year), {})
                    if field not in held or held[field][0] < rank:
                        held[field] = rank, float(value)
    keys = sorted(best)
    columns: Columns = {"enterprise": [firm for firm, _ in keys], "year": [year for _, year in keys]}
    return columns | {field: [best[key][field][1] if field in best[key] else None for key in keys] for field in fields}
