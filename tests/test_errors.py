"""The tree of errors is what its docstring draws, and each class can be told by its code."""

from __future__ import annotations

import builtins
import inspect
import re
from pathlib import Path

import pytest

from metier import errors
from metier.errors import MetierError, MissingExtra

REFERENCE = Path(__file__).parent.parent / "docs" / "reference" / "errors.md"
CLASSES = [
    cls
    for _, cls in inspect.getmembers(errors, inspect.isclass)
    if cls.__module__ == errors.__name__ and issubclass(cls, BaseException)
]


def drawn_tree() -> dict[str, tuple[str, ...]]:
    """Return the bases of each class as the module docstring draws them."""
    path = ["MetierError"]
    tree: dict[str, tuple[str, ...]] = {"MetierError": ("Exception",)}
    for line in (errors.__doc__ or "").splitlines():
        drawn = re.match(r"((?:│  |   )*)[├└]─ (\w+)(?: \((\w+)\))?  +\S", line)
        if drawn:
            depth = len(drawn[1]) // 3 + 1
            path[depth:] = [drawn[2]]
            tree[drawn[2]] = (path[depth - 1], *filter(None, [drawn[3]]))
    return tree


def test_the_drawn_tree_is_the_real_one():
    assert drawn_tree() == {cls.__name__: tuple(base.__name__ for base in cls.__bases__) for cls in CLASSES}


def test_every_error_is_a_metier_error():
    assert [cls for cls in CLASSES if not issubclass(cls, MetierError)] == []


@pytest.mark.parametrize("cls", CLASSES)
def test_a_second_base_is_a_builtin_that_a_stranger_would_catch(cls):
    foreign = [base for base in cls.__bases__ if not issubclass(base, MetierError)]
    assert all(getattr(builtins, base.__name__, None) is base for base in foreign)


@pytest.mark.parametrize("cls", CLASSES)
def test_every_class_states_its_own_code_as_a_slug(cls):
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", vars(cls)["code"])


def test_no_two_classes_share_a_code():
    codes = [cls.code for cls in CLASSES]
    assert sorted(set(codes)) == sorted(codes)


def test_the_reference_lists_every_code():
    lines = REFERENCE.read_text(encoding="utf-8").splitlines()
    missing = [cls.code for cls in CLASSES if not any(f"`{cls.code}`" in line for line in lines)]
    assert missing == []


def test_missing_extra_says_how_to_install_it():
    error = MissingExtra("torch", "train")
    assert str(error) == "torch is not installed. Install it: pip install 'metier[train]'."
    assert (error.module, error.extra) == ("torch", "train")
