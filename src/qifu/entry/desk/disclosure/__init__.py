"""The page where a published budget or final accounts is dropped and comes back with what is wrong in it."""
