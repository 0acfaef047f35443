import collections
import os
import pickle
import time

import pytest

from metier._extras import require
from metier.audit.provenance import pickles
from metier.audit.provenance.pickles import is_dangerous, pickle_finding, read_pickle
from metier.errors import MissingExtra
from metier.types import Severity
from tests.audit.provenance.model_folders import Calls

STEPS = 100_000


@pytest.fixture(params=["with picklescan", "without"])
def scanner(request, monkeypatch):
    if request.param == "without":

        def missing(module):
            raise MissingExtra(module, "audit")

        monkeypatch.setattr(pickles, "require", missing)
    else:
        pytest.importorskip("picklescan")


@pytest.mark.parametrize("protocol", range(6))
def test_what_a_pickle_calls_is_named(protocol, scanner):
    finding = pickle_finding(pickle.dumps(Calls(), protocol=protocol), "a.pkl", most_opcodes=STEPS)
    assert (finding.code, finding.severity, finding.where) == ("pickle", Severity.ERROR, "a.pkl")
    assert f"calls {os.system.__module__}.system when it is loaded" in finding.message
    assert finding.facts["dangerous"] == [f"{os.system.__module__}.system"]


def test_a_pickle_of_plain_values_is_refused_too(scanner):
    finding = pickle_finding(pickle.dumps({"a": [1]}), "a.pkl", most_opcodes=STEPS)
    assert finding.severity is Severity.ERROR
    assert finding.facts == {"globals": [], "dangerous": [], "read_to_end": True}
    assert "metier loads none" in finding.message


def test_harmless_names_are_said_to_be_names(scanner):
    content = pickle.dumps(collections.OrderedDict(a=1))
    finding = pickle_finding(content, "a.bin", most_opcodes=STEPS, inside="m/data.pkl")
    assert "It holds the pickle 'm/data.pkl', and names collections.OrderedDict." in finding.message
    assert finding.facts["member"] == "m/data.pkl"


def test_a_name_put_together_from_the_memo_is_read():
    content = b"\x80\x04\x8c\x05posix\x94\x8c\x06system\x940h\x00h\x01\x93\x8c\x01x\x85R."
    assert read_pickle(content, most_opcodes=STEPS).names == ("posix.system",)


def test_pickles_in_a_row_are_all_read():
    content = pickle.dumps(1) + pickle.dumps(Calls())
    assert read_pickle(content, most_opcodes=STEPS).dangerous == (f"{os.system.__module__}.system",)


@pytest.mark.parametrize("cut", [10, 25, 30])
def test_a_cut_off_pickle_is_read_as_far_as_it_goes(cut):
    outline = read_pickle(pickle.dumps(Calls(), protocol=2)[:cut], most_opcodes=STEPS)
    assert not outline.whole


def test_nothing_is_unpickled(monkeypatch, scanner):
    def refuse(*arguments, **settings):
        raise AssertionError("unpickled")

    for name in ("load", "loads", "Unpickler", "_Unpickler"):
        monkeypatch.setattr(pickle, name, refuse)
    monkeypatch.setattr(os, "system", refuse)
    content = b"cposix\nsystem\n(Vexit 1\ntR."
    assert pickle_finding(content, "a", most_opcodes=STEPS).facts["dangerous"] == ["posix.system"]


@pytest.mark.parametrize(
    "content",
    [
        b"\x80\x04" + b"(" * 5_000_000,
        b"\x80\x04" + b"\x8e" + (2**60).to_bytes(8, "little") + b"a",
        b"\x80\x04\x8b" + (2**31 - 1).to_bytes(4, "little") + b"\xff" * 1000,
        b"I" + b"9" * 1_000_000 + b"\n.",
        b"\x80\x04" + b"(l2" * 1_000_000 + b".",
    ],
    ids=["marks", "endless bytes", "endless number", "long digits", "copies"],
)
def test_bombs_take_little_time(content):
    started = time.process_time()
    finding = pickle_finding(content, "a", most_opcodes=STEPS)
    assert finding.severity is Severity.ERROR
    assert time.process_time() - started < 10


def test_dangerous_names_are_told():
    for name in (
        "builtins.eval",
        "os.system",
        "subprocess.Popen",
        "torch.load",
        "numpy.f2py.crackfortran.myeval.eval",
    ):
        assert is_dangerous(name)
    for name in (
        "collections.OrderedDict",
        "builtins.dict",
        "torch._utils._rebuild_tensor_v2",
        "numpy.dtype",
    ):
        assert not is_dangerous(name)


def test_picklescan_is_asked_where_it_is():
    pytest.importorskip("picklescan")
    assert require("picklescan.scanner")
    assert ("posix.system", True) in pickles._picklescan(b"cposix\nsystem\n(Vexit 1\ntR.")
