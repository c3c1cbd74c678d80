"""Cases as enterprises meet them, on a phone first: submit, receipt, my cases, one case with what waits for me."""
