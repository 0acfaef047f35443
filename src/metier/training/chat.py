"""Answers from a chat model behind any endpoint that speaks OpenAI's protocol."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

from metier._extras import require
from metier.errors import InvalidInput, NotFound

_NO_KEY: Final = "none"
_RETRIED: Final = frozenset({408, 409, 425, 429})
_LONGEST_PAUSE_S: Final = 60.0
_MAX_ANSWER_BYTES: Final = 4_000_000


class ApiKey:
    """The key of an endpoint, which shows itself nowhere but where it is used.

    Args:
        value: printable ASCII without blanks.

    Raises:
        InvalidInput: other characters, or none; the message does not quote it.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        if not value or not all("!" <= char <= "~" for char in value):
            raise InvalidInput("An API key must be printable ASCII without blanks. It is not. Copy it again.")
        self._value = value

    def __repr__(self) -> str:
        return "ApiKey('***')"

    @classmethod
    def from_file(cls, path: Path | None) -> Self:
        """Return the key in a file, or the one that stands for none.

        Raises:
            NotFound: there is no such file.
            InvalidInput: what it holds is no key.
        """
        if path is None:
            return cls(_NO_KEY)
        if not path.is_file():
            raise NotFound(f"There is no file {path} with a key. Check --api-key-file.")
        return cls(path.read_bytes().decode("utf-8", "replace").strip())

    def reveal(self) -> str:
        """Return the key itself."""
        return self._value


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a chat model answers, and how patiently it is asked.

    Attributes:
        base_url: http or https address up to and with the version, such as `http://localhost:8080/v1`.
        model: the model's name there.
        api_key: its key; servers of one's own often want none.
        timeout_s: seconds that one answer may take, above 0.
        retries: how often a request is sent again after a failure that may pass, 0 to 20.
        backoff_s: seconds before the first of them; doubled before each further one, 60 at most.

    Raises:
        InvalidInput: a value is out of its range.
    """

    base_url: str
    model: str
    api_key: ApiKey = field(default_factory=lambda: ApiKey(_NO_KEY))
    timeout_s: float = 120.0
    retries: int = 5
    backoff_s: float = 1.0

    def __post_init__(self) -> None:
        address = _address(self.base_url)
        if address is None:
            raise InvalidInput(
                "base_url must be an http or https address without a password in it. It is not."
            )
        if not self.model.strip():
            raise InvalidInput("model must be the name of a model. Got a blank one.")
        if not 0 < self.timeout_s <= 3600:
            raise InvalidInput(f"timeout_s must be above 0 and at most 3600. Got {self.timeout_s}.")
        if not 0 <= self.retries <= 20:
            raise InvalidInput(f"retries must be from 0 to 20. Got {self.retries}.")
        if not 0 <= self.backoff_s <= _LONGEST_PAUSE_S:
            raise InvalidInput(f"backoff_s must be from 0 to {_LONGEST_PAUSE_S:g}. Got {self.backoff_s}.")


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a chat model is asked: who it is to be, and the task."""

    system: str
    task: str

    @property
    def messages(self) -> list[dict[str, str]]:
        """Return it as messages of a chat, each with `role` and `content`."""
        return [{"role": "system", "content": self.system}, {"role": "user", "content": self.task}]


class Chat:
    """Asks a chat model; use it as a context manager.

    Args:
        endpoint: where it answers.

    Raises:
        MissingExtra: the package openai is not installed.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._openai = require("openai")
        self._client: Any = self._openai.OpenAI(
            base_url=endpoint.base_url,
            api_key=endpoint.api_key.reveal(),
            timeout=endpoint.timeout_s,
            max_retries=0,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def answer(
        self, prompt: Prompt, *, temperature: float, seed: int, max_tokens: int | None = None
    ) -> str | None:
        """Return what the model says, or None where what came back is no answer of a chat.

        Args:
            prompt: what it is asked.
            temperature: 0 to 2.
            seed: 0 to 2**31 - 1; a server may pass it over.
            max_tokens: where the answer is cut off, at least 1; None to leave that to the server.

        Raises:
            InvalidInput: the endpoint refuses the request, or cannot be reached after all retries.
        """
        trouble = ""
        for attempt in range(self._endpoint.retries + 1):
            asked_to_wait = None
            try:
                return _content(self._send(prompt, temperature, seed, max_tokens))
            except self._openai.APIStatusError as exc:
                trouble = f"status {exc.status_code}"
                if exc.status_code not in _RETRIED and exc.status_code < 500:
                    raise self._failure(f"refused the request with {trouble}") from None
                asked_to_wait = exc.response.headers.get("retry-after")
            except self._openai.APITimeoutError:
                trouble = f"no answer within {self._endpoint.timeout_s:g} s"
            except self._openai.APIConnectionError:
                trouble = "no connection"
            if attempt < self._endpoint.retries:
                sleep(_pause(attempt, self._endpoint.backoff_s, asked_to_wait))
        times = self._endpoint.retries + 1
        raise self._failure(f"failed {times} times in a row, at last with {trouble}")

    def _send(self, prompt: Prompt, temperature: float, seed: int, max_tokens: int | None) -> bytes:
        # The raw answer: what is no JSON, or of another shape, is for us to tell, not for the client.
        response = self._client.chat.completions.with_raw_response.create(
            model=self._endpoint.model,
            messages=prompt.messages,
            temperature=temperature,
            seed=seed,
            **({} if max_tokens is None else {"max_tokens": max_tokens}),
        )
        content: bytes = response.http_response.content
        return content

    def _failure(self, what: str) -> InvalidInput:
        # Neither the answer nor the error of the client is quoted: both may hold the key or the text.
        return InvalidInput(
            f"The endpoint at {self._endpoint.base_url} {what}. "
            f"Check base_url, key and model {self._endpoint.model!r}, and run again: what was done is kept."
        )


def _address(base_url: str) -> str | None:
    try:
        parts = urlsplit(base_url)
        usable = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    except ValueError:
        return None
    return base_url if usable and base_url.isprintable() and " " not in base_url else None


def _pause(attempt: int, backoff_s: float, asked: str | None) -> float:
    pause = backoff_s * 2.0**attempt
    if asked is not None and asked.isdecimal():
        pause = max(pause, float(asked[:6]))
    return min(pause, _LONGEST_PAUSE_S)


def _content(body: bytes) -> str | None:
    if len(body) > _MAX_ANSWER_BYTES:
        return None
    try:
        content = json.loads(body)["choices"][0]["message"]["content"]
    except (ValueError, RecursionError, LookupError, TypeError):
        return None
    return content if isinstance(content, str) else None
