"""From figures to a disclosure: explanations worded from the statements, and the blocks a document is made of."""
