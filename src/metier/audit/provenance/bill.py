"""Writes the bill of materials of a model as CycloneDX: what it is made of, with a hash of every file."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from metier._extras import require
from metier.audit.provenance.card import Origin

_SHA256: Final = re.compile(r"[0-9a-f]{64}")  # a card may hold any word where a hash should be
_NAMESPACE: Final = uuid.UUID("7b7f2f4c-5d0e-5c55-9a35-6d65746965f2")


@dataclass(frozen=True, slots=True)
class Materials:
    """What a bill lists.

    Attributes:
        origin: name, licence and base of the model.
        hashes: SHA-256 of each of its files by name.
        training_data: SHA-256 of each file that shaped it by name, as the card lists them.
        task: what the model does, in a word; empty where nobody says.
    """

    origin: Origin
    hashes: Mapping[str, str]
    training_data: Mapping[str, str] = field(default_factory=dict)
    task: str = ""


def bill_of_materials(materials: Materials) -> str:
    """Return a bill in CycloneDX 1.6, as JSON; the same model gives the same bytes.

    Raises:
        MissingExtra: cyclonedx-python-lib is not installed.
    """
    bom_module, output = require("cyclonedx.model.bom"), require("cyclonedx.output")
    schema = require("cyclonedx.schema")
    kinds = require("cyclonedx.model.component").ComponentType
    whole = hashlib.sha256(json.dumps(sorted(materials.hashes.items())).encode()).hexdigest()
    model = _component(materials.origin.name or "model", kinds.MACHINE_LEARNING_MODEL, whole, "model")
    model.version = whole[:12]
    model.licenses = _licenses(materials.origin.license)
    if materials.origin.base:
        base = _component(materials.origin.base, kinds.MACHINE_LEARNING_MODEL, "", "base")
        model.pedigree = require("cyclonedx.model.component").Pedigree(ancestors=[base])
    for name, value in (("metier:task", materials.task), ("metier:sha256-of-hashes", whole)):
        if value:
            model.properties.add(require("cyclonedx.model").Property(name=name, value=value))
    model.components = [
        _component(name, kinds.FILE, sha256, f"file:{name}") for name, sha256 in materials.hashes.items()
    ]
    bill = bom_module.Bom(
        serial_number=uuid.uuid5(_NAMESPACE, whole),
        components=[
            _component(name, kinds.DATA, str(sha256), f"data:{name}")
            for name, sha256 in materials.training_data.items()
        ],
    )
    bill.metadata.component = model
    bill.register_dependency(model, [*model.components, *bill.components])
    written = output.make_outputter(bill, schema.OutputFormat.JSON, schema.SchemaVersion.V1_6)
    return _timeless(written.output_as_string())


def _component(name: str, kind: Any, sha256: str, reference: str) -> Any:
    model = require("cyclonedx.model")
    component = require("cyclonedx.model.component").Component(name=name, type=kind, bom_ref=reference)
    if _SHA256.fullmatch(sha256):
        component.hashes = [model.HashType(alg=model.HashAlgorithm.SHA_256, content=sha256)]
    return component


def _licenses(name: str) -> list[Any]:
    """Return the licence as SPDX knows it, or by its own words."""
    if not name:
        return []
    licenses, spdx = require("cyclonedx.model.license"), require("cyclonedx.spdx")
    if known := spdx.fixup_id(name):
        return [licenses.DisjunctiveLicense(id=known)]
    if spdx.is_expression(name):
        return [licenses.LicenseExpression(name)]
    return [licenses.DisjunctiveLicense(name=name)]


def _timeless(written: str) -> str:
    """Return the bill without the moment at which it was written, its keys in order."""
    content = json.loads(written)
    content.get("metadata", {}).pop("timestamp", None)
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
