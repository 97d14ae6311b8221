from django.urls import path

from .publicity import views as publicity
from .views import corrections, edits, entry, lists, looks, moves, own, person, prints, retirement

app_name = "staff"

urlpatterns = [
    path("", lists.people_list, name="list"),
    path("latest/", lists.people_latest, name="latest"),
    path("left/", lists.people_left, name="left"),
    path("by-number/", lists.people_by_number, name="by_number"),
    path("corrections/", corrections.correction_list, name="corrections"),
    path("corrections/<int:pk>/", corrections.correction, name="correction"),
    path("<int:pk>/correct/", corrections.person_correct, name="correct"),
    path("publicity/", publicity.publicity_list, name="publicities"),
    path("publicity/start/", publicity.publicity_start, name="publicity_start"),
    path("publicity/missing/", publicity.publicity_missing, name="publicity_missing"),
    path("publicity/<int:pk>/", publicity.publicity, name="publicity"),
    path("publicity/<int:pk>/evidence/", publicity.publicity_evidence, name="publicity_evidence"),
    path("publicity/<int:pk>/file/", publicity.publicity_file, name="publicity_file"),
    path("publicity/<int:pk>/close/", publicity.publicity_close, name="publicity_close"),
    path("publicity/<int:pk>/objections/", publicity.objection_record, name="objection_record"),
    path("objections/<int:pk>/", publicity.objection_handle, name="objection_handle"),
    path("retiring/", retirement.retiring, name="retiring"),
    path("<int:pk>/retirement/", retirement.retirement_choose, name="retirement"),
    path(
        "<int:pk>/retirement/withdraw/",
        retirement.retirement_withdraw,
        name="retirement_withdraw",
    ),
    path("looks/", looks.look_list, name="looks"),
    path("unit/<int:pk>/", lists.unit_people, name="unit"),
    path("unit/<int:pk>/roster/", prints.unit_roster, name="roster"),
    path("unit/<int:pk>/left/", prints.unit_leavers, name="unit_left"),
    path("own/", own.own_record, name="own"),
    path("hold/", own.hold, name="hold"),
    path("accounts/<int:pk>/untie/", own.untie, name="untie"),
    path("accounts/suggest/", own.tie_accounts, name="tie_accounts"),
    path("<int:pk>/account/", own.tie, name="tie"),
    path("<int:pk>/", person.person_detail, name="detail"),
    path("<int:pk>/changes/", person.person_changes, name="changes"),
    path("<int:pk>/reveal/", person.person_reveal, name="reveal"),
    path("<int:pk>/edit/", edits.person_edit, name="edit"),
    path("<int:pk>/posting/", edits.posting_start, name="posting_start"),
    path("postings/<int:pk>/end/", edits.posting_end, name="posting_end"),
    path("enter/", entry.enter, name="enter"),
    path("enter/look/", entry.enter_look, name="enter_look"),
    path("spells/<int:pk>/done/", entry.done, name="done"),
    path("spells/<int:pk>/edit/", edits.spell_edit, name="spell_edit"),
    path("spells/<int:pk>/leave/", moves.leave, name="leave"),
    path("spells/<int:pk>/transfer/", moves.transfer, name="transfer"),
    path("spells/<int:pk>/transfer/look/", moves.transfer_look, name="transfer_look"),
]
