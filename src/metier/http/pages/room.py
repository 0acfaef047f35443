"""The candidate's side of an interview: a link, a seat, one question at a time, and no grades."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from metier.errors import Conflict, NotFound, TooManyRequests
from metier.http.pages.forms import PostedByAnyone
from metier.http.pages.visit import SEAT, Anyone, Visit
from metier.service import room

router = APIRouter()

_MOST_DIGITS: Final = 9


@router.get("/room")
def show_question(visit: Anyone) -> Response:
    """Return the question that awaits its answer, thanks after the last, or what to do without a seat."""
    _check_pace(visit)
    return _question(visit)


@router.post("/room")
def answer(posted: PostedByAnyone) -> Response:
    """Keep an answer and go on; one to a question that was answered meanwhile is given back instead."""
    visit, seat = posted.visit, _seat(posted.visit)
    _check_pace(visit)
    words, chosen, number = posted.text("answer"), posted.text("what"), posted.text("number")
    if chosen not in {"skip", "end"} and not words:
        return _question(visit, error=visit.words["room_empty"], status=422)
    try:
        if chosen == "end":
            room.end(visit.service, seat)
        else:
            turn = int(number[:_MOST_DIGITS]) if number.isascii() and number.isdigit() else 0
            room.answer(visit.service, seat, "" if chosen == "skip" else words, turn=turn)
    except NotFound:
        return _no_seat(visit)
    except Conflict:
        return _question(visit, kept=words, notice=visit.words["room_conflict"], status=409)
    return visit.go("/room")


@router.get("/room/{link}")
def look(link: str, visit: Anyone) -> Response:
    """Return what the interview is and how it goes; looking does not use the link up."""
    try:
        facts = room.look(visit.service, link)
    except NotFound:
        return _no_seat(visit)
    return visit.show("room-look.html.j2", {"facts": facts, "link": link})


@router.post("/room/{link}")
def start(link: str, posted: PostedByAnyone) -> Response:
    """Use the link up and take the seat."""
    visit = posted.visit
    try:
        seat = room.open_room(visit.service, link)
    except NotFound:
        return _no_seat(visit)
    response = visit.go("/room")
    visit.keep(response, SEAT, seat, path="/room")
    return response


def _question(
    visit: Visit, *, error: str = "", kept: str = "", notice: str = "", status: int = 200
) -> Response:
    try:
        asked = room.question(visit.service, _seat(visit))
    except NotFound:
        return _no_seat(visit)
    if asked.turn is None:
        return visit.show("room-thanks.html.j2", {"look_back": "/room"})
    options = asked.interview.options
    context = {
        "asked": asked,
        "turn": asked.turn,
        "tongue": options.get("language", ""),
        "most": options.get("max_questions"),
        "error": error,
        "kept": kept,
        "notice": notice,
        "look_back": "/room",
    }
    return visit.show("room.html.j2", context, status=status)


def _no_seat(visit: Visit) -> Response:
    return visit.show("room-closed.html.j2", {"look_back": "/room"}, status=404)


def _check_pace(visit: Visit) -> None:
    """Make sure that one seat does not keep the server busy.

    Raises:
        TooManyRequests: it asks for more than a minute allows.
    """
    allowance = visit.site.rooms.take(_seat(visit))
    if allowance.retry_after_s:
        raise TooManyRequests(
            f"A seat has {allowance.limit} requests a minute. Try again in {allowance.retry_after_s:.0f} s.",
            allowance.retry_after_s,
        )


def _seat(visit: Visit) -> str:
    return visit.request.cookies.get(SEAT, "")
