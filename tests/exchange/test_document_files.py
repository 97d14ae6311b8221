"""Originals of documents in one zip: proposals from names, corrected in the page, attached."""

import datetime as dt
import io
import stat
import uuid
import zipfile

import pytest
from django.urls import reverse

from apps.documents.bundle import Bundle, BundleRefused, read_name
from apps.documents.models import ApprovalDocument
from apps.exchange.choices import BatchState
from apps.exchange.models import ImportBatch
from tests.factories.documents import DocumentFactory

from .books import book, upload

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def zipped(members, **options):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.rule("D-08")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "嵊编批〔2015〕12号 关于设立市数据中心的批复 2015-03-01.pdf",
            ("嵊编批〔2015〕12号", "关于设立市数据中心的批复", dt.date(2015, 3, 1)),
        ),
        ("嵊编办[2014]3号.pdf", ("嵊编办〔2014〕3号", "", None)),
        (
            "扫描/2016年/嵊编批（2016）第08号_《关于核增编制的通知》20160405.PDF",
            ("嵊编批〔2016〕8号", "关于核增编制的通知", dt.date(2016, 4, 5)),
        ),
        (
            "2013.11.2-嵊编【２０１３】７号-会议纪要.tif",
            ("嵊编〔2013〕7号", "会议纪要", dt.date(2013, 11, 2)),
        ),
        ("关于某事的函.pdf", ("", "关于某事的函", None)),
        ("嵊编批〔2015〕12号 20159999.pdf", ("嵊编批〔2015〕12号", "20159999", None)),
    ],
)
def test_a_name_says_number_title_and_date(name, expected):
    assert tuple(getattr(read_name(name), f) for f in ("number", "title", "issued_on")) == expected


def refused(tmp_path, content):
    path = tmp_path / "b.zip"
    path.write_bytes(content)
    with pytest.raises(BundleRefused) as told:
        read_all(path)
    return told.value.sentence


def read_all(path):
    bundle = Bundle(path)
    for name in bundle.members:
        list(bundle.blocks(name))


@pytest.mark.rule("D-08")
def test_archives_that_are_not_opened(tmp_path):
    link = zipfile.ZipInfo("a.pdf")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(link, "/etc/passwd")

    assert "链接" in refused(tmp_path, out.getvalue())
    assert "路径" in refused(tmp_path, zipped({"../../a.pdf": PDF}))
    assert "路径" in refused(tmp_path, zipped({"/etc/a.pdf": PDF}))
    assert "压缩比" in refused(tmp_path, zipped({"a.pdf": b"\0" * 30_000_000}))
    assert "完好" in refused(tmp_path, b"PK\x03\x04 not a zip")
    assert "两个" in refused(tmp_path, zipped({"a.pdf": PDF, "A.PDF": PDF}))
    assert "没有文件" in refused(tmp_path, zipped({"folder/": b""}))
    assert "最多" in refused(tmp_path, zipped({f"{n}.pdf": b"" for n in range(1_001)}))


@pytest.mark.rule("D-08")
def test_an_archive_that_lies_about_sizes_is_stopped_while_it_is_read(tmp_path):
    content = bytearray(zipped({"a.pdf": b"\0" * 80_000_000}))
    packed_size = content.find(b"PK\x01\x02")
    content[packed_size + 24 : packed_size + 28] = (1000).to_bytes(4, "little")

    assert refused(tmp_path, bytes(content))


@pytest.fixture
def own_home(db, clerk, home):
    DocumentFactory(
        number="嵊编批〔2010〕1号", issuer="中共嵊州市委机构编制委员会", scope=home.path
    )
    return home


def send(client, members):
    client.post(
        reverse("exchange:upload", args=["document-files"]),
        {"_key": uuid.uuid4(), "file": upload(zipped(members), "批文.zip")},
    )
    return ImportBatch.objects.first()


def post(client, name, batch, **fields):
    address = reverse(f"exchange:{name}", args=[batch.pk])
    answer = client.post(address, {"_key": uuid.uuid4(), **fields})
    batch.refresh_from_db()
    return answer


OFFICE = "中共嵊州市委机构编制委员会"
GOOD = "嵊编批〔2015〕12号 关于设立市数据中心的批复 2015-03-01.pdf"


