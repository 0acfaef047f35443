"""Clean model folders, and every kind of unsafe file, made by hand: no torch, no onnx, nothing that runs."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import tarfile
import zipfile
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from metier.encoders.folder import CARD, ModelCard, file_entry
from metier.encoders.parameters import count_parameters

ROWS, WIDTH, LAYERS = 40, 8, 2
TOKENS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *(f"w{i}" for i in range(ROWS - 5))]


class Calls:
    """Unpickled, it would call os.system; nothing in the tests unpickles it."""

    def __reduce__(self):
        return os.system, ("exit 1",)


def tensors(seed=0):
    """Return the weights of a tiny BERT with a classifier of two labels."""
    random = np.random.default_rng(seed)
    shapes = {
        "bert.embeddings.word_embeddings.weight": (ROWS, WIDTH),
        "bert.embeddings.position_embeddings.weight": (16, WIDTH),
        "bert.embeddings.token_type_embeddings.weight": (2, WIDTH),
        "classifier.weight": (2, WIDTH),
        "classifier.bias": (2,),
    }
    for layer in range(LAYERS):
        for part in ("query", "key", "value"):
            shapes[f"bert.encoder.layer.{layer}.attention.self.{part}.weight"] = (WIDTH, WIDTH)
    return {name: random.normal(0, 0.1, shape).astype(np.float32) for name, shape in shapes.items()}


def config():
    return {
        "architectures": ["BertForSequenceClassification"],
        "model_type": "bert",
        "hidden_size": WIDTH,
        "num_hidden_layers": LAYERS,
        "vocab_size": ROWS,
        "max_position_embeddings": 16,
        "id2label": {"0": "no", "1": "yes"},
    }


def tokenizer():
    return {
        "version": "1.0",
        "added_tokens": [{"id": i, "content": token, "special": True} for i, token in enumerate(TOKENS[:5])],
        "normalizer": {"type": "BertNormalizer"},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": None,
        "decoder": {"type": "WordPiece"},
        "model": {"type": "WordPiece", "vocab": {token: i for i, token in enumerate(TOKENS)}},
    }


def clean_folder(folder, *, weights=None, sealed=True):
    """Write a clean model of a classifier, with its card."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = tensors() if weights is None else weights
    (folder / "model.safetensors").write_bytes(save(weights, metadata={"format": "pt"}))
    (folder / "config.json").write_text(json.dumps(config()))
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer()))
    (folder / "README.md").write_text("---\nlicense: mit\nbase_model: nobody/bert\n---\n# A model\n")
    if sealed:
        seal(folder, {name: array.shape for name, array in weights.items()})
    return folder


def seal(folder, shapes=None, **changes):
    """Write the card of a folder as it stands, as one would who wants it to be believed."""
    values = {
        "name": "tiny",
        "task": "classify",
        "base": "nobody/bert",
        "license": "MIT",
        "languages": ("en",),
        "dim": WIDTH,
        "max_tokens": 16,
        "prefixes": {},
        "command": "by hand",
        "training_data": {},
        "parameters": count_parameters(shapes or {}),
        "metrics": {},
        "files": {p.name: file_entry(p) for p in folder.iterdir() if p.name != CARD and p.is_file()},
    }
    (folder / CARD).write_bytes(ModelCard(**{**values, **changes}).dump())


def message(*fields):
    """Return a protobuf message of (number, value): whole numbers, or bytes and text."""
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            value = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(value)) + value
    return out


def varint(number):
    out = b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


def constant(name="w", location=None):
    """Return a constant of 4 x 4 float32, in the file or beside it."""
    where = [(9, np.ones(16, "<f4").tobytes())]
    if location is not None:
        where = [(13, message((1, "location"), (2, location))), (14, 1)]
    return message((1, 4), (1, 4), (2, 1), (8, name), *where)


def node(operator="MatMul", domain="", *attributes):
    return message((1, "x"), (1, "w"), (2, "y"), (4, operator), (7, domain), *((5, a) for a in attributes))


def network(nodes=(), constants=(), *more):
    """Return an ONNX file."""
    shape = message((1, message((2, "batch"))), (1, message((1, WIDTH))))
    output = message((1, "y"), (2, message((1, message((1, 1), (2, shape))))))
    parts = [(1, n) for n in nodes or [node()]] + [(5, c) for c in constants or [constant()]]
    graph = message(*parts, (2, "g"), (11, message((1, "x"))), (12, output))
    return message((1, 8), (2, "by hand"), (7, graph), (8, message((1, ""), (2, 17))), *more)


def zipped(members, *, compression=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def tarred(name, content=b"x", *, link=""):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        member = tarfile.TarInfo(name)
        if link:
            member.type, member.linkname = tarfile.SYMTYPE, link
        member.size = 0 if link else len(content)
        archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def safetensors_header(header, data=b"", *, length=None):
    content = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(content) if length is None else length) + content + data


