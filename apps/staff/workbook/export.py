"""The roster as a sheet: what a reader may see, numbers masked, streamed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection, transaction

from apps.core.masking import mask_identity, mask_phone
from apps.core.scope import PAST_PATHS, roots

from .. import secrets

CHUNK = 2_000

# 出编 columns and 超编依据 are empty: a spell that holds has not ended
_ROWS = """
SELECT p.person_no, p.name, p.id_no_ct, p.uid, p.sex_id, p.birth_month, p.ethnicity_id,
       p.native_place, p.political_status_id, p.work_started_on, p.education_id, p.degree_id,
       p.school, p.major, p.phone_ct, u.code, u.name, d.name, o.quota_type_id, o.status_id,
       o.identity_id, o.starts_on, coalesce(e.number, o.document_no), o.entry_mode_id,
       o.from_unit, o.post_name, o.post_level_id, o.civil_rank_id, o.position_class_id,
       o.position_grade_id, h.post_kind_id, h.starts_on,
       coalesce(hd.number, h.document_no), o.is_dual, o.on_unified_payroll,
       NULL, NULL, NULL, NULL, NULL, o.note
  FROM staff_occupancy o
  JOIN staff_person p ON p.id = o.person_id
  JOIN units_unit u ON u.id = o.unit_id
  LEFT JOIN units_unit d ON d.id = o.dept_id
  LEFT JOIN documents_approvaldocument e ON e.id = o.document_id
  LEFT JOIN documents_approvaldocument x ON x.id = o.exit_document_id
  LEFT JOIN LATERAL (
    SELECT * FROM staff_postholding g WHERE g.person_id = o.person_id AND g.unit_id = o.unit_id
       AND g.starts_on <= %(on)s AND (g.ends_on IS NULL OR g.ends_on > %(on)s)
     ORDER BY g.post_kind_id, g.id LIMIT 1) h ON true
  LEFT JOIN documents_approvaldocument hd ON hd.id = h.document_id
 WHERE o.starts_on <= %(on)s AND (o.ends_on IS NULL OR o.ends_on > %(on)s) AND ({scope})
 ORDER BY o.scope, o.sort, o.id"""

#: Places of the sealed values, and of the uid they are bound to.
_ID_NO, _UID, _PHONE = 2, 3, 14


def rows(*, paths: Sequence[str], on: dt.date) -> Iterator[tuple[Any, ...]]:
    """Yield one tuple for each spell that holds on a day, in the columns of the sheet.

    paths   subtrees the reader may see, already narrowed
    Values are those the columns' kinds show; identity numbers and phones come masked.
    Runs in a transaction of its own, so that a streamed file reads one state.
    """
    spans = roots(paths)
    if not spans:
        return
    scope = " OR ".join(
        f"(o.scope >= %(low{n})s AND o.scope < %(high{n})s)" for n in range(len(spans))
    )
    parameters: dict[str, Any] = {"on": on}
    for n, path in enumerate(spans):
        parameters[f"low{n}"], parameters[f"high{n}"] = path, path + PAST_PATHS
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_ROWS.format(scope=scope), parameters)
        while chunk := cursor.fetchmany(CHUNK):
            numbers = secrets.open_id_nos([(row[_ID_NO], row[_UID]) for row in chunk])
            known = [n for n, row in enumerate(chunk) if row[_PHONE] is not None]
            phones = dict(
                zip(
                    known,
                    secrets.open_phones([(chunk[n][_PHONE], chunk[n][_UID]) for n in known]),
                    strict=True,
                )
            )
            for n, row in enumerate(chunk):
                phone = phones.get(n)
                yield (
                    *row[:_ID_NO],
                    mask_identity(numbers[n]),
                    *row[_UID + 1 : _PHONE],
                    mask_phone(phone) if phone else None,
                    *row[_PHONE + 1 :],
                )
