"""JSON for programs: versioned, described by OpenAPI, opened by bearer tokens with scopes."""
