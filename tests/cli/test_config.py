def test_each_setting_is_shown_with_its_origin(metier, monkeypatch):
    monkeypatch.setenv("METIER_TIMEOUT_S", "60")
    rows = {row["name"]: row for row in metier("config", "show").rows}
    assert rows["timeout_s"] == {"name": "timeout_s", "value": 60.0, "origin": "METIER_TIMEOUT_S"}
    assert rows["language"]["origin"] == "default"
    assert "METIER_TIMEOUT_S" in metier("config", "show", "--format", "table").out


def test_an_unknown_setting_is_an_error(metier, monkeypatch):
    monkeypatch.setenv("METIER_TIMEOUT", "60")
    result = metier("config", "show")
    assert result.code == 2
    assert "there is no setting 'timeout'" in result.err
