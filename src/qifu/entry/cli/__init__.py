"""The qifu command."""
