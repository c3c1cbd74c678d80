"""Apply, joint review, publicity, disburse."""
