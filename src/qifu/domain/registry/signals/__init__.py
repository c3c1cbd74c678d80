"""Signs that an enterprise is in trouble or about to leave: dated rules over what sources said on two days.

    from qifu.domain.registry.signals import look

    for signal in look(watched):          # every rule in force on the day of `watched`
        print(signal.rule, signal.why)

Pure: values in, sentences out. What rooms above know (complaints, leases) is handed in under names of its own.
Rules, bars and measured precision: docs/rules/signals.md.
"""

from qifu.domain.registry.signals.rules import BY_CODE, RULES, Rule, in_force, look
from qifu.domain.registry.signals.shapes import Behind, Course, Seen, Signal, Watched

__all__ = ["BY_CODE", "RULES", "Behind", "Course", "Rule", "Seen", "Signal", "Watched", "in_force", "look"]
