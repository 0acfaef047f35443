"""`metier skills generate`: labelled texts from a chat model of the user's choice."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.cli import options
from metier.cli.training_progress import say
from metier.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping


class Level(StrEnum):
    """Level of the jobs that the texts are about."""

    JUNIOR = "junior"
    MID = "mid"
    SENIOR = "senior"


def generate(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    endpoint: Annotated[
        str, typer.Option(help="Address of a server that speaks OpenAI's protocol.", metavar="URL")
    ],
    model: Annotated[str, typer.Option(help="The model's name there.")],
    output: Annotated[Path, typer.Option(help="A new file of JSON lines.", metavar="FILE")],
    n_texts: Annotated[int, typer.Option(help="How many texts to ask for.")] = 100,
    api_key_file: Annotated[
        Path | None, typer.Option(help="File with the key of the endpoint; none is sent without.")
    ] = None,
    taxonomy: options.TaxonomyOption = None,
    language: Annotated[
        list[str] | None, typer.Option(help="en, ru, ko or he; may be repeated. English without.")
    ] = None,
    level: Annotated[
        list[Level] | None, typer.Option(help="Level of the jobs; may be repeated. All without.")
    ] = None,
    skills: Annotated[str, typer.Option(help="Fewest and most skills of a text.", metavar="A,B")] = "3,8",
    chars: Annotated[
        str, typer.Option(help="Fewest and most characters of a text.", metavar="A,B")
    ] = "300,4000",
    attempts: Annotated[int, typer.Option(help="How often a text is asked for until one is kept.")] = 3,
    temperature: Annotated[float, typer.Option(help="0 to 2.")] = 0.8,
    seed: Annotated[int, typer.Option(help="Chooses the skills of each text.")] = 0,
    timeout: Annotated[float, typer.Option(help="Seconds that one answer may take.")] = 120.0,
) -> None:
    """Have a chat model write labelled job texts to train on; needs the llm extra.

    Answers are checked before they are kept (docs/how-to/training-data.md). A run that was stopped goes on
    when the same command is given again.
    """
    from metier.skills.synthetic import GenerateOptions
    from metier.skills.synthetic import generate as write_texts
    from metier.skills.synthetic_prompts import JobLevel
    from metier.training.chat import ApiKey, Endpoint

    options.check_output(output, [api_key_file, taxonomy])
    settings = options.load_settings()
    chosen = GenerateOptions(
        endpoint=Endpoint(endpoint, model, ApiKey.from_file(api_key_file), timeout_s=timeout),
        n_texts=n_texts,
        levels=tuple(JobLevel(each.value) for each in level or Level),
        languages=tuple(dict.fromkeys(language or ["en"])),
        skills=_two_numbers("--skills", skills),
        chars=_two_numbers("--chars", chars),
        attempts=attempts,
        temperature=temperature,
        seed=seed,
    )
    found = options.load_taxonomy(taxonomy or settings.taxonomy, settings)
    result = write_texts(chosen, found, output, say=say)
    say(f"Wrote {output}: {result.accepted:,} texts, {result.missing:,} asked for without success.")
    for words, counts in (("Refused answers", result.refused), ("Corrected labels", result.corrected)):
        if counts:
            say(f"{words}: {_listed(counts)}.")


def _two_numbers(option: str, text: str) -> tuple[int, int]:
    try:
        least, most = (int(part) for part in text.split(","))
    except ValueError:
        raise InvalidInput(
            f"{option} must be two whole numbers with a comma, such as 3,8. Got {text!r}."
        ) from None
    return least, most


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{reason} {n:,}" for reason, n in counts.items())
