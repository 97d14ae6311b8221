"""The global search: three groups, the reader's scope, and no person's number in any address."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.choices import AdministratorKind
from apps.core import pinyin
from apps.dashboards.queries.search import holds_person_number
from tests.factories import accounts, units
from tests.factories import quotas as q
from tests.factories.documents import DocumentFactory

from .conftest import PLANTED

SEARCH = "dashboards:search"
NUMBER = "330683198503120036"


def found(client, user, text):
    client.force_login(user)
    page = client.get(reverse(SEARCH), {"q": text})
    return {group.label: [line.label for line in group.lines] for group in page.context["groups"]}


def person(unit, name):
    (spell,) = q.people(unit, 1)
    spell.person.name = name
    spell.person.name_pinyin = pinyin.full(name)
    spell.person.name_initials = pinyin.initials(name)
    spell.person.save()
    return spell.person


@pytest.mark.django_db
class TestPage:
    def test_one_question_asks_units_people_and_documents(self, client, bureau, clerk):
        q.grant(bureau, 5)
        person(bureau, "教育强")
        paper = DocumentFactory(scope=bureau.path, title="关于教育局编制的批复")
        client.force_login(clerk)

        answer = client.post(reverse(SEARCH), {"q": " 教育 "}, follow=True)

        assert unquote(answer.redirect_chain[0][0]) == "/search/?q=教育"
        groups = {g.label: [line.label for line in g.lines] for g in answer.context["groups"]}
        assert groups == {"机构": [bureau.name], "人员": ["教育强"], "批文": [paper.number]}

    @pytest.mark.parametrize("text", ["教育", "jyj", "jiaoyuju", "嵊州市教育局"])
    def test_units_are_found_by_part_pinyin_and_initials(self, client, bureau, clerk, text):
        assert found(client, clerk, text)["机构"] == [bureau.name]

    @pytest.mark.parametrize("text", ["诸葛", "诸葛明远", "zgmy", "zhugemingyuan", "zhuge"])
    def test_people_are_found_by_part_pinyin_and_initials(self, client, bureau, clerk, text):
        q.grant(bureau, 5)
        person(bureau, "诸葛明远")
        assert found(client, clerk, text)["人员"] == ["诸葛明远"]

    def test_a_document_is_found_however_its_brackets_are_typed(self, client, bureau, clerk):
        paper = DocumentFactory(scope=bureau.path, number="嵊编〔2015〕12号")
        assert found(client, clerk, "嵊编[2015]12号")["批文"] == [paper.number]

    def test_ten_of_a_kind_are_shown_and_the_rest_is_a_list(self, client, home, clerk):
        for n in range(12):
            units.unit(f"第{n}小学", home)
        client.force_login(clerk)

        page = client.get(reverse(SEARCH), {"q": "小学"})
        (group,) = [group for group in page.context["groups"] if group.label == "机构"]

        assert (len(group.lines), group.more) == (10, True)
        assert "前 10 个" in page.content.decode()
        listed = client.get(group.all_url).context["page"].paginator.count
        assert listed == 12

    def test_nothing_of_another_county_is_found(self, client, bureau, clerk, foreign_bureau):
        q.grant(foreign_bureau, 5)
        person(foreign_bureau, "保密人员")
        DocumentFactory(scope=foreign_bureau.path, title="关于保密名称局的批复")

        assert found(client, clerk, "保密") == {"机构": [], "人员": [], "批文": []}
        page = client.get(reverse(SEARCH), {"q": "保密"}).content.decode()
        assert PLANTED not in page
        assert "没有找到“保密”" in page

    @pytest.mark.parametrize("more", [1, 3])
    def test_more_results_cost_no_query(self, client, home, clerk, more, request):
        for n in range(more):
            unit = units.unit(f"第{n}小学", home)
            q.grant(unit, 5)
            person(unit, f"小学{n}")
        client.force_login(clerk)
        client.get(reverse(SEARCH), {"q": "小学"})
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse(SEARCH), {"q": "小学"})
        counts = request.config.stash.setdefault(_COUNTS, [])
        counts.append(len(asked))
        assert len(set(counts)) == 1
        assert len(asked) <= 12

    def test_an_administrator_is_told_that_there_is_nothing_to_search(self, client, bureau):
        client.force_login(accounts.administrator(AdministratorKind.SYSTEM))
        page = client.get(reverse(SEARCH), {"q": "教育"})
        assert page.context["groups"] == []
        assert "没有可搜索的机构" in page.content.decode()

    @pytest.mark.rule("B-06")
    @pytest.mark.parametrize("text", [NUMBER, f"张三 {NUMBER}", "3306831985 0312 0036"])
    def test_a_persons_number_gets_into_no_address(self, client, bureau, clerk, text):
        """Rules B-06: asked by POST it is answered in place, and the page does not repeat it."""
        client.force_login(clerk)
        answer = client.post(reverse(SEARCH), {"q": text})

        assert answer.status_code == 200
        assert "证件号不在这里查" in answer.content.decode()
        assert reverse("staff:by_number") in answer.content.decode()
        assert NUMBER not in answer.content.decode()

    def test_an_address_with_a_number_is_left_at_once(self, client, bureau, clerk):
        client.force_login(clerk)
        answer = client.get(reverse(SEARCH), {"q": NUMBER})

        assert answer["Location"] == "/search/?number=1"
        assert "证件号不在这里查" in client.get(answer["Location"]).content.decode()

    def test_the_search_of_the_top_bar_posts(self, client, bureau, clerk):
        """With GET whatever is typed would be in the address before we could look at it."""
        client.force_login(clerk)
        bar = client.get(reverse(SEARCH)).content.decode().split('class="topbar-search"')[1]
        assert 'method="post"' in bar.split(">")[0]
        assert "csrfmiddlewaretoken" in bar.split("</form>")[0]

    @pytest.mark.parametrize("text", ["", "   ", "%", "_", "\\", "'", "号" * 300, "\0"])
    def test_odd_questions_are_answered(self, client, bureau, clerk, text):
        client.force_login(clerk)
        assert client.get(reverse(SEARCH), {"q": text}).status_code == 200


_COUNTS = pytest.StashKey[list]()


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (NUMBER, True),
        ("33068319850312003x", True),
        ("３３０６８３１９８５０３１２００３６", True),
        ("330683-19850312-0036", True),
        ("330683198503120035", True),  # wrong check digit: still somebody's number
        ("330683850312003", True),  # fifteen digits of the old kind
        ("嵊编〔2015〕12号", False),
        ("13306830025", False),
        ("12330683471234567X", True),  # no valid credit code
        ("33A001030021", False),
    ],
)
def test_what_looks_like_a_persons_number(text, verdict):
    assert holds_person_number(text) is verdict
