"""What all rooms share: evidence, outbox, files, unmaskings; actor, access, errors."""
