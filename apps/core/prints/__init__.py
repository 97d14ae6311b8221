"""Printed pages: the layouts of `core.sheets` and official letters as PDF. No domain words.

    from apps.core import prints

    prints.pdf(layout, stamp=prints.Stamp(number="20261129-1", at=now))          → bytes
    prints.pdf(first, second, stamp=…)                                          one file, two tables
    prints.letter(prints.Letter(title="关于……的批复", …), stamp=…)                 GB/T 9704 page
    prints.forms(form, form, …)                  登记表 and the like, each with its stamp

The same `Layout` is the screen (`prints.screen`), the workbook (`sheets.write_layout`) and the
paper. Nothing a cell holds is read as markup: everything goes to typst as data. The page is set in
a child process with memory, processor and wall limits. Same input, same stamp: the same bytes.

`NotPrintable.sentence` is Chinese and ready to show; no other exception leaves `pdf` and `letter`.
"""

from .engine import NotPrintable, forms, letter, pdf
from .forms import Box, Code, Form, TabledLetter
from .grid import head_cells
from .letters import Letter
from .screen import shown
from .stamp import Stamp

__all__ = [
    "Box",
    "Code",
    "Form",
    "Letter",
    "NotPrintable",
    "Stamp",
    "TabledLetter",
    "forms",
    "head_cells",
    "letter",
    "pdf",
    "shown",
]
