"""Configuration values: laid over one by one or many at once, changed, deleted, and shown."""

import pytest
from sqlalchemy import select

from app.errors import InvalidInputError, NotAllowedError, NotFoundError
from app.models import ConfigurationValue, JournalEntry
from app.rendering.secret_parameters import MASK
from app.security.tenant_scope import only_tenants, set_scope
from app.services.author import Author
from app.services.configuration_values import changes, copying, listing
from app.services.configuration_values.changes import ReplacementError
from app.services.configuration_values.copying import Different, Plan, StalePlanError
from app.services.owned_values import LINES
from app.services.value_owners import OwnerKind, get_owner
from tests import factories
from tests.factories import NOW

ALICE = Author("alice")


@pytest.fixture
def user(session):
    return factories.make_user(session, "anna@acme.com", tenant=factories.make_tenant(session, "Acme"))


@pytest.fixture
def acme(session, user):
    return get_owner(session, OwnerKind.TENANT, user.tenant_id)


@pytest.fixture
def anna(session, user):
    return get_owner(session, OwnerKind.USER, user.id)


def lay(session, owner, *lines, replaces=False):
    return changes.lay_over(session, owner, lines, replaces=replaces, author=ALICE, now=NOW)


def lines_of(session, owner, *, words="", with_secrets=False):
    return listing.search(session, owner, words=words, number=1, size=50, with_secrets=with_secrets).rows


def pairs(session, owner):
    return [(line.parameter, line.value) for line in lines_of(session, owner)]


def row_of(session, parameter):
    return session.scalars(select(ConfigurationValue).where(ConfigurationValue.parameter == parameter)).one()


def test_lines_are_laid_over_in_their_order(session, acme):
    done = lay(session, acme, ("b/c", "1"), ("a/b", "2"))
    assert (done.added, done.replaced, done.same) == (["b/c", "a/b"], [], [])
    assert pairs(session, acme) == [("b/c", "1"), ("a/b", "2")]


def test_another_value_for_a_parameter_asks_first_and_leaves_everything_as_it_was(session, acme):
    lay(session, acme, ("a/b", "1"))
    with pytest.raises(ReplacementError) as asked:
        lay(session, acme, ("c/d", "1"), ("a/b", "2"))
    assert asked.value.present == {"a/b": "1"}
    assert pairs(session, acme) == [("a/b", "1")]


def test_it_is_replaced_when_that_is_wanted(session, acme):
    lay(session, acme, ("a/b", "1"), ("c/d", "1"))
    done = lay(session, acme, ("a/b", "2"), ("c/d", "1"), ("e/f", "1"), replaces=True)
    assert (done.added, done.replaced, done.same) == (["e/f"], ["a/b"], ["c/d"])
    assert pairs(session, acme) == [("a/b", "2"), ("c/d", "1"), ("e/f", "1")]


def test_the_same_value_again_asks_nothing_and_notes_nothing(session, acme):
    lay(session, acme, ("a/b", "1"))
    entries = session.scalars(select(JournalEntry.id)).all()
    assert lay(session, acme, ("a/b", "1")).same == ["a/b"]
    assert session.scalars(select(JournalEntry.id)).all() == entries


def test_the_journal_has_no_secret(session, acme):
    lay(session, acme, ("system/password", "open-sesame"))
    row = row_of(session, "system/password")
    changes.edit(session, row, parameter="system/password", value="open-sesame-2", author=ALICE, now=NOW)
    changes.delete(session, row, author=ALICE, now=NOW)
    entries = session.scalars(select(JournalEntry).where(JournalEntry.actor == "alice")).all()
    assert len(entries) == 3
    assert not [entry for entry in entries if "open-sesame" in f"{entry.text}{entry.details}"]


class TestPasting:
    def test_comments_and_empty_lines_are_skipped(self):
        assert changes.read_pasted("; mine\r\n\r\na/b = 1\r\n c/d=x=y ") == (("a/b", "1"), ("c/d", "x=y"))

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("a/b = 1\nno equals sign", "Line 2: The line 'no equals sign' has no equals sign"),
            ("a/b = 1\n\nc d = 1", "Line 3: The parameter 'c d' is not valid"),
            ("a/b = %ITCS_mac%", "Line 1: The value '%ITCS_mac%' holds a placeholder"),
            ("a/b = 1\na/b = 2", "a/b is there twice"),
            ("system/password =", "never written into a phone's file"),
            ("; nothing", "There is no line to add"),
            ("\n".join(f"a/b{number} = 1" for number in range(2001)), "paste at most 2000"),
        ],
    )
    def test_one_line_that_will_not_do_is_named_and_none_is_taken(self, text, sentence):
        with pytest.raises(InvalidInputError, match="(?s)" + sentence.replace("'", ".")):
            changes.read_pasted(text)


