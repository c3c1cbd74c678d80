"""Files and feeds coming in."""
