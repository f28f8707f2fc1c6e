"""What every page must be: for everybody, in both themes, at three widths."""

import pytest

from tests.browser.every_page import LOOKS, Walk

pytestmark = [pytest.mark.acceptance, pytest.mark.browser]


def test_every_page_is_for_everybody_in_both_themes_at_three_widths(walk: Walk):
    for address in walk.walked.addresses:
        walk.visit(address, *LOOKS)
    assert walk.pages > 100
    assert not walk.faults, "\n".join(walk.faults)
