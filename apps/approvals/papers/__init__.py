"""The printed papers of an application (domain.md §6.5, §2.9): one builder each.

`values.py` says what a paper holds, under the words of its boxes; `forms.py` where each box stands.
The same two make the PDF, and the Word template an office edits: there a box holds `{{ 姓名 }}`.
"""
