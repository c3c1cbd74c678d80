"""Policies for everybody and for one enterprise."""
