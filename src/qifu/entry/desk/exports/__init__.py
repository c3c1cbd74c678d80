"""Long lists as workbooks: asked for on a list, written in the background, fetched here."""
