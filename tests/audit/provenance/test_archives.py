import bz2
import gzip
import lzma
import pickle
import struct
import zipfile
import zlib

import numpy as np
import pytest

from metier.audit.provenance.archives import compressed_findings, tar_findings, zip_findings
from metier.audit.provenance.limits import AuditLimits
from metier.types import Severity
from tests.audit.provenance.model_folders import Calls, numpy_file, tarred, zipped

PICKLE = pickle.dumps(Calls())


@pytest.fixture
def codes(tmp_path):
    def read(name, content, **limits):
        (tmp_path / name).write_bytes(content)
        by_ending = {".tar": tar_findings, ".gz": compressed_findings, ".joblib": compressed_findings}
        look = by_ending.get((tmp_path / name).suffix, zip_findings)
        return [finding.code for finding in look(tmp_path / name, name, AuditLimits(**limits))]

    return read


def test_arrays_of_numbers_in_an_archive_pass(codes):
    members = {"a.npy": numpy_file(np.zeros((3, 4))), "b.npy": numpy_file(np.arange(5))}
    assert codes("a.npz", zipped(members)) == []
    assert codes("a.npz", zipped(members, compression=zipfile.ZIP_DEFLATED)) == []


def test_any_other_archive_is_not_understood(codes):
    assert codes("a.zip", zipped({"a.txt": b"x"})) == ["archive-not-understood"]
    assert codes("a.npz", zipped({"a.txt": b"x"})) == ["archive-not-understood"]


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"m/data.pkl": PICKLE}, "pickle"),
        ({"m/data": PICKLE}, "pickle"),
        ({"m/data.pkl": b"nonsense"}, "pickle"),
        ({"m/code/net.py": b"x"}, "code-file"),
        ({"m/net": b"\x7fELF"}, "code-file"),
        ({"../x": b"x"}, "archive-slip"),
        ({"/etc/x": b"x"}, "archive-slip"),
        ({"C:\\x": b"x"}, "archive-slip"),
        ({"config.json": b'{"class_name": "Lambda"}'}, "own-code"),
        ({"a.npy": numpy_file(np.array([{}], dtype=object))}, "pickle"),
        ({"a.npy": b"\x93NUMPY\x01\x00"}, "damaged-file"),
        ({"a.zip": zipped({"b": b"c"})}, "archive-not-understood"),
    ],
)
def test_what_an_archive_holds_is_named(codes, members, code):
    assert codes("a.zip", zipped(members))[0] == code


def test_the_pickle_is_named_with_what_it_calls(tmp_path):
    (tmp_path / "a.bin").write_bytes(zipped({"m/data.pkl": PICKLE}))
    (finding,) = zip_findings(tmp_path / "a.bin", "a.bin", AuditLimits())
    assert finding.severity is Severity.ERROR
    assert "'m/data.pkl', and calls posix.system" in finding.message


def test_bombs_are_not_unpacked(codes):
    content = zipped({"a.npy": bytes(120_000_000)}, compression=zipfile.ZIP_DEFLATED)
    assert "archive-bomb" in codes("a.npz", content)


def test_files_that_lie_over_each_other_are_a_bomb(codes):
    content = zipped({"a.npy": b"x" * 100, "b.npy": b"x" * 100})
    second = content.rfind(b"PK\x01\x02")
    content = content[: second + 42] + bytes(4) + content[second + 46 :]
    assert "archive-bomb" in codes("a.npz", content)


def test_an_endless_list_of_files_is_not_read(codes):
    content = zipped({f"{i}": b"" for i in range(30)})
    assert codes("a.zip", content, max_members=20) == ["archive-bomb"]
    assert codes("a.zip", content[:-12] + struct.pack("<I", 2**31) + content[-8:]) == ["archive-bomb"]


def test_lists_of_more_than_65535_files_are_seen_through_the_longer_record(codes):
    content = zipped({f"{i}": b"" for i in range(66_000)})
    assert codes("a.zip", content) == ["archive-bomb"]


@pytest.mark.parametrize("cut", [1, 30, 60, 100])
def test_a_cut_off_archive_is_not_understood(codes, cut):
    assert codes("a.zip", zipped({"a.npy": numpy_file(np.zeros(3))})[:-cut]) == ["archive-not-understood"]


def test_what_is_encrypted_or_packed_oddly_is_not_understood(codes):
    packed = zipped({"a.npy": b"x" * 99}, compression=zipfile.ZIP_LZMA)
    assert "archive-not-understood" in codes("a.npz", packed)
    content = bytearray(zipped({"a.npy": numpy_file(np.zeros(3))}))
    content[content.rfind(b"PK\x01\x02") + 8] |= 1
    assert "archive-not-understood" in codes("a.npz", bytes(content))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (tarred("a/b.txt"), "archive-not-understood"),
        (tarred("../x"), "archive-slip"),
        (tarred("/etc/x"), "archive-slip"),
        (tarred("l", link="../../x"), "archive-slip"),
        (tarred("a" * 200 + "/../../x"), "archive-slip"),
        (tarred("data.pkl", PICKLE), "pickle"),
        (tarred("a.py"), "code-file"),
        (tarred("a")[:700], "archive-not-understood"),
        (b"a" * 257 + b"ustar" + b"x" * 800, "archive-not-understood"),
    ],
)
def test_a_tar_is_listed_and_never_clean(codes, content, code):
    assert codes("a.tar", content)[0] == code


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zlib.compress])
def test_what_is_compressed_is_looked_at_by_its_first_bytes(codes, pack):
    assert codes("a.gz", pack(PICKLE)) == ["pickle"]
    assert codes("a.gz", pack(b"\x7fELF" + bytes(99))) == ["code-file"]
    assert codes("a.gz", pack(b"words")) == ["archive-not-understood"]
    assert codes("a.gz", pack(bytes(50_000_000))[:100_000]) == ["archive-not-understood"]


def test_a_joblib_file_is_a_pickle_whatever_packs_it(codes):
    assert codes("a.joblib", b"\x1f\x8bnonsense") == ["pickle"]
