"""One effect per form, whatever is pressed twice."""

import threading
import uuid

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.http import HttpResponse, HttpResponseRedirect
from django.test import RequestFactory

from apps.core import idempotency
from apps.core.models import Holiday, IdempotencyKey

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    return get_user_model().objects.create_user("clerk", "correct-Horse-9", name="经办人")


def post(user, key, **fields):
    request = RequestFactory().post("/somewhere/", {"_key": str(key), **fields})
    request.user = user
    request.request_id = "t"
    return request


def add_holiday(day="2026-12-30"):
    Holiday.objects.create(day=day, kind="holiday", name="测试")
    return HttpResponseRedirect("/done/")


def test_the_second_click_gets_the_first_answer_and_has_no_effect(clerk):
    key = uuid.uuid4()
    first = idempotency.once(post(clerk, key, name="甲"), add_holiday)
    second = idempotency.once(post(clerk, key, name="甲"), add_holiday)

    assert (first.status_code, first.url) == (302, "/done/")
    assert (second.status_code, second.url) == (302, "/done/")
    assert second["Idempotency-Replayed"] == "true"
    assert Holiday.objects.filter(name="测试").count() == 1


def test_the_same_key_with_other_words_is_refused(clerk):
    key = uuid.uuid4()
    idempotency.once(post(clerk, key, name="甲"), add_holiday)
    answer = idempotency.once(post(clerk, key, name="乙"), add_holiday)

    assert answer.status_code == 422
    assert "已经提交过" in answer.content.decode()


def test_another_user_learns_nothing_from_a_key(clerk):
    other = get_user_model().objects.create_user("other", "correct-Horse-9", name="别人")
    key = uuid.uuid4()
    idempotency.once(post(clerk, key), add_holiday)

    assert idempotency.once(post(other, key), add_holiday).status_code == 422


def test_a_page_with_faults_leaves_the_key_free(clerk):
    key = uuid.uuid4()
    idempotency.once(post(clerk, key, name=""), lambda: HttpResponse("缺姓名", status=422))
    answer = idempotency.once(post(clerk, key, name="甲"), add_holiday)

    assert answer.status_code == 302
    assert IdempotencyKey.objects.get().status == 302


def test_a_failing_view_leaves_nothing(clerk):
    def fail():
        add_holiday()
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        idempotency.once(post(clerk, uuid.uuid4()), fail)
    assert not Holiday.objects.exists()
    assert not IdempotencyKey.objects.exists()


def test_a_form_without_a_key_is_sent_back(clerk):
    request = RequestFactory().post("/somewhere/", {"name": "甲"})
    request.user = clerk
    request.request_id = "t"
    answer = idempotency.once(request, add_holiday)

    assert answer.status_code == 400
    assert "刷新后重新提交" in answer.content.decode()
    assert not Holiday.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_have_one_effect(clerk):
    key = uuid.uuid4()
    entered, go = threading.Event(), threading.Event()
    answers = []

    def slow():
        entered.set()
        go.wait(5)
        return add_holiday()

    def click(act):
        try:
            answers.append(idempotency.once(post(clerk, key), act))
        finally:
            connection.close()

    first = threading.Thread(target=click, args=[slow])
    first.start()
    assert entered.wait(5)
    second = threading.Thread(target=click, args=[add_holiday])
    second.start()
    second.join(0.3)
    assert second.is_alive(), "the second click waits for the first"
    go.set()
    first.join(5)
    second.join(5)

    assert [a.status_code for a in answers] == [302, 302]
    assert Holiday.objects.count() == 1
