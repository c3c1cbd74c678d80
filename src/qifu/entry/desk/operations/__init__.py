"""The screens of those who run the system: how it stands, the calendar, the learned models, erasure."""
