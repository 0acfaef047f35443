"""Causal language models from GGUF files and Hugging Face folders, with their tokenizers."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

from metier._extras import require
from metier.encoders.structure.quick import refuse_unsafe
from metier.errors import InvalidInput, MetierError, ModelFormatError, ModelMismatch, NotFound
from metier.training.chat import Prompt

GGUF: Final = ".gguf"
ADAPTER: Final = "adapter_model.safetensors"
# A base model has no form of chat; this one is learnt with the adapter and saved with its tokenizer.
_PLAIN_CHAT: Final = (
    "{% for message in messages %}{{ message['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}{{ '> ' }}{% endif %}"
)


@dataclass(frozen=True, slots=True, eq=False)
class Causal:
    """A language model with its tokenizer; make one with `load_causal`.

    Attributes:
        name: what it was loaded by.
        model: the torch model, or a peft model around it; in evaluation mode.
        tokenizer: of transformers; it has a chat template and a token that ends an answer.
    """

    name: str
    model: Any
    tokenizer: Any

    @property
    def max_tokens(self) -> int:
        """Return the longest row that the model takes."""
        return int(getattr(self.model.config, "max_position_embeddings", 0) or 2048)

    def prompt_ids(self, prompt: Prompt) -> list[int]:
        """Return the token ids of a prompt, up to where the answer begins.

        A template that knows no system message gets it at the head of the task.
        """
        template_error = require("jinja2").TemplateError
        try:
            text = self._rendered(prompt.messages)
        except template_error:
            text = self._rendered([{"role": "user", "content": f"{prompt.system}\n\n{prompt.task}"}])
        ids: list[int] = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids

    def _rendered(self, messages: list[dict[str, str]]) -> str:
        text: str = self.tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
        return text


def load_causal(source: str, *, name: str = "", four_bit: bool = False) -> Causal:
    """Return the model in a GGUF file, a Hugging Face folder or a hub repository, in float32.

    Of folders and repositories safetensors weights alone are read, and no code of theirs is run.

    Args:
        source: path of the file or folder, or a hub name.
        name: what to call it; the last part of the source by default.
        four_bit: hold its matrices in 4 bits on the GPU, by bitsandbytes.

    Raises:
        InvalidInput: 4 bits are asked for without a GPU or bitsandbytes, or of a GGUF file.
        MissingExtra: torch, transformers or, for a GGUF file, gguf is not installed.
        NotFound: no such file or folder, and no hub has or reaches such a name.
        ModelFormatError: damaged, unsafe, no safetensors weights, or it wants to run its own code.
        ModelMismatch: it is no causal language model, or has no token that ends an answer.
    """
    path = Path(source)
    given: dict[str, Any] = {"pretrained_model_name_or_path": source}
    quantised = _four_bit(source) if four_bit else None
    if path.suffix.lower() == GGUF:
        if not path.is_file():
            raise NotFound(f"There is no file {path}. Name a GGUF file, or a folder with a model.")
        require("gguf")
        given = {"pretrained_model_name_or_path": str(path.parent), "gguf_file": path.name}
    elif path.is_dir():
        if not any(path.glob("*.safetensors")):
            raise ModelFormatError(
                f"{path} holds no .safetensors weights. Convert the others to that format first."
            )
        refuse_unsafe(path, subject=source)
    transformers = require("transformers")
    weights = quantised or {"dtype": require("torch").float32}
    with _translated(source):
        tokenizer = transformers.AutoTokenizer.from_pretrained(**given)
        model = transformers.AutoModelForCausalLM.from_pretrained(**given, **weights, use_safetensors=True)
    if not four_bit:
        _forget_quantiser(model)
    return Causal(name or path.stem or source, model.eval(), _answering(tokenizer, source))


def load_adapter(folder: Path, base: Causal, *, name: str) -> Causal:
    """Return a base model with an adapter and the tokenizer that was saved with it.

    Args:
        folder: holds both.
        base: the model that the adapter was trained on; it is changed.
        name: what to call the two together.

    Raises:
        MissingExtra: peft is not installed.
        ModelFormatError: the adapter is damaged or unsafe.
        ModelMismatch: it belongs to another base.
    """
    peft, transformers = require("peft"), require("transformers")
    if folder.is_dir():
        refuse_unsafe(folder, subject=str(folder))
    with _translated(str(folder)), without_advice():
        tokenizer = transformers.AutoTokenizer.from_pretrained(str(folder))
        try:
            model = peft.PeftModel.from_pretrained(base.model, str(folder))
        except RuntimeError as error:  # torch says so where shapes differ
            raise ModelMismatch(
                f"The adapter in {folder} belongs to another model than {base.name}."
            ) from error
    return Causal(name, model.eval(), _answering(tokenizer, str(folder)))


def save_causal(causal: Causal, folder: Path) -> None:
    """Write model and tokenizer into a folder that is there; of a peft model, the adapter alone."""
    # Unasked, peft looks a base up in the hub to learn whether its vocabulary has grown; ours never does.
    only_adapter = {"save_embedding_layers": False} if hasattr(causal.model, "peft_config") else {}
    causal.model.save_pretrained(str(folder), **only_adapter)
    causal.tokenizer.save_pretrained(str(folder), save_jinja_files=False)
    for left in folder.glob("README.md"):
        left.unlink()  # a form that peft leaves for somebody to fill in


def weights_sha256(model: Any) -> str:
    """Return a hash over the weights of a model, whatever file they came from.

    Args:
        model: a torch module; tensors that it shares count under each of their names.
    """
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(tensor.detach().float().cpu().numpy()).tobytes())
    return digest.hexdigest()


@contextmanager
def without_advice() -> Iterator[None]:
    """Keep back what peft, trl and transformers advise each other of names that one of them gives up."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*is deprecated and will be removed", FutureWarning)
        yield


