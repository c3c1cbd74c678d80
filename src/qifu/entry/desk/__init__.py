"""The centre, departments and streets."""
