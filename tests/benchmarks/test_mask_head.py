import json
import random

import mask_head as bench

WORDS = "river stone cloud engine paper market silver garden window bridge copper harbour letter".split()


def text_of(seed, n=60):
    return " ".join(random.Random(seed).choices(WORDS, k=n))


def test_near_duplicates_stand_on_one_side_and_damaged_texts_are_not_measured_on():
    copies = [f"{text_of(i)} again" for i in range(60)]
    sources = {
        "hh_2022": [text_of(i) for i in range(60)],
        "dice": copies,
        bench.NOISY: [text_of(i) for i in range(1000, 1060)],
    }
    rows = bench.divide(sources)
    assert rows["dev"]
    assert bench.NOISY not in {row["source"] for row in rows["dev"]}
    assert bench.NOISY in {row["source"] for row in rows["train"]}
    sides = {row["text"]: part for part, own in rows.items() for row in own}
    assert all(sides[text] == sides[f"{text} again"] for text in sources["hh_2022"])
    assert {row["language"] for row in rows["train"]} == {"ru", "en"}


def test_sources_are_read_whole_and_each_text_once(tmp_path):
    def write(path, rows):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("".join(f"{json.dumps(row)}\n" for row in rows))

    titled = {"title": "R&amp;D", "description": "text"}
    for name in ("hh_2022", "hh_2025", "hh_2022_noisy"):
        write(f"vacancies-ru/{name}.jsonl", [titled, titled])
    write(
        "vacancies-ru/superjob_2018.jsonl",
        [{"name": "a", "duties": "b", "requirements": None, "conditions": "c"}],
    )
    write("vacancies-en/linkedin_2024.jsonl", [titled])
    write("vacancies-en/nofluffjobs_2022.jsonl", [{"position": "a", "description": "b"}])
    (tmp_path / "vacancies-en" / "dice.csv").write_text(",jobdescription,jobtitle\n0,b,a\n")
    write("resumes-en/livecareer.jsonl", [{"text": text_of(i)} for i in range(200)])
    found = bench.read_sources(tmp_path)
    assert found["hh_2022"] == ["R&D\ntext"]
    assert found["hh_2022_noisy"] == ["text"]
    assert found["superjob_2018"] == ["a\nb\n\nc"]
    assert found["dice"] == found["nofluffjobs_2022"] == ["a\nb"]
    assert 40 < len(found["livecareer"]) < 100
    written = bench.write_corpus(tmp_path, tmp_path / "out")
    # A damaged text of the measured part is left out.
    assert 0 <= sum(map(len, found.values())) - sum(map(len, written.values())) <= 1
    assert (tmp_path / "out" / "dev.jsonl").is_file()
