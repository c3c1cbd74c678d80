"""What may be asked for twice, on the desk."""
