"""Knowledge at the desk: articles made from good replies, read by a second person, and how they help."""
