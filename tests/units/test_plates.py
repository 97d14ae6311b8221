"""Names in parentheses, nameplates as rows, and finding units by them and by former names."""

import datetime as dt
import uuid
from collections import Counter

import pytest
from django.urls import reverse

from apps.units import errors, plates, queries, services
from apps.units.choices import EntityKind, EventKind, PlateKind
from apps.units.models import Nameplate, Unit, UnitEvent
from tests import shared_data
from tests.factories import units

ON = dt.date(2019, 1, 19)


def post(client, **fields):
    data = {"_key": str(uuid.uuid4()), **fields}
    return client.post(reverse("units:recognise"), data)


needs_rows = pytest.mark.django_db


@pytest.mark.rule("U-28")
@pytest.mark.parametrize("rule", plates.RULES, ids=lambda rule: rule.label)
def test_each_rule_reads_its_example(rule):
    reading = plates.read(rule.example)
    assert [(plate.kind, plate.rule) for plate in reading.plates] == [(rule.kind, rule.label)]
    assert not reading.doubts


@pytest.mark.rule("U-28")
@pytest.mark.parametrize("other", plates.NOT_PLATES, ids=lambda other: other.why)
def test_what_is_no_nameplate_becomes_none(other):
    reading = plates.read(other.example)
    assert (reading.plates, reading.doubts) == ([], [])
    assert [one.why for one in reading.others] == [other.why]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (
            "嵊州市财政局（嵊州市人民政府国有资产监督管理办公室）",
            ["嵊州市人民政府国有资产监督管理办公室"],
        ),
        (
            "中共嵊州市委办公室（嵊州市档案局、嵊州市国家保密局）",
            ["嵊州市档案局", "嵊州市国家保密局"],
        ),
        ("立案庭（诉讼服务中心）", ["诉讼服务中心"]),
        (
            "山东省人民政府外事侨务办公室（与中共山东省委外事工作领导小组办公室一个机构、两块牌子；"
            "挂山东省人民政府港澳事务办公室牌子）",
            ["中共山东省委外事工作领导小组办公室", "山东省人民政府港澳事务办公室"],
        ),
        (
            "山东省人民政府应急管理办公室（挂山东省人民政府总值班室的牌子）",
            ["山东省人民政府总值班室"],
        ),
        ("嵊州市人民法院城东法庭（二）", []),
        ("嵊州市教育局", []),
    ],
)
def test_names_are_read(name, found):
    assert [plate.name for plate in plates.read(name).plates] == found


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("菏泽市档案馆(局)", "看不出"),
        ("山东省民委（山东省宗教局）舆情中心", "括号在名称中间"),
        ("嵊州市人社局（医保办", "括号不成对"),
    ],
)
def test_what_nobody_can_tell_is_a_doubt(name, why):
    reading = plates.read(name)
    assert not reading.plates
    assert why in reading.doubts[0].why


def test_the_real_trees_are_read_as_counted():
    """32 of 2,122 provincial names have parentheses: 30 name nameplates, 1 doubt, 1 is neither."""
    counts = Counter()
    for name in ("shandong_province_2018", "heze_shizhi_2018", "heze_yuncheng_2018"):
        for row in shared_data.shared_rows(f"org_trees/{name}.csv"):
            reading = plates.read(row["name"])
            counts["plates"] += len(reading.plates)
            counts["units"] += bool(reading.plates)
            counts["doubts"] += len(reading.doubts)
            counts["others"] += len(reading.others)
    assert counts == {"plates": 32, "units": 30, "doubts": 3, "others": 1}


@needs_rows
@pytest.mark.rule("U-28")
def test_names_that_change_keep_their_nameplates_in_step(home, document, clerk):
    unit = services.establish(
        parent=home, name="嵊州市财政局（嵊州市国资办）", entity_kind=EntityKind.BODY,
        on=dt.date(2015, 3, 1), document=document, by=clerk,
    )  # fmt: skip
    plate = Nameplate.objects.get()
    assert (plate.unit, plate.name, plate.kind) == (unit, "嵊州市国资办", PlateKind.OTHER)
    assert (plate.recognised, plate.starts_on) == (True, dt.date(2015, 3, 1))
    assert plate.scope == unit.path

    services.rename(
        unit=unit, name="嵊州市财政局（嵊州市金融办公室）", on=ON, document=document, by=clerk
    )

    plate.refresh_from_db()
    assert (plate.ends_on, plate.end_document) == (ON, document)
    assert Nameplate.objects.open().get().name == "嵊州市金融办公室"
    assert services.recognise(by=clerk) == (0, 0)


@needs_rows
def test_a_plate_is_hung_and_taken_off_by_documents(bureau, document, clerk):
    plate = services.hang(
        unit=bureau, name="嵊州市人民政府教育督导室", kind=PlateKind.ADDED, on=ON,
        document=document, by=clerk,
    )  # fmt: skip
    with pytest.raises(errors.PlateTaken):
        services.hang(
            unit=bureau, name=plate.name, kind="added", on=ON, document=document, by=clerk
        )
    with pytest.raises(errors.DayTooEarly):
        services.take_off(plate=plate, on=dt.date(2018, 1, 1), document=document, by=clerk)
    services.take_off(plate=plate, on=dt.date(2020, 1, 1), document=document, by=clerk)
    with pytest.raises(errors.PlateGone):
        services.take_off(plate=plate, on=dt.date(2020, 1, 1), document=document, by=clerk)

    kinds = UnitEvent.objects.filter(unit=bureau).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == [EventKind.NAMEPLATE, EventKind.PLATE_OFF]
    assert list(Nameplate.objects.on_day(dt.date(2019, 6, 1))) == [plate]
    assert not Nameplate.objects.on_day(dt.date(2020, 1, 1)).exists()


