"""Skills in a text, and the level that a document shows."""

from __future__ import annotations

from metier.http.api.admission import CallerHere, ServiceHere
from metier.http.api.declare import Declared, Routes
from metier.http.schemas.requests import LevelToScore, TextToLink, TextToRead
from metier.service import detecting
from metier.skills.linking.linker import LinkedSkill
from metier.store.workspaces.keys import KeyRole
from metier.types import Expertise, SkillEvidence

routes = Routes("skills")


@routes.post("/skills/detect", Declared(KeyRole.VIEWER))
def detect_skills(service: ServiceHere, caller: CallerHere, body: TextToRead) -> tuple[SkillEvidence, ...]:
    """Detect the skills that a text shows, each with the words that show it.

    Nothing is kept, and a text of more than 50,000 characters is refused (413).
    """
    return detecting.detect(service, caller, body.text)


@routes.post("/skills/link", Declared(KeyRole.VIEWER, refuses=(404,)))
def link_skills(service: ServiceHere, caller: CallerHere, body: TextToLink) -> tuple[LinkedSkill, ...]:
    """Link a text to the nearest skills of the taxonomy.

    Nothing is kept, and a text of more than 50,000 characters is refused (413).
    """
    return detecting.link(service, caller, body.text, top_k=body.top_k)


@routes.post("/expertise", Declared(KeyRole.VIEWER, refuses=(404, 415)))
def score_level(service: ServiceHere, caller: CallerHere, body: LevelToScore) -> Expertise:
    """Tell the level that a document or a text shows, with its doubt and what speaks for it.

    Give one of `document` and `text`. A text is not kept, and one of more than 50,000 characters is refused
    (413).
    """
    return detecting.score_level(
        service, caller, document=body.document, text=body.text, level=body.level, position=body.position
    )
