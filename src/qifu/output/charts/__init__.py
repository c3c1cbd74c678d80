"""Figures as pictures and as tables: options for ECharts, and the rows behind a number as CSV or Excel."""
