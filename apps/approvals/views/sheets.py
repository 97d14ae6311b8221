"""Several people by workbook: template, upload, faults at their cells, preview, then lines."""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods

from apps.core import forms as core
from apps.core import sheets
from apps.core.http import render_form, requires
from apps.core.masking import mask_identity
from apps.units.forms import UnitField
from apps.units.models import Unit

from .. import errors, services, workbook
from ..addresses import with_query
from ..choices import WRITABLE, Kind
from ..filing import filing_permission
from ..filling import only_unit
from ..kinds import KindOfCase
from ..models import Application
from ..refusals import sentence
from ..services import typed as typing
from ..services.trial import REFUSED
from .finding import FILING, kind_of, whole, written
from .lines import gone

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FAULTS_SHOWN = 300


class SheetForm(core.Form):
    widths = {"unit": "half"}

    unit = UnitField(label="申报单位")
    file = core.UploadField(
        label="填好的表格",
        types=("xlsx", "xls", "csv"),
        max_mb=10,
        error_messages={"required": "请选择填好的表格"},
    )

    def __init__(self, *args: Any, user: Any, unit: Unit | None, **kwargs: Any) -> None:
        only = only_unit(user)
        kwargs["initial"] = {"unit": only.pk if only is not None else None}
        super().__init__(*args, **kwargs)
        field: UnitField = self.fields["unit"]
        field.permission = filing_permission(user)
        field.let_choose(user)
        self.fixed = unit
        if unit is not None:
            del self.fields["unit"]

    @property
    def unit_chosen(self) -> Unit:
        return self.fixed or self.cleaned_data["unit"]


@requires(*FILING)
@require_http_methods(["GET", "POST"])
def workbook_page(request: HttpRequest, kind: str) -> HttpResponse:
    of = kind_of(kind)
    if not workbook.offered(of):
        raise Http404("这类业务不能用表格填写")
    application = None
    if (key := whole(request.GET.get("application"))) is not None:
        application = written(request, key)
        if application.kind != of.kind:
            raise Http404("没有这件申报")
        if application.state not in WRITABLE:
            return gone(request, application)
    page = _Sheet(request, of, application)
    if request.GET.get("template"):
        return page.template()
    if request.GET.get("marked"):
        return page.marked()
    if request.method == "GET":
        return page.form(SheetForm(user=request.user, unit=page.unit))
    if "_confirm" in request.POST:
        return page.confirm()
    if "_back" in request.POST:
        services.forget(address=page.address, by=request.user)
        return redirect(page.address)
    return page.upload()


