"""Relief and condolence money to persons: standards a head by date, each person once a period, paid by the common chain.

| step             | who                                                                                            |
|------------------|------------------------------------------------------------------------------------------------|
| standards        | policy editor, administrator                                                                   |
| lists            | handler of the scheme's unit; where the centre answers: its policy editor                      |
| deciding         | supervisor of the centre who has not handed the list in                                        |
| paying           | finance, who has done neither                                                                  |
| a whole identity | who hands in and who decides, each look with its reason in evidence                            |
"""
