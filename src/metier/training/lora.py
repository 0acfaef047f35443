"""Small trained matrices beside the frozen ones of a backbone (LoRA), by peft."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from metier._extras import require
from metier.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class LoraOptions:
    """Which matrices get a trained addition, and of what size.

    Attributes:
        rank: of the additions, at least 1.
        alpha: an addition counts alpha / rank; above 0.
        target_modules: names, or ends of names, of the linear layers that get one.

    Raises:
        InvalidInput: a number out of range, or no layer named.
    Source: Hu et al. 2022 (arXiv:2106.09685), section 4.1; query and value as in section 4.2.
    """

    rank: int = 8
    alpha: float = 16.0
    target_modules: tuple[str, ...] = ("query", "value")

    def __post_init__(self) -> None:
        if self.rank < 1 or not self.alpha > 0:
            raise InvalidInput(f"rank must be at least 1, alpha above 0. Got {self.rank} and {self.alpha}.")
        if isinstance(self.target_modules, str) or not self.target_modules:
            raise InvalidInput("target_modules must be a tuple of at least one layer's name.")

    def backbone_rate(self, head_rate: float) -> float:
        """Return the rate for the additions: alpha / rank of the head's."""
        return self.alpha / self.rank * head_rate


def add_lora(backbone: Any, options: LoraOptions) -> Any:
    """Freeze a backbone and give it trained additions, which begin as zero.

    Args:
        backbone: a torch module; it is changed.
        options: where and how large.

    Returns:
        The module to use from now on.

    Raises:
        InvalidInput: no layer of the backbone bears one of the names.
        MissingExtra: peft is not installed.
    """
    peft = require("peft")
    config = peft.LoraConfig(
        r=options.rank,
        lora_alpha=options.alpha,
        target_modules=list(options.target_modules),
        lora_dropout=0.0,
        bias="none",
    )
    try:
        return peft.get_peft_model(backbone, config)
    except ValueError as error:
        named = ", ".join(options.target_modules)
        raise InvalidInput(f"target_modules must name linear layers of the backbone. Got {named}.") from error


def merge_lora(backbone: Any) -> Any:
    """Return the module of before `add_lora`, with the additions added into its matrices."""
    return backbone.merge_and_unload()
