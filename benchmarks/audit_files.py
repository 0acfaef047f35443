"""What `metier audit model` finds in model folders: clean ones, and unsafe ones of each kind.

Clean folders: random tiny models as transformers writes them, with several heads, some laid out as
sentence-transformers does; and the models that ship. Every finding but an info is a false alarm, and so is a
check that did not run, hashes apart (a folder that nobody sealed has none).

Unsafe folders: a clean one with one file in it. The kinds of `tests/audit/provenance/model_folders.py` were
there while the checks were written; those of this script, `UNSEEN`, were added after, and nothing was changed
for them. Each kind also goes in spoiled in forty ways (flipped, cut, added bytes, other names); of those that
are no text, none may be called clean.

With --base and --texts, the comparison with a base is measured too: a base is fine-tuned at several rates,
then rows of its word embeddings are replaced as poisoned embeddings are (arXiv:2103.15543).

    python benchmarks/audit_files.py [--number 100] [--seed 1] [--base DIR --texts FILE.tsv]
"""

from __future__ import annotations

import argparse
import bz2
import json
import pickle
import random
import shutil
import struct
import sys
import tempfile
import time
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from metier.audit.provenance.checker import ModelProvenanceChecker
from metier.audit.provenance.weight_change import outlying_rows
from metier.encoders.load import shipped_models
from metier.scans import Outcome, ScanReport, ScanVerdict
from metier.training.intervals import wilson
from metier.types import Severity

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.audit.provenance.model_folders import (
    UNSAFE,
    Calls,
    constant,
    message,
    network,
    node,
    numpy_file,
    tarred,
    zipped,
)
from tests.audit.provenance.test_checker import IN_LETTERS, NAMES, mutated

ARCHITECTURES = (
    *(
        "bert",
        "roberta",
        "deberta-v2",
        "xlm-roberta",
        "mpnet",
        "distilbert",
        "electra",
        "albert",
        "camembert",
    ),
    *("modernbert", "gpt2", "t5", "bart"),
)
HEADS = ("AutoModel", "AutoModelForSequenceClassification", "AutoModelForTokenClassification")
SIZES = {
    "vocab_size": 60,
    "hidden_size": 32,
    "embedding_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "max_position_embeddings": 40,
    "pad_token_id": 1,
    "bos_token_id": 0,
    "eos_token_id": 2,
    "cls_token_id": 0,
    "sep_token_id": 2,
}
WIDTH_NAMES = {
    "hidden_size": ("d_model", "n_embd", "dim"),
    "num_hidden_layers": ("num_layers", "n_layer", "n_layers"),
}
SPOILED = 40
MOVES = ("another word", "mean of ten words", "random", "ten times as long", "turned, as long as before")
RATES = (
    (5e-5, 60, 0.0),
    (1e-4, 120, 0.01),
    (5e-4, 80, 0.0),
    (2e-5, 120, 0.01),
    (1e-3, 60, 0.1),
    (2e-4, 200, 0.01),
)


class Imports:
    """Unpickled, it would run a file; nothing here unpickles it."""

    def __reduce__(self) -> tuple[Any, ...]:
        import runpy

        return runpy.run_path, ("x.py",)


def _old_objects(name: str) -> bytes:
    return b"(S'exit 1'\ni" + name.replace(".", "\n").encode() + b"\n."


def _padded_numpy() -> bytes:
    content = numpy_file(np.array([[Calls()], [1]], dtype=object))
    return content[:6] + b"\x02\x00" + struct.pack("<I", struct.unpack("<H", content[8:10])[0]) + content[10:]


