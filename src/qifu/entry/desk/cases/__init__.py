"""Cases on the desk: lists, one case, entry by staff, templates, settings, queue and evidence."""
