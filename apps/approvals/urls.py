from django.urls import URLPattern, path

from .message_urls import urlpatterns as of_messages
from .partner_urls import urlpatterns as of_partners
from .use_urls import urlpatterns as of_use
from .views import (
    acting,
    after,
    batches,
    check,
    elsewhere,
    inbox,
    lines,
    papers,
    print_runs,
    review,
    sheets,
    slots,
    start,
    templates,
)

app_name = "approvals"

urlpatterns: list[URLPattern] = [
    # the applicant
    path("file/", start.file, name="file"),
    path("new/transfer/elsewhere/", elsewhere.find, name="elsewhere"),
    path("new/<str:kind>/", lines.new, name="new"),
    path("new/<str:kind>/look/", lines.look, name="look"),
    path("workbook/<str:kind>/", sheets.workbook_page, name="workbook"),
    path("typed/", lines.typed_keep, name="typed"),
    path("typed/drop/", lines.typed_drop, name="typed_drop"),
    path("<int:pk>/check/", check.check, name="check"),
    path("<int:pk>/checks/", check.checks, name="checks"),
    path("<int:pk>/submit/", check.submit, name="submit"),
    path("<int:pk>/discard/", check.discard, name="discard"),
    path("<int:pk>/attach/", check.attach, name="attach"),
    path("attachments/<int:pk>/remove/", check.detach, name="detach"),
    path("<int:pk>/lines/new/", lines.line_add, name="line_add"),
    path("lines/<int:pk>/", lines.line, name="line"),
    path("lines/<int:pk>/remove/", lines.line_remove, name="line_remove"),
    path("<int:pk>/filed/", after.filed, name="filed"),
    path("<int:pk>/withdraw/", after.withdraw, name="withdraw"),
    path("mine/", after.mine, name="mine"),
    path("slot/<str:token>/", slots.slot, name="slot"),
    *of_use,
    *of_messages,
    *of_partners,
    # papers
    path("<int:pk>/papers/", papers.index, name="print"),
    path("<int:pk>/papers/<str:kind>/", papers.paper, name="paper"),
    path("<int:pk>/papers/<str:kind>/word/", papers.paper_word, name="paper_word"),
    path("papers/", print_runs.choose, name="papers_choose"),
    path("papers/now/", print_runs.print_now, name="papers_now"),
    path("papers/later/", print_runs.print_later, name="papers_later"),
    path("papers/file/<uuid:pk>/", print_runs.download, name="papers_file"),
    path("templates/", templates.index, name="templates"),
    path("templates/<str:kind>/", templates.template, name="template"),
    path("templates/<str:kind>/<int:number>/", templates.download, name="template_file"),
    # who acts
    path("", inbox.inbox_page, name="inbox"),
    path("badge/", inbox.badge, name="badge"),
    path("batch/", batches.batch, name="batch"),
    path("batch/<int:pk>/", batches.report, name="batch_report"),
    path("batch/<int:pk>/cancel/", batches.cancel, name="batch_cancel"),
    path("phrases/", acting.phrase_list, name="phrases"),
    path("phrases/<int:pk>/drop/", acting.phrase_drop, name="phrase_drop"),
    path("<int:pk>/", review.detail, name="detail"),
    path("<int:pk>/act/", acting.act, name="act"),
    path("<int:pk>/ask/", acting.ask_to_let_through, name="ask_to_let_through"),
    path("<int:pk>/review/checks/", review.checks, name="review_checks"),
    path("file/<int:pk>/", review.attachment, name="attachment"),
    path("line/<int:pk>/reveal/", review.reveal, name="reveal"),
    path("unit/<int:pk>/", review.unit_cases, name="unit"),
]
