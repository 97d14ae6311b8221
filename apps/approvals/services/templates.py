"""Word templates of the papers: kept in versions, made by our own code at first use. Rule PP-04."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from apps.audit import services as audit
from apps.core.prints import Code, NotPrintable, word
from apps.core.writes import write
from apps.documents import files
from apps.documents.errors import FileMissing

from .. import errors
from ..models import TEMPLATED, Application, Paper, PaperTemplate
from ..papers import making, values, verifying, words
from ..papers.making import Asked
from ..papers.trail import copies, day
from . import papers

LOCK = 0xB1A7E  # first key of the advisory locks under which versions are counted


def in_force(kind: str, application: Application | None = None) -> PaperTemplate:
    """Return the template of a paper: the newest, or the one a running case began with."""
    rows = PaperTemplate.objects.filter(kind=kind).order_by("number")
    since = application.submitted_at if application is not None else None
    if since is not None:
        found = rows.filter(made_at__lte=since).last() or rows.first()
    else:
        found = rows.last()
    return found if found is not None else first(kind=kind, by=None)


@write
def first(*, kind: str, by: Any) -> PaperTemplate:
    """Keep the template our own code makes as version 1; whoever comes second gets that one."""
    _lock(kind)
    found = PaperTemplate.objects.filter(kind=kind).order_by("number").first()
    if found is not None:
        return found
    return _keep(kind, 1, words.default(kind), "系统生成的初始模板", by)


@write
def replace(*, kind: str, upload: Any, note: str, by: Any) -> PaperTemplate:
    """Take a new version of a template.

    upload   Django's UploadedFile
    Raises word.TemplateRefused, errors.UnknownPlaceholders, errors.SameTemplate.
    """
    if upload.size > word.MAX_BYTES:
        raise word.TemplateRefused(
            f"模板超过 {word.MAX_BYTES // 1024 // 1024} MB；请压缩或删去图片后再上传"
        )
    template = b"".join(upload.chunks())
    strange = words.unknown(kind, template)
    if strange:
        raise errors.UnknownPlaceholders(strange)
    if missing := words.lacking(kind, template):
        names = "、".join(f"{{{{ {name} }}}}" for name in missing)
        raise word.TemplateRefused(
            f"模板里没有 {names}：花名册含人员信息，每份须印打印人和打印时间，请补在页脚再上传"
        )
    in_force(kind)
    _lock(kind)
    newest = PaperTemplate.objects.filter(kind=kind).order_by("number").last()
    number = newest.number + 1 if newest is not None else 1
    made = _keep(kind, number, template, note, by)
    if newest is not None and newest.sha256 == made.sha256:
        files.discard(made.key)
        raise errors.SameTemplate(newest.number)
    audit.record(
        "papertemplate.replace",
        target=made,
        by=by,
        note=note,
        after={"kind": TEMPLATED[kind], "number": number, "sha256": made.sha256},
    )
    return made


def _lock(kind: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, list(TEMPLATED).index(kind)])


def _keep(kind: str, number: int, template: bytes, note: str, by: Any) -> PaperTemplate:
    name = f"{TEMPLATED[kind]}模板.docx"
    stored = files.take_in(SimpleUploadedFile(name, template))
    return PaperTemplate.objects.create(
        kind=kind,
        number=number,
        key=stored.key,
        name=name,
        sha256=stored.sha256,
        size=stored.size,
        note=note.strip()[:200],
        made_by=by,
    )


def read(template: PaperTemplate) -> bytes:
    """Return the file of a template. Raises documents.errors.FileMissing."""
    with files.open_stored(template.key) as file:
        return file.read()


def of_sheet(key: str) -> bytes:
    """Return the template of a sheet of no case (core.prints.templates). Raises NotPrintable."""
    try:
        return read(in_force(key))
    except FileMissing:
        raise NotPrintable(
            "这张表的 Word 模板不在存放的位置，请先导出 Excel 或 PDF，并告诉系统管理员。"
        ) from None


@write
def make_word(
    *, asked: Asked, by: Any, full: bool = False, purpose: str = "", request: Any = None
) -> tuple[bytes, Paper]:
    """Return one paper as a Word file and its row. Raises what papers.make raises, FileMissing."""
    now = timezone.localtime()
    if full:
        papers.note_looks([asked], by=by, purpose=purpose)
    application = asked.application
    template = in_force(asked.kind, application)
    told = values.said(asked.kind, application, asked.line, full=full)
    (pk,) = papers.draw_numbers(1)
    code = verifying.code_of(
        pk=pk,
        kind=asked.kind,
        application=application,
        line_id=asked.line.pk if asked.line is not None else None,
    )
    link = verifying.absolute(code, request)
    made = words.filled(
        read(template),
        told,
        {
            "编号": making.number_of(application, pk),
            "核验地址": link,
            "二维码": Code(link, mm=15),
            "打印时间": f"{now:%Y-%m-%d %H:%M}",
            "填表日期": day(application.submitted_at),
            "份数": str(copies(application)),
        },
        request,
    )
    (row,) = papers.register(
        [asked], [told], [pk], made, by=by, at=now, full=full,
        purpose=purpose if full else "", fmt="docx", template=template,
    )  # fmt: skip
    return made, row
