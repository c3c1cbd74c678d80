"""Files that people hand in: known by their content, kept under a hashed name, reached only through the door of what they belong to."""
