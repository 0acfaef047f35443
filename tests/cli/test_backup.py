from metier.store.workspaces.database import Database


def test_a_copy_is_made_and_its_size_is_said(metier, tmp_path):
    place = tmp_path / "metier.db"
    Database.open(str(place)).close()
    done = metier("backup", tmp_path / "copy.db", "--database", place)
    assert done.code == 0
    assert f"{(tmp_path / 'copy.db').stat().st_size:,} bytes" in done.err


def test_without_a_service_there_is_nothing_to_copy(metier, tmp_path):
    done = metier("backup", tmp_path / "copy.db")
    assert (done.code, "There is no database" in done.err) == (2, True)


def test_a_server_has_its_own_tool(metier, tmp_path):
    done = metier("backup", tmp_path / "copy.db", "--database", "postgresql://db/metier")
    assert (done.code, "pg_dump" in done.err) == (2, True)
