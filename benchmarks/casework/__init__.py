"""Casework beside django-helpdesk: the same work at several sizes, on the same machine, in the same run."""
