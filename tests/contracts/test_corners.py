"""The policies answer in the corners, too."""

from tests.contracts.corners import corners


def test_every_corner_is_answered_as_it_should_be(db):
    assert [corner.what for corner in corners() if corner.wrong] == []
