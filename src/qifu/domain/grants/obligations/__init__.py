"""After the money: what was promised for it, reminders and reports, checks against the registry, and money asked back."""
