"""Documents as models of levels see them."""

import numpy as np

from metier.expertise.application import Application, Field
from metier.expertise.model import Features, LevelInput
from metier.types import Role


def document(title, experience, *, role=Role.RESUME, fields=None, **more):
    """Return a document of a title and of experience."""
    own = {Field.POSITION: title, Field.WORK_EXPERIENCE: experience, **(fields or {})}
    return LevelInput(
        **{
            "application": Application("1", own),
            "features": Features(np.zeros(0), {}),
            "text": f"{title}\n\n{experience}\n",
            "language": "en",
            "role": role,
            "reading": None,
            **more,
        }
    )
