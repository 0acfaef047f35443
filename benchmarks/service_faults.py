"""What becomes of the service where what it stands on fails, and where nobody means it well.

Everything is run for real: worker processes, a PostgreSQL server that the run starts (with --postgres), a
disk of its own (root only), requests over a socket. Texts are made up, of a few lines, and read by words
alone, so that most of the time goes into what is measured. Each part prints what it counted as JSON;
proportions have their Wilson intervals (95 %).

    .venv/bin/python benchmarks/service_faults.py kills --kills 50 [--postgres]
    .venv/bin/python benchmarks/service_faults.py restart --times 30 [--postgres]
    .venv/bin/python benchmarks/service_faults.py disk --rounds 5
    .venv/bin/python benchmarks/service_faults.py tenants [--postgres]
    .venv/bin/python benchmarks/service_faults.py requests [--postgres]

kills: a batch of assessments whose workers are killed (SIGKILL) at random moments, until the last, which
ends the batch. Lost is a document without an assessment; done twice is one with two, or with two in the log.
restart: clients add people, by name or with a resume, each until it is answered with success, while the
PostgreSQL server ends at once (SIGQUIT) and starts again; on SQLite, which has no server, the process of the
service is killed instead. disk: a SQLite database on a disk that fills up, and is made larger.
tenants: all that takes an id, asked by an administrator with ids of another workspace.
requests: what no proper client sends, by kind of mischief.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from metier.service.service import open_service

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.fuzz.cases import cases
from tests.fuzz.full_disk import fill, small_disk
from tests.fuzz.restarts import restart_postgres, restart_service
from tests.fuzz.site import fuzzed_site
from tests.fuzz.tenants import ask_for_others
from tests.service import small
from tests.service.work.kills import kill_workers
from tests.store.postgres_server import running_server

# 97.5 % quantile of the normal distribution.
_Z = 1.959964


def wilson(k: int, n: int) -> str:
    """Return a proportion with its Wilson interval, 95 %."""
    if n == 0:
        return "0 of 0"
    p, z2 = k / n, _Z**2
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return f"{k} of {n} ({p:.4f}; {max(0.0, centre - half):.4f} to {min(1.0, centre + half):.4f})"


@contextlib.contextmanager
def database(given: argparse.Namespace) -> Iterator[str | None]:
    """Give the address of an empty database; None for SQLite."""
    if not given.postgres:
        yield None
        return
    with running_server() as server:
        yield server.url()


def kills(given: argparse.Namespace, folder: Path) -> dict[str, object]:
    """Kill workers, and return what became of the batch."""
    with database(given) as url:
        options = small.options_of(folder, **({"database": url} if url else {}))
        with open_service(options) as service:
            caller = small.new_workspace(service)
            documents = small.add_resumes(service, caller, given.documents)
        plan = {"n_kills": given.kills, "lease_s": given.lease, "seed": given.seed}
        found = asdict(kill_workers(options, caller, documents, **plan))
    steps = found.pop("steps_at_kills")
    return {
        "documents": given.documents,
        "kills": given.kills,
        "kills_before_the_last_step": sum(done < given.documents for done in steps),
        **found,
        "documents_lost": wilson(found["lost"], given.documents),
        "documents_done_twice": wilson(found["twice"], given.documents),
        "steps_done_at_first_median_last_kill": [steps[0], steps[len(steps) // 2], steps[-1]],
    }


def restart(given: argparse.Namespace, folder: Path) -> dict[str, object]:
    """Restart what the service stands on, and return what became of what was written."""
    plan = {"times": given.times, "clients": given.clients, "seed": given.seed}
    if given.postgres:
        with running_server() as server:
            found = restart_postgres(folder, server, **plan)
    else:
        found = restart_service(folder, **plan)
    return {
        "clients": given.clients,
        **found.to_mapping(),
        "answered_with_success_and_missing": wilson(found.written.missing, found.written.added),
        "there_twice": wilson(found.written.twice, found.written.added),
    }


def disk(given: argparse.Namespace, folder: Path) -> dict[str, object]:
    """Fill a disk, make it larger, and so on; return what was answered."""
    with small_disk(folder / "disk", given.size) as made:
        found = fill(made, rounds=given.rounds, seed=given.seed)
    return {
        "rounds": given.rounds,
        **found.to_mapping(),
        "answered_with_success_and_missing": wilson(found.missing, len(found.kept)),
    }


def tenants(given: argparse.Namespace, folder: Path) -> dict[str, object]:
    """Ask for what is of another workspace, and return how often that let in."""
    with database(given) as url, fuzzed_site(folder, database=url) as site:
        attempts = list(ask_for_others(site))
    places = sorted({attempt.place.split()[0] for attempt in attempts})
    return {
        "operations": len({attempt.operation for attempt in attempts}),
        "attempts": len(attempts),
        "by_place": {
            place: dict(Counter(one.status for one in attempts if one.place.split()[0] == place))
            for place in places
        },
        "let_in": wilson(sum(attempt.let_in for attempt in attempts), len(attempts)),
    }


def requests(given: argparse.Namespace, folder: Path) -> dict[str, object]:
    """Send what no proper client sends, and return what answered, by kind of mischief."""
    table: dict[str, Counter[str]] = {}
    unforeseen, n_unserved = [], 0
    with database(given) as url, fuzzed_site(folder, database=url) as site:
        for case in cases():
            status = case.send(site)
            table.setdefault(case.group, Counter())[str(status or "none")] += 1
            if status not in case.allowed:
                unforeseen.append(f"{case.group}: {case.name}: {status}")
            n_unserved += site.team.viewer.get("/people", params={"limit": 1}).status_code != 200
    total = sum(counter.total() for counter in table.values())
    failed = sum(n for counter in table.values() for told, n in counter.items() if told.startswith("5"))
    return {
        "answers": {group: dict(sorted(counter.items())) for group, counter in table.items()},
        "requests": total,
        "answered_with_5xx": wilson(failed, total),
        "answered_otherwise_than_foreseen": unforeseen,
        "others_not_served_after": wilson(n_unserved, total),
    }


def main() -> None:
    """Run the part that the command line names."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parts = parser.add_subparsers(required=True)
    for part in (kills, restart, disk, tenants, requests):
        own = parts.add_parser(part.__name__, help=part.__doc__)
        own.set_defaults(part=part)
        own.add_argument("--seed", type=int, default=0)
        if part is not disk:
            own.add_argument(
                "--postgres", action="store_true", help="On a PostgreSQL server, else on SQLite."
            )
        if part is kills:
            own.add_argument("--kills", type=int, default=50)
            own.add_argument("--documents", type=int, default=3000)
            own.add_argument("--lease", type=float, default=0.8, help="Of a job, in seconds.")
        if part is restart:
            own.add_argument("--times", type=int, default=30)
            own.add_argument("--clients", type=int, default=8)
        if part is disk:
            own.add_argument("--rounds", type=int, default=5)
            own.add_argument("--size", type=int, default=16, help="Of the disk at first, in MB.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(given.part(given, Path(folder)), indent=1))


if __name__ == "__main__":
    main()
