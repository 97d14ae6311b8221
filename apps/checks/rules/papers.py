"""Rules on documents: Q21, Q22, Q27, Q28. Source: domain.md §5.13.

The database lets no line of a ledger in without its document, so Q21 looks where it cannot: at
内设机构 taken over when the register began, and at lines that cite what gives no right.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from .base import Asked, Hit, rows

#: kinds that set up departments: 机构设立, 三定规定, 综合
SETS_UP = ("doc_kind.11", "doc_kind.31", "doc_kind.51")
#: kinds that change the register: 设立, 撤销, 更名, 规格, 编制增减, 领导职数, 划转
CHANGES = (
    "doc_kind.11",
    "doc_kind.12",
    "doc_kind.13",
    "doc_kind.14",
    "doc_kind.21",
    "doc_kind.22",
    "doc_kind.41",
)
REQUEST = "doc_kind.61"
_NUMBER = "〔[0-9]{4}〕[1-9][0-9]*号$"


def without_document(asked: Asked) -> Iterator[Hit]:
    """Q21: figures or departments of a unit that rest on no document.

    Ledger lines that cite a 请示; departments none of whose own events nor any document of the
    unit (设立, 三定, 综合) sets up.
    """
    found = rows(
        f"""
        SELECT unit_id, count(*), min(document_id) FROM (
          SELECT e.unit_id, e.document_id FROM quotas_quotaentry e
            JOIN documents_approvaldocument d ON d.id = e.document_id
           WHERE d.kind_id = %s AND {asked.scope.sql("e.unit_id")}
          UNION ALL
          SELECT e.unit_id, e.document_id FROM posts_leadershipentry e
            JOIN documents_approvaldocument d ON d.id = e.document_id
           WHERE d.kind_id = %s AND {asked.scope.sql("e.unit_id")}) x GROUP BY 1 ORDER BY 1
        """,  # noqa: S608 - keys of our own
        REQUEST,
        REQUEST,
    )
    for unit, count, document in found:
        facts = {"what": f"台账 {count} 笔只凭请示记账", "basis": "请示不是批准文件"}
        yield Hit(unit, "ledger", facts, {"document": document})
    found = rows(
        f"""
        SELECT b.id, count(*) FROM units_unit d
          JOIN units_unit b ON b.path = left(d.path, length(d.path) - 4)
           AND b.entity_kind = 'body' AND b.status <> 'abolished'
         WHERE d.entity_kind = 'department' AND d.status <> 'abolished'
           AND {asked.scope.sql("b.id")}
           AND NOT EXISTS (SELECT 1 FROM units_unitevent e
                            WHERE e.unit_id = d.id AND e.document_id IS NOT NULL)
           AND NOT EXISTS (SELECT 1 FROM units_documentunit l
                             JOIN documents_approvaldocument p ON p.id = l.document_id
                            WHERE l.unit_id = b.id AND p.kind_id = ANY(%s))
         GROUP BY 1 ORDER BY 1
        """,  # noqa: S608 - keys of our own
        list(SETS_UP),
    )
    for unit, count in found:
        facts = {
            "what": f"内设机构 {count} 个没有批文",
            "basis": "该单位没有登记过设立、三定或综合类批文",
        }
        yield Hit(unit, "departments", facts)


def not_entered(asked: Asked) -> Iterator[Hit]:
    """Q22: a document that changes the register has come to nothing in it (未入库)."""
    until = asked.today - dt.timedelta(days=asked["days"])
    found = rows(
        """
        SELECT DISTINCT ON (d.id) u.id, d.id, d.issued_on
          FROM documents_approvaldocument d
          LEFT JOIN units_documentunit l ON l.document_id = d.id
          JOIN units_unit u ON u.id = l.unit_id OR (l.id IS NULL AND u.path = d.scope)
         WHERE d.kind_id = ANY(%s) AND d.issued_on <= %s AND d.superseded_by_id IS NULL
           AND NOT EXISTS (SELECT 1 FROM quotas_quotaentry e WHERE e.document_id = d.id)
           AND NOT EXISTS (SELECT 1 FROM posts_leadershipentry e WHERE e.document_id = d.id)
           AND NOT EXISTS (SELECT 1 FROM units_unitevent e WHERE e.document_id = d.id)
           AND NOT EXISTS (SELECT 1 FROM quotas_overageentry e WHERE e.document_id = d.id)
           AND NOT EXISTS (SELECT 1 FROM staff_occupancy s
                            WHERE s.document_id = d.id OR s.exit_document_id = d.id)
         ORDER BY d.id, u.path
        """,
        list(CHANGES),
        until,
    )
    wanted = asked.scope.units
    for unit, document, issued in found:
        if wanted is None or unit in wanted:
            yield Hit(
                unit, f"document:{document}", {"issued": issued.isoformat()}, {"document": document}
            )


#: facts that may not begin before their document: what, table, condition of the row
_DATED = (
    ("编制台账", "quotas_quotaentry", '"on"', "TRUE"),
    ("职数台账", "posts_leadershipentry", '"on"', "TRUE"),
    ("任职", "staff_postholding", "starts_on", "f.ends_on IS NULL"),
)


def before_the_document(asked: Asked) -> Iterator[Hit]:
    """Q27: set up or used before the day of the document it cites (未批先设)."""
    for what, table, column, condition in _DATED:
        for unit, document, first, issued, count in rows(
            f"""
            SELECT f.unit_id, d.id, min(f.{column}), d.issued_on, count(*)
              FROM {table} f JOIN documents_approvaldocument d
                ON d.id = f.document_id AND d.issued_on > f.{column}
             WHERE {condition} AND {asked.scope.sql("f.unit_id")} GROUP BY 1, 2 ORDER BY 1, 2
            """  # noqa: S608 - names of our own
        ):
            facts = {
                "what": f"{what} {count} 笔",
                "first": first.isoformat(),
                "issued": issued.isoformat(),
            }
            yield Hit(unit, f"{table}:{document}", facts, {"document": document})
    for unit, document, first, issued, kind in rows(
        f"""
        SELECT e.unit_id, d.id, e."on", d.issued_on,
               CASE u.entity_kind WHEN 'department' THEN '内设机构' ELSE '机构' END
          FROM units_unitevent e JOIN units_unit u ON u.id = e.unit_id
          JOIN documents_approvaldocument d ON d.id = e.document_id AND d.issued_on > e."on"
         WHERE e.kind = 'establish' AND {asked.scope.sql("e.unit_id")} ORDER BY 1, 2
        """  # noqa: S608 - keys of our own
    ):
        facts = {
            "what": f"{kind}设立",
            "first": first.isoformat(),
            "issued": issued.isoformat(),
        }
        yield Hit(unit, f"event:{document}", facts, {"document": document})


def basis_incomplete(asked: Asked) -> Iterator[Hit]:
    """Q28: the basis is cited wrongly or not at all, one finding per unit and sort."""
    for unit, document, year, issued in rows(
        f"""
        SELECT DISTINCT ON (d.id) e.unit_id, d.id, substring(d.number from '〔([0-9]{{4}})〕'),
               d.issued_on
          FROM (SELECT unit_id, document_id FROM quotas_quotaentry
                UNION SELECT unit_id, document_id FROM posts_leadershipentry) e
          JOIN documents_approvaldocument d ON d.id = e.document_id
         WHERE {asked.scope.sql("e.unit_id")}
           AND substring(d.number from '〔([0-9]{{4}})〕')::int
               NOT IN (extract(year from d.issued_on)::int, extract(year from d.issued_on)::int - 1)
         ORDER BY d.id, e.unit_id
        """  # noqa: S608 - keys of our own
    ):
        facts = {
            "what": f"台账所依据的批文，文号年份是 {year}",
            "basis": f"发文日期是 {issued.isoformat()}",
        }
        yield Hit(unit, f"document:{document}", facts, {"document": document})
    for unit, missing, unreadable in rows(
        f"""
        SELECT unit_id, count(*) FILTER (WHERE document_no = ''),
               count(*) FILTER (WHERE document_no <> '' AND document_no !~ %s)
          FROM staff_occupancy
         WHERE ends_on IS NULL AND document_id IS NULL AND {asked.scope.sql("unit_id")}
           AND (document_no = '' OR document_no !~ %s)
         GROUP BY 1 ORDER BY 1
        """,  # noqa: S608 - keys of our own
        _NUMBER,
        _NUMBER,
    ):
        parts = [
            text.format(n)
            for text, n in (("{} 人没有入编文号", missing), ("{} 人的入编文号写法不对", unreadable))
            if n
        ]
        facts = {"what": "、".join(parts), "basis": "每个在编人员都应有入编依据"}
        yield Hit(unit, "people", facts)
