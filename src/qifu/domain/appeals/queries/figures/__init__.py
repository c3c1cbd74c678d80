"""Honest figures over cases: what is counted (measures), by which cut, how many, and which rows stand behind each number."""
