"""The version of what is built. A sample database of another version is built anew."""

VERSION = "6"
