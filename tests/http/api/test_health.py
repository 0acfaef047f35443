"""Probes and figures."""

from __future__ import annotations

import httpx

from metier.http.app import create_app
from metier.http.options import HttpOptions
from metier.service.engines import EngineRoom
from metier.service.service import Service
from metier.store.workspaces.database import Database
from tests.http.running import ok, running
from tests.service.small import options_of


def test_probes_need_no_key_and_figures_do(site, team):
    assert httpx.get(f"{site.url}/healthz", trust_env=False).json()["status"] == "ok"
    ready = httpx.get(f"{site.url}/readyz", trust_env=False)
    assert (ready.status_code, ready.json()["database"]) == (200, "ok")
    assert httpx.get(f"{site.url}/metrics", trust_env=False).status_code == 401
    ok(team.viewer.get("/people"))
    figures = team.viewer.get(f"{site.url}/metrics")
    assert 'route="/api/v1/people"' in figures.text
    assert "metier_jobs{" in figures.text
    assert "01" not in {line.split("/")[-1][:2] for line in figures.text.splitlines() if "route=" in line}


def test_a_database_that_is_gone_is_not_ready_but_up(tmp_path):
    options = options_of(tmp_path)
    database = Database.open(options.database)
    service = Service(options, database, EngineRoom(options))
    with running(create_app(service, HttpOptions())) as url:
        database.close()
        (tmp_path / "service.db").unlink()
        (tmp_path / "service.db").mkdir()
        assert httpx.get(f"{url}/readyz", trust_env=False).status_code == 503
        assert httpx.get(f"{url}/healthz", trust_env=False).status_code == 200
    service.close()
