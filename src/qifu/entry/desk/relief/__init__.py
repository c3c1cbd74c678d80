"""Relief and condolence money on the desk: standards, lists, decisions."""
