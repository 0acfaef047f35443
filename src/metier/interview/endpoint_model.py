"""A model behind any endpoint that speaks OpenAI's protocol, such as Ollama or vLLM, that words questions."""

from __future__ import annotations

from metier.errors import BackendError
from metier.training.chat import Chat, Endpoint, Prompt


class EndpointModel:
    """Implements `TextModel` with a chat endpoint.

    Args:
        endpoint: where it answers. A candidate is waiting: few retries and a short time-out serve best.

    Raises:
        MissingExtra: the package openai is not installed.
    """

    languages: tuple[str, ...] = ()

    def __init__(self, endpoint: Endpoint) -> None:
        self._chat = Chat(endpoint)
        self.name = endpoint.model

    def generate(self, prompt: Prompt, *, temperature: float, max_tokens: int, seed: int) -> str:
        """Return what the model says; `TextModel.generate` is the contract.

        Raises:
            InvalidInput: the endpoint refuses the request, or cannot be reached.
            BackendError: what came back is no answer of a chat.
        """
        said = self._chat.answer(prompt, temperature=temperature, seed=seed, max_tokens=max_tokens)
        if said is None:
            raise BackendError(f"The endpoint of model {self.name!r} must answer as a chat does. It did not.")
        return said
