"""What the web application can be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from metier.errors import InvalidInput

_LANGUAGES: Final = ("en", "ru")


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """How the web application answers.

    Attributes:
        public_url: address that people see, such as https://metier.example.org; links are made with it, and
            with https cookies are sent over https only. Empty for whatever the browser asked for.
        language: of pages for those who have chosen none, en or ru.
        requests_per_minute: of one key, in one process.
        max_request_bytes: size of one request, files and all.
        max_files: files in one upload.
        session_s: how long a browser stays signed in, in seconds.
        reading_s: within how many seconds the body of a request must come.
    """

    public_url: str = ""
    language: str = "en"
    requests_per_minute: int = 600
    max_request_bytes: int = 200_000_000
    max_files: int = 200
    session_s: float = 12 * 3600.0
    reading_s: float = 60.0

    def __post_init__(self) -> None:
        if self.language not in _LANGUAGES:
            raise InvalidInput(f"language must be one of {', '.join(_LANGUAGES)}. Got {self.language!r}.")
        if self.public_url and not self.public_url.startswith(("http://", "https://")):
            raise InvalidInput(f"public_url must begin with http:// or https://. Got {self.public_url!r}.")
        for name in ("requests_per_minute", "max_request_bytes", "max_files", "session_s", "reading_s"):
            value: float = getattr(self, name)
            if value <= 0:
                raise InvalidInput(f"{name} must be above 0. Got {value}.")

    @property
    def is_secure(self) -> bool:
        """Tell whether people reach it over https."""
        return self.public_url.startswith("https://")
