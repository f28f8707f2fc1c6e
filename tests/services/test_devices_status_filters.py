"""The query string of Devices Status: what it says, what it refuses, and how it is written again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInputError
from app.services.devices_status.columns import COLUMNS
from app.services.devices_status.filters import Filters
from app.services.devices_status.words import Word, split_words


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"status": "happy"}, '"happy" is not a status; choose one of started, registered'),
        ({"mac": "zz"}, '"zz" is not a part of a MAC address'),
        ({"mac": "0" * 13}, "is not a part of a MAC address"),
        ({"ip": "10.1.2.3/16"}, "did you mean 10.1.0.0/16"),
        ({"ip": "10.1.2.3/x"}, "is not a subnet"),
        ({"ip": "2001:db8::/32"}, "IPv6 subnet; write the beginning of the address"),
        ({"rows": "7"}, '"7" will not do for rows; choose one of 10, 25, 50, 100, 200'),
        ({"rows": "-1"}, "will not do for rows"),
        ({"sort": "password"}, '"password" will not do for sort'),
        ({"direction": "up"}, "choose one of asc, desc"),
        ({"approval": "maybe"}, "choose one of approved, pending"),
        ({"several": "no"}, "choose one of yes"),
        ({"q": "a\0b"}, "characters that cannot be looked for"),
        ({"user": "a\nb"}, "characters that cannot be looked for"),
        ({"user": "\ud800"}, "characters that cannot be looked for"),
        ({"user": "x" * 10_000}, "too long to look for; write at most 200 characters"),
        ({"q": "x" * 10_000}, "too long to look for"),
        ({"q": "a b c d e f g h i j k"}, "at most 10 words; this one has 11"),
        ({"q": "status:happy"}, "is not a status"),
        ({"q": "mac:hello"}, "is not a part of a MAC address"),
        ({"q": "ip:10.0.0.1/8"}, "did you mean 10.0.0.0/8"),
    ],
)
def test_a_wrong_value_is_refused_with_a_sentence_that_says_what_to_do(query, sentence):
    with pytest.raises(InvalidInputError) as refused:
        Filters.from_query(query)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("search", "words"),
    [
        ("", ()),
        ("anna", (Word("", "anna"),)),
        ("User:Anna", (Word("user", "Anna"),)),
        ("user: anna", (Word("user", "anna"),)),
        ('tenant:"Acme Corp" 10.1', (Word("tenant", "Acme Corp"), Word("", "10.1"))),
        ('"anna maria"', (Word("", "anna maria"),)),
        ('"anna maria', (Word("", "anna"), Word("", "maria"))),
        ('""', ()),
        ("MAC:00:90:8F", (Word("mac", "00908f"),)),
        ("00:90:8F", (Word("", "00:90:8F"),)),
        ("color:red", (Word("", "color:red"),)),
        ("status:Not-Registered", (Word("status", "not_registered"),)),
    ],
)
def test_a_search_is_split_into_words_and_fields(search, words):
    assert split_words(search) == words


@pytest.mark.parametrize(
    ("query", "direction"), [({}, "desc"), ({"sort": "user"}, "asc"), ({"sort": "reported"}, "desc")]
)
def test_times_are_first_sorted_from_the_latest_and_texts_from_the_first(query, direction):
    assert Filters.from_query(query).direction == direction


def test_the_way_back_to_a_list_is_what_was_asked():
    query = {
        "q": "user:anna",
        "tenant": "Acme",
        "status": "disconnected",
        "rows": "100",
        "sort": "ip",
        "direction": "desc",
    }
    assert Filters.from_query(query).as_query() == query


def test_defaults_are_left_out_of_an_address():
    assert (
        Filters.from_query({"rows": "50", "sort": "status_changed", "q": "  ", "page": "7"}).as_query() == {}
    )


def test_one_filter_is_taken_away_and_the_others_stay():
    assert Filters.from_query({"q": "anna", "tenant": "Acme"}).as_query(q="") == {"tenant": "Acme"}


@given(
    sort=st.sampled_from([column.name for column in COLUMNS]),
    direction=st.sampled_from(["asc", "desc"]),
    rows=st.sampled_from(["10", "50", "200"]),
    text=st.text(st.characters(blacklist_categories=["C", "Z"]), max_size=20),
)
def test_an_address_says_what_it_was_made_from(sort, direction, rows, text):
    filters = Filters.from_query(
        {"sort": sort, "direction": direction, "rows": rows, "model": text, "tenant": text}
    )
    assert Filters.from_query(filters.as_query()) == filters
