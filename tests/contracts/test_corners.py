"""The policies answer in the corners, too."""

from common import clock
from tests.contracts.corners import THAT_DAY, corners


def test_every_corner_is_answered_as_it_should_be(db):
    with clock.at(THAT_DAY):
        asked = corners()
        assert [corner.what for corner in asked if corner.wrong] == []
    assert len(asked) > 50
