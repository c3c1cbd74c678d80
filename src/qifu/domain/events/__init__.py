"""Courses, fairs, meetings, venues."""