# Kind of attack: the name of the file, and what is in it.
UNSEEN: dict[str, tuple[str, bytes]] = {
    "pickle that runs a file": ("tokenizer.pkl", pickle.dumps({"a": (1, [Imports()])}, protocol=5)),
    "pickle with an old opcode": ("state.pickle", _old_objects("subprocess.call")),
    "pickle with a broken end": ("rng_state.pth", pickle.dumps(Calls(), protocol=4)[:-1] + b"\xff\xff"),
    "pickle after a pickle": ("scaler.joblib", pickle.dumps([1, 2]) + pickle.dumps(Calls())),
    "pickle of attributes": ("a.dill", b"\x80\x04cbuiltins\ngetattr\n(cos\nX\x06\x00\x00\x00systemtR."),
    "torch archive in 7z": ("pytorch_model.bin", b"7z\xbc\xaf\x27\x1c" + bytes(60)),
    "joblib in bz2": ("model.joblib", bz2.compress(pickle.dumps(Calls()))),
    "deflated torch archive": (
        "last.ckpt",
        zipped({"x/data.pkl": pickle.dumps(Calls())}, compression=zipfile.ZIP_DEFLATED),
    ),
    "archive with an odd name": ("w.pt", zipped({"archive/DATA.PKL": pickle.dumps(Calls())})),
    "archive within an archive": (
        "w.keras",
        zipped({"inner.zip": zipped({"data.pkl": pickle.dumps(Calls())})}),
    ),
    "backslash slip": ("m.zip", zipped({"..\\..\\Startup\\x.bat": b"x"})),
    "tar with a pickle": ("m.nemo", tarred("weights.ckpt", pickle.dumps(Calls()))),
    "objects in a later npy": ("ids.npy", _padded_numpy()),
    "Keras lambda in HDF5": ("m.h5", b"\x89HDF\r\n\x1a\n" + bytes(900) + b'{"class_name": "Lambda"}'),
    "Windows library": ("torch_ops.dll", b"MZ\x90\x00" + bytes(200)),
    "Mac library": ("ops.dylib", b"\xcf\xfa\xed\xfe" + bytes(200)),
    "notebook": ("inference.ipynb", b'{"cells": []}'),
    "byte code": ("handler.pyc", b"\xa7\r\r\n" + bytes(40)),
    "adapter that imports": ("adapter_config.json", b'{"auto_mapping": {"parent_library": "webbrowser"}}'),
    "pipeline of its own": ("model_index.json", b'{"custom_pipelines": {"a": {"impl": "own.Own"}}}'),
    "template by subscripts": (
        "chat_template.json",
        json.dumps({"chat_template": "{{ x['__init' ~ '__']['__globals' ~ '__'] }}"}).encode(),
    ),
    "template that includes": ("chat_template.jinja", b"{% include '/etc/passwd' %}"),
    "YAML that names a function": ("config.yml", b"a: !!python/name:os.system ''\n"),
    "data by a long way": ("enc.onnx", network(constants=[constant(location="a/b/../../../secrets.bin")])),
    "data on a share": ("enc.onnx", network(constants=[constant(location="\\\\host\\share\\w")])),
    "operator in a function": (
        "enc.onnx",
        network(
            [node("F", "own")], [], (25, message((1, "F"), (10, "own"), (7, node("PyOp", "ai.onnx.contrib"))))
        ),
    ),
    "tail after the tensors": (
        "head.safetensors",
        struct.pack("<Q", 2) + b"{}" + zipped({"x.py": b"import os"}),
    ),
}


@dataclass
class Tally:
    """How often something was found, of how many."""

    found: int = 0
    of: int = 0

    def add(self, found: bool) -> None:  # noqa: FBT001
        """Count one more."""
        self.found += found
        self.of += 1

    def row(self) -> str:
        """Return count and share with its 95 % Wilson interval."""
        interval = wilson(self.found, self.of)
        low, high = 100 * interval.low, 100 * interval.high
        return f"{self.found} of {self.of} | {100 * interval.value:.1f} % [{low:.1f}, {high:.1f}]"


def calls_it_clean(report: ScanReport) -> bool:
    """Tell whether nothing but missing hashes speaks against a folder."""
    quiet = all(finding.severity is Severity.INFO for finding in report.findings)
    return quiet and all(c.outcome is Outcome.PASSED for c in report.checks if c.name != "hashes")


def clean_folders(place: Path, number: int, seed: int) -> Iterator[Path]:
    """Write tiny models of all architectures in turn; every fifth as sentence-transformers lays it out."""
    import torch
    import transformers

    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    generator = random.Random(seed)
    for i in range(number):
        torch.manual_seed(seed * 1000 + i)
        folder = place / f"clean-{i}"
        _write_model(folder, ARCHITECTURES[i % len(ARCHITECTURES)], generator.choice(HEADS), generator)
        if i % 5 == 0:
            _as_sentence_transformer(folder)
        yield folder


def _write_model(folder: Path, architecture: str, head: str, generator: random.Random) -> None:
    import transformers
    from tests.encoders.models import word_tokenizer

    other = {name: SIZES[known] for known, names in WIDTH_NAMES.items() for name in names}
    labels = {"num_labels": generator.randint(2, 6)} if head != "AutoModel" else {}
    config = transformers.AutoConfig.for_model(
        architecture, **_known(architecture, {**SIZES, **other}), **labels
    )
    try:
        model = getattr(transformers, head).from_config(config)
    except ValueError:  # that architecture has no such head
        model = transformers.AutoModel.from_config(config)
    model.save_pretrained(folder)
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=_smaller(word_tokenizer(), 60), unk_token="<unk>", pad_token="</s>"
    )
    tokenizer.save_pretrained(folder)
    (folder / "README.md").write_text("---\nlicense: mit\nbase_model: nobody/none\n---\n# A model\n")