def _answering(tokenizer: Any, source: str) -> Any:
    """Return a tokenizer that can render a chat and pad rows."""
    if tokenizer.eos_token_id is None:
        raise ModelMismatch(f"{source} has no token that ends an answer. Take a model that has one.")
    if tokenizer.chat_template is None:
        tokenizer.chat_template = _PLAIN_CHAT
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def _four_bit(source: str) -> dict[str, Any]:
    """Return what transformers is told to hold a model in 4 bits, after seeing that it can."""
    torch = require("torch")
    has = {"a GPU": torch.cuda.is_available(), "bitsandbytes": find_spec("bitsandbytes") is not None}
    if not all(has.values()):
        lacking = " and ".join(name for name, there in has.items() if not there)
        raise InvalidInput(
            f"4-bit weights need a GPU and the package bitsandbytes; here is no {lacking}. Go without them."
        )
    if Path(source).suffix.lower() == GGUF:
        raise InvalidInput(f"{source} has its own numbers. For 4 bits take the model's folder or hub name.")
    config = require("transformers").BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.bfloat16
    )
    return {"quantization_config": config, "device_map": {"": 0}}


def _forget_quantiser(model: Any) -> None:
    """Take off a model read from GGUF what says that it is quantised: its weights are plain numbers now."""
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    for attribute in ("hf_quantizer", "quantization_method"):
        vars(model).pop(attribute, None)
    if "is_quantized" in vars(model):
        model.is_quantized = False


@contextmanager
def _translated(source: str) -> Iterator[None]:
    try:
        yield
    except (ImportError, MetierError):
        raise
    except Exception as error:  # tokenizers and safetensors raise that itself, or a child of it
        if Path(source).exists():
            what = (
                "brings code of its own"
                if "trust_remote_code" in str(error)
                else "is damaged, or no such model"
            )
            raise ModelFormatError(f"{source} cannot be loaded as a language model: it {what}.") from error
        raise NotFound(
            f"There is no file or folder {source}, and no hub was reached that has a model of that name."
        ) from error
