"""Suggestions learned from handled cases: which unit, which category. A linear model over character n-grams.

It shows the words it went by and abstains when it is not sure; it never acts by itself unless the administrator allows it.
Training needs scikit-learn (train.py); answering needs only NumPy (model.py).
"""
