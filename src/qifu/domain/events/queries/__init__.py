"""The only reads of events and venues that others may use; and the kinds of rows that they hand out."""

from qifu.domain.events.models import Coverage, Event, Venue

__all__ = ["Coverage", "Event", "Venue"]
