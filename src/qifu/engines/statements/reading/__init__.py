"""From lines and cells to a model: segment, read each table and form, mend what is forced, take the claims from the text."""
