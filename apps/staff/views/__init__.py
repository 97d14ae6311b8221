"""Pages of the staff app.

lists.py and person.py (人员库, 减少人员, 人员 tab, person page, look-up by number, reveal) are being
written by the lead; entry.py, exit.py, … (forms) are free.
"""
