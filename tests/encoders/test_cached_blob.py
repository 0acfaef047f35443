from metier.encoders.cached_blob import read_blob, write_blob


def test_what_was_put_there_comes_back(tmp_path):
    write_blob(tmp_path / "deep" / "key", b"content")
    assert read_blob(tmp_path / "deep" / "key") == b"content"
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["key"]


def test_nothing_there_is_nothing(tmp_path):
    assert read_blob(tmp_path / "key") is None


def test_changed_or_cut_off_content_is_nothing(tmp_path):
    path = tmp_path / "key"
    write_blob(path, b"content")
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole[:10], b"", whole[:-1] + b"X", b"X" + whole[1:]):
        path.write_bytes(damaged)
        assert read_blob(path) is None


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path):
    (tmp_path / "file").write_text("in the way")
    write_blob(tmp_path / "file" / "key", b"content")
    assert read_blob(tmp_path / "file" / "key") is None
