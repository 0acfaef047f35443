"""Lists in pages, and where the next one is."""

from __future__ import annotations

from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, Response

from metier.http.schemas.requests import MAX_CURSOR_CHARS
from metier.store.workspaces.rows import MAX_LIMIT, Page

R = TypeVar("R")


class Paging:
    """What part of a list is asked for.

    Attributes:
        limit: how many at most, 1 to 200.
        after: what the page before gave; None for the first.
    """

    def __init__(
        self,
        request: Request,
        response: Response,
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many at most.")] = 50,
        after: Annotated[
            str | None,
            Query(
                max_length=MAX_CURSOR_CHARS,
                description="`after` of the page before; leave it out for the first page.",
            ),
        ] = None,
    ) -> None:
        self.limit = limit
        self.after = after
        self._request = request
        self._response = response

    def answer(self, page: Page[R]) -> Page[R]:
        """Return a page, with the address of the next one in the header Link."""
        self.linked(self._response, page.after)
        return page

    def linked(self, response: Response, after: str | None) -> Response:
        """Return an answer with the address of the next page in the header Link; None for the last page."""
        if after is not None:
            asked = [pair for pair in self._request.query_params.multi_items() if pair[0] != "after"]
            address = f"{self._request.url.path}?{urlencode([*asked, ('after', after)])}"
            response.headers["Link"] = f'<{address}>; rel="next"'
        return response


PagingHere = Annotated[Paging, Depends()]
