"""Alerts about enterprises at the desk: the list, one alert with what is behind it, the rules."""
