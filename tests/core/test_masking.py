"""Masks of personal numbers (docs/rules.md P-07)."""

import json
import logging
import pickle

import pytest
from django.template import Context, Template, TemplateSyntaxError
from hypothesis import given
from hypothesis import strategies as st

from apps.core.masking import Masked, mask_identity, mask_phone

NUMBER = "11010519491231002X"


@pytest.mark.rule("P-07")
@pytest.mark.parametrize(
    ("mask", "plain", "shown"),
    [
        (mask_identity, NUMBER, "110105********002X"),
        (mask_identity, "610104620927690", "**************0"),
        (mask_identity, "1234", "****"),
        (mask_identity, "", ""),
        (mask_phone, "13812345678", "138****5678"),
        (mask_phone, "0575-83012345", "***********45"),
        (mask_phone, "110", "***"),
        (mask_phone, "", ""),
    ],
)
def test_a_number_shows_only_what_the_mask_leaves(mask, plain, shown):
    assert mask(plain) == shown


@given(st.text("0123456789X-", min_size=11, max_size=30))
def test_no_mask_ever_shows_the_middle(plain):
    for mask in (mask_identity, mask_phone):
        shown = mask(plain)
        assert len(shown) == len(plain)
        assert set(shown[6:-4]) == {"*"}


def test_a_masked_value_is_masked_wherever_it_is_printed(caplog):
    value = Masked(NUMBER, "identity")

    with caplog.at_level(logging.WARNING):
        logging.getLogger(__name__).warning("person %s %r", value, value)
    shown = [str(value), repr(value), f"{value}", f"{value:>20}", f"{value}", caplog.text]
    shown.append(Template("{{ value }}").render(Context({"value": value})))

    for text in shown:
        assert "110105********002X" in text
        assert "19491231" not in text
    assert value.reveal() == NUMBER


def test_a_masked_value_does_not_travel_by_accident():
    value = Masked(NUMBER, "identity")

    with pytest.raises(TypeError):
        json.dumps({"number": value})
    with pytest.raises(TypeError):
        pickle.dumps(value)
    with pytest.raises(TypeError):
        "".join([value])  # type: ignore[list-item]
    with pytest.raises(KeyError):
        Masked(NUMBER, "salary")


def test_masked_values_compare_by_what_they_hide():
    assert Masked(NUMBER, "identity") == Masked(NUMBER, "identity")
    assert Masked(NUMBER, "identity") != Masked("330683199001010020", "identity")
    assert Masked(NUMBER, "identity") != NUMBER
    assert len({Masked(NUMBER, "identity"), Masked(NUMBER, "identity")}) == 1
    assert not Masked("", "phone")


def test_the_filter_masks_and_refuses_unknown_kinds():
    def render(source: str, value: object) -> str:
        return Template("{% load masking %}" + source).render(Context({"v": value}))

    assert render('{{ v|masked:"identity" }}', NUMBER) == "110105********002X"
    assert render('{{ v|masked:"phone" }}', "13812345678") == "138****5678"
    assert render('{{ v|masked:"identity" }}', Masked("13812345678", "phone")) == "138****5678"
    assert render('{{ v|masked:"identity" }}', None) == ""
    assert render('{{ v|masked:"phone" }}', "<b>secret") == "*******et"
    with pytest.raises(TemplateSyntaxError):
        render('{{ v|masked:"salary" }}', NUMBER)