def numpy_file(array):
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


def gguf(template="", *, tensors=0):
    key = b"tokenizer.chat_template"
    text = template.encode()
    pair = struct.pack("<Q", len(key)) + key + struct.pack("<IQ", 8, len(text)) + text
    return b"GGUF" + struct.pack("<IQQ", 3, tensors, bool(template)) + (pair if template else b"")


REACHING = "{{ ''.__class__.__mro__[1].__subclasses__() }}"
OVERLAP = {
    "a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]},
    "b": {"dtype": "F32", "shape": [4], "data_offsets": [8, 24]},
}

# Kind of attack: the name of the file, and what is in it.
UNSAFE: dict[str, tuple[str, bytes]] = {
    "pickle": ("model.pkl", pickle.dumps(Calls())),
    "pickle of protocol 0": ("model.pickle", pickle.dumps(Calls(), protocol=0)),
    "pickle of protocol 2": ("optimizer.pt", pickle.dumps({"a": [Calls()]}, protocol=2)),
    "pickle named safetensors": ("model-2.safetensors", pickle.dumps(Calls())),
    "pickle named text": ("notes.txt", pickle.dumps(Calls(), protocol=0)),
    "harmless pickle": ("training_args.bin", pickle.dumps({"a": list(range(50))})),
    "torch archive": (
        "pytorch_model.bin",
        zipped({"m/data.pkl": pickle.dumps(Calls()), "m/data/0": bytes(64)}),
    ),
    "torch script": ("model.pt", zipped({"m/code/net.py": b"import os", "m/constants.pkl": b"\x80\x02)."})),
    "zip slip": ("model.zip", zipped({"../../.bashrc": b"x"})),
    "zip bomb": ("arrays.npz", zipped({"a.npy": bytes(120_000_000)}, compression=zipfile.ZIP_DEFLATED)),
    "objects in npy": ("vectors.npy", numpy_file(np.array([Calls()], dtype=object))),
    "objects in npz": ("vectors.npz", zipped({"a.npy": numpy_file(np.array([Calls()], dtype=object))})),
    "lambda in keras": ("model.keras", zipped({"config.json": b'{"class_name": "Lambda"}'})),
    "tar slip": ("model.tar", tarred("../../etc/cron.d/x")),
    "tar link": ("model2.tar", tarred("l", link="/etc/passwd")),
    "program": ("decoder", b"\x7fELF\x02\x01\x01" + bytes(64)),
    "shared library": ("ops.so", b"\x7fELF\x02\x01\x01" + bytes(64)),
    "program named onnx": ("extra.onnx", b"MZ\x90\x00" + bytes(64)),
    "Python code": ("modeling_own.py", b"import os\n"),
    "script": ("setup", b"#!/bin/sh\nexit 1\n"),
    "own code asked for": ("configuration.json", b'{"auto_map": {"AutoModel": "own.Own"}}'),
    "own module": ("modules.json", b'[{"type": "own.Own", "path": ""}]'),
    "module path": (
        "modules.json",
        b'[{"type": "sentence_transformers.models.Pooling", "path": "../../x"}]',
    ),
    "index path": ("model.safetensors.index.json", b'{"weight_map": {"a": "../../etc/passwd"}}'),
    "template": ("tokenizer_config.json", json.dumps({"chat_template": REACHING}).encode()),
    "template file": ("chat_template.jinja", REACHING.encode()),
    "template by a filter": ("chat_template.jinja", b"{{ messages|attr('upper') }}"),
    "template in gguf": ("model.gguf", gguf(REACHING)),
    "YAML objects": ("recipe.yaml", b"a: !!python/object/apply:os.system ['exit 1']\n"),
    "data outside": ("net.onnx", network(constants=[constant(location="../../../etc/passwd")])),
    "data at a root": ("net.onnx", network(constants=[constant(location="/etc/passwd")])),
    "data on a drive": ("net.onnx", network(constants=[constant(location="C:\\secrets")])),
    "Python operator": ("net.onnx", network([node("PythonOp", "com.microsoft")])),
    "torch operator in a branch": (
        "net.onnx",
        network([node("If", "", message((1, "then"), (6, message((1, node("ATen", "org.pytorch.aten"))))))]),
    ),
    "overlapping tensors": ("head.safetensors", safetensors_header(OVERLAP, bytes(24))),
    "endless header": ("head.safetensors", safetensors_header(b"{}", length=2**62)),
    "deep JSON": ("special_tokens_map.json", b"[" * 100_000),
    "deep but whole JSON": ("extra.json", b'{"a":' * 200 + b"1" + b"}" * 200),
}


def add_unsafe(folder: Path, kind: str) -> str:
    """Put an unsafe file of a kind into a folder and return its name."""
    name, content = UNSAFE[kind]
    (folder / name).write_bytes(content)
    return name
