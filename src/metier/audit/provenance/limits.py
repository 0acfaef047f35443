"""How much of a model folder is looked at: what keeps an audit short whatever the folder holds."""

from __future__ import annotations

import time
from dataclasses import dataclass, fields

from metier.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class AuditLimits:
    """How much is read. What is beyond a limit is named and makes the verdict inconclusive.

    Attributes:
        max_files: files of a folder and its subfolders.
        max_levels: subfolders within each other.
        max_file_bytes: size of a file that is hashed and whose numbers are read.
        max_text_bytes: size of a text, or of a tokenizer.
        max_json_bytes: size of any other JSON.
        max_members: files within an archive.
        max_opcodes: steps of a pickle.
        sampled_bytes: of weights, read in search of what is no number; more than that is sampled.
        timeout_s: seconds for all files together; what is open then is not finished.
    """

    max_files: int = 2_000
    max_levels: int = 8
    max_file_bytes: int = 4_000_000_000
    max_text_bytes: int = 40_000_000
    max_json_bytes: int = 8_000_000
    max_members: int = 20_000
    max_opcodes: int = 1_000_000
    sampled_bytes: int = 64_000_000
    timeout_s: float = 300.0

    def __post_init__(self) -> None:
        for limit in fields(self):
            if not getattr(self, limit.name) > 0:
                raise InvalidInput(f"{limit.name} must be above 0. Got {getattr(self, limit.name)}.")


class Deadline:
    """The time that is left for an audit.

    Args:
        timeout_s: seconds from now.
    """

    def __init__(self, timeout_s: float) -> None:
        self._end = time.monotonic() + timeout_s

    def is_over(self) -> bool:
        """Tell whether the time is up."""
        return time.monotonic() > self._end
