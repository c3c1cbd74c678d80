"""From a policy to the money in the account: schemes, applications, joint review, publicity, decision, payment."""
