"""People at the pages: browsers that sign in, fill in forms and read what comes."""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx

from metier.service import access, assessing, documents, vacancies
from metier.service.access import Caller
from metier.service.service import Service
from metier.store.workspaces.keys import KeyRole
from tests.service.small import VACANCY, new_workspace

ATTACK = "\"><script>alert('x')</script>{{7*7}}\u202e\u2066'&amp;"
"""What must never be markup, a template or a turn of direction."""


class Visitor(httpx.Client):
    """A browser without scripts; it follows redirects and sends the token of the page it saw last."""

    def __init__(self, url: str, *, language: str = "en") -> None:
        super().__init__(
            base_url=url,
            follow_redirects=True,
            timeout=60,
            trust_env=False,
            headers={"accept-language": language},
        )
        self.token = ""

    def see(self, path: str, status: int = 200) -> str:
        answer = self.get(path)
        assert answer.status_code == status, (path, answer.status_code, plain(answer.text)[:1500])
        self.token = token_in(answer.text) or self.token
        return answer.text

    def fill(self, path: str, status: int = 200, **fields: object) -> httpx.Response:
        files = fields.pop("files", None)
        if not self.token:
            self.see("/sign-in")
        answer = self.post(path, data={"csrf": self.token, **fields}, files=files)
        assert answer.status_code == status, (path, answer.status_code, plain(answer.text)[:1500])
        if answer.headers.get("content-type", "").startswith("text/html"):
            self.token = token_in(answer.text) or self.token
        return answer

    def sign_in(self, key: str) -> Visitor:
        self.see("/sign-in")
        self.fill("/sign-in", key=key)
        assert self.cookies.get("metier_session")
        return self


@dataclass(frozen=True)
class Team:
    """Visitors of one workspace, and callers of the same keys."""

    service: Service
    caller: Caller
    admin: Visitor
    recruiter: Visitor
    viewer: Visitor

    def of(self, role: KeyRole) -> Visitor:
        return {KeyRole.ADMIN: self.admin, KeyRole.RECRUITER: self.recruiter, KeyRole.VIEWER: self.viewer}[
            role
        ]

    def close(self) -> None:
        for visitor in (self.admin, self.recruiter, self.viewer):
            visitor.close()


@dataclass(frozen=True)
class Things:
    """Ids of a vacancy and of two people who were held against it, the better one first."""

    vacancy: str
    documents: tuple[str, str]
    people: tuple[str, str]


def new_team(service: Service, url: str, name: str = "Team") -> Team:
    operator = new_workspace(service, name)
    keys = {role: access.add_key(service, operator, name=role.value, role=role)[1] for role in KeyRole}
    signed = {role: Visitor(url).sign_in(key) for role, key in keys.items()}
    caller = access.caller_of_key(service, keys[KeyRole.ADMIN])
    return Team(service, caller, signed[KeyRole.ADMIN], signed[KeyRole.RECRUITER], signed[KeyRole.VIEWER])


def long_resume(name: str, skills: str) -> bytes:
    """Return a resume that is long enough to be scored."""
    return (
        f"{name}\n\nExperience\nDeveloper at a company of some size, January 2015 to March 2020\n"
        f"Built and kept services for the shop with {skills}, wrote down how they work, and taught.\n\n"
        f"Skills\n{skills}\n\nEducation\nUniversity of the town, 2010 to 2014, computer science\n"
    ).encode()


def add_things(team: Team, names: tuple[str, str] = ("Ann Better", "Bob Lesser")) -> Things:
    service, caller = team.service, team.caller
    vacancy = vacancies.add(service, caller, VACANCY, name="vacancy.txt").id
    kept = []
    for name, skills in zip(names, ("Python, PostgreSQL, Docker", "Docker"), strict=True):
        added = documents.add(service, caller, long_resume(name, skills), name=f"{name}.txt").document
        assessing.assess(service, caller, added.id, vacancy=vacancy)
        kept.append(added)
    ids = (kept[0].id, kept[1].id)
    return Things(vacancy, ids, (kept[0].person or "", kept[1].person or ""))


def token_in(page: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
    return found[1] if found else ""


def plain(page: str) -> str:
    """Return the words of a page on one line."""
    bare = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", bare)).strip()


def first(pattern: str, page: str) -> str:
    found = re.search(pattern, page)
    assert found is not None, f"{pattern} is not in: {plain(page)[:800]}"
    return found[1]


def is_harmless(page: str) -> bool:
    """Tell whether nothing of the attack came through as markup, template or turn of direction."""
    return (
        "<script>alert" not in page
        and "49" not in plain(page).split("{{7*7}}")[0][-4:]
        and not (set("\u202e\u2066") & set(page))
    )
