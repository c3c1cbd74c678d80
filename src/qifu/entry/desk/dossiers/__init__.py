"""The enterprise file at the desk: on the screen and as a document."""