@needs_rows
def test_units_are_found_by_former_names_and_nameplates_and_say_so(
    client, bureau, document, clerk, stranger
):
    services.rename(unit=bureau, name="嵊州市教体局", on=ON, document=document, by=clerk)
    services.hang(
        unit=bureau, name="督导评估中心", kind=PlateKind.ADDED, on=ON, document=document, by=clerk
    )

    def notes(text, user=clerk):
        return [(one.label, one.note.split(" · ")[0]) for one in queries.search(user, text)]

    assert notes("市教育局") == [("嵊州市教体局", "原名 嵊州市教育局")]
    assert notes("督导") == [("嵊州市教体局", "挂牌 督导评估中心")]
    assert notes("ddpg") == [("嵊州市教体局", "挂牌 督导评估中心")]
    assert notes("教体")[0][1] == bureau.code, "its own name needs no explanation"
    assert notes("督导", stranger) == []

    client.force_login(clerk)
    page = client.get(reverse("units:suggest"), {"q": "教育局"}).content.decode()
    assert "原名 嵊州市教育局" in page
    page = client.get(reverse("units:list"), {"q": "教育局"}).content.decode()
    assert '<span class="muted">原名 嵊州市教育局</span>' in page
    page = client.get(reverse("units:tree"), {"q": "督导"}).content.decode()
    assert "挂牌 督导评估中心" in page


@needs_rows
def test_a_merged_unit_is_found_through_the_plate_that_kept_its_name(home, bureau, document, clerk):
    other = units.unit("嵊州市体育局", home, nature_id="nature.101", established_on=units.DAY)
    services.merge(units=[other], into=bureau, on=ON, document=document, by=clerk, plates=True)
    assert Unit.objects.active().found_by("体育").get() == bureau


@pytest.fixture
def named(home, foreign_home):
    """Two units whose names carry nameplates, one that leaves a doubt, one of another county."""
    unit = units.unit("嵊州市财政局（嵊州市人民政府国有资产监督管理办公室）", home)
    other = units.unit("中共嵊州市委办公室（嵊州市档案局、嵊州市国家保密局）", home)
    units.unit("嵊州市人民法院（民一）", home)
    units.unit("新昌县财政局（新昌县人民政府金融工作办公室）", foreign_home)
    return unit, other


@needs_rows
@pytest.mark.rule("U-28")
def test_nameplates_are_chosen_checked_and_registered(client, clerk, named):
    client.force_login(clerk)
    assert reverse("units:recognise") in client.get(reverse("units:plates")).content.decode()
    listed = client.get(reverse("units:recognise")).content.decode()
    assert "嵊州市国家保密局" in listed
    assert "新昌" not in listed
    assert "民一" not in listed

    assert post(client).status_code == 422
    check = post(client, unit=[named[0].pk])
    assert "嵊州市国家保密局" not in check.content.decode()
    assert not Nameplate.objects.exists()
    back = post(client, unit=[named[0].pk], _back="1").content.decode()
    assert back.count(" checked>") == 1
    mark = check.context["mark"]
    done = post(client, unit=[named[0].pk], _mark=mark, _checked="1")

    assert done["Location"] == reverse("units:plates")
    plate = Nameplate.objects.get()
    assert (plate.unit, plate.recognised, plate.kind) == (named[0], True, "other")
    again = client.post(
        reverse("units:recognise"),
        {"_key": str(uuid.uuid4()), "unit": [named[0].pk], "_mark": mark, "_checked": "1"},
        follow=True,
    )
    assert "已由他人登记" in again.content.decode()
    assert Nameplate.objects.count() == 1


@needs_rows
@pytest.mark.rule("U-28")
def test_what_changed_since_the_check_is_checked_again(client, clerk, named):
    client.force_login(clerk)
    keys = [unit.pk for unit in named]
    mark = post(client, unit=keys).context["mark"]
    Unit.objects.filter(pk=named[1].pk).update(name="中共嵊州市委办公室（嵊州市档案局）")

    page = post(client, unit=keys, _mark=mark, _checked="1")

    assert "内容有变化，还没有登记" in page.content.decode()
    assert not Nameplate.objects.exists()


@needs_rows
def test_only_a_maintainer_recognises_and_only_at_his_units(
    client, clerk, reader, named, foreign_home
):
    foreign = Unit.objects.get(name__startswith="新昌县财政局")
    client.force_login(reader)
    assert client.get(reverse("units:recognise")).status_code == 403
    client.force_login(clerk)
    page = post(client, unit=[foreign.pk], _checked="1", _mark="x")
    assert page.status_code == 302
    assert not Nameplate.objects.exists()


@needs_rows
def test_a_nameplate_the_name_no_longer_says_is_offered_to_be_taken_off(client, clerk, named):
    services.recognise(by=clerk, units=[(named[0].pk, named[0].name)])
    Unit.objects.filter(pk=named[0].pk).update(name="嵊州市财政局")
    client.force_login(clerk)
    check = post(client, unit=[named[0].pk])
    assert (check.context["added"], check.context["ended"]) == (0, 1)
    post(client, unit=[named[0].pk], _mark=check.context["mark"], _checked="1")
    assert not Nameplate.objects.open().exists()
