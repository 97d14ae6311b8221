"""Which fields of this app tell something about a person (PIPL; security.md R18).

Who has no right to the person, such as an administrator reading row history, sees only that such
a field changed. tests/repository proves that every field of Person is listed or let through.
"""

from apps.core import changes

PERSON = (
    "name",
    "name_pinyin",
    "name_initials",
    "id_no_ct",
    "id_no_bi",
    "id_no_tail",
    "sex",
    "birth_month",
    "ethnicity",
    "native_place",
    "political_status",
    "joined_party_on",
    "work_started_on",
    "education",
    "degree",
    "school",
    "major",
    "phone_ct",
    "prof_title",
    "photo_no",
    "note",
)
OCCUPANCY = ("status", "from_unit", "destination", "note")
POSTING = ("note",)
CORRECTION = ("person", "reason", "undone_reason")
CHOICE = ("person", "month", "reason")
PUBLICITY = ("content", "summary")
OBJECTION = ("person", "raised_by", "matter", "note")


def register() -> None:
    """Tell the history pages. Called when the app is ready."""
    changes.register_personal("staff.person", *PERSON)
    changes.register_personal("staff.occupancy", *OCCUPANCY)
    changes.register_personal("staff.postholding", *POSTING)
    changes.register_personal("staff.correction", *CORRECTION)
    changes.register_personal("staff.retirementchoice", *CHOICE)
    changes.register_personal("staff.publicity", *PUBLICITY)
    changes.register_personal("staff.objection", *OBJECTION)
