"""Looks at all of a model folder and says whether it can be trusted; nothing in it is loaded or run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final

from metier.audit.provenance import weight_change
from metier.audit.provenance.archives import compressed_findings, tar_findings, zip_findings
from metier.audit.provenance.bill import Materials
from metier.audit.provenance.card import (
    Origin,
    card_findings,
    hash_files,
    origin_findings,
    origin_of,
    read_card,
)
from metier.audit.provenance.codes import CHECK_OF, NOT_LOOKED_AT
from metier.audit.provenance.drift import Parts, drift_findings
from metier.audit.provenance.limits import AuditLimits, Deadline
from metier.audit.provenance.listing import FoundFile, list_files
from metier.audit.provenance.pickles import MOST_PICKLE_BYTES, pickle_finding
from metier.audit.provenance.tensor_files import gguf_findings, numpy_findings
from metier.audit.provenance.text_files import text_findings
from metier.audit.provenance.tokenizer_files import sentencepiece_findings, token_ids, tokenizer_findings
from metier.audit.provenance.weight_change import WeightFiles, outlying_norms
from metier.audit.provenance.weights import read_numbers
from metier.encoders.folder import CARD, TOKENIZER, ModelCard
from metier.encoders.structure.config_files import config_findings
from metier.encoders.structure.kinds import HEAD_BYTES, FileKind, expected_kinds, kind_of
from metier.encoders.structure.onnx_file import OnnxOutline, read_onnx
from metier.encoders.structure.opening import check_levels, read_at_most, read_json
from metier.encoders.structure.quick import damaged, kind_findings
from metier.encoders.structure.safetensors_file import SafetensorsHeader, read_safetensors_header
from metier.errors import ModelFormatError, NotFound
from metier.scans import Check, Outcome, ScanFinding, ScanReport, scan_report
from metier.types import Severity

KIND: Final = "model"
_CONFIG: Final = "config.json"
_EMPTY_BY_RIGHT: Final = frozenset({".lock", ".gitkeep", ".keep", ".incomplete"})
_WEIGHTS: Final = ".safetensors"
_WORDS: Final = frozenset({FileKind.TEXT, FileKind.JSON})
_LARGE_JSON: Final = frozenset({TOKENIZER, "vocab.json"})
_MASKS: Final = frozenset({"U8", "BOOL"})
_MAIN_WEIGHTS: Final = "model"


class ModelProvenanceChecker:
    """Checks model folders of any kind, byte by byte; keeps nothing between two of them.

    Args:
        limits: how much of a folder is looked at.
    """

    def __init__(self, limits: AuditLimits | None = None) -> None:
        self._limits = limits or AuditLimits()

    def check(self, folder: Path, *, base: Path | None = None) -> ScanReport:
        """Return what an audit of a model folder, or of one file, finds.

        Args:
            folder: of metier's own models, of transformers or sentence-transformers, or any other; or a file.
            base: the folder of the model that it is said to be made from, to compare the weights with.

        Raises:
            NotFound: there is no such folder or file.
        """
        return self.examine(folder, base=base).report

    def examine(self, folder: Path, *, base: Path | None = None) -> Examined:
        """Return what `check` does, and what a bill of materials needs; the arguments are the same.

        Raises:
            NotFound: there is no such folder or file.
        """
        for path in (folder, base):
            if path is not None and not path.exists():
                raise NotFound(f"There is no model folder or file {path}.")
        examination = _Examination(folder, self._limits)
        examination.run(base)
        return examination.result()


@dataclass(frozen=True, slots=True)
class Examined:
    """A report, and what the model is made of."""

    report: ScanReport
    materials: Materials


@dataclass(slots=True)
class _Found:
    """What was understood of a folder on the way."""

    kinds: Counter[str] = field(default_factory=Counter)
    weights: dict[str, tuple[Path, SafetensorsHeader]] = field(default_factory=dict)
    networks: dict[str, OnnxOutline] = field(default_factory=dict)
    configs: dict[str, Any] = field(default_factory=dict)
    token_ids: dict[str, int] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    card: ModelCard | None = None


class _Examination:
    """One audit of one folder."""

    def __init__(self, folder: Path, limits: AuditLimits) -> None:
        self.folder = folder
        self.limits = limits
        self.deadline = Deadline(limits.timeout_s)
        self.findings: list[ScanFinding] = []
        self.checks: dict[str, Check] = {}
        self.figures: dict[str, Any] = {}
        self.found = _Found()
        self._by_kind: dict[FileKind, Callable[[FoundFile], Iterable[ScanFinding]]] = {
            FileKind.SAFETENSORS: self._safetensors,
            FileKind.ONNX: self._onnx,
            FileKind.JSON: self._json,
            FileKind.TEXT: lambda file: text_findings(file.path, file.name, limits),
            FileKind.SENTENCEPIECE: lambda file: sentencepiece_findings(file.path, file.name),
            FileKind.GGUF: lambda file: gguf_findings(file.path, file.name),
            FileKind.NUMPY: lambda file: numpy_findings(file.path, file.name),
            FileKind.ZIP: lambda file: zip_findings(file.path, file.name, limits),
            FileKind.TAR: lambda file: tar_findings(file.path, file.name, limits),
            FileKind.COMPRESSED: lambda file: compressed_findings(file.path, file.name, limits),
            FileKind.HDF5: self._hdf5,
        }

    def run(self, base: Path | None) -> None:
        listing = list_files(self.folder, self.limits)
        self.findings += listing.findings
        for file in listing.files:
            self._file(file)
        self._explain_constants()
        self._hashes(listing.files)
        self.findings += drift_findings(self._parts())
        self._numbers()
        if base is not None:
            self._change(base)

    def result(self) -> Examined:
        origin = self._origin()
        self.findings += origin_findings(origin) if self.folder.is_dir() else []
        self.figures = {
            "files": sum(self.found.kinds.values()),
            "kinds": dict(sorted(self.found.kinds.items())),
            "license": origin.license or "not stated",
            "base": origin.base or "not stated",
            **self.figures,
        }
        report = scan_report(
            str(self.folder), KIND, findings=self.findings, checks=self._ended(), figures=self.figures
        )
        card = self.found.card
        materials = Materials(
            origin,
            self.found.hashes,
            card.training_data if card else {},
            card.task if card else "",
        )
        return Examined(report, materials)

    def _ended(self) -> list[Check]:
        """Return all checks: failed where one found an error, not run where it could not look at all."""
        ended = []
        for name in dict.fromkeys(CHECK_OF.values()):
            found = [finding for finding in self.findings if CHECK_OF[finding.code] == name]
            unseen = sum(finding.code in NOT_LOOKED_AT for finding in found)
            errors = sum(finding.severity is Severity.ERROR for finding in found)
            if errors:
                ended.append(Check(name, Outcome.FAILED, f"Errors found: {errors}."))
            elif name in self.checks:
                ended.append(self.checks[name])
            elif unseen:
                ended.append(Check(name, Outcome.NOT_RUN, f"Not looked at or not understood: {unseen}."))
            elif name != weight_change.CHECK:
                ended.append(Check(name, Outcome.PASSED))
        return ended

    def _file(self, file: FoundFile) -> None:
        if self.deadline.is_over():
            self._say("too-large", "The time was up before this file was looked at.", file.name)
            return
        try:
            kind = kind_of(read_at_most(file.path, HEAD_BYTES))
            self.found.kinds[kind.value] += 1
            self.findings += self._findings(file, kind)
        except ModelFormatError as error:
            self.findings.append(_renamed(damaged(file.name, error), file.name))
        except OSError:
            self._say("unreadable", "The system does not let the file be read.", file.name)

    def _findings(self, file: FoundFile, kind: FileKind) -> list[ScanFinding]:
        if kind is FileKind.PICKLE:
            content = read_at_most(file.path, MOST_PICKLE_BYTES)
            return [pickle_finding(content, file.name, most_opcodes=self.limits.max_opcodes)]
        by_name = [_renamed(finding, file.name) for finding in kind_findings(file.path.name, kind)]
        if any(finding.severity is Severity.ERROR for finding in by_name):
            return by_name
        ending = PurePosixPath(file.name.lower()).suffix
        if kind is FileKind.EMPTY:
            return [] if ending in _EMPTY_BY_RIGHT else [_empty(file.name)]
        if kind in _WORDS and not expected_kinds(file.path.name) & _WORDS:
            by_name.append(_strange(file.name, kind))
        read = {_WEIGHTS: self._safetensors, ".onnx": self._onnx}.get(ending) or self._by_kind.get(kind)
        if read is None:
            return [*by_name, _strange(file.name, kind)]
        return [*by_name, *(_renamed(finding, file.name) for finding in read(file))]

    def _safetensors(self, file: FoundFile) -> Iterable[ScanFinding]:
        self.found.weights[file.name] = (file.path, read_safetensors_header(file.path))
        return ()

    def _onnx(self, file: FoundFile) -> Iterable[ScanFinding]:
        outline = read_onnx(file.path)
        self.found.networks[file.name] = outline
        return outline.findings

    def _json(self, file: FoundFile) -> Iterable[ScanFinding]:
        if PurePosixPath(file.name.lower()).suffix != ".json":
            return text_findings(file.path, file.name, self.limits)
        most = self.limits.max_text_bytes if file.path.name in _LARGE_JSON else self.limits.max_json_bytes
        if file.size > most:
            message = f"JSON of this name must be at most {most:,} bytes. This one was not read."
            return [ScanFinding("too-large", Severity.WARNING, message, file.name)]
        content = read_json(file.path, most)
        check_levels(content, file.path.name)
        self.found.configs[file.name] = content if file.size < 1_000_000 else None
        if file.path.name == TOKENIZER:
            if file.name == TOKENIZER:
                self.found.token_ids = token_ids(content)
            return tokenizer_findings(file.name, content)
        return config_findings(file.path.name, content)

    def _hdf5(self, file: FoundFile) -> Iterable[ScanFinding]:
        head = read_at_most(file.path, MOST_PICKLE_BYTES)
        if b'"class_name": "Lambda"' in head:
            message = "The Keras model has a Lambda layer, which is Python code that runs when it is loaded."
            return [ScanFinding("own-code", Severity.ERROR, message, file.name)]
        return [_strange(file.name, FileKind.HDF5)]

    def _explain_constants(self) -> None:
        """Take back that a file is of no known kind where a network beside it keeps constants there."""
        beside = {
            str(PurePosixPath(name).parent / place)
            for name, network in self.found.networks.items()
            for place in network.external
        }
        self.findings = [
            finding
            for finding in self.findings
            if finding.where not in beside
            or finding.code != "not-understood"
            or finding.facts.get("kind") != FileKind.UNKNOWN
        ]

    def _hashes(self, files: tuple[FoundFile, ...]) -> None:
        self.found.hashes, findings = hash_files(files, self.limits, self.deadline)
        self.findings += findings
        root = self.folder if self.folder.is_dir() else self.folder.parent
        try:
            self.found.card = read_card(root) if self.folder.is_dir() else None
        except (ModelFormatError, OSError) as error:
            self.findings.append(ScanFinding("card-not-valid", Severity.ERROR, str(error), CARD))
            return
        if self.found.card is None:
            reason = f"There is no {CARD} with hashes. Record them: metier models pull DIR --name NAME."
            if not self.folder.is_dir():
                reason = f"A file alone has no {CARD} with hashes. Audit its folder."
            self.checks["hashes"] = Check("hashes", Outcome.NOT_RUN, reason)
            return
        self.findings += card_findings(self.found.card, files, self.found.hashes)

    def _parts(self) -> Parts:
        top = {name: held for name, held in self.found.weights.items() if "/" not in name}
        main = {name: held for name, held in top.items() if name.startswith(_MAIN_WEIGHTS)} or top
        config = self.found.configs.get(_CONFIG)
        networks = [network for name, network in sorted(self.found.networks.items()) if "/" not in name]
        tensors = {name: place for _, header in main.values() for name, place in header.tensors.items()}
        return Parts(
            card=self.found.card,
            config=config if isinstance(config, Mapping) else {},
            shapes={name: place.shape for name, place in tensors.items()},
            masks=frozenset(name for name, place in tensors.items() if place.dtype in _MASKS),
            network=networks[0] if networks else None,
            token_ids=self.found.token_ids,
        )

    def _numbers(self) -> None:
        try:
            read = read_numbers(self.found.weights, self.limits, self.deadline)
            self.findings += read.findings
            words = WeightFiles.of(self.found.weights).words()
            if words is not None and not read.findings and not self.deadline.is_over():
                self.findings += outlying_norms(words, self._tokens())
        except OSError:
            self._say("unreadable", "The weights could not be read to their end.", "")
            return
        if self.found.weights:
            self.figures["share_of_weights_read"] = round(read.share, 4)
        if read.unread or not read.complete:
            why = (
                "the time was up"
                if not read.complete
                else f"{read.unread} tensors are of kinds that are not read"
            )
            self.checks["numbers"] = Check("numbers", Outcome.NOT_RUN, f"Not all weights were read: {why}.")

    def _change(self, base: Path) -> None:
        try:
            headers = {
                file.name: (file.path, read_safetensors_header(file.path))
                for file in list_files(base, self.limits).files
                if file.name.endswith(_WEIGHTS)
            }
            model, other = WeightFiles.of(self.found.weights), WeightFiles.of(headers)
            change = weight_change.compare(model, other, self._tokens(), self.deadline)
        except (ModelFormatError, OSError) as error:
            reason = f"The base could not be read. {error}"
            self.checks[weight_change.CHECK] = Check(weight_change.CHECK, Outcome.NOT_RUN, reason)
            return
        self.findings += change.findings
        self.checks[weight_change.CHECK] = change.check
        self.figures["change_from_base"] = change.figures

    def _tokens(self) -> dict[int, str]:
        return {number: token for token, number in self.found.token_ids.items()}

    def _origin(self) -> Origin:
        if self.folder.is_dir():
            return origin_of(self.folder, self.found.card)
        return Origin(self.folder.name, "", "")

    def _say(self, code: str, message: str, where: str) -> None:
        self.findings.append(ScanFinding(code, Severity.WARNING, message, where))


def _renamed(finding: ScanFinding, name: str) -> ScanFinding:
    """Return a finding that names its file from the folder on, and the part of the file if it has one."""
    part = finding.where.partition(": ")[2]
    where = f"{name}: {part}" if part else name
    return ScanFinding(finding.code, finding.severity, finding.message, where, finding.facts)


def _empty(name: str) -> ScanFinding:
    return ScanFinding(
        "empty-file", Severity.WARNING, "The file holds no bytes. Take it anew, or delete it.", name
    )


def _strange(name: str, kind: FileKind) -> ScanFinding:
    what = (
        "of no kind that is known"
        if kind is FileKind.UNKNOWN
        else f"of the kind {kind.value}, which is not looked into"
    )
    message = f"The file is {what}. Nobody can say that it is safe. Delete it if the model works without it."
    return ScanFinding("not-understood", Severity.WARNING, message, name, {"kind": kind.value})
