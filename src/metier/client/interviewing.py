"""Interviews of a server."""

from __future__ import annotations

from collections.abc import Iterator

from metier.client.records import Asked, Bank, InterviewLink, StoredInterview
from metier.client.transport import Request, Transport, new_once, pages, record, records
from metier.dialogue import Interview, InterviewReport


class Interviews:
    """Interviews: made, opened by a link, held and told of."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def banks(self) -> tuple[Bank, ...]:
        """Return the banks of questions."""
        return records(Bank, self._transport.send(Request("GET", "/interviews/banks")))

    def add(
        self,
        bank: str,
        *,
        language: str,
        person: str | None = None,
        vacancy: str | None = None,
        max_questions: int | None = None,
    ) -> StoredInterview:
        """Make an interview; the bank `vacancy` asks for what the vacancy wants and the resume lacks."""
        body = {
            "bank": bank,
            "language": language,
            "person": person,
            "vacancy": vacancy,
            "max_questions": max_questions,
        }
        request = Request("POST", "/interviews", body=body, once=new_once())
        return record(StoredInterview, self._transport.send(request))

    def get(self, interview: str) -> StoredInterview:
        """Return an interview."""
        return record(StoredInterview, self._transport.send(Request("GET", f"/interviews/{interview}")))

    def list(self, *, person: str | None = None) -> Iterator[StoredInterview]:
        """Yield interviews, the latest first."""
        return pages(self._transport, StoredInterview, "/interviews", {"person": person, "limit": 200})

    def link(self, interview: str, *, lasts_s: float) -> InterviewLink:
        """Make the link that the candidate opens it with; the one before works no more."""
        request = Request("POST", f"/interviews/{interview}/link", body={"lasts_s": lasts_s})
        return record(InterviewLink, self._transport.send(request))

    def ask(self, interview: str) -> Asked:
        """Ask the next question; the open one again where it is not answered yet."""
        return self._step(Request("POST", f"/interviews/{interview}/question"))

    def answer(self, interview: str, text: str, *, turn: int | None = None) -> Asked:
        """Answer the open question; return the next. With `turn`, one that is sent twice counts once."""
        body = {"text": text, "turn": turn}
        return self._step(Request("POST", f"/interviews/{interview}/answer", body=body))

    def end(self, interview: str) -> StoredInterview:
        """End an interview."""
        return record(StoredInterview, self._transport.send(Request("POST", f"/interviews/{interview}/end")))

    def record(self, interview: str) -> Interview:
        """Return the whole of an interview."""
        return record(Interview, self._transport.send(Request("GET", f"/interviews/{interview}/record")))

    def report(self, interview: str) -> InterviewReport:
        """Return what an interview came to."""
        answer = self._transport.send(Request("GET", f"/interviews/{interview}/report"))
        return record(InterviewReport, answer)

    def report_html(self, interview: str, *, language: str = "en") -> str:
        """Return the report as a page that needs nothing else; `language` is en or ru."""
        path = f"/interviews/{interview}/report.html"
        return self._transport.send(Request("GET", path, {"language": language})).text

    def erase(self, interview: str) -> None:
        """Erase an interview for good."""
        self._transport.send(Request("DELETE", f"/interviews/{interview}"))

    def _step(self, request: Request) -> Asked:
        return record(Asked, self._transport.send(request))
