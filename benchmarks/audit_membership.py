"""Audit of membership: planted leaks that must be found, and the models that ship on their own training rows.

    python benchmarks/audit_membership.py controls --data FOLDER
    python benchmarks/audit_membership.py shipped --data FOLDER --sets SETS --pairs PAIRS --reference BASE

`controls` trains small classifiers of SST-2 phrases of at least six words (2 layers, 64 wide), no two of them
nearly the same. *overfitted* saw 500 rows 30 times, *noisy* too, a fifth of them with a wrong label;
*regularised* saw 4,000 rows once. 500 members and 500 others are told apart; four references (two for the
last) were trained in the same way on other rows.

`shipped` attacks what is in src/metier/models with the rows that it was trained on. Hashes of the files are
held against the model cards first. SETS is what model_data.py wrote, PAIRS what search_data.py wrote, BASE
the encoder before it was trained on them (`metier models build-base`, int8), which is the reference.

  encoder   each set of pairs: rows of `train` against those of `report`, at most 400 of each. The loss is
            that of training: -log softmax of cosine / 0.05 of a query's own text, among 64 texts of `tune`.
  undamaged vacancies-ru without the damaged rows, which are trained on and never reported on.
  search    the encoder with the head for search: undamaged pairs that the head learned from against those of
            the report part that the encoder did not learn from either.
  mask      the head for masked words: texts that it learned from against those that it was measured on, as
            many of each source; the loss is the mean over masked words in all windows, at most 40 a text. Not
            every window of a text was learned from. There is no reference.

Members and others were divided by hashes of near-duplicate groups, so by chance, but for the part to report
on in SETS, which shares no passage with the others. Seed 20261122 throughout.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import audit_backdoor_models as small
import mask_head
import numpy as np
import search_data
from numpy.typing import NDArray

from metier.audit.classifier import NetworkClassifier
from metier.audit.labelled_texts import LabelledText
from metier.audit.membership.auditor import MembershipInferenceAuditor, MembershipReport
from metier.audit.membership.losses import Attack, ClassifierLoss, KnownLosses
from metier.encoders.folder import ModelFolder, file_hashes
from metier.encoders.load import BASE, Runtime, load_encoder, shipped_models
from metier.encoders.reading import Encoder, TextKind
from metier.search.head import SearchHead
from metier.training.intervals import Interval
from metier.training.networks import Head, Network, new_network
from metier.training.splits import Part, near_duplicates, normalise

SEED = 20261122
N_CONTROL = 500
REGULARISED = 4_000
PAIR_SETS = (
    "vacancies-en",
    "vacancies-ru",
    "families",
    "titles",
    "esco-names",
    "esco-descriptions",
    "esco-sentences",
)
MOST_ROWS, DISTRACTORS, TEMPERATURE = 400, 64, 0.05
MASKED_A_TEXT = 40

Pair = Mapping[str, str]
Encode = Callable[[Sequence[str], TextKind], NDArray[np.float32]]


def controls(data: Path, only: str) -> Iterator[tuple[str, MembershipReport]]:
    """Yield the audits of classifiers that must leak, and of one that must not."""
    rows = _distinct([row for row in small.read_task(data, "sst2")[0] if len(row[0].split()) >= 6])
    random.Random(SEED).shuffle(rows)
    for name, size, epochs, noise, n_references in (
        ("overfitted", N_CONTROL, 30, 0.0, 4),
        ("noisy", N_CONTROL, 30, 0.2, 4),
        ("regularised", REGULARISED, 1, 0.0, 2),
    ):
        if not _wanted(name, only):
            continue
        own = _with_noise(rows, noise)
        members, others = own[:N_CONTROL], own[N_CONTROL : 2 * N_CONTROL]
        rest = own[2 * N_CONTROL :]
        model = _classifier(data, name, [*members, *rest[: size - N_CONTROL]], epochs, 0)
        references = [
            _classifier(
                data, f"{name} {i}", random.Random(i).sample(rest[size - N_CONTROL :], size), epochs, i
            )
            for i in range(1, n_references + 1)
        ]
        yield (
            name,
            MembershipInferenceAuditor().audit(
                model, _labelled(members), _labelled(others), references=references
            ),
        )


def shipped(arguments: argparse.Namespace) -> Iterator[tuple[str, MembershipReport]]:
    """Yield the audits of the models that ship."""
    base = shipped_models()[BASE]
    known = _learned_from(base)
    encoder = load_encoder(base, Runtime(threads=1))
    before = load_encoder(arguments.reference, Runtime(threads=1))
    for name in PAIR_SETS:
        if _wanted(name, arguments.only):
            folder = arguments.sets / "pairs" / name
            _check({f"{part}.jsonl": folder for part in ("train", "tune")}, known)
            members, tuned, others = (
                _pairs(folder / f"{part}.jsonl") for part in ("train", "tune", "report")
            )
            yield f"encoder, {name}", _of_pairs(encoder.encode, before.encode, members, others, tuned)
    if _wanted("undamaged", arguments.only):
        folder = arguments.sets / "pairs" / "vacancies-ru"
        members, tuned, others = (_pairs(folder / f"{part}.jsonl") for part in ("train", "tune", "report"))
        members = _undamaged(arguments.data, members)
        yield "encoder, undamaged", _of_pairs(encoder.encode, before.encode, members, others, tuned)
    if _wanted("search", arguments.only):
        yield "search head", _search(arguments, encoder, before)
    if _wanted("mask", arguments.only):
        yield "masked words", _masked(arguments.data)


def _search(arguments: argparse.Namespace, encoder: Encoder, before: Encoder) -> MembershipReport:
    _check(
        {f"{part}.jsonl": arguments.pairs for part in ("train", "tune")},
        _learned_from(shipped_models()["search"]),
    )
    head = SearchHead.load(shipped_models()["search"], encoder_sha256=encoder.sha256)
    learned = {
        normalise(pair["positive"])[:500]
        for name in ("vacancies-en", "vacancies-ru")
        for part in ("train", "tune")
        for pair in _pairs(arguments.sets / "pairs" / name / f"{part}.jsonl")
    }
    held_out = [
        {"query": row.query, "positive": row.text}
        for row in search_data.pairs_of(search_data.load(arguments.data), Part.REPORT)
        if normalise(row.text)[:500] not in learned
    ]

    def with_head(texts: Sequence[str], *, kind: TextKind) -> NDArray[np.float32]:
        return head.apply(encoder.encode(texts, kind=kind))

    members, tuned = (_pairs(arguments.pairs / f"{part}.jsonl") for part in ("train", "tune"))
    members = [pair for pair in members if not pair["id"].startswith(search_data.NOISY)]
    return _of_pairs(with_head, before.encode, members, held_out, tuned)


def _undamaged(data: Path, pairs: Sequence[Pair]) -> list[Pair]:
    """Return the pairs of the vacancies that are not damaged, for only such ones are reported on."""
    clean = {
        normalise(row.text)[:200]
        for row in search_data.read_vacancies(data)
        if row.source != search_data.NOISY
    }
    return [pair for pair in pairs if normalise(pair["positive"])[:200] in clean]


def _of_pairs(
    encode: Any, reference: Any, members: Sequence[Pair], others: Sequence[Pair], tuned: Sequence[Pair]
) -> MembershipReport:
    draw = random.Random(SEED)
    seen, unseen = (draw.sample(list(rows), min(len(rows), MOST_ROWS)) for rows in (members, others))
    passages = sorted({pair["positive"] for pair in tuned})
    distractors = draw.sample(passages, min(len(passages), DISTRACTORS))
    models = [
        KnownLosses("pairs", _pair_losses(way, [*seen, *unseen], distractors), Attack.LOSS, of_one_label=True)
        for way in (encode, reference)
    ]
    return MembershipInferenceAuditor().audit(
        models[0], [_row(pair) for pair in seen], [_row(pair) for pair in unseen], references=models[1:]
    )


def _pair_losses(encode: Any, pairs: Sequence[Pair], distractors: Sequence[str]) -> dict[LabelledText, float]:
    """Return what each query pays to find its own text among others."""
    queries = encode([pair["query"] for pair in pairs], kind=TextKind.QUERY)
    own = encode([pair["positive"] for pair in pairs], kind=TextKind.PASSAGE)
    others = encode(distractors, kind=TextKind.PASSAGE)
    right = (queries * own).sum(axis=1).astype(np.float64) / TEMPERATURE
    wrong = (queries @ others.T).astype(np.float64) / TEMPERATURE
    losses = np.logaddexp.reduce(np.concatenate([right[:, None], wrong], axis=1), axis=1) - right
    return dict(zip(map(_row, pairs), losses.tolist(), strict=True))


def _masked(data: Path) -> MembershipReport:
    """Return the audit of the head for masked words."""
    from metier.workbench.looking.layer_states import LayerStates
    from metier.workbench.looking.mask_head import MaskHead
    from metier.workbench.looking.masked_states import Masking, masked_states, places_of

    head = MaskHead.load(shipped_models()["mask-words"])
    _check_sources(data, _learned_from(shipped_models()["mask-words"]))
    encoder = LayerStates.load(shipped_models()[BASE], layer=head.layer, threads=1)
    rows = mask_head.divide(mask_head.read_sources(data))
    by_source: dict[str, list[str]] = defaultdict(list)
    for row in rows["train"]:
        by_source[row["source"]].append(row["text"])
    unseen = [row["text"] for row in rows["dev"]]
    counts = {source: sum(row["source"] == source for row in rows["dev"]) for source in by_source}
    seen = [
        text
        for source, n in sorted(counts.items())
        for text in random.Random(SEED).sample(by_source[source], min(n, len(by_source[source])))
    ]
    texts = [*seen, *unseen]
    options = mask_head.OPTIONS
    masking = Masking(10**6, options.max_tokens, options.share, mixed=False)
    masked = masked_states(encoder, texts, masking, seed=SEED)
    wanted = places_of(head.candidates, masked.targets)
    embeddings = encoder.embeddings(head.candidates)
    rng = np.random.default_rng(SEED)
    losses = {}
    for number, text in enumerate(texts):
        own = rng.permutation(np.flatnonzero((masked.texts == number) & (wanted >= 0)))[:MASKED_A_TEXT]
        found = head.log_probabilities(masked.features[own].astype(np.float32), embeddings)
        losses[LabelledText(text)] = float(-found[np.arange(len(own)), wanted[own]].mean())
    model = KnownLosses("masked words", losses, Attack.MASKS)
    return MembershipInferenceAuditor().audit(
        model, [LabelledText(text) for text in seen], [LabelledText(text) for text in unseen]
    )


def _classifier(
    data: Path, name: str, rows: Sequence[tuple[str, int]], epochs: int, seed: int
) -> ClassifierLoss:
    tokenizer = small.make_tokenizer(data, "sst2", "words")
    spec = small.Spec(
        name=name,
        part="control",
        kind="plain",
        turn=0,
        task="sst2",
        seed=seed,
        architecture="bert",
        layers=2,
        width=64,
        tokenizer="words",
    )
    network: Network = new_network(
        small.make_config(spec, tokenizer), tokenizer, Head.CLASSES, name=name, labels=("0", "1"), seed=seed
    )
    ids = tokenizer([text for text, _ in rows], truncation=True, max_length=small.MAX_TOKENS)["input_ids"]
    small.fit(
        network.model,
        list(zip(ids, (label for _, label in rows), strict=True)),
        epochs=epochs,
        seed=seed,
    )
    return ClassifierLoss(NetworkClassifier(network, small.MAX_TOKENS))


def _distinct(rows: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the first row of each group of near-duplicates."""
    groups = near_duplicates([text for text, _ in rows])
    return [row for i, row in enumerate(rows) if groups[i] == i]


