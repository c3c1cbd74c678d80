"""The only reads of policies: what is published, what fits an enterprise, the library of the staff, figures."""
