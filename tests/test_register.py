"""The registers that come with the tool: what they hold, and what the lookups make of addresses."""

from __future__ import annotations

import pytest
import yaml
from pydantic import ValidationError

from sgaudit import rules
from sgaudit.register import Address, AddressClass, Number, Phrase, Registers, registrable_domain

FOLDER = rules.built_in() / "registers"


def shipped() -> Registers:
    data: dict[str, object] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        data.update(yaml.safe_load(path.read_text("utf-8")))
    return Registers.model_validate(data)


def address(host: str, kind: str, path: str = "") -> Address:
    return Address.model_validate({"host": host, "path": path, "class": kind, "note": "n", "seen": "2026-11-24"})


REGISTERS = Registers(
    addresses=(
        address("www.ceop.police.uk", "official-weak"),
        address("www.ceop.police.uk", "official", "/safety-centre"),
        address("www.ceop.police.uk", "retired", "/report-?abuse"),
        address("www.thinkuknow.org.au", "wrong-country"),
    )
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://xn--e1asgb.example/", AddressClass.lookalike),
        ("https://www.ceop.police.uk/Safety-Centre/", AddressClass.official),
        ("http://www.ceop.police.uk/reportabuse/index.asp", AddressClass.retired),
        ("https://www.ceop.police.uk/", AddressClass.official_weak),
        ("https://WWW.CEOP.POLICE.UK./", AddressClass.official_weak),
        ("https://www.thinkuknow.org.au/", AddressClass.wrong_country),
        ("https://ceop-police.co/report", AddressClass.lookalike),
        ("https://www.ceop.police.uk.report.example/", AddressClass.lookalike),
        ("https://ceop.police.uk@evil.example/", AddressClass.lookalike),
        ("https://c30p.example/", AddressClass.lookalike),
        ("https://thinkuknow.example/", AddressClass.lookalike),
        ("https://parents.www.thinkuknow.org.au/", AddressClass.wrong_country),
        ("https://xn--eop-3ed.example/", AddressClass.lookalike),
        ("https://www.concept.example/ceop", None),
        ("https://spaceop.example/", None),
        ("https://recept.example/", None),
        ("mailto:ceop@police.example", None),
        ("https://[::1", None),
        ("", None),
    ],
)
def test_an_address_is_what_it_is_and_not_what_it_resembles(url: str, expected: AddressClass | None) -> None:
    found = REGISTERS.classify(url)
    assert (found.address_class if found else None) == expected


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.school.co.uk", "school.co.uk"),
        ("WWW.School.co.uk.", "school.co.uk"),
        ("www.elm.derbyshire.sch.uk", "elm.derbyshire.sch.uk"),
        ("ceop.police.uk", "ceop.police.uk"),
        ("localhost", "localhost"),
    ],
)
def test_the_registrable_domain_is_what_somebody_can_own(host: str, domain: str) -> None:
    assert registrable_domain(host) == domain


@pytest.mark.parametrize("model", [{"pattern": "(", "note": "n"}, {"pattern": "a", "nte": "n"}])
def test_a_broken_phrase_is_refused(model: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Phrase.model_validate(model)


def test_a_phrase_gives_the_words_it_matched() -> None:
    phrase = Phrase(pattern=r"domain (?:is )?for sale", note="n")
    assert (phrase.found_in("This DOMAIN is for sale!"), phrase.found_in("a sale")) == ("DOMAIN is for sale", "")


def test_every_shipped_move_names_registrable_domains() -> None:
    for move in shipped().rebrands:
        assert (registrable_domain(move.old), registrable_domain(move.new)) == (move.old, move.new)
        assert move.old != move.new
        assert move.note


def test_shipped_moves_are_known_one_way_only() -> None:
    registers = shipped()
    assert registers.is_known_move("thinkuknow.co.uk", "ceopeducation.co.uk")
    assert not registers.is_known_move("ceopeducation.co.uk", "thinkuknow.co.uk")


@pytest.mark.parametrize("text", ["Safeguarding | Foxglove Lane Primary School", "Childline", "Welcome to our school"])
def test_no_phrase_of_parked_pages_is_found_on_ordinary_ones(text: str) -> None:
    assert not [phrase.pattern for phrase in shipped().parked if phrase.found_in(text)]


def test_shipped_numbers_are_digits_and_differ_enough_to_be_told_apart() -> None:
    numbers: tuple[Number, ...] = shipped().numbers
    assert {number.digits for number in numbers} == {"08001111", "08088005000"}
    for number in numbers:
        assert all(digits.isdigit() and digits.startswith("0") for digits in (number.digits, *number.also))
