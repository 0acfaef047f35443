"""`metier workbench fill-mask`, `attention`, `embed`, `tokens`, `parameters`, `mask-head`: looking inside."""

from __future__ import annotations

import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from metier.cli import options
from metier.cli.training_progress import hide_loading_bars, say, training_watch
from metier.errors import InvalidInput

if TYPE_CHECKING:
    from metier.workbench.looking.attention import AttentionMaps, Look
    from metier.workbench.looking.fill_mask import MaskedWordModel
    from metier.workbench.looking.mask_head import MaskHead
    from metier.workbench.looking.roles import HeadRole, Link

SHIPPED: Final = "base"
MASK_HEAD: Final = "mask-words"
STANDARD_INPUT: Final = "-"


class MapMethod(StrEnum):
    """How vectors come onto a plane."""

    PCA = "pca"
    TSNE = "tsne"


TextArgument = Annotated[str, typer.Argument(help="A text, or - for standard input.", metavar="TEXT")]
ModelOption = Annotated[
    str,
    typer.Option(help="A name, a folder, or a hub name.", metavar="NAME|DIR"),
]
PictureOption = Annotated[
    Path | None, typer.Option(help="Draw to this file, .png or .svg; needs the train extra.", metavar="FILE")
]
_EXAMPLES: Final = {
    "fill-mask": "'We look for a [MASK] with experience in Java.'",
    "attention": "'The cat slept because it was tired.' --link it cat --page heads.html",
    "embed": "texts.csv --picture map.png",
    "tokens": "'Unbelievably long words' --model base --model bert-base-uncased",
    "parameters": "bert-base distilbert-base albert-base",
    "mask-head": "--corpus texts.txt --output head/",
}


def register(app: typer.Typer) -> None:
    """Add the commands that look inside to those of `metier workbench`."""
    for name, command in (
        ("fill-mask", guess_masked),
        ("attention", attention),
        ("embed", embed),
        ("tokens", tokens),
        ("parameters", parameters),
        ("mask-head", mask_head),
    ):
        app.command(name, epilog=f"Example: metier workbench {name} {_EXAMPLES[name]}")(command)