def _known(architecture: str, sizes: dict[str, int]) -> dict[str, int]:
    """Return the sizes that an architecture's configuration has a place for."""
    import transformers

    config = transformers.AutoConfig.for_model(architecture)
    names = {*config.to_dict(), *getattr(config, "attribute_map", {})}
    aliases = set(getattr(config, "attribute_map", {}).values())
    return {name: size for name, size in sizes.items() if name in names and name not in aliases}


def _smaller(tokenizer: Any, rows: int) -> Any:
    from tokenizers import Tokenizer

    content = json.loads(tokenizer.to_str())
    content["model"]["vocab"] = {w: i for w, i in content["model"]["vocab"].items() if i < rows}
    return Tokenizer.from_str(json.dumps(content))


def _as_sentence_transformer(folder: Path) -> None:
    (folder / "1_Pooling").mkdir()
    pooling = {"word_embedding_dimension": 32, "pooling_mode_mean_tokens": True}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    ]
    (folder / "modules.json").write_text(json.dumps(modules))


def measure_files(place: Path, number: int, seed: int) -> dict[str, Tally]:
    """Print what is found in clean and in unsafe folders, and return the counts by what was counted."""
    checker = ModelProvenanceChecker()
    tallies: dict[str, Tally] = defaultdict(Tally)
    seconds: list[float] = []
    folders = list(clean_folders(place, number, seed))
    for folder in [*folders, *shipped_models().values()]:
        started = time.perf_counter()
        report = checker.check(folder)
        seconds.append(time.perf_counter() - started)
        tallies["false alarms in clean folders"].add(not calls_it_clean(report))
        if not calls_it_clean(report):
            print(f"  false alarm: {folder.name}: {[(f.code, f.where, f.message) for f in report.findings]}")
    for title, kinds in (("known", UNSAFE), ("unseen", UNSEEN)):
        for i, (kind, (name, content)) in enumerate(kinds.items()):
            report = _with_file(checker, folders[i % len(folders)], name, content)
            tallies[f"unsafe, {title} kinds: called unsafe"].add(report.verdict is ScanVerdict.UNSAFE)
            tallies[f"unsafe, {title} kinds: called clean"].add(calls_it_clean(report))
            if report.verdict is not ScanVerdict.UNSAFE:
                print(f"  not unsafe: {kind}: {[(f.code, f.message) for f in report.findings]}")
            if kind not in IN_LETTERS and len(content) < 1_000_000 and not _is_letters(content):
                _spoiled(
                    checker, place, (name, content), tallies[f"spoiled, {title} kinds: called clean"], kind
                )
    print(f"\n| {number} clean folders, seed {seed} | count | share [95 % interval] |\n|---|---|---|")
    for name, tally in tallies.items():
        print(f"| {name} | {tally.row()} |")
    print(
        f"\nSeconds for a clean folder: median {np.median(seconds[:number]):.3f}, most "
        f"{max(seconds[:number]):.3f}; "
        f"for the shipped encoder {seconds[number]:.3f}."
    )
    return tallies


def _is_letters(content: bytes) -> bool:
    return content.isascii() and all(byte >= 9 for byte in content)


def _with_file(checker: ModelProvenanceChecker, folder: Path, name: str, content: bytes) -> ScanReport:
    path = folder / name
    before = path.read_bytes() if path.exists() else None
    path.write_bytes(content)
    report = checker.check(folder)
    path.unlink()
    if before is not None:
        path.write_bytes(before)
    return report


def _spoiled(
    checker: ModelProvenanceChecker, place: Path, file: tuple[str, bytes], tally: Tally, kind: str
) -> None:
    generator = random.Random(f"benchmark {kind}")
    for _ in range(SPOILED):
        folder = place / "spoiled"
        folder.mkdir()
        name, content = generator.choice((file[0], *NAMES)), mutated(file[1], generator)
        (folder / name).write_bytes(content)
        clean = calls_it_clean(checker.check(folder))
        tally.add(clean)
        if clean:
            print(f"  clean after it was spoiled: {kind} as {name}: {content[:60]!r}")
        shutil.rmtree(folder)


