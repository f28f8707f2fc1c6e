"""What every page must be, on the first half of the pages: for everybody, in each look by turns."""

import pytest

from tests.browser.every_page import PARTS, Walk

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("part", range(PARTS // 2))
def test_every_page_is_for_everybody(walk: Walk, part: int):
    for address, look in walk.walked.part(part):
        walk.visit(address, look)
    assert walk.pages > 5
    assert not walk.faults, "\n".join(walk.faults)
