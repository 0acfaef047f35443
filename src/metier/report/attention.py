"""Attention of a text as one HTML page that needs nothing else: every head, and what each token looks at.

The page works without its script as a table of roles; the script draws the maps and nothing else. The page's
security policy admits that one script and that one style by their hashes, and no network.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from metier.errors import InvalidInput
from metier.report.page import environment, showable, style

_SHORT: Final[Mapping[str, tuple[str, str]]] = {
    "itself": ("self", "r1"),
    "previous token": ("prev", "r2"),
    "next token": ("next", "r3"),
    "first special token": ("first", "r4"),
    "last special token": ("last", "r5"),
    "rest of its word": ("word", "r6"),
    "equal tokens": ("equal", "r7"),
    "punctuation": ("punct", "r8"),
    "broad": ("·", "r0"),
}
_MOST_LINKS: Final = 10


@dataclass(frozen=True, slots=True)
class _Head:
    """One head as the template sees it."""

    layer: int
    head: int
    role: str
    role_in_text: str
    entropy: float

    @property
    def short(self) -> str:
        return _SHORT[self.role][0]

    @property
    def short_in_text(self) -> str:
        return _SHORT[self.role_in_text][0]

    @property
    def tone(self) -> str:
        return _SHORT[self.role_in_text][1]


@dataclass(frozen=True, slots=True)
class _Link:
    """How much a head links two words, as the template sees it."""

    layer: int
    head: int
    source: str
    target: str
    share: float
    others: float
    over_uniform: float


def render_attention_html(content: Mapping[str, Any]) -> str:
    """Return a page on which every head of a text's attention can be looked at.

    The same content gives the same characters, and no words of it are read as markup.

    Args:
        content: `model` and `sha256` of what was looked into; `tokens`, each with `shown` and `special`;
            `n_layers` and `n_heads`; `shares`, for each token of each head of each layer in that order the
            shares of its attention, as bytes of the root: 255 sqrt(share), rounded; `roles`, a mapping for
            each head with `layer`, `head`, `role`, `role_in_text` and `entropy`; and `links`, mappings with
            `layer`, `head`, `source`, `target`, `share`, `others` and `over_uniform`, the strongest
            first.

    Raises:
        InvalidInput: shares that do not fit tokens, layers and heads.
    """
    n, n_layers, n_heads = len(content["tokens"]), content["n_layers"], content["n_heads"]
    shares = bytes(content["shares"])
    if len(shares) != n_layers * n_heads * n * n:
        raise InvalidInput(
            f"shares must hold a byte for each pair of {n} tokens in {n_layers} layers of {n_heads} heads. "
            f"Got {len(shares):,} bytes."
        )
    heads = [_Head(**{name: row[name] for name in _Head.__slots__}) for row in content["roles"]]
    css, css_hash = style("report.css", "attention.css")
    script, script_hash = _script()
    found = _in_json(
        {
            "tokens": [showable(token["shown"]) for token in content["tokens"]],
            "special": [int(token["special"]) for token in content["tokens"]],
            "layers": n_layers,
            "heads": n_heads,
            "roles": [[head.role, head.role_in_text] for head in heads],
            "shares": base64.b64encode(shares).decode(),
        }
    )
    return (
        environment()
        .get_template("attention.html.j2")
        .render(
            content=content,
            layers=[heads[i : i + n_heads] for i in range(0, len(heads), n_heads)],
            legend=_legend(heads),
            links=[_Link(**link) for link in content["links"][:_MOST_LINKS]],
            data=found,
            css=css,
            css_hash=css_hash,
            script=script,
            script_hash=script_hash,
        )
    )


def _legend(heads: Sequence[_Head]) -> list[tuple[str, str, str, int, int]]:
    """Return each role with its short form, its tone, and how many heads have it over all and in the text."""
    return [
        (
            role,
            short,
            tone,
            sum(head.role == role for head in heads),
            sum(head.role_in_text == role for head in heads),
        )
        for role, (short, tone) in _SHORT.items()
    ]


def _script() -> tuple[str, str]:
    """Return the script of the page, and the hash by which its security policy admits it."""
    script = environment().get_template("attention.js").render()
    return script, base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _in_json(content: Mapping[str, Any]) -> str:
    """Return JSON that can stand within a script element: nothing in it begins or ends markup."""
    found = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        found = found.replace(char, f"\\u{ord(char):04x}")
    return found
