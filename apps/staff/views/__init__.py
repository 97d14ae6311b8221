"""Pages of the staff app: lists.py and person.py show, the other modules are forms."""
