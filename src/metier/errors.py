"""Every error that metier raises on purpose.

MetierError
├─ InvalidInput (ValueError)        the caller can fix the call
│  ├─ DocumentError                 this document cannot be read; others can
│  │  ├─ EmptyDocument              no bytes at all
│  │  ├─ UnsupportedFormat          not one of the formats that metier reads
│  │  ├─ CorruptDocument            the right format, damaged or cut off
│  │  ├─ EncryptedDocument          needs a password
│  │  ├─ LimitExceeded              larger, longer or slower than the limits allow
│  │  └─ UnreadableFile             the system does not let it be opened
│  ├─ TaxonomyError                 a taxonomy file breaks a rule
│  ├─ BankError                     a bank of interview questions breaks a rule
│  ├─ Conflict                      what is kept stands against the call
│  └─ SettingsError                 a setting is unknown or out of range
├─ NotFound (LookupError)           no such file, skill, taxonomy or model
├─ ModelError                       a model folder cannot be used
│  ├─ ModelFormatError              a file is missing, damaged, changed or not what its name says
│  └─ ModelMismatch                 the parts do not belong together, or to this program
│     └─ ModelDiffers               a model that was made smaller answers otherwise than allowed
├─ BackendError                    something beneath metier fails: a disk, a database, a server
│  ├─ StoreUnavailable              the database cannot be opened or reached
│  ├─ StoreBusy (TimeoutError)      another process writes to it for too long
│  ├─ StoreDamaged                  its file is no database of metier, or is corrupt
│  ├─ StoreFull                     the disk is full; what was committed stays
│  ├─ OutOfMemory (MemoryError)     a step of a training does not fit into memory
│  └─ Overloaded                    too many wait for the models already
├─ AccessDenied                    the caller may not do that
│  ├─ Unauthenticated               no key or session, or one that no longer works
│  ├─ Forbidden                     the role of the key does not include it
│  └─ TooManyRequests               more than the limit allows in a minute
├─ MissingExtra (ImportError)       an optional dependency is not installed
└─ Cancelled                        stopped by the user; what was done is kept

Each class has a stable `code`, used in JSON, logs and HTTP. Messages name the subject, the rule, the
value and the way out, and never hold the text of a document.
"""

from __future__ import annotations

from typing import ClassVar


class MetierError(Exception):
    """Base of all errors that metier raises on purpose."""

    code: ClassVar[str] = "error"


class InvalidInput(MetierError, ValueError):
    """The call or the data breaks a rule; the caller can fix it."""

    code = "invalid_input"


class DocumentError(InvalidInput):
    """A document cannot be read. A batch goes on after it."""

    code = "document_error"


class EmptyDocument(DocumentError):
    """The input holds no bytes."""

    code = "empty_document"


class UnsupportedFormat(DocumentError):
    """The bytes are in no format that metier reads."""

    code = "unsupported_format"


class CorruptDocument(DocumentError):
    """The format is known, but the file is damaged or cut off."""

    code = "corrupt_document"


class EncryptedDocument(DocumentError):
    """The file asks for a password."""

    code = "encrypted_document"


class LimitExceeded(DocumentError):
    """The document is over one of the reading limits."""

    code = "limit_exceeded"


class UnreadableFile(DocumentError):
    """The system does not let the file be opened."""

    code = "unreadable_file"


class TaxonomyError(InvalidInput):
    """A taxonomy breaks a rule; the message says where."""

    code = "taxonomy_error"


class BankError(InvalidInput):
    """A bank of interview questions breaks a rule; the message says where."""

    code = "bank_error"


class Conflict(InvalidInput):
    """What is kept stands against the call: taken, changed meanwhile, ended, or held by another."""

    code = "conflict"


class SettingsError(InvalidInput):
    """A setting is unknown or out of its range."""

    code = "settings_error"


class NotFound(MetierError, LookupError):
    """No file, skill, taxonomy or model goes by that name."""

    code = "not_found"


class ModelError(MetierError):
    """A model cannot be used; the message says which file and why."""

    code = "model_error"


class ModelFormatError(ModelError):
    """A model file is missing, damaged, changed since it was made, or not what its name says."""

    code = "model_format_error"


class ModelMismatch(ModelError):
    """The parts of a model do not belong together, or not to this version of metier."""

    code = "model_mismatch"


class ModelDiffers(ModelMismatch):
    """A model that was made smaller differs from the one before by more than the bound; it is not written."""

    code = "model_differs"


class BackendError(MetierError):
    """Something beneath metier fails that the caller did not cause; trying again later may help."""

    code = "backend_error"


class StoreUnavailable(BackendError):
    """The database cannot be opened or reached."""

    code = "store_unavailable"


class StoreBusy(BackendError, TimeoutError):
    """Another process holds the database for too long; the message says if anything was changed."""

    code = "store_busy"


class StoreDamaged(BackendError):
    """The file is no database of metier, or is corrupt."""

    code = "store_damaged"


class StoreFull(BackendError):
    """The disk is full; nothing was changed, and what was committed before stays."""

    code = "store_full"


class OutOfMemory(BackendError, MemoryError):
    """A step of a training does not fit into memory; checkpoints written before it stay."""

    code = "out_of_memory"


class Overloaded(BackendError):
    """Too many callers wait for the models already; nothing was done.

    Args:
        message: what to tell the caller.
        retry_after_s: when to try again, in seconds.
    """

    code = "overloaded"

    def __init__(self, message: str, retry_after_s: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class AccessDenied(MetierError):
    """The caller may not do that."""

    code = "access_denied"


class Unauthenticated(AccessDenied):
    """No key or session was shown, or one that no longer works."""

    code = "unauthenticated"


class Forbidden(AccessDenied):
    """The role of the key does not include it."""

    code = "forbidden"


class TooManyRequests(AccessDenied):
    """A key makes more requests than its limit allows.

    Args:
        message: what to tell the caller.
        retry_after_s: when to try again, in seconds.
    """

    code = "too_many_requests"

    def __init__(self, message: str, retry_after_s: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class MissingExtra(MetierError, ImportError):
    """An optional dependency is missing; the message names the extra that installs it.

    Args:
        module: top-level module that was asked for.
        extra: name of the extra in metier's package metadata.
    """

    code = "missing_extra"

    def __init__(self, module: str, extra: str) -> None:
        super().__init__(f"{module} is not installed. Install it: pip install 'metier[{extra}]'.")
        self.module = module
        self.extra = extra

    def __reduce__(self) -> tuple[type[MissingExtra], tuple[str, str]]:
        """Rebuild from its own arguments, so that it can cross processes."""
        return type(self), (self.module, self.extra)


class Cancelled(MetierError):
    """The user stopped the run; results written so far are kept."""

    code = "cancelled"