class _Sheet:
    def __init__(
        self, request: HttpRequest, of: KindOfCase, application: Application | None
    ) -> None:
        self.request, self.of, self.application = request, of, application
        self.unit = application.unit if application is not None else None
        self.address = reverse("approvals:workbook", args=[of.kind])
        if application is not None:
            self.address += f"?application={application.pk}"

    def template(self) -> HttpResponse:
        answer = HttpResponse(content_type=XLSX)
        title = workbook.title_of(self.of)
        answer["Content-Disposition"] = content_disposition_header(True, f"{title}.xlsx")
        sheets.write_template(
            cast(IO[bytes], answer),  # written to like a file
            workbook.columns(self.of, self.request.user, self.unit or only_unit(self.request.user)),
            title=title,
            code=workbook.template_code(self.of),
            version=workbook.VERSION,
            notes=workbook.notes(self.of),
        )
        return answer

    def upload(self) -> HttpResponse:
        user = self.request.user
        form = SheetForm(self.request.POST, self.request.FILES, user=user, unit=self.unit)
        if not form.is_valid():
            return self.form(form)
        upload, unit = form.cleaned_data["file"], form.unit_chosen
        with _held(upload) as path:
            try:
                book = sheets.read(path, upload.name)
            except sheets.Refused as refused:
                form.add_error("file", refused.sentence)
                return self.form(form)
            parsed, rows = workbook.read(book, self.of, unit, user)
            code = workbook.template_code(self.of)
            warning = sheets.template_warning(book, code, workbook.VERSION)
            faults = parsed.faults.sorted()
            if faults:
                form.add_error(
                    "file",
                    f"“{upload.name}”有 {len(faults)} 处错误，没有写入任何内容，改好后再上传",
                )
                return self.form(
                    form,
                    faults=faults[:FAULTS_SHOWN],
                    more=len(faults),
                    warning=warning,
                    marked_url=self._mark(path, upload.name, faults),
                )
        kept = {"unit": unit.pk, "rows": [[row.line, row.texts] for row in rows]}
        try:
            services.keep(
                address=self.address, data={"sheet": json.dumps(kept, ensure_ascii=False)}, by=user
            )
        except typing.TooLong:
            form.add_error("file", "表格内容太长，请分成几份上传")
            return self.form(form)
        return self.preview(unit, rows, warning)

    def _mark(self, path: str, name: str, faults: list[Any]) -> str:
        """Keep the workbook with its faults marked, sealed, for who sent it; return its address.

        "" where it cannot be marked or is too large to keep: the list on the page says it all.
        """
        try:
            with tempfile.NamedTemporaryFile(suffix=".xlsx") as out:
                sheets.mark_faults(path, faults, out.name, name=name)
                content = base64.b64encode(Path(out.name).read_bytes()).decode()
            services.keep(
                address=self.address,
                data={"marked": content, "name": Path(name).stem[:80]},
                by=self.request.user,
                seal=("marked",),
            )
        except (sheets.Refused, typing.TooLong):
            return ""
        return with_query(self.address, marked="1")

    def marked(self) -> HttpResponse:
        """Give the workbook back as it was sent, the faulty cells marked."""
        row = typing.of(self.request.user, self.address)
        kept = typing.opened(row) if row is not None else {}
        if not kept.get("marked"):
            messages.warning(self.request, "标出错误的表格已不再保留，请重新上传")
            return redirect(self.address)
        answer = HttpResponse(base64.b64decode(kept["marked"]), content_type=XLSX)
        name = f"{kept.get('name', '表格')}（标出错误）.xlsx"
        answer["Content-Disposition"] = content_disposition_header(True, name)
        return answer

    def confirm(self) -> HttpResponse:
        """Check once more what was shown, and write the lines."""
        user = self.request.user
        row = typing.of(user, self.address)
        text = typing.opened(row).get("sheet", "") if row is not None else ""
        if not text:
            messages.warning(self.request, "核对的内容已过期，请重新上传表格")
            return redirect(self.address)
        kept = json.loads(text)
        units = Unit.objects.granted(user, filing_permission(user)).active()
        unit = self.unit or units.filter(pk=kept["unit"]).first()
        if unit is None or unit.pk != kept["unit"]:
            messages.warning(self.request, "单位已不在您的申报范围内，请重新上传表格")
            return redirect(self.address)
        rows = [workbook.Row(line, texts) for line, texts in kept["rows"]]
        workbook.checked(rows, self.of, unit, user)
        if any(one.said for one in rows):
            return self.preview(unit, rows, None)
        try:
            application = self._write(unit, rows)
        except REFUSED as refusal:
            return self.preview(unit, rows, None, refused=sentence(refusal, user))
        services.forget(address=self.address, by=user)
        messages.success(self.request, f"已由表格填入 {len(rows)} 人，请核对后提交")
        return redirect("approvals:check", application.pk)

    def _write(self, unit: Unit, rows: list[workbook.Row]) -> Application:
        by, first = self.request.user, rows[0]
        if any(one.other != first.other for one in rows):
            raise errors.OtherUnit(first.other or unit)
        lines = [one.data for one in rows if one.data is not None]
        if self.application is None:
            return services.start(
                kind=self.of.kind,
                unit=unit,
                lines=lines,
                other_unit=first.other,
                document=first.document,
                by=by,
            )
        return services.add_lines(application=self.application, lines=lines, by=by)

    def form(self, form: SheetForm, **more: Any) -> HttpResponse:
        return render_form(self.request, "approvals/workbook.html", form, **self._context(), **more)

    def preview(
        self, unit: Unit, rows: list[workbook.Row], warning: str | None, refused: str = ""
    ) -> HttpResponse:
        shown = [
            {
                "line": row.line,
                "name": row.texts.get("name") or row.texts.get(workbook.WHO_NAME, ""),
                "number": mask_identity(
                    row.texts.get("id_no") or row.texts.get(workbook.WHO_NUMBER, "")
                ),
                "quota_type": row.data.quota_type if row.data is not None else None,
                "person": row.data.person if row.data is not None else None,
                "slot": row.data.slot if row.data is not None else None,
                "said": [text for said in row.said.values() for text in said],
            }
            for row in rows
        ]
        context = {"unit": unit, "rows": shown, "warning": warning, "refused": refused}
        faulty = bool(refused) or any(one["said"] for one in shown)
        return render_form(
            self.request,
            "approvals/workbook_preview.html",
            None,
            status=422 if faulty else 200,
            faulty=faulty,
            **self._context(),
            **context,
        )

    def _context(self) -> dict[str, Any]:
        return {
            "of": self.of,
            "verb": Kind(self.of.kind).label,
            "application": self.application,
            "unit_fixed": self.unit,
            "address": self.address,
            "template_url": with_query(self.address, template="1"),
            "most": workbook.MOST,
        }


@contextmanager
def _held(upload: Any) -> Iterator[str]:
    """Hold an upload in a file that is gone afterwards; gives its path."""
    suffix = Path(upload.name).suffix.lower()[:6]
    with tempfile.NamedTemporaryFile(suffix=suffix if suffix.isascii() else "") as file:
        for block in upload.chunks():
            file.write(block)
        file.flush()
        yield file.name
