"""The workbook engine: reading, checking, giving back and writing sheets. No domain words.

One road in, one road out (design.md §6):

    from apps.core import sheets
    from apps.core.sheets import Column, code, day, month, ref, text, whole_number, yes_no

    COLUMNS = [
        Column("姓名", "name", text(max_length=72, inner="cjk", middle_dot=True), required=True),
        Column("编制类型", "quota_type", code(choices), required=True, aliases=("编制性质",)),
        Column("编制所在单位", "unit", ref(lookup, noun="单位", candidates=names)),
        Column("入编日期", "starts_on", day),
    ]

Reading (plain Python, usable in web process and job alike; the file itself is only ever opened
in a child process with memory, CPU and wall limits):

    sheets.check(path, name)            guard only, quick; raises Refused. For the upload page.
    sheets.read(path, name)             → Workbook(kind, sheets, properties, seconds, notes)
    sheets.parse(book, COLUMNS)         → Parsed: lines, values[field][i], faults, warnings, header
    parsed.fault(i, "unit", "…")        a fault of your own rule, at the right cell
    parsed.given                        fields the file has a column for
    Report(kind, …).as_json()           the JSON of `import_file --report` (design.md §10)

`Refused.sentence` is Chinese and ready to show. No other exception leaves these functions,
whatever the file holds. `name` is the name the file was uploaded under.

Foreign layouts (foreign.py, proposals.py, mapping.py):

    found = choose_profile(book, spellings(COLUMNS, synonyms))   header lines, columns, samples
    propose(found, COLUMNS, synonyms=…, remembered=…)   → which column is probably which, and why
    applied(book, found, Mapping(columns, fills, copies, days), COLUMNS) → (Workbook, notices)

Giving back:

    sheets.mark_faults(path, faults, out_path, name=…)  → Marked(rows, whole, sentence)
    sheets.write_template(out, COLUMNS, title=…, code=…, version=…)   xlsx template
    sheets.template_of(book)            → (code, version) | None
    sheets.template_warning(book, code, version)        sentence if older or foreign, else None

Writing:

    sheets.write_rows(out, COLUMNS, rows, sheet_name=…, title=…, bands=…, totals=…) → Written
    sheets.write_csv(out, COLUMNS, rows) → Written
    sheets.write_layout(out, Layout(name, title, [Heading(("超配", "正"))], [Line([…])], …))

`rows` are sequences in column order, or mappings by field, or objects by attribute; any
iterable, read once, in constant memory. Every cell that is not a number is written as text.
"""

from .columns import Column
from .faults import Fault, Faults, Notice, Report
from .foreign import Profile, spellings
from .foreign import choose as choose_profile
from .headers import HeaderMap, map_headers
from .kinds import Bad, Kind, Several, day, month, text, whole_number, yes_no
from .layout import Heading, Layout, Line, write_layout
from .limits import DEFAULT, Limits, Refused
from .lookups import code, ref
from .mapping import Mapping, applied
from .marking import Marked, mark_faults
from .parsing import Parsed, choose_sheet, parse
from .process import Cancelled
from .proposals import Proposal, propose
from .reading import Peek, check, read
from .safecell import Written
from .templates import template_of, template_warning, write_template
from .workbook import CellError, Sheet, Workbook, as_text, letter
from .writing import write_csv, write_rows

__all__ = [
    "DEFAULT",
    "Bad",
    "Cancelled",
    "CellError",
    "Column",
    "Fault",
    "Faults",
    "HeaderMap",
    "Heading",
    "Kind",
    "Layout",
    "Limits",
    "Line",
    "Mapping",
    "Marked",
    "Notice",
    "Parsed",
    "Peek",
    "Profile",
    "Proposal",
    "Refused",
    "Report",
    "Several",
    "Sheet",
    "Workbook",
    "Written",
    "applied",
    "as_text",
    "check",
    "choose_profile",
    "choose_sheet",
    "code",
    "day",
    "letter",
    "map_headers",
    "mark_faults",
    "month",
    "parse",
    "propose",
    "read",
    "ref",
    "spellings",
    "template_of",
    "template_warning",
    "text",
    "whole_number",
    "write_csv",
    "write_layout",
    "write_rows",
    "write_template",
    "yes_no",
]