def guess_masked(
    text: TextArgument,
    model: Annotated[
        str,
        typer.Option(
            help="A network that was pretrained with masked words: a folder or a hub name; or a folder that "
            "mask-head wrote. By default the shipped encoder with the shipped head.",
            metavar="NAME|DIR",
        ),
    ] = MASK_HEAD,
    top_k: Annotated[int, typer.Option(help="Guesses for each mask.")] = 5,
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Guess the words that stand where a text has [MASK] or <mask>.

    The default knows job ads and resumes in English and Russian and runs without the train extra. For facts
    about the world name a model of the hub: --model bert-base-uncased.
    """
    from metier.cli.workbench_looking_tables import render_guesses
    from metier.workbench.looking.fill_mask import fill_mask

    words = _text(text)
    guesses = fill_mask(_masked_words(model), words, top_k=top_k)
    options.emit(render_guesses(guesses, as_json=options.wants_json(output_format)), None)


def attention(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    text: Annotated[
        str | None, typer.Argument(help="A sentence or two, or - for standard input.", metavar="TEXT")
    ] = None,
    model: ModelOption = SHIPPED,
    layer: Annotated[int | None, typer.Option(help="One layer, from 1, the lowest.")] = None,
    head: Annotated[int | None, typer.Option(help="One head of that layer, from 1.")] = None,
    link: Annotated[
        tuple[str, str] | None,
        typer.Option(
            help="Rank the heads by how much they link two words of the text; it#2 is the second 'it'.",
            metavar="WORD WORD",
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            help="Texts to tell the roles of heads from: .txt, a text in each line, .csv or .jsonl.",
            metavar="FILE",
        ),
    ] = None,
    picture: PictureOption = None,
    page: Annotated[
        Path | None,
        typer.Option(help="Write a page to browse all heads; it needs no network.", metavar="FILE.html"),
    ] = None,
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Show what each token of a text looks at, in every head of every layer.

    Without --layer and --head it says what each head does; with both it prints that head's map; with --link
    which heads look from one word to another. Layers and heads count from 1.
    """
    from metier.cli import workbench_looking_tables as tables
    from metier.workbench.looking.attention import attention_maps, check_place

    _check_wanted(text, file, picture=picture, page=page, needs_text=bool(head or link))
    look = _look(model)
    check_place(layer, head, (look.n_layers, look.n_heads))
    maps = None if text is None else attention_maps(look, _text(text))
    found = _links(maps, link)
    as_json = options.wants_json(output_format)
    roles = None
    if page is not None or (link is None and head is None):
        roles = _roles(look, maps, file)
    if maps is not None and link is not None:
        shown = [each for each in found if each.layer == (layer or each.layer)]
        shown = [each for each in shown if each.head == (head or each.head)]
        result = tables.render_links(shown, as_json=as_json)
    elif maps is not None and layer is not None and head is not None:
        result = tables.render_map(maps, layer=layer, head=head, as_json=as_json)
    else:
        shown_roles = [role for role in roles or () if role.layer == (layer or role.layer)]
        result = tables.render_roles(shown_roles, as_json=as_json)
    if maps is not None and picture is not None:
        _draw(maps, picture, layer=layer, head=head)
    if maps is not None and page is not None:
        _write_page(page, maps, roles or [], found, file)
    options.emit(result, None)


def embed(
    file: Annotated[
        Path,
        typer.Argument(
            help="Texts: .txt with one in each line, or .csv, .tsv or .jsonl with text and, if there is one, "
            "label.",
            metavar="FILE",
        ),
    ],
    model: ModelOption = SHIPPED,
    method: Annotated[
        MapMethod, typer.Option(help="pca keeps large distances; tsne keeps neighbours, and needs train.")
    ] = MapMethod.PCA,
    picture: PictureOption = None,
    seed: Annotated[int, typer.Option(help="Of tsne.")] = 0,
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Put texts on a map: those that a model takes for alike stand near each other."""
    from metier.cli.workbench_looking_tables import render_plane
    from metier.workbench.looking.labelled_texts import read_labelled_texts
    from metier.workbench.looking.projection import Method, project
    from metier.workbench.looking.vectors import open_encoder, vectors_of

    _check_picture(picture)
    rows = read_labelled_texts(file)
    settings = options.load_settings()
    encoder = open_encoder(_installed(model), options.runtime(settings))
    plane = project(vectors_of(encoder, [row.text for row in rows]), Method(method), seed=seed)
    if picture is not None:
        from metier.workbench.looking.pictures import draw_plane

        title = f"{len(rows)} texts by {encoder.name}, {method.value}"
        draw_plane(plane, [row.text for row in rows], [row.label for row in rows], picture, title=title)
        say(f"Wrote {picture}.")
    as_json = options.wants_json(output_format)
    options.emit(render_plane(plane, rows, encoder.name, as_json=as_json), None)


def tokens(
    text: TextArgument,
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="A name, a folder or a hub name; may be given more than once, to compare. By default base.",
            metavar="NAME|DIR",
        ),
    ] = None,
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Show how models cut a text into tokens: pieces, ids, characters, special tokens, tokens per word."""
    from metier.cli.workbench_looking_tables import render_tokens
    from metier.workbench.looking.tokens import read_splitters

    words = _text(text)
    splitters = read_splitters([_installed(name) for name in model or [SHIPPED]])
    found = [splitter.split(words) for splitter in splitters]
    options.emit(render_tokens(found, as_json=options.wants_json(output_format)), None)


def parameters(
    names: Annotated[
        list[str],
        typer.Argument(
            help="Presets such as bert-base, config.json files, model folders, added models, or hub names.",
            metavar="CONFIG|DIR|NAME...",
        ),
    ],
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Count the parameters of networks by component, and the megabytes that they take.

    Presets and configurations are counted without a download, as the encoder with its pooler if it has one;
    that needs the train extra.
    """
    from metier.cli.workbench_looking_tables import render_sizes
    from metier.workbench.looking.sizes import network_size

    sizes = [network_size(_installed(name)) for name in names]
    options.emit(render_sizes(sizes, as_json=options.wants_json(output_format)), None)


def mask_head(  # noqa: PLR0913, PLR0917 - each parameter is an option that a person can give
    corpus: Annotated[
        list[Path],
        typer.Option(
            help="Text to learn from: .txt or .md with a blank line between documents, or .jsonl with a text "
            "in each line. May be given more than once.",
            metavar="FILE",
        ),
    ],
    output: Annotated[
        Path, typer.Option(help="A new folder; or that of a stopped run, to go on with it.", metavar="DIR")
    ],
    model: Annotated[
        str, typer.Option(help="An encoder that metier built: a name or a folder.", metavar="NAME|DIR")
    ] = SHIPPED,
    dev: Annotated[
        list[Path] | None,
        typer.Option(help="Text to measure on; a tenth of the corpus by default.", metavar="FILE"),
    ] = None,
    layer: Annotated[int, typer.Option(help="Layer after which states are read, from 1.")] = 4,
    windows: Annotated[int, typer.Option(help="Most pieces of text that are read.")] = 12_000,
    max_tokens: Annotated[int, typer.Option(help="Tokens of such a piece.")] = 128,
    epochs: Annotated[int, typer.Option(help="Passes over the masked tokens.")] = 3,
    batch_size: Annotated[int, typer.Option(help="Masked tokens in a step.")] = 256,
    rate: Annotated[float, typer.Option(help="Learning rate.")] = 2e-3,
    seed: Annotated[int, typer.Option(help="Of all that is drawn.")] = 0,
    output_format: options.TableOrJsonOption = None,
) -> None:
    """Train a head that guesses masked words on an encoder that stays as it is; needs the train extra."""
    from metier.cli.workbench_looking_tables import render_mask_figures
    from metier.training.output import MODEL, Origin
    from metier.workbench.corpus import read_corpus
    from metier.workbench.looking.layer_states import LayerStates
    from metier.workbench.looking.mask_training import MaskHeadOptions, MaskHeadRun, train_mask_head
    from metier.workbench.looking.tokens import inner_folder

    wanted = MaskHeadOptions(
        windows=windows, max_tokens=max_tokens, epochs=epochs, batch_size=batch_size, rate=rate, seed=seed
    )
    with training_watch() as watch:
        texts = read_corpus(corpus, dev or ())
        encoder = LayerStates.load(inner_folder(_installed(model)), layer=layer, threads=_threads())
        command = f"metier {shlex.join(sys.argv[1:])}"
        origin = Origin(output.resolve().name, command=command, training_data=texts.hashes)
        learned, measured = ([" ".join(document) for document in part] for part in (texts.train, texts.dev))
        run = MaskHeadRun(learned, measured, wanted, origin)
        trained = train_mask_head(encoder, run, output, watch=watch)
    options.emit(render_mask_figures(trained.figures, as_json=options.wants_json(output_format)), None)
    folder = shlex.quote(str(output / MODEL))
    say(f"Wrote {output / MODEL}. Guess with it: metier workbench fill-mask --model {folder} 'A [MASK].'")


def _text(argument: str) -> str:
    if argument != STANDARD_INPUT:
        return argument
    try:
        return options.read_standard_input().decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise InvalidInput("Standard input must be UTF-8. It is not. Write it again as UTF-8.") from error


def _installed(name: str) -> str:
    """Return the folder of a shipped or added model, or the name itself if it is a folder's or the hub's."""
    from metier.encoders.load import installed_models

    found = installed_models(options.models_dir(options.load_settings())).get(name)
    return name if found is None else str(found)


def _threads() -> int:
    return options.load_settings().threads


def _look(model: str) -> Look:
    from metier.workbench.looking.looks import is_onnx, open_look

    source = _installed(model)
    if not is_onnx(source):
        hide_loading_bars()
    return open_look(source, threads=_threads())


def _masked_words(model: str) -> MaskedWordModel:
    """Return what guesses: a head on the encoder that it was fitted to, or a network with its own head."""
    from metier.encoders.folder import CARD, ModelFolder
    from metier.workbench.looking.fill_mask import HeadMaskedWords, load_masked_words
    from metier.workbench.looking.layer_states import LayerStates
    from metier.workbench.looking.mask_head import TASK, MaskHead
    from metier.workbench.looking.tokens import inner_folder

    source = _installed(model)
    folder = inner_folder(source)
    if not (folder / CARD).is_file() or ModelFolder.peek(folder).card.task != TASK:
        hide_loading_bars()
        return load_masked_words(source)
    head = MaskHead.load(folder)
    return HeadMaskedWords(head, LayerStates.load(_encoder_of(head), layer=head.layer, threads=_threads()))


def _encoder_of(head: MaskHead) -> Path:
    """Return the installed encoder that a head was fitted to; if none, the shipped one, which is refused."""
    from metier.encoders.folder import ModelFolder
    from metier.encoders.load import installed_models

    found = installed_models(options.models_dir(options.load_settings()))
    own = (path for path in found.values() if ModelFolder.peek(path).sha256 == head.encoder_sha256)
    return next(own, found[SHIPPED])


def _check_wanted(
    text: str | None, file: Path | None, *, picture: Path | None, page: Path | None, needs_text: bool
) -> None:
    if text is None and (file is None or picture or page or needs_text):
        raise InvalidInput(
            "A map of attention, a link, a picture and a page need a TEXT. Roles of heads need a TEXT or "
            "--file with texts."
        )
    _check_picture(picture)
    if page is not None and page.suffix not in {".html", ".htm"}:
        raise InvalidInput(f"{page} must end in .html. Got {page.suffix or 'no ending'}.")


def _check_picture(picture: Path | None) -> None:
    if picture is not None:
        from metier.training.charts import check_picture

        check_picture(picture)


def _links(maps: AttentionMaps | None, link: tuple[str, str] | None) -> list[Link]:
    from metier.workbench.looking.roles import links

    return [] if maps is None or link is None else links(maps, *link)


def _roles(look: Look, maps: AttentionMaps | None, file: Path | None) -> list[HeadRole]:
    """Return what heads do, over the texts of a file if there is one, else over the text."""
    from metier.workbench.looking.attention import attention_of_texts
    from metier.workbench.looking.labelled_texts import read_labelled_texts
    from metier.workbench.looking.roles import head_roles

    if file is not None:
        texts = [row.text for row in read_labelled_texts(file)]
        return head_roles(attention_of_texts(look, texts))
    return head_roles([] if maps is None else [maps])


def _draw(maps: AttentionMaps, picture: Path, *, layer: int | None, head: int | None) -> None:
    from metier.workbench.looking.pictures import draw_head, draw_heads

    if (layer is None) != (head is None):
        raise InvalidInput("A picture is of one head or of all: give both --layer and --head, or neither.")
    if layer is not None and head is not None:
        draw_head(maps, picture, layer=layer, head=head)
    else:
        draw_heads(maps, picture)
    say(f"Wrote {picture}.")


def _write_page(
    page: Path, maps: AttentionMaps, roles: list[HeadRole], found: list[Link], file: Path | None
) -> None:
    from metier.cli.workbench_looking_tables import page_content
    from metier.report.attention import render_attention_html

    source = "this text" if file is None else f"the texts of {file.name}"
    options.emit(render_attention_html(page_content(maps, roles, found, roles_from=source)), page)
