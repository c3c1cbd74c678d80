"""The yearly analysis of the district's industries: figures, findings drafted from them, and the report in Word and PDF.

`analysis.analyse` works out figures from columns, `findings.drafted` words what stands out, `word.build` and `pdf.build` write the
paper, `compose.analysis` reads the rooms. Each figure names how many enterprises it is of: those whose value is known.
"""
