"""The browser that journeys use must notice what a reader would not see."""

import pytest

pytestmark = pytest.mark.browser


def test_a_breach_of_the_content_security_policy_is_noticed(visit):
    window = visit()
    page = window.open("/no-such-page")
    assert window.problems == []

    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {text: 'var a = 1'}))"
    )
    page.wait_for_timeout(200)
    assert any("Content Security Policy" in problem for problem in window.problems)
    window.problems.clear()


def test_a_request_to_another_host_and_a_script_error_are_noticed(visit):
    window = visit(bypass_csp=True)
    page = window.open("/no-such-page")
    page.evaluate("fetch('http://127.0.0.2:9/').catch(() => null)")
    page.evaluate("() => { setTimeout(() => { throw new Error('planted') }) }")
    page.wait_for_timeout(300)
    assert any("another host" in problem for problem in window.problems)
    assert any("planted" in problem for problem in window.problems)
    window.problems.clear()


def test_axe_names_an_image_without_words(visit):
    window = visit()
    page = window.open("/no-such-page")
    assert window.accessibility_faults() == []

    page.evaluate("document.body.append(document.createElement('img'))")
    assert any(fault.startswith("image-alt") for fault in window.accessibility_faults())
