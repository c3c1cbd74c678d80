"""Fills a database with the sample district: people, enterprises, and cases played through the real flow.

`build.Building` makes the whole district, `load.load_cases` adds cases by the hundred thousand for benchmarks.
"""
