"""The printed twins of the page: one sheet of paper, PDF or PNG, from the run database.

They are drawn from the same layers, legends and tables as the page. matplotlib is imported here
and nowhere else, so that a run that prints nothing does not wait for it.
"""
