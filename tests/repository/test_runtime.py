from django.db import connection


def test_db(db):
    with connection.cursor() as c:
        c.execute("select current_user, current_database()")
        assert c.fetchone() == ("postgres", "test_bianzhi")


def test_redis(redis_server):
    redis_server.set("x", "1")
    assert redis_server.get("x") == b"1"


def test_browser(browser_page):
    page = browser_page.open("/static/generated/icons.svg")
    assert page.url
