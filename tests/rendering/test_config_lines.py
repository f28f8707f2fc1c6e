"""The lines of a configuration file, checked before they reach a phone."""

import pytest

from app.errors import InvalidInputError
from app.rendering.config_lines import check_lines
from app.rendering.dhcp_option import DIRECT_TEMPLATE, PROXY_TEMPLATE
from app.rendering.factory_templates import FACTORY_TEMPLATES
from app.rendering.personal_file import render_global_file
from app.rendering.template_file import parse_template

GOOD = """\
include Audiocodes_420HD_global_LYNC_empty.cfg

; a comment
;system/password=
system/ntp/enabled = 1
network/lan/vlan/mode=
ems_server/user_password={"VvlZOp5/5pM="}
voip/dial_plan=[2-9]xx=1;x
"""


def test_what_phones_read_is_taken():
    check_lines(GOOD)
    check_lines(GOOD.replace("\n", "\r\n"))
    check_lines(DIRECT_TEMPLATE)
    check_lines(PROXY_TEMPLATE)


@pytest.mark.parametrize("template", FACTORY_TEMPLATES, ids=lambda template: template.name)
def test_every_global_file_of_the_factory_is_taken(template):
    check_lines(render_global_file(parse_template(template.content).global_file.data, {}).text)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("system/ntp/enabled", "Line 3: there is no equals sign"),
        ("<html>", "Line 3: there is no equals sign"),
        ("a b=1", "Line 3: what stands before the equals sign is no parameter"),
        ("=1", "Line 3: what stands before the equals sign is no parameter"),
        ("system/password=", "Line 3: system/password has no value"),
        ('system/password = {""}', "Line 3: system/password has no value"),
        ("system/name=%ITCS_Name%", "Line 3: a placeholder is filled in templates only"),
        (f"a={'x' * 4096}", "Line 3: a line has at most 4096 characters"),
        ("include", "Line 3: there is no equals sign"),
    ],
)
def test_what_they_cannot_read_is_refused_with_its_line(line, sentence):
    with pytest.raises(InvalidInputError, match=sentence):
        check_lines(f"a=1\n\n{line}\nb=2")
