"""What a process knows of the forms of files: read now and then, and never for a phone whose template it knows."""

from app.models.enums import ValueFormat
from app.phone_api.known_forms import KnownForms
from tests import factories
from tests.phone_api.conftest import Sessions
from tests.services.statements import Statements
from tests.services.test_tenancy_deletion import add_template


class Clock:
    """A clock that a test sets."""

    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_nothing_is_asked_for_templates_that_are_known(setting_up: Sessions) -> None:
    with setting_up() as session:
        known = KnownForms(clock=Clock())
        audiocodes, yealink = (
            factories.get_template(session, name).id for name in (factories.TEMPLATE, "Yealink_T46S")
        )
        assert known.of_template(session, audiocodes) is None
        forms = []

        def ask() -> None:
            for _ in range(100):
                forms.append(known.of_template(session, audiocodes))
                forms.append(known.of_template(session, None))
            assert known.lets(session, "cfg000b82123456.xml", "000b82123456")
            assert not known.lets(session, "cfg000b82123456.zip", "000b82123456")

        assert Statements(session).of(session, ask) == 0
        assert set(forms) == {None}
        form = known.of_template(session, yealink)
        assert form is not None
        assert form.value_format is ValueFormat.TEXT


def test_a_new_template_is_known_at_once_and_a_changed_model_after_some_seconds(setting_up: Sessions) -> None:
    with setting_up() as session:
        clock = Clock()
        known = KnownForms(clock=clock)
        assert known.of_template(session, factories.get_template(session).id) is None
        template = add_template(session, factories.make_tenant(session))
        assert known.of_template(session, template.id) is None
        template.phone_model.file_names = "x{mac}.cfg"
        session.flush()
        assert known.of_template(session, template.id) is None
        clock.seconds += 6
        form = known.of_template(session, template.id)
        assert form is not None
        assert form.names == ("x{mac}.cfg",)
