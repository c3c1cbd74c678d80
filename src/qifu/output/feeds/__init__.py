"""City platform outbound, webhooks, open data."""
