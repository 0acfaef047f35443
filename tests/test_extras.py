"""Optional packages come through one door that names the extra to install."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest

from metier import _extras
from metier._extras import EXTRA_OF, require
from metier.errors import MetierError, MissingExtra

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# Where the name to import differs from the name to install by more than a dash.
MODULE_OF = {"scikit-learn": "sklearn", "cyclonedx-python-lib": "cyclonedx"}


def distribution(requirement: str) -> str:
    """Return the name in front of extras, version and markers: `ray` of `ray[data]>=2`."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return found.group().lower()


def module_of(requirement: str) -> str:
    name = distribution(requirement)
    return MODULE_OF.get(name, name.replace("-", "_"))


def pins(name: str) -> dict[str, set[str]]:
    """Return the pinned versions of each distribution in a requirements file."""
    found: dict[str, set[str]] = {}
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    for line in re.findall(r"^[A-Za-z0-9][^\\\n]*", text, flags=re.MULTILINE):
        package, _, version = line.partition(";")[0].strip().partition("==")
        found.setdefault(package.lower().replace("_", "-"), set()).add(version)
    return found


@pytest.fixture
def absent(monkeypatch):
    """Return a module name that belongs to an extra and is installed nowhere."""
    monkeypatch.setitem(_extras.EXTRA_OF, "absent_for_tests", "train")
    return "absent_for_tests"


def test_an_installed_module_is_returned():
    assert require("json.decoder") is sys.modules["json.decoder"]


@pytest.mark.parametrize("tail", ["", ".nn.functional"])
def test_an_absent_package_names_its_extra(absent, tail):
    with pytest.raises(MissingExtra, match=r"absent_for_tests is not installed.*metier\[train\]") as caught:
        require(absent + tail)
    assert (caught.value.module, caught.value.extra) == (absent, "train")
    assert isinstance(caught.value, MetierError)
    assert isinstance(caught.value, ImportError)


def test_a_broken_package_keeps_its_own_error(tmp_path, monkeypatch):
    (tmp_path / "broken_for_tests.py").write_text("import absent_dependency_of_it\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(_extras.EXTRA_OF, "broken_for_tests", "train")
    with pytest.raises(ModuleNotFoundError, match="absent_dependency_of_it") as caught:
        require("broken_for_tests")
    assert not isinstance(caught.value, MissingExtra)


def test_an_absent_part_of_an_installed_package_keeps_its_own_error():
    with pytest.raises(ModuleNotFoundError, match=r"json\.absent"):
        require("json.absent")


def test_a_package_of_no_extra_keeps_its_own_error():
    with pytest.raises(ModuleNotFoundError, match="absent_and_in_no_extra"):
        require("absent_and_in_no_extra")


def test_extra_of_equals_the_extras_of_the_package():
    declared = {
        module_of(requirement): extra
        for extra, requirements in PROJECT["optional-dependencies"].items()
        for requirement in requirements
    }
    assert declared == EXTRA_OF


def test_base_pins_cover_the_declared_dependencies():
    assert {distribution(requirement).replace("_", "-") for requirement in PROJECT["dependencies"]} <= set(
        pins("base.txt")
    )


def test_development_installs_the_base_pins():
    base, dev = pins("base.txt"), pins("dev.txt")
    assert {name: dev.get(name) for name in base} == base


def test_no_pin_brings_an_extra_into_the_base_install():
    extras = PROJECT["optional-dependencies"]
    named = {extra: {distribution(r).replace("_", "-") for r in group} for extra, group in extras.items()}
    assert set().union(*named.values()).isdisjoint(pins("base.txt"))
    del named["serve"]  # small, and checked with the types of its own packages
    assert set().union(*named.values()).isdisjoint(pins("dev.txt"))


def test_the_service_is_pinned_as_in_development():
    serve, dev = pins("serve.txt"), pins("dev.txt")
    needed = {distribution(r).replace("_", "-") for r in PROJECT["optional-dependencies"]["serve"]}
    assert needed <= set(serve)
    assert {name: dev.get(name) for name in serve} == serve


def test_training_pins_one_torch():
    assert pins("train.txt") == {"torch": {"2.13.0"}}
    assert "torch==2.13.0" in PROJECT["optional-dependencies"]["train"]
