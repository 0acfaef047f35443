import pytest

from metier.cli.scale import EngineName, Scale, absolute, for_workers, opened_cluster
from metier.config import Settings
from metier.errors import InvalidInput


@pytest.mark.parametrize(("workers", "address"), [(2, None), (None, "auto")])
def test_options_of_ray_are_refused_without_it(workers, address):
    with pytest.raises(InvalidInput, match="--engine ray"):
        Scale(EngineName.LOCAL, workers, address)


def test_in_this_process_no_cluster_is_opened():
    with opened_cluster(Scale(EngineName.LOCAL, None, None)) as cluster:
        assert cluster is None


def test_names_stay_names_and_paths_become_whole(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.csv").touch()
    (tmp_path / "base").mkdir()
    assert absolute("mine.csv") == str(tmp_path / "mine.csv")
    assert absolute("./base") == str(tmp_path / "base")
    for name in ("base", "default", "gone.csv", ""):
        assert absolute(name) == name


def test_a_worker_computes_with_one_thread(tmp_path):
    settings = Settings(threads=8, data_dir=tmp_path / ".." / tmp_path.name)
    assert for_workers(settings).threads == 1
    assert for_workers(settings).data_dir == tmp_path


def test_a_search_model_in_a_folder_is_found_from_anywhere(tmp_path, monkeypatch):
    (tmp_path / "mine" / "model").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    there = for_workers(Settings(search_model="mine/model"))
    assert there.search_model == str(tmp_path / "mine" / "model")
