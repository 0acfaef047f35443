"""A full disk is said, loses nothing that was answered with success, and is over once there is room."""

from __future__ import annotations

from tests.fuzz.full_disk import fill, small_disk


def test_a_full_disk_loses_nothing_and_the_service_goes_on_once_there_is_room(tmp_path):
    with small_disk(tmp_path / "disk", 12) as disk:
        found = fill(disk, rounds=2)
    assert set(found.while_filling) == {"201", "507 store_full"}
    assert set(found.reads_while_full) == {"200"}
    assert "507 store_full" in found.writes_while_full
    assert set(found.writes_while_full) <= {"201", "507 store_full"}
    assert found.after == {"201": 6}
    assert found.missing == 0
    assert found.log_broken_at is None
