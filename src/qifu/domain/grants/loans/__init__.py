"""Subsidised interest: banks and programmes, lists of loans, settlements over all banks, paid in one sum a bank.

| step               | who                                                                                          |
|--------------------|----------------------------------------------------------------------------------------------|
| banks              | finance                                                                                      |
| programmes         | policy editor, administrator                                                                 |
| lists, working out | handler of the programme's unit; where the centre answers: its policy editor                 |
| deciding           | supervisor of the centre, who has neither handed a list in nor worked it out                 |
| paying             | finance, who has done none of these                                                          |
| looking            | whoever looks at all money; the programme's unit                                             |

Banks have no accounts here: their lists come by the desk of the unit that answers, which knows whom it had them from.
"""