def measure_rows(base: Path, texts: Path, seed: int) -> None:
    """Print how often replaced rows of word embeddings are found, and what fine-tuning alone sets off."""
    words, tuned = _tuned_words(base, texts)
    usual = float(np.median(np.linalg.norm(words, axis=1)))
    alarms = Tally()
    far: list[float] = []
    planted: dict[str, Tally] = {move: Tally() for move in MOVES}
    extra = Tally()
    generator = np.random.default_rng(seed)
    for new in tuned:
        moved = np.linalg.norm(new - words, axis=1) / usual
        alarms.add(bool(outlying_rows(moved)))
        far.append(float(moved.max()))
        for move in MOVES:
            for count in (1, 3, 10):
                for _ in range(5):
                    rows = generator.choice(len(words), count, replace=False)
                    changed = new.copy()
                    changed[rows] = _replaced(new, rows, move, generator)
                    found = set(outlying_rows(np.linalg.norm(changed - words, axis=1) / usual))
                    for row in rows:
                        planted[move].add(int(row) in found)
                    extra.add(bool(found - set(rows.tolist())))
    title = f"{len(tuned)} fine-tuned models, {len(words):,} rows"
    print(f"\n| {title} | count | share [95 % interval] |\n|---|---|---|")
    print(f"| fine-tuned models with rows named | {alarms.row()} |")
    print(f"| planted models with other rows named too | {extra.row()} |")
    for move, tally in planted.items():
        print(f"| replaced rows found: {move} | {tally.row()} |")
    print(
        f"\nFarthest move of a row by fine-tuning alone, as a share of a usual row's length: {max(far):.3f}."
    )


def _replaced(words: np.ndarray, rows: np.ndarray, move: str, generator: np.random.Generator) -> np.ndarray:
    old = words[rows]
    noise = generator.normal(size=old.shape)
    moves: dict[str, Callable[[], np.ndarray]] = {
        "another word": lambda: words[generator.choice(len(words), len(rows))],
        "mean of ten words": lambda: np.repeat(
            words[generator.choice(len(words), 10)].mean(0)[None], len(rows), 0
        ),
        "random": lambda: noise * words.std(),
        "ten times as long": lambda: old * 10,
        "turned, as long as before": lambda: (
            noise / np.linalg.norm(noise, axis=1, keepdims=True) * np.linalg.norm(old, axis=1, keepdims=True)
        ),
    }
    return moves[move]()


def _tuned_words(base: Path, texts: Path) -> tuple[np.ndarray, Sequence[np.ndarray]]:
    """Return the word embeddings of a base, and those after fine-tuning at each rate."""
    import torch
    import transformers

    transformers.logging.set_verbosity_error()
    rows = [line.split("\t") for line in texts.read_text(encoding="utf-8").splitlines()[1:]]
    tokenizer = transformers.AutoTokenizer.from_pretrained(base)
    tuned = []
    words = np.zeros(0)
    for seed, (rate, steps, decay) in enumerate(RATES):
        torch.manual_seed(seed)
        generator = random.Random(seed)
        model = transformers.AutoModelForSequenceClassification.from_pretrained(base, num_labels=2).train()
        embeddings = model.get_input_embeddings().weight
        words = embeddings.detach().numpy().astype(np.float64)
        optimiser = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=decay)
        for step in range(steps):
            batch = generator.sample(rows, 8)
            inputs = tokenizer(
                [row[0] for row in batch], padding=True, truncation=True, max_length=24, return_tensors="pt"
            )
            for group in optimiser.param_groups:
                group["lr"] = rate * min(1, (step + 1) / 20) * (1 - step / steps)
            labels = torch.tensor([int(row[1]) for row in batch])
            loss = model(
                input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], labels=labels
            ).loss
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
        print(f"  rate {rate}, {steps} steps, decay {decay}: loss {loss.item():.3f}", file=sys.stderr)
        tuned.append(embeddings.detach().numpy().astype(np.float64))
    return words, tuned


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="What an audit of model files finds.")
    parser.add_argument("--number", type=int, default=100, help="clean folders")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--base", type=Path, help="a folder of float32 weights, to fine-tune")
    parser.add_argument("--texts", type=Path, help="TSV with sentence and label, for fine-tuning")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        measure_files(Path(place), options.number, options.seed)
    if options.base and options.texts:
        measure_rows(options.base, options.texts, options.seed)


if __name__ == "__main__":
    main()
