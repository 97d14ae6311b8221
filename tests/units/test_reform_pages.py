"""The pages of reforms: fill in, check, confirm; and what a wrong hand gets."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.quotas.models import Balance
from apps.units import services
from apps.units.choices import EntityKind, UnitStatus
from apps.units.models import EventUnit, Nameplate, Unit, UnitEvent
from tests.factories import quotas, units
from tests.factories.documents import DocumentFactory
from tests.factories.quotas import ADMIN

pytestmark = pytest.mark.django_db
ON = dt.date(2019, 1, 19)
DEEDS = ("rename", "rank", "move", "merge", "split", "hand_over", "hang")


@pytest.fixture
def culture(home):
    made = units.unit("嵊州市文化局", home, nature_id="nature.101", established_on=units.DAY)
    units.unit("艺术科", made, entity_kind=EntityKind.DEPARTMENT)
    quotas.staffed(made, 5, 4)
    return made


@pytest.fixture
def sport(home):
    made = units.unit("嵊州市体育局", home, nature_id="nature.101", established_on=units.DAY)
    quotas.staffed(made, 3, 3)
    return made


@pytest.fixture
def office(client, clerk):
    client.force_login(clerk)
    return client


def post(client, name, data, *, args=(), **more):
    key = {"_key": str(uuid.uuid4())}
    return client.post(reverse(f"units:{name}", args=args), {**key, **data, **more})


def basis(document, on=ON):
    return {"document": document.pk, "on": on.isoformat()}


def nothing_written():
    return UnitEvent.objects.count(), list(Unit.objects.values_list("path", "name", "status"))


@pytest.mark.parametrize("name", DEEDS)
def test_forms_open_for_clerks_and_nobody_else(client, clerk, reader, stranger, name):
    assert client.get(reverse(f"units:{name}")).status_code == 302
    for user, status in ((clerk, 200), (reader, 403), (stranger, 200)):
        client.force_login(user)
        assert client.get(reverse(f"units:{name}")).status_code == status


def test_a_merger_is_checked_with_its_figures_then_done(office, culture, sport, document):
    data = {**basis(document), "unit1": culture.pk, "unit2": sport.pk,
            "new_name": "嵊州市文体局", "postings": "on"}  # fmt: skip
    before = nothing_written()

    page = post(office, "merge", data)
    text = page.content.decode()

    assert page.status_code == 200
    assert "以下是按所填内容试办的结果" in text
    assert "并入“嵊州市文体局”" in text
    assert "上级机构：嵊州市文体局" in text, "what the trial made is named"
    assert "撤销 艺术科" in text
    assert nothing_written() == before, "checking writes nothing"

    done = post(office, "merge", data, _checked="1")
    assert done.status_code == 302
    assert done.url == reverse("units:reform", args=[document.pk])
    new = Unit.objects.get(name="嵊州市文体局")
    row = Balance.objects.get(unit=new, quota_type=ADMIN)
    assert (row.approved, row.actual) == (8, 7)

    shown = office.get(done.url).content.decode()
    assert "2 个机构转入 1 个机构，随转人员 7 人、编制 8 名；人数最多的是嵊州市文化局" in shown
    assert '"type": "sankey"' in shown
    again = post(office, "merge", data, _checked="1")
    assert again.status_code == 422
    assert "已撤销" in again.content.decode() or "请" in again.content.decode()


def test_a_confirmation_sent_twice_is_done_once(office, culture, sport, document):
    data = {**basis(document), "unit1": culture.pk, "into": sport.pk, "_key": str(uuid.uuid4())}
    answers = [post(office, "merge", data, _checked="1") for _ in range(2)]
    assert [one.status_code for one in answers] == [302, 302]
    assert UnitEvent.objects.filter(unit=sport).count() == 1
    assert Balance.objects.get(unit=sport).actual == 7


def test_departments_that_are_ticked_end(office, culture, sport, document):
    art = Unit.objects.get(name="艺术科")
    data = {**basis(document), "unit1": culture.pk, "into": sport.pk, "ending": art.pk}

    checked = post(office, "merge", data).content.decode()
    assert f'value="{art.pk}" checked' in checked
    post(office, "merge", data, _checked="1")

    art.refresh_from_db()
    assert art.status == UnitStatus.ABOLISHED


def test_what_stands_in_the_way_is_on_the_check_page(office, culture, sport, document):
    quotas.grant(culture, 1, on=dt.date(2020, 1, 1))
    before = nothing_written()
    for more in ({}, {"_checked": "1"}):
        page = post(
            office, "merge", {**basis(document), "unit1": culture.pk, "into": sport.pk, **more}
        )
        assert page.status_code == 422
        assert "编制台账在 2020-01-01 还有记账" in page.content.decode()
        assert "确认合并" not in page.content.decode()
    assert nothing_written() == before


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "承接的现有机构和新设的机构名称请填一项"),
        ({"new_name": "嵊州市文体局"}, "合并新设至少两个"),
        ({"new_name": "嵊州市文体局", "on": "2014-01-01"}, "请选择要并入的机构"),
        ({"into": "same", "on": "2014-01-01"}, "请选择要并入的机构"),
    ],
)
def test_wrong_input_comes_back_with_a_sentence(office, culture, document, more, words):
    more = {key: culture.pk if value == "same" else value for key, value in more.items()}
    page = post(office, "merge", {**basis(document), "unit1": culture.pk, **more})
    assert page.status_code == 422
    assert words in page.content.decode()


def test_a_split_asks_what_goes_then_checks_then_is_done(office, culture, document):
    art = Unit.objects.get(name="艺术科")
    data = {**basis(document), "unit": culture.pk, "new_name": "嵊州市文物局"}

    ask = post(office, "split", data).content.decode()
    assert "行政编制（现有 5 名）" in ask
    assert "艺术科" in ask

    shared = {**data, "_shared": "1", "departments": [art.pk], "line0": "1"}
    assert post(office, "split", {**data, "_shared": "1", "line0": "9"}).status_code == 422
    check = post(office, "split", shared)
    assert check.status_code == 200
    assert "由“嵊州市文化局”分立" in check.content.decode()
    assert post(office, "split", shared, _checked="1").status_code == 302
    new = Unit.objects.get(name="嵊州市文物局")
    assert Balance.objects.get(unit=new).approved == 1
    assert Unit.objects.get(pk=art.pk).path.startswith(new.path)
    empty = post(office, "split", {**data, "new_name": "另一局", "_shared": "1"})
    assert empty.status_code == 422
    assert "请至少选择一项" in empty.content.decode()


def test_a_department_is_handed_over(office, culture, sport, document):
    art = Unit.objects.get(name="艺术科")
    data = {**basis(document), "unit": culture.pk, "target": sport.pk, "_shared": "1",
            "departments": art.pk}  # fmt: skip
    assert post(office, "hand_over", data).status_code == 200
    post(office, "hand_over", data, _checked="1")
    assert Unit.objects.get(pk=art.pk).path.startswith(sport.path)


def test_move_rank_rename_and_plates_are_checked_first(office, home, bureau, culture, document):
    cases = [
        ("move", {"unit": culture.pk, "parent": bureau.pk, "kind": "move"}, "上级机构：嵊州市"),
        ("rank", {"unit": bureau.pk, "rank": "institution_rank.51"}, "机构规格："),
        ("rename", {"unit": bureau.pk, "name": "嵊州市教体局"}, "名称：嵊州市教体局"),
        ("hang", {"unit": bureau.pk, "name": "督导室", "kind": "added"}, "牌子：督导室"),
    ]
    for name, data, words in cases:
        data = {**basis(document), **data}
        page = post(office, name, data)
        assert page.status_code == 200, name
        assert words in page.content.decode(), name
        assert post(office, name, data, _checked="1").status_code == 302, name
    assert Unit.objects.get(pk=culture.pk).path.startswith(bureau.path)
    plate = Nameplate.objects.get()
    page = office.get(reverse("units:plates")).content.decode()
    assert reverse("units:plate_off", args=[plate.pk]) in page
    assert "督导室" in office.get(reverse("units:detail", args=[bureau.pk])).content.decode()
    off = basis(document, dt.date(2020, 1, 1))
    assert "牌子：督导室" in post(office, "plate_off", off, args=[plate.pk]).content.decode()
    post(office, "plate_off", off, args=[plate.pk], _checked="1")
    assert not Nameplate.objects.open().exists()
    assert post(office, "plate_off", off, args=[plate.pk]).status_code == 404


def test_a_unit_does_not_go_under_itself_by_the_form(office, bureau, document):
    below = units.unit("嵊州市教研室", bureau)
    page = post(
        office, "move",
        {**basis(document), "unit": bureau.pk, "parent": below.pk, "kind": "move"},
    )  # fmt: skip
    assert page.status_code == 422
    assert "机构不能放在自己的下级之下" in page.content.decode()


def test_units_and_documents_out_of_reach_cannot_be_chosen(
    office, culture, foreign_bureau, foreign_home, document
):
    foreign = DocumentFactory(scope=foreign_home.path)
    for data in (
        {**basis(document), "unit1": culture.pk, "into": foreign_bureau.pk},
        {**basis(document), "unit1": foreign_bureau.pk, "into": culture.pk},
        {**basis(foreign), "unit1": culture.pk, "new_name": "嵊州市文体局"},
    ):
        page = post(office, "merge", data, _checked="1")
        assert page.status_code == 422
        assert "新昌" not in page.content.decode()
    assert office.get(reverse("units:reform", args=[foreign.pk])).status_code == 404
    assert not UnitEvent.objects.exists()


def test_the_history_table_tells_a_subtree_over_a_period(
    office, home, culture, sport, document, foreign_home, django_assert_max_num_queries
):
    services.merge(units=[culture], into=sport, on=ON, document=document, by=None)
    stranger_unit = units.unit("新昌县密局", foreign_home)
    UnitEvent.objects.create(unit=stranger_unit, kind="rename", on=ON, document=document,
                             before={"name": "新昌县旧局"}, after={})  # fmt: skip
    part = EventUnit.objects.filter(event__unit=sport).get()
    EventUnit.objects.create(event=part.event, unit=stranger_unit, role="predecessor", people=1)

    with django_assert_max_num_queries(30):
        page = office.get(reverse("units:evolution"), {"under": home.pk, "on_after": "2019-01-01"})
    text = page.content.decode()
    assert "并入“嵊州市体育局”" in text
    assert "新昌" not in text
    assert "范围外的机构" in text
    assert "还没有" not in text
    none = office.get(reverse("units:evolution"), {"on_before": "2010-01-01"}).content.decode()
    assert "没有符合条件的沿革事项" in none
    file = office.get(reverse("units:evolution"), {"export": "csv"})
    assert file.status_code == 200
    lines = b"".join(file.streaming_content if file.streaming else [file.content]).decode(
        "utf-8-sig"
    )
    assert "前身 嵊州市文化局" in lines
    assert "新昌" not in lines


def test_doubtful_names_are_listed_to_look_through(office, home):
    units.unit("嵊州市档案馆(局)", home)
    page = office.get(reverse("units:plates")).content.decode()
    assert "须人工判断的括号" in page
    assert "嵊州市档案馆(局)" in page


def test_every_fault_of_a_merger_is_told_at_once_and_once(office, culture, sport):
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    page = post(
        office,
        "merge",
        {
            "document_text": "没有这个文号", "on": tomorrow.isoformat(), "unit1": culture.pk,
            "unit2": culture.pk, "into": culture.pk,
        },
    )  # fmt: skip
    faults = page.context["form"].errors
    assert page.status_code == 422
    assert set(faults) == {"document", "on", "unit2", "into"}
    assert all(len(told) == 1 for told in faults.values())
    assert "晚于今天" in faults["on"][0]
    assert "已经填过" in faults["unit2"][0]
    assert "也在被合并的机构里" in faults["into"][0]

    typed = post(office, "merge", {"unit1": sport.pk, "into_text": "没有这个机构"})
    assert len(typed.context["form"].errors["into"]) == 1
