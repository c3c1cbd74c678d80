"""Learn from handled cases, and say how good the result is on cases not seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier

from qifu.domain.appeals.learning.model import Model, Report, TooFew, grams

FEATURES, FEWEST, HELD_OUT = 40_000, 5, 0.25
RIGHT_WHEN_SURE = 0.9  # the threshold is the lowest at which this share of answers is right


def train(texts: Sequence[str], labels: Sequence[str], version: str) -> Model:
    """Train on the earlier three quarters, test on the latest quarter, then learn from all.

    Texts are in the order of their arrival, so that the test is on the future, as in use.

    :raises TooFew: fewer than two labels have five cases each, or there are fewer than forty cases.
    """
    counts = Counter(labels)
    kept = [i for i, label in enumerate(labels) if counts[label] >= FEWEST]
    texts, labels = [texts[i] for i in kept], [labels[i] for i in kept]
    if len(set(labels)) < 2 or len(texts) < 40:
        raise TooFew("办结的诉求还太少，至少需要 40 件、两个以上单位（各不少于 5 件）才能学习。")
    cut = int(len(texts) * (1 - HELD_OUT))
    trial = _fitted(texts[:cut], labels[:cut], version)
    report, threshold = _tested(trial, texts[cut:], labels[cut:], cut)
    final = _fitted(texts, labels, version)
    return Model(final.version, final.labels, final.vocabulary, final.idf, final.weights, final.bias, threshold, report)


def _fitted(texts: Sequence[str], labels: Sequence[str], version: str) -> Model:
    vectorizer = TfidfVectorizer(
        analyzer=grams, min_df=2, max_features=FEATURES, sublinear_tf=True, dtype=np.float32, token_pattern=None
    )
    found = vectorizer.fit_transform(texts)
    classifier = SGDClassifier(loss="log_loss", alpha=2e-6, max_iter=12, tol=None, average=True, random_state=7)
    classifier.fit(found, labels)
    weights, bias = classifier.coef_, classifier.intercept_
    if len(classifier.classes_) == 2:  # one row stands for both
        weights, bias = np.vstack([-weights, weights]), np.hstack([-bias, bias])
    return Model(
        version=version,
        labels=[str(label) for label in classifier.classes_],
        vocabulary={gram: int(i) for gram, i in sorted(vectorizer.vocabulary_.items(), key=lambda p: p[1])},
        idf=vectorizer.idf_.astype(np.float32),
        weights=weights.astype(np.float32),
        bias=bias.astype(np.float32),
        threshold=0.0,
        report=Report(len(texts), 0, 0, 0, 0, 0),
    )


def _tested(model: Model, texts: Sequence[str], labels: Sequence[str], trained: int) -> tuple[Report, float]:
    answers = [model.guesses(text) for text in texts]
    first = [bool(a) and a[0].label == label for a, label in zip(answers, labels, strict=True)]
    third = [label in {g.label for g in a} for a, label in zip(answers, labels, strict=True)]
    sure = np.array([a[0].probability if a else 0.0 for a in answers])
    threshold = _threshold(sure, np.array(first))
    kept = sure >= threshold
    right = np.array(first)[kept]
    report = Report(
        trained=trained,
        held_out=len(texts),
        top1=float(np.mean(first)),
        top3=float(np.mean(third)),
        answered=float(np.mean(kept)),
        top1_answered=float(right.mean()) if len(right) else 0.0,
    )
    return report, threshold


def _threshold(sure: np.ndarray, right: np.ndarray) -> float:
    """The lowest probability at and above which nine answers in ten are right."""
    order = np.argsort(-sure)
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.nonzero(share >= RIGHT_WHEN_SURE)[0]
    return float(sure[order[good[-1]]]) if len(good) else 1.01
