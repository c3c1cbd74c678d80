"""The only writes of policies: write and publish, adopt the library, match, push, answer."""
