import json

import pytest

pytest.importorskip("cyclonedx")

from metier.audit.provenance.bill import Materials, bill_of_materials
from metier.audit.provenance.card import Origin

MATERIALS = Materials(
    Origin("tiny", "MIT", "nobody/bert"),
    {"model.safetensors": "a" * 64, "config.json": "b" * 64},
    {"jobs/a.csv": "c" * 64},
    "classify",
)


def test_a_bill_lists_the_model_its_files_its_base_and_its_data():
    bill = json.loads(bill_of_materials(MATERIALS))
    model = bill["metadata"]["component"]
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert (model["type"], model["name"]) == ("machine-learning-model", "tiny")
    assert model["licenses"] == [{"license": {"id": "MIT"}}]
    assert model["pedigree"]["ancestors"][0]["name"] == "nobody/bert"
    assert {c["name"]: c["hashes"] for c in model["components"]} == {
        "model.safetensors": [{"alg": "SHA-256", "content": "a" * 64}],
        "config.json": [{"alg": "SHA-256", "content": "b" * 64}],
    }
    assert [(c["type"], c["name"]) for c in bill["components"]] == [("data", "jobs/a.csv")]
    assert {"name": "metier:task", "value": "classify"} in model["properties"]


def test_the_same_model_gives_the_same_bytes_and_another_another_number():
    assert bill_of_materials(MATERIALS) == bill_of_materials(MATERIALS)
    other = Materials(MATERIALS.origin, {"model.safetensors": "d" * 64})
    numbers = {json.loads(bill_of_materials(m))["serialNumber"] for m in (MATERIALS, other)}
    assert len(numbers) == 2


def test_a_bill_fits_its_schema():
    validation = pytest.importorskip("cyclonedx.validation.json")
    schema = pytest.importorskip("cyclonedx.schema")
    try:
        fault = validation.JsonStrictValidator(schema.SchemaVersion.V1_6).validate_str(
            bill_of_materials(MATERIALS)
        )
    except Exception as error:  # noqa: BLE001 - the package that validates is an extra of an extra
        pytest.skip(type(error).__name__)
    assert fault is None


def test_what_is_no_hash_is_not_written_as_one():
    bill = json.loads(bill_of_materials(Materials(Origin("tiny", "MIT", ""), {}, {"jobs/a.csv": "unknown"})))
    assert "hashes" not in bill["components"][0]


@pytest.mark.parametrize("name", ["", "own terms of the maker", "Apache-2.0 OR MIT"])
def test_any_licence_can_be_written(name):
    bill = json.loads(bill_of_materials(Materials(Origin("tiny", name, ""), {})))
    assert bool(bill["metadata"]["component"].get("licenses")) == bool(name)
    assert "pedigree" not in bill["metadata"]["component"]
