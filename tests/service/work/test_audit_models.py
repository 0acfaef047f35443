"""The job that looks at the files of models."""

import shutil

from metier.encoders.load import shipped_models
from metier.service import jobs
from metier.store.workspaces.jobs import JobState


def test_every_installed_model_gets_a_verdict(service, caller, work_off, monkeypatch, tmp_path):
    name, folder = next(iter(shipped_models().items()))
    shutil.copytree(folder, tmp_path / "shipped" / name)
    own = service.options.data_dir / "models"
    bad = own / "my model"
    shutil.copytree(folder, bad)
    next(path for path in bad.iterdir() if path.name != "model.json").write_bytes(b"changed")
    monkeypatch.setattr("metier.encoders.load.SHIPPED", tmp_path / "shipped")
    job = jobs.start_audit_models(service, caller)
    work_off(service)
    found = jobs.get(service, caller, job.id)
    assert (found.state, found.done, found.total) == (JobState.DONE, 2, 2)
    assert found.result["models"][name] == "clean"
    assert found.result["models"]["my model"] != "clean"
