"""What banks send: how orders were carried out, and lists of loans whose interest is to be subsidised."""
