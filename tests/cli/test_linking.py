import csv
import io
import json

import pytest
import typer

from metier.cli import linking
from metier.encoders.folder import ModelFolder
from metier.encoders.load import shipped_models
from metier.skills.linking.head import LinkingWeights, save_linking_head
from metier.training.output import Origin
from tests.skills.linking.small import flat_tagger, write_spans
from tests.skills.test_esco import HEADER, ROWS

TAXONOMY = "id,label,aliases\nweld,weld steel,\ncook,cook meals,prepare food\njava,Java,JVM\n"


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    """Add the commands where the tree does not have them yet."""
    from metier.cli import skills

    if "link" not in {command.name for command in skills.app.registered_commands}:
        monkeypatch.setattr(skills.app, "registered_commands", list(skills.app.registered_commands))
        linking.register(skills.app)


@pytest.fixture
def model(tmp_path):
    """Write a head on the shipped encoder for which any words may tell of a skill."""
    encoder = ModelFolder.peek(shipped_models()["base"])
    save_linking_head(
        flat_tagger(encoder.card.dim),
        LinkingWeights(),
        tmp_path / "head",
        Origin("flat"),
        encoder_sha256=encoder.sha256,
    )
    return tmp_path / "head"


@pytest.fixture
def taxonomy(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(TAXONOMY)
    return path


@pytest.fixture
def link(metier, model, taxonomy):
    def run(*arguments, stdin=b""):
        return metier(
            "skills", "link", "--model", model, "--taxonomy", taxonomy, "--top-k", 3, *arguments, stdin=stdin
        )

    return run


def test_link_gives_json_lines_with_words_and_their_places(link):
    text = "Every day you cook meals."
    result = link("--text", text)
    first = result.rows[0]
    assert (result.code, len(result.rows), first["skill"], first["name"]) == (0, 3, "cook", "cook meals")
    quote = first["quotes"][0]
    assert text[quote["span"]["start"] : quote["span"]["end"]] == quote["text"]
    assert "cook" in quote["text"]


def test_link_reads_standard_input(link):
    assert link(stdin="Ты варишь сталь, weld steel".encode()).rows[0]["skill"] == "weld"


def test_link_gives_tables_and_csv(link):
    table = link("--text", "You cook meals", "--format", "table").out
    assert "Linked skills" in table
    assert "cook meals" in table
    rows = list(csv.DictReader(io.StringIO(link("--text", "You cook meals", "--format", "csv").out)))
    assert rows[0]["skill"] == "cook"
    assert set(rows[0]) == {"skill", "name", "score", "quotes"}


@pytest.mark.parametrize(
    ("form", "content"),
    [
        ("json", ""),
        ("csv", "skill,name,score,quotes\n"),
        ("table", "The text says nothing that can be linked to a skill.\n"),
    ],
)
def test_an_empty_text_gives_an_empty_result(link, form, content):
    result = link("--text", "", "--format", form)
    assert (result.code, result.out) == (0, content)


def test_top_k_out_of_range_is_an_error(metier, model, taxonomy):
    for top_k in (0, 4):
        result = metier(
            "skills", "link", "--text", "x", "--model", model, "--taxonomy", taxonomy, "--top-k", top_k
        )
        assert result.code == 2
        assert f"top_k must be from 1 to 3, the skills of taxonomy mine. Got {top_k}" in result.err


def test_a_text_over_the_limit_is_refused(link, monkeypatch):
    monkeypatch.setenv("METIER_MAX_CHARS", "3")
    assert "may have 3 characters. It has 4" in link("--text", "Java").err


def test_without_esco_the_error_says_how_to_import_it(metier, model):
    result = metier("skills", "link", "--text", "x", "--model", model)
    assert result.code == 2
    assert "taxonomy import skills_en.csv --language en" in result.err
    assert "docs/how-to/esco.md" in result.err
    assert "--taxonomy default" in result.err


def test_imported_esco_is_the_default(metier, model, tmp_path):
    path = tmp_path / "skills_en.csv"
    path.write_text(HEADER + ROWS, encoding="utf-8")
    metier("skills", "taxonomy", "import", path, "--language", "en")
    result = metier("skills", "link", "--text", "handle looms", "--model", model, "--top-k", 1)
    assert [row["skill"] for row in result.rows] == ["http://e/1"]


def test_an_esco_csv_is_taken_as_it_is(metier, model, tmp_path):
    path = tmp_path / "skills_de.csv"
    path.write_text(HEADER + ROWS, encoding="utf-8")
    result = metier(
        "skills", "link", "--text", "handle looms", "--model", model, "--taxonomy", path, "--top-k", 1
    )
    assert [row["skill"] for row in result.rows] == ["http://e/1"]


def test_metiers_own_taxonomy_is_linked_to_by_name(metier, model):
    result = metier(
        "skills",
        "link",
        "--text",
        "Forecasting budgets",
        "--model",
        model,
        "--taxonomy",
        "default",
        "--top-k",
        2,
    )
    assert len(result.rows) == 2


def test_an_unknown_taxonomy_is_an_error(metier, model):
    result = metier("skills", "link", "--text", "x", "--model", model, "--taxonomy", "esco-xx")
    assert result.code == 2
    assert "no taxonomy file at esco-xx" in result.err


def test_an_unknown_model_is_an_error(metier, taxonomy):
    result = metier("skills", "link", "--text", "x", "--model", "lonking", "--taxonomy", taxonomy)
    assert result.code == 2
    assert "There is no model 'lonking'" in result.err


def test_a_model_for_something_else_is_an_error(metier, taxonomy):
    result = metier("skills", "link", "--text", "x", "--model", "skills", "--taxonomy", taxonomy)
    assert result.code == 4
    assert "not 'skills-linking'" in result.err


def test_priors_are_taken(link, tmp_path):
    (tmp_path / "priors.json").write_text('{"weld steel": 1}')
    rows = link("--text", "You cook", "--priors", tmp_path / "priors.json", "--prior-weight", 9).rows
    assert rows[0]["skill"] == "weld"
    assert link("--text", "x", "--priors", tmp_path / "priors.json", "--prior-weight", -1).code == 2


def test_the_role_sets_what_headings_mean(link):
    text = "Duties\nYou weld steel.\n\nBenefits\nJava for all.\n"

    def quoted(*arguments):
        return {quote["text"] for row in link("--text", text, *arguments).rows for quote in row["quotes"]}

    assert not quoted() & {"Java", "Benefits"}
    assert "Java" in quoted("--role", "resume")


@pytest.fixture
def annotations(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(
        "sentence,span,sub_span,label\nyou weld steel,weld steel,,weld steel\n"
        "you knit,knit,,knitting\nwe use java,java,,Java\nwe use java,x,,LABEL NOT PRESENT\n"
    )
    return path


def test_evaluation_gives_one_json_object(metier, model, taxonomy, annotations):
    result = metier(
        "skills",
        "evaluate-linking",
        annotations,
        "--taxonomy",
        taxonomy,
        "--model",
        model,
        "--format",
        "json",
    )
    found = json.loads(result.out)
    assert (found["mrr"], found["rp@1"], found["rp@5"], found["rp@10"]) == (1.0, 1.0, 1.0, 1.0)
    assert (found["n_sentences"], found["n_missing_targets"], found["model"]) == (2, 1, "flat")


def test_evaluation_gives_a_table(metier, model, taxonomy, annotations):
    result = metier(
        "skills",
        "evaluate-linking",
        annotations,
        "--taxonomy",
        taxonomy,
        "--model",
        model,
        "--format",
        "table",
    )
    assert "rp@5" in result.out
    assert "1 targets that the taxonomy lacks are left out" in " ".join(result.out.split())


def test_a_missing_file_of_annotations_is_an_error(metier, model, taxonomy, tmp_path):
    result = metier(
        "skills", "evaluate-linking", tmp_path / "none.csv", "--taxonomy", taxonomy, "--model", model
    )
    assert result.code == 2
    assert "no file of annotations" in result.err


def test_all_commands_have_an_example():
    app = typer.Typer()
    linking.register(app)
    assert [
        (command.name, command.epilog.startswith("Example: metier skills "))
        for command in app.registered_commands
    ] == [
        ("link", True),
        ("evaluate-linking", True),
        ("train-linker", True),
    ]


@pytest.fixture
def train(metier, tmp_path):
    """Return a function that trains on marked texts; skipped where the train extra is not installed."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("transformers")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    spans = write_spans(tmp_path / "spans.jsonl")

    def run(*arguments):
        command = ("skills", "train-linker", "--spans", spans, "--output", tmp_path / "mine", "--steps", 3)
        return metier(*command, *arguments)

    yield run
    torch.set_num_threads(threads)


def test_one_command_trains_a_head_that_link_uses(train, metier, taxonomy, tmp_path):
    trained = train()
    assert (trained.code, trained.out) == (0, ""), trained.err
    model = tmp_path / "mine" / "model"
    assert f"metier skills link --model {model}" in trained.err
    card = ModelFolder.open(model).card
    assert (card.name, card.task) == ("mine", "skills-linking")
    assert card.command.startswith("metier skills train-linker --spans")
    linked = metier(
        "skills",
        "link",
        "--text",
        "cook",
        "--model",
        model,
        "--taxonomy",
        taxonomy,
        "--top-k",
        1,
    )
    assert [row["skill"] for row in linked.rows] == ["cook"]


def test_a_finished_training_is_not_repeated_and_another_one_refused(train):
    assert train().code == 0
    again = train()
    assert (again.code, "Step" in again.err) == (0, False)
    other = train("--seed", 1)
    assert other.code == 2
    assert "resume with the same value" in other.err


@pytest.mark.parametrize(
    ("option", "value"),
    [("--labelled", "x.csv"), ("--taxonomy", "default"), ("--backbone-rate", 0.1), ("--frozen-layers", 2)],
)
def test_what_is_about_a_backbone_is_refused_without_one(train, tmp_path, option, value):
    result = train(option, value)
    assert result.code == 2
    assert f"{option} is about a backbone that is trained along. Got {value}" in result.err
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--spans", "absent.jsonl"), "absent.jsonl"),
        (("--steps", 0), "steps must be a whole number, at least 1"),
        (("--head-rate", 0), "head_rate must be above 0"),
        (("--backbone", "b", "--frozen-layers", -1), "frozen_layers must be 0 or more"),
        (("--backbone", "b"), "ESCO is not imported"),
    ],
)
def test_wrong_use_of_train_linker_is_said_without_a_traceback(train, arguments, message):
    result = train(*arguments)
    assert (result.code, "Traceback" in result.err) == (2, False)
    assert message in result.err


def test_a_backbone_is_trained_with_names_and_sentences(train, metier, tmp_path):
    from tests.skills.architectures import tiny

    backbone = tiny.save_backbone(tmp_path / "bert")
    taxonomy, labelled = tmp_path / "many.csv", tmp_path / "labelled.csv"
    rows = [f"s{i},w{i},w{i + 1} w{i + 2}|w{i + 3} w{i}" for i in range(300)]
    taxonomy.write_text("\n".join(["id,label,aliases", *rows]) + "\n")
    labelled.write_text("sentence,label\nw1 w9,w10\nw4 w8,w7\n")
    trained = train("--backbone", backbone, "--taxonomy", taxonomy, "--labelled", labelled)
    assert trained.code == 0, trained.err
    model = tmp_path / "mine" / "model"
    data = ModelFolder.open(model).card.training_data
    assert {name.rpartition("/")[2] for name in data} == {"spans.jsonl", "labelled.csv", "taxonomy: many"}
    linked = metier("skills", "link", "--text", "w1 w2", "--model", model, "--taxonomy", taxonomy)
    assert len(linked.rows) == 10