class TestOneLine:
    def test_both_fields_say_what_is_wrong(self):
        with pytest.raises(InvalidInputError) as refused:
            changes.read_line("a b", "x" * 1025)
        assert refused.value.by_field.keys() == {"parameter", "value"}

    def test_a_line_is_not_renamed_into_another(self, session, acme):
        lay(session, acme, ("a/b", "1"), ("c/d", "1"))
        with pytest.raises(InvalidInputError, match="has a/b already"):
            changes.edit(session, row_of(session, "c/d"), parameter="a/b", value="2", author=ALICE, now=NOW)

    def test_a_changed_line_keeps_its_place(self, session, acme):
        lay(session, acme, ("a/b", "1"), ("c/d", "1"))
        changes.edit(session, row_of(session, "a/b"), parameter="e/f", value="2", author=ALICE, now=NOW)
        assert pairs(session, acme) == [("e/f", "2"), ("c/d", "1")]


class TestLists:
    def test_a_users_line_tells_the_tenants_value_that_it_overrides(self, session, acme, anna):
        lay(session, acme, ("a/b", "1"), ("system/password", "open-sesame"))
        lay(session, anna, ("a/b", "2"), ("c/d", "2"), ("system/password", "other"))
        assert [(line.parameter, line.value, line.of_tenant) for line in lines_of(session, anna)] == [
            ("a/b", "2", "1"),
            ("c/d", "2", None),
            ("system/password", MASK, MASK),
        ]
        assert lines_of(session, anna, with_secrets=True)[2].of_tenant == "open-sesame"

    def test_words_find_parameters(self, session, acme):
        lay(session, acme, ("system/syslog/mode", "1"), ("voip/line/0/id", "1"))
        assert [line.parameter for line in lines_of(session, acme, words="SYSLOG")] == ["system/syslog/mode"]


class TestCopying:
    @pytest.fixture
    def globex(self, session):
        return get_owner(session, OwnerKind.TENANT, factories.make_tenant(session, "Globex").id)

    def copy(self, session, source, target, *, replaces=False):
        told = copying.plan(session, source, target).fingerprint
        return copying.copy(session, source, target, told=told, replaces=replaces, author=ALICE, now=NOW)

    def test_the_plan_says_what_is_new_what_differs_and_what_is_the_same(self, session, acme, globex):
        lay(session, acme, ("a/new", "1"), ("b/other", "1"), ("c/same", "1"))
        lay(session, globex, ("c/same", "1"), ("b/other", "2"), ("d/own", "1"))
        assert copying.plan(session, acme, globex) == Plan(
            added=[("a/new", "1")], different=[Different("b/other", "2", "1")], same=[("c/same", "1")]
        )

    def test_what_is_there_stays_unless_it_is_to_be_replaced(self, session, acme, globex):
        lay(session, acme, ("a/new", "1"), ("b/other", "1"))
        lay(session, globex, ("b/other", "2"), ("d/own", "1"))
        assert self.copy(session, acme, globex).added == ["a/new"]
        assert pairs(session, globex) == [("b/other", "2"), ("d/own", "1"), ("a/new", "1")]
        assert self.copy(session, acme, globex, replaces=True).replaced == ["b/other"]
        assert pairs(session, globex) == [("b/other", "1"), ("d/own", "1"), ("a/new", "1")]
        assert pairs(session, acme) == [("a/new", "1"), ("b/other", "1")]

    def test_a_line_that_came_meanwhile_is_looked_at_first(self, session, acme, globex):
        lay(session, acme, ("a/new", "1"))
        told = copying.plan(session, acme, globex).fingerprint
        lay(session, globex, ("a/new", "2"))
        with pytest.raises(StalePlanError):
            copying.copy(session, acme, globex, told=told, replaces=True, author=ALICE, now=NOW)
        assert pairs(session, globex) == [("a/new", "2")]

    def test_the_journal_says_from_whom_and_has_no_secret(self, session, acme, globex):
        lay(session, acme, ("system/password", "open-sesame"))
        self.copy(session, acme, globex)
        entry = session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc())).first()
        assert (
            entry.text
            == "alice: system/password laid over for the tenant Globex, copied from the tenant Acme."
        )
        assert (entry.tenant_id, entry.details) == (globex.id, {"lines": {"system/password": MASK}})

    def test_a_user_is_copied_from_a_user_only(self, session, acme, anna):
        for source in (acme, anna):
            with pytest.raises(InvalidInputError, match="Choose another user"):
                copying.plan(session, source, anna)


def test_nothing_of_another_tenant_is_seen_or_changed(session, acme):
    globex = factories.make_tenant(session, "Globex")
    theirs = get_owner(session, OwnerKind.TENANT, globex.id)
    lay(session, theirs, ("a/b", "1"))
    row_id = row_of(session, "a/b").id
    session.flush()
    set_scope(session, only_tenants([acme.id]))
    with pytest.raises(NotFoundError):
        LINES.get(session, OwnerKind.TENANT, row_id)
    assert lines_of(session, theirs) == []
    with pytest.raises(NotAllowedError):
        lay(session, theirs, ("c/d", "1"))
    session.expunge_all()