def _with_noise(rows: Sequence[tuple[str, int]], share: float) -> list[tuple[str, int]]:
    rng = random.Random(SEED)
    return [(text, 1 - label if rng.random() < share else label) for text, label in rows]


def _labelled(rows: Sequence[tuple[str, int]]) -> list[LabelledText]:
    return [LabelledText(text, str(label)) for text, label in rows]


def _row(pair: Pair) -> LabelledText:
    return LabelledText(f"{pair['query']}\n{pair['positive']}")


def _pairs(path: Path) -> list[Pair]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _wanted(name: str, only: str) -> bool:
    return not only or name == only


def _learned_from(model: Path) -> set[str]:
    return set(ModelFolder.open(model).card.training_data.values())


def _check(files: Mapping[str, Path], known: set[str]) -> None:
    hashes = file_hashes([folder / name for name, folder in files.items()])
    strange = [name for name, sha256 in hashes.items() if sha256 not in known]
    assert not strange, f"{', '.join(strange)}: not what the model was trained on."


def _check_sources(data: Path, known: set[str]) -> None:
    assert set(file_hashes(mask_head.source_files(data)).values()) <= known, "Not what the head learned from."


def show(name: str, found: MembershipReport) -> None:
    """Print the figures of an audit as rows of a table."""
    figures = found.report.figures
    best = max(found.blind, key=lambda kind: found.blind[kind].auc.value)
    rows = {attack.value: attacked for attack, attacked in found.attacks.items()}
    rows[f"without the model: {best.value}"] = found.blind[best]
    codes = sorted({finding.code for finding in found.report.findings})
    for attack, attacked in rows.items():
        cells = (
            _words(attacked.auc),
            _words(attacked.found_at_1_percent),
            _words(attacked.balanced_accuracy),
        )
        counts = f"{figures['members']} / {figures['non_members']}"
        print(f"| {name} | {counts} | {attack} | {' | '.join(cells)} |", flush=True)
    print(f"| {name} | | **{found.report.verdict}** | {', '.join(codes) or 'no findings'} | | |", flush=True)


def _words(figure: Interval | None) -> str:
    return "" if figure is None else f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"


def main() -> None:
    """Print the figures that were asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("controls", "shipped"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sets", type=Path, help="what model_data.py wrote")
    parser.add_argument("--pairs", type=Path, help="what search_data.py wrote")
    parser.add_argument("--reference", type=Path, help="the encoder before its training, int8")
    parser.add_argument("--only", default="", help="a control, a set of pairs, undamaged, search or mask")
    arguments = parser.parse_args()
    if arguments.what == "shipped" and None in (arguments.sets, arguments.pairs, arguments.reference):
        parser.error("shipped needs --sets, --pairs and --reference.")
    if arguments.what == "controls":
        import torch

        torch.set_num_threads(1)
    print("| model | members / others | attack | area | found at 1 % | balanced accuracy |")
    print("| --- | ---: | --- | --- | --- | --- |")
    audits = controls(arguments.data, arguments.only) if arguments.what == "controls" else shipped(arguments)
    for name, found in audits:
        show(name, found)


if __name__ == "__main__":
    main()
