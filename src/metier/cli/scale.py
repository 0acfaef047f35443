"""Options of commands that can share their work among processes and machines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metier.cli.training_progress import say
from metier.errors import InvalidInput

if TYPE_CHECKING:
    from metier.batch.ray_cluster import RayCluster
    from metier.config import Settings


class EngineName(StrEnum):
    """What does the work."""

    LOCAL = "local"
    RAY = "ray"


EngineOption = Annotated[
    EngineName,
    typer.Option(help="Work in this process, or on the workers of a Ray cluster (needs the ray extra)."),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(help="Processes of --engine ray; one for each processor by default.", min=1),
]
RayAddressOption = Annotated[
    str | None,
    typer.Option(
        help="A running Ray cluster, as host:port or auto; without it one is started on this machine.",
        metavar="ADDR",
    ),
]


@dataclass(frozen=True, slots=True)
class Scale:
    """What a command was told of who does the work.

    Raises:
        InvalidInput: an option of Ray without Ray.
    """

    engine: EngineName
    workers: int | None
    address: str | None

    def __post_init__(self) -> None:
        if self.engine is EngineName.LOCAL and (self.workers or self.address):
            raise InvalidInput("--workers and --ray-address go with --engine ray. Add it, or leave them out.")


@contextmanager
def opened_cluster(scale: Scale) -> Iterator[RayCluster | None]:
    """Start or join the cluster that the options name; None where the work stays in this process."""
    if scale.engine is EngineName.LOCAL:
        yield None
        return
    from metier.batch.ray_cluster import RayCluster

    say("Starting workers." if scale.address is None else f"Joining {scale.address}.")
    with RayCluster(address=scale.address, workers=scale.workers or 0) as cluster:
        say(f"{cluster.workers:,} workers.")
        yield cluster


def for_workers(settings: Settings) -> Settings:
    """Return settings for one worker of many: one thread, and no path that depends on where it runs."""
    return replace(
        settings,
        threads=1,
        taxonomy=absolute(settings.taxonomy),
        model=absolute(settings.model),
        search_model=absolute(settings.search_model),
        expertise_model=absolute(settings.expertise_model),
        data_dir=settings.data_dir.resolve(),
        cache_dir=settings.cache_dir.resolve(),
    )


def absolute(name: str) -> str:
    """Return the whole path where a name has a folder or an ending and is there; else it as it is."""
    path = Path(name)
    is_path = path.name != name or path.suffix
    return str(path.resolve()) if is_path and path.exists() else name
