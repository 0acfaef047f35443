"""Writes tests/encoders/shipped_outputs.json: what the shipped encoder says of ten texts, for its test.

Run it after the encoder under src/metier/models/base was replaced, and look at the difference:

    python scripts/shipped_outputs.py
"""

from __future__ import annotations

import json
from pathlib import Path

from metier.encoders.load import BASE, Runtime, load_encoder, shipped_models
from metier.encoders.reading import TextKind

OUTPUT = Path(__file__).parents[1] / "tests" / "encoders" / "shipped_outputs.json"
SHOWN = 24
TEXTS = (
    ("query", "Senior backend developer, Python, PostgreSQL"),
    ("passage", "We look for somebody who keeps our payment service running at night and at weekends."),
    ("query", "data analyst"),
    ("passage", "Led a team of five engineers for three years and taught two trainees."),
    ("query", "ведущий разработчик, опыт от шести лет"),
    (
        "passage",
        "Обязанности: сопровождение базы данных, резервные копии, ответы на вопросы людей.",
    ),
    ("query", "머신러닝 엔지니어"),
    ("passage", "딥러닝 모델을 학습하고 배포한 경험이 있습니다."),
    ("query", "מנהלת מוצר עם ניסיון בענן"),
    ("passage", "C++17, Qt, CMake; 40% of build time saved. Git, CI/CD, Docker."),
)


def main() -> None:
    """Encode the texts and write the first numbers of each vector."""
    encoder = load_encoder(shipped_models()[BASE], Runtime(threads=1))
    rows = [
        {
            "kind": kind,
            "text": text,
            "vector": [round(float(x), 5) for x in encoder.encode([text], kind=TextKind(kind))[0][:SHOWN]],
        }
        for kind, text in TEXTS
    ]
    content = json.dumps({"sha256": encoder.sha256, "rows": rows}, ensure_ascii=False, indent=1)
    OUTPUT.write_text(content + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
