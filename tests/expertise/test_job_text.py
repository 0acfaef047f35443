import pytest

from metier.expertise.job_text import job_text


def test_a_job_begins_with_company_and_post_and_its_dates():
    job = {
        "period": ["май 2019 — июль 2021"],
        "position": "Инженер",
        "company": "Ромашка",
        "duties": ["Писал код.\nТестировал.", "Учил стажёров"],
    }
    assert job_text(job) == "Ромашка — Инженер\nмай 2019 — июль 2021\nПисал код.\nТестировал.\nУчил стажёров"


@pytest.mark.parametrize(
    ("job", "lines"),
    [
        (
            {"start": "2019-05-01T00:00", "end": "2020-01", "title": "Nurse"},
            ["Nurse", "2019-05-01 – 2020-01"],
        ),
        ({"start_date": "2019-05", "company": "Acme"}, ["Organization: Acme", "2019-05 – present"]),
        ({"start": "2019-05", "position": "Врач"}, ["Врач", "2019-05 – настоящее время"]),
        ({"name": "Acme", "position": "Nurse"}, ["Acme — Nurse"]),
        ({"name": "Nurse", "company": "Acme"}, ["Acme — Nurse"]),
        ({"name": "Nurse"}, ["Nurse"]),
        ({"position": "Education"}, ["Position: Education"]),
        ({"company": "A — B", "position": "Nurse"}, ["Organization: A — B", "Position: Nurse"]),
        ({"salary": "many", "duties": ""}, []),
        ({}, []),
    ],
)
def test_what_is_said_of_a_job_is_kept(job, lines):
    assert job_text(job).split("\n") == (lines or [""])