@pytest.mark.rule("D-08")
@pytest.mark.django_db(transaction=True)
def test_proposals_are_put_right_confirmed_and_withdrawn(client, clerk, own_home):
    client.force_login(clerk)
    there = DocumentFactory(
        number="嵊编批〔2012〕5号", title="旧文", issuer=OFFICE, scope=own_home.path
    )
    batch = send(
        client,
        {GOOD: PDF, "嵊编办[2014]3号.pdf": PDF, "旧/嵊编批〔2012〕5号.pdf": PDF, ".DS_Store": b"x"},
    )
    assert batch.state == BatchState.FAULTY
    page = client.get(batch.get_absolute_url()).content.decode()
    assert "中共嵊州市委机构编制委员会" in page, "the issuer is known by its mark"
    assert "「标题」必须填写" in page
    line = next(
        c["line"]
        for c in batch.cells
        if c["value"] == "嵊编办[2014]3号" or c["value"] == "嵊编办〔2014〕3号"
    )
    places = {c["header"]: c["column"] for c in batch.cells if c["line"] == line}
    values = {
        "标题": "关于更名的批复",
        "发文机关": "嵊州市编办",
        "发文日期": "2014-02-03",
        "文件类别": "机构更名",
    }
    post(client, "fix", batch, **{f"cell_{line}_{places[k]}": v for k, v in values.items()})
    assert (batch.state, batch.created, batch.changed) == (BatchState.CLEAN, 2, 1), batch.report

    post(client, "confirm", batch)
    assert batch.state == BatchState.DONE, batch.sentence
    made = ApprovalDocument.objects.get(number="嵊编批〔2015〕12号")
    assert (made.title, made.issued_on) == ("关于设立市数据中心的批复", dt.date(2015, 3, 1))
    assert made.file_name == GOOD
    there.refresh_from_db()
    assert (there.title, there.file_name) == ("旧文", "嵊编批〔2012〕5号.pdf")
    taken = client.get(reverse("documents:file", args=[made.pk]))
    assert b"".join(taken.streaming_content) == PDF

    post(client, "withdraw", batch)
    assert batch.state == BatchState.WITHDRAWN, (batch.sentence, batch.obstacles)
    there.refresh_from_db()
    assert there.file == ""
    assert not ApprovalDocument.objects.filter(number="嵊编批〔2015〕12号").exists()


@pytest.mark.rule("D-08")
@pytest.mark.django_db(transaction=True)
def test_an_index_in_the_archive_wins(client, clerk, own_home):
    client.force_login(clerk)
    index = book(
        ["文号", "标题", "发文机关", "发文日期", "文件类别", "扫描件"],
        [
            "嵊编批〔2015〕12号",
            "关于设立市大数据中心的批复",
            "市编委",
            "2015-03-02",
            "机构设立",
            "a.pdf",
        ],
        ["嵊编批〔2015〕13号", "关于撤销的批复", "市编委", "2015-03-03", "机构撤销", None],
    )
    batch = send(client, {"目录.xlsx": index, "a.pdf": PDF, "嵊编批〔2015〕13号.pdf": PDF})
    assert batch.state == BatchState.CLEAN, batch.report["faults"]
    post(client, "confirm", batch)

    made = ApprovalDocument.objects.get(number="嵊编批〔2015〕12号")
    assert (made.title, made.file_name) == ("关于设立市大数据中心的批复", "a.pdf")
    assert ApprovalDocument.objects.get(number="嵊编批〔2015〕13号").file_name


@pytest.mark.rule("D-06")
@pytest.mark.django_db(transaction=True)
def test_classified_names_and_strange_contents_are_faults_at_their_files(client, clerk, own_home):
    client.force_login(clerk)
    there = DocumentFactory(number="嵊编批〔2012〕5号", file_name="有.pdf", scope=own_home.path)
    ApprovalDocument.objects.filter(pk=there.pk).update(file="documents/00/x")
    batch = send(
        client,
        {
            f"机密★3年 {GOOD}": PDF,
            "嵊编批〔2015〕13号 关于设立的批复 2015-03-01.pdf": b"MZ program",
            "嵊编批〔2012〕5号.pdf": PDF,
        },
    )
    said = " ".join(fault["message"] for fault in batch.report["faults"])
    warned = " ".join(one["message"] for one in batch.report["warnings"])

    assert batch.state == BatchState.FAULTY
    assert "文件名含“机密”" in said
    assert "不是可以保存的文件" in said
    assert "已有原件，没有替换" in warned


@pytest.mark.django_db(transaction=True)
def test_a_bad_archive_is_refused_at_the_form(client, clerk, own_home):
    client.force_login(clerk)
    answer = client.post(
        reverse("exchange:upload", args=["document-files"]),
        {"_key": uuid.uuid4(), "file": upload(zipped({"../a.pdf": PDF}), "批文.zip")},
    )

    assert answer.status_code == 422
    assert "不正常的路径" in answer.content.decode()
    assert not ImportBatch.objects.exists()
