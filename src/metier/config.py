"""Settings: read once, at the surface, and passed down as values.

Order: command-line flag, environment variable `METIER_<NAME>`, the user's `config.toml`, default.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Self

from platformdirs import user_cache_path, user_config_path, user_data_path

from metier.errors import SettingsError
from metier.limits import OcrPolicy, ReadingLimits

_PREFIX = "METIER_"
_CONFIG_FILE = "CONFIG"
_LANGUAGES = ("en", "ru")
_LIMITS = ReadingLimits()
_OCR = OcrPolicy()
_NO_OCR = "none"
_RANGES = {
    "threads": (0, 1024),
    "port": (0, 65_535),
    "web_processes": (1, 64),
    "job_processes": (0, 64),
    "requests_per_minute": (1, 1_000_000),
    "max_request_bytes": (1_000, 2_000_000_000),
}
# In an address such as postgresql://user:password@host/database, or a list of key=value.
_PASSWORD = re.compile(r"(//[^/@:]*:|password=)[^@\s&]*(@|\b|$)")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user can set for good; command-line flags go before it.

    Attributes:
        max_bytes: size of a document, in bytes.
        max_pages: pages of a PDF.
        max_chars: characters of extracted text.
        timeout_s: seconds for reading one file, pictures apart.
        ocr_languages: what tesseract reads pictures in, as in eng+rus+kor; `none` to leave them unread.
        ocr_timeout_s: seconds for all pictures of one document together.
        language: language of reports, en or ru.
        taxonomy: `default`, the name of an imported taxonomy, or a path.
        model: name or folder of the encoder to read with; `none` to go by words alone.
        threads: threads for the encoder; 0 for as many as there are cores. Changes no result.
        search_model: name or folder of the encoder, or of the head for search, that search compares with.
        expertise_model: name or folder of the model that tells levels.
        index: file or postgresql:// address of the search index; empty for a file in `data_dir`.
        database: file or postgresql:// address of the service's database; empty for a file in `data_dir`.
        host: address that the service listens at.
        port: its port; 0 for a free one.
        public_url: address that people reach the service by, such as https://metier.example.org; empty where
            they come to host and port.
        web_processes: processes that answer requests, 1 to 64.
        job_processes: processes that do the service's jobs, 0 to 64; 0 where `metier worker` runs elsewhere.
        requests_per_minute: requests that each key may make, for each process.
        max_request_bytes: size of one request to the service, all its files together, in bytes.
        data_dir: folder for what a user imports.
        cache_dir: folder for what can be made again at any time.
    """

    max_bytes: int = _LIMITS.max_bytes
    max_pages: int = _LIMITS.max_pages
    max_chars: int = _LIMITS.max_chars
    timeout_s: float = _LIMITS.timeout_s
    ocr_languages: str = "+".join(_OCR.languages)
    ocr_timeout_s: float = _OCR.timeout_s
    language: str = "en"
    taxonomy: str = "default"
    model: str = "base"
    threads: int = 0
    search_model: str = "base"
    expertise_model: str = "expertise"
    index: str = ""
    database: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    web_processes: int = 1
    job_processes: int = 1
    requests_per_minute: int = 600
    max_request_bytes: int = 200_000_000
    data_dir: Path = Path()
    cache_dir: Path = Path()

    def __post_init__(self) -> None:
        if self.language not in _LANGUAGES:
            raise SettingsError(f"language must be one of {', '.join(_LANGUAGES)}. Got {self.language!r}.")
        for name, (least, most) in _RANGES.items():
            value = getattr(self, name)
            if not least <= value <= most:
                raise SettingsError(f"{name} must be {least:,} to {most:,}. Got {value:,}.")
        if self.public_url and not self.public_url.startswith(("http://", "https://")):
            raise SettingsError(f"public_url must begin with http:// or https://. Got {self.public_url!r}.")
        try:
            self.limits, self.ocr  # noqa: B018 - building them checks the values
        except ValueError as exc:
            raise SettingsError(str(exc)) from exc

    @property
    def limits(self) -> ReadingLimits:
        """Return the part that readers take."""
        return ReadingLimits(self.max_bytes, self.max_pages, self.max_chars, self.timeout_s)

    @property
    def ocr(self) -> OcrPolicy:
        """Return how pictures are read."""
        languages = () if self.ocr_languages == _NO_OCR else tuple(self.ocr_languages.split("+"))
        return OcrPolicy(languages, self.ocr_timeout_s)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as it stands: `origin` is `default`, a file or an environment variable."""

    name: str
    value: int | float | str | Path
    origin: str


@dataclass(frozen=True, slots=True)
class ResolvedSettings:
    """The settings in force and where each comes from."""

    settings: Settings
    origins: tuple[Setting, ...]

    @property
    def shown(self) -> tuple[Setting, ...]:
        """Return the origins with passwords masked, to show."""
        return tuple(
            replace(setting, value=_PASSWORD.sub(r"\1***\2", setting.value))
            if isinstance(setting.value, str)
            else setting
            for setting in self.origins
        )

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Read the settings file and the environment.

        Args:
            environment: variables to read instead of the process's own.

        Raises:
            SettingsError: an unknown key, a value of the wrong kind or out of range.
        """
        variables = os.environ if environment is None else environment
        named = variables.get(f"{_PREFIX}{_CONFIG_FILE}")
        path = Path(named) if named else user_config_path("metier") / "config.toml"
        found = _defaults()
        for name, raw in _from_file(path, named=bool(named)).items():
            found[name] = Setting(name, _convert(name, raw, str(path)), str(path))
        for key, raw in sorted(variables.items()):
            name = key.removeprefix(_PREFIX).lower()
            if key.startswith(_PREFIX) and key != f"{_PREFIX}{_CONFIG_FILE}" and raw:
                found[name] = Setting(name, _convert(name, raw, key), key)
        values: dict[str, Any] = {name: setting.value for name, setting in found.items()}
        return cls(Settings(**values), tuple(found.values()))


def _defaults() -> dict[str, Setting]:
    base = Settings(data_dir=user_data_path("metier"), cache_dir=user_cache_path("metier"))
    return {
        field.name: Setting(field.name, getattr(base, field.name), "default") for field in fields(Settings)
    }


def _from_file(path: Path, *, named: bool) -> dict[str, Any]:
    if not path.exists() and not named:
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise SettingsError(f"{path} is not valid TOML. Mend it or remove it.") from exc
    except OSError as exc:
        raise SettingsError(f"{path} cannot be read: {exc.strerror}.") from exc


def _convert(name: str, raw: object, origin: str) -> int | float | str | Path:
    base = Settings()
    names = [field.name for field in fields(Settings)]
    if name not in names:
        raise SettingsError(f"{origin}: there is no setting {name!r}. Settings are {', '.join(names)}.")
    kind: type[int | float | str | Path] = type(getattr(base, name))
    try:
        return kind(str(raw))
    except ValueError as exc:
        raise SettingsError(f"{origin}: {name} must be of type {kind.__name__}. Got {raw!r}.") from exc
