"""What a careful user of django-import-export and django-simple-history would build.

One table with the columns of the bench's roster, its unit a foreign key, its identity number
unique, simple-history's own records on every save. No personal data is sealed here, nothing is
balanced and hardly a rule is checked: all of that is in the peer's favour.
"""
