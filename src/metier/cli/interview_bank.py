"""`metier interview bank`: the banks there are, what is in one, and whether one's own is in order."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from metier.cli import options

if TYPE_CHECKING:
    from metier.interview.bank import Bank

app = typer.Typer(name="bank", no_args_is_help=True, help="Show banks of questions, and check one's own.")


class BankFormat(StrEnum):
    """A form of a bank."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"


@app.command("list", epilog="Example: metier interview bank list")
def list_banks(output_format: options.TableOrJsonOption = None) -> None:
    """List the banks that come with metier."""
    from metier.interview.bank_files import load_bank, shipped_banks

    banks = [load_bank(path) for path in shipped_banks().values()]
    if options.wants_json(output_format):
        options.emit("".join(f"{json.dumps(_facts(bank), ensure_ascii=False)}\n" for bank in banks), None)
        return
    from metier.cli.interview_tables import banks_table

    options.emit(banks_table(banks), None)


@app.command("show", epilog="Example: metier interview bank show sql-data --format yaml > own.yaml")
def show(
    name: Annotated[
        str, typer.Argument(help="A bank that comes with metier, or a file.", metavar="NAME|FILE")
    ],
    language: Annotated[str, typer.Option(help="Where a bank is there in several.")] = "en",
    output_format: Annotated[
        BankFormat | None,
        typer.Option("--format", help="Default: table in a terminal, JSON. yaml to edit it."),
    ] = None,
) -> None:
    """Show the topics, questions and key points of a bank."""
    from metier.interview.bank_files import dump_bank, find_bank

    bank = find_bank(name, language=language)
    chosen = output_format or BankFormat(options.choose_format(None, None).value)
    if chosen is BankFormat.YAML:
        options.emit(dump_bank(bank), None)
    elif chosen is BankFormat.JSON:
        import yaml

        content: dict[str, Any] = yaml.safe_load(dump_bank(bank))
        options.emit(json.dumps(content | {"sha256": bank.sha256}, ensure_ascii=False) + "\n", None)
    else:
        from metier.cli.interview_tables import bank_table

        options.emit(bank_table(bank), None)


@app.command("check", epilog="Example: metier interview bank check own.yaml")
def check(
    file: Annotated[Path, typer.Argument(help="The YAML file of a bank.", metavar="FILE")],
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Check a bank: what is wrong ends with exit code 2, what could be better is listed."""
    from metier.interview.bank_files import advise, load_bank

    bank = load_bank(file)
    advice = advise(bank)
    if options.wants_json(output_format):
        rows = [{"where": item.where, "message": item.message} for item in advice]
        options.emit(json.dumps(_facts(bank) | {"advice": rows}, ensure_ascii=False) + "\n", None)
        return
    from metier.cli.interview_tables import advice_table

    options.emit(advice_table(bank, advice), None)


def _facts(bank: Bank) -> dict[str, Any]:
    questions = [question for _, question in bank.each()]
    return {
        "name": bank.name,
        "language": bank.language,
        "title": bank.title,
        "sha256": bank.sha256,
        "topics": len(bank.topics),
        "questions": len(questions),
        "points": sum(len(question.points) for question in questions),
    }
