"""Language models on this machine that word questions: by transformers, or by llama.cpp where it is there."""

from __future__ import annotations

from copy import deepcopy
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Self

from metier._extras import require
from metier.errors import BackendError, ModelFormatError
from metier.training.causal_model import GGUF, Causal, load_causal
from metier.training.chat import Prompt
from metier.training.randomness import kept_random_state, seed_all

_LLAMA: Final = "llama_cpp"
_CONTEXT: Final = 2048


class TransformersModel:
    """Implements `TextModel` with torch; the same seed gives the same words on one machine and install.

    Args:
        causal: the model with its tokenizer.
        languages: that it knows, ISO 639-1; none where that is not known.
    """

    def __init__(self, causal: Causal, languages: tuple[str, ...] = ()) -> None:
        self.name = causal.name
        self.languages = languages
        self._causal = causal
        self._read: tuple[list[int], Any] | None = None

    def generate(self, prompt: Prompt, *, temperature: float, max_tokens: int, seed: int) -> str:
        """Return what the model says; `TextModel.generate` is the contract.

        A prompt that is asked again is not read again.

        Raises:
            BackendError: the prompt is too long for the model, or the computation fails.
        """
        ids = self._causal.prompt_ids(prompt)
        if len(ids) + max_tokens > self._causal.max_tokens:
            raise BackendError(
                f"Model {self.name} takes {self._causal.max_tokens} tokens. The prompt has {len(ids)} and "
                f"{max_tokens} are to come. Ask for fewer."
            )
        with kept_random_state():
            try:
                return self._answer(ids, temperature, max_tokens, seed)
            except (RuntimeError, IndexError, ValueError) as error:
                raise BackendError(f"Model {self.name} failed with {type(error).__name__}.") from error

    def _answer(self, ids: list[int], temperature: float, max_tokens: int, seed: int) -> str:
        torch, tokenizer, model = require("torch"), self._causal.tokenizer, self._causal.model
        rows = torch.tensor([ids], device=next(model.parameters()).device)
        # Sampling from all tokens at the temperature, as endpoints do, whatever the model's own habits.
        drawn = {"do_sample": True, "temperature": temperature, "top_k": 0, "top_p": 1.0}
        with torch.inference_mode():
            states = self._states_of(ids, rows)
            seed_all(seed)
            out = model.generate(
                input_ids=rows,
                attention_mask=torch.ones_like(rows),
                past_key_values=states,
                generation_config=require("transformers").GenerationConfig(
                    max_new_tokens=max_tokens,
                    eos_token_id=_ends(model, tokenizer),
                    pad_token_id=tokenizer.pad_token_id,
                    **(drawn if temperature > 0 else {"do_sample": False}),
                ),
            )
        said: str = tokenizer.decode(out[0, len(ids) :], skip_special_tokens=True)
        return said

    def _states_of(self, ids: list[int], rows: Any) -> Any:
        """Return a copy of the keys and values of a prompt, its last token apart."""
        if self._read is None or self._read[0] != ids:
            states = self._causal.model(input_ids=rows[:, :-1], use_cache=True).past_key_values
            self._read = (ids, states)
        return deepcopy(self._read[1])


class LlamaCppModel:
    """Implements `TextModel` with llama.cpp; make one with `load`.

    Args:
        llama: a `llama_cpp.Llama`.
        name: what transcripts call it.
        languages: that it knows, ISO 639-1; none where that is not known.
    """

    def __init__(self, llama: Any, name: str, languages: tuple[str, ...] = ()) -> None:
        self.name = name
        self.languages = languages
        self._llama = llama

    @classmethod
    def load(cls, path: Path, *, languages: tuple[str, ...] = (), threads: int = 0) -> Self:
        """Return the model in a GGUF file.

        Args:
            path: the file.
            languages: as for the class.
            threads: to compute with; 0 for as many as there are cores.

        Raises:
            ModelFormatError: llama.cpp cannot read the file.
        """
        module = import_module(_LLAMA)
        try:
            llama = module.Llama(
                model_path=str(path), n_ctx=_CONTEXT, n_threads=threads or None, verbose=False
            )
        except (ValueError, OSError, RuntimeError, AssertionError) as error:
            raise ModelFormatError(
                f"{path} cannot be loaded by llama.cpp. Is it a whole GGUF file?"
            ) from error
        return cls(llama, path.stem, languages)

    def generate(self, prompt: Prompt, *, temperature: float, max_tokens: int, seed: int) -> str:
        """Return what the model says; `TextModel.generate` is the contract.

        Raises:
            BackendError: llama.cpp fails, or gives no answer of a chat.
        """
        try:
            said = self._llama.create_chat_completion(
                messages=prompt.messages, temperature=temperature, max_tokens=max_tokens, seed=seed
            )
            content = said["choices"][0]["message"]["content"]
        except (ValueError, RuntimeError, LookupError, TypeError) as error:
            raise BackendError(f"Model {self.name} failed with {type(error).__name__}.") from error
        return content if isinstance(content, str) else ""


def has_llama_cpp() -> bool:
    """Tell whether llama-cpp-python is installed; metier works without it."""
    return find_spec(_LLAMA) is not None


def open_local(
    source: str, *, name: str = "", languages: tuple[str, ...] = (), threads: int = 0
) -> TransformersModel | LlamaCppModel:
    """Return the model in a GGUF file or a Hugging Face folder.

    llama.cpp reads the file where it is installed, which is far quicker; else transformers does, which makes
    plain numbers of its blocks first.

    Args:
        source: path of the file or folder, or a hub name.
        name: what transcripts call it; the last part of the source by default.
        languages: that it knows, ISO 639-1; none where that is not known.
        threads: to compute with; 0 to leave it as it is.

    Raises:
        NotFound: no such file or folder.
        ModelError: it is damaged, or no language model.
        MissingExtra: neither llama.cpp nor the `train` extra is installed.
    """
    if Path(source).suffix.lower() == GGUF and Path(source).is_file() and has_llama_cpp():
        return LlamaCppModel.load(Path(source), languages=languages, threads=threads)
    if threads:
        require("torch").set_num_threads(threads)
    return TransformersModel(load_causal(source, name=name), languages)


def _ends(model: Any, tokenizer: Any) -> list[int]:
    """Return the tokens that end an answer: the tokenizer's, and those that the model was made with."""
    own = getattr(model.generation_config, "eos_token_id", None)
    more = own if isinstance(own, list) else [own]
    return sorted({int(token) for token in (tokenizer.eos_token_id, *more) if token is not None})
