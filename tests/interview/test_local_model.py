import sys
from types import ModuleType

import pytest

pytest.importorskip("torch")

import torch

from metier.errors import BackendError, ModelFormatError, NotFound
from metier.interview import local_model
from metier.interview.local_model import LlamaCppModel, TransformersModel, has_llama_cpp, open_local
from metier.training.causal_model import load_causal
from metier.training.chat import Prompt
from tests.training.tiny_causal import save_tiny

PROMPT = Prompt("You ask.", "Ask.")


@pytest.fixture(scope="module")
def causal(tmp_path_factory):
    return load_causal(str(save_tiny(tmp_path_factory.mktemp("models") / "tiny")))


def ask(model, *, temperature=0.6, max_tokens=12, seed=1, prompt=PROMPT):
    return model.generate(prompt, temperature=temperature, max_tokens=max_tokens, seed=seed)


def test_a_seed_gives_the_same_words_whatever_was_asked_before(causal):
    model = TransformersModel(causal)
    first = ask(model)
    ask(model, seed=2)
    ask(model, prompt=Prompt("You ask.", "Ask something else."))
    assert ask(model) == first == ask(TransformersModel(causal))
    assert len({ask(model, seed=seed) for seed in range(4)}) > 1


def test_without_temperature_the_seed_counts_for_nothing(causal):
    model = TransformersModel(causal)
    assert ask(model, temperature=0, seed=1) == ask(model, temperature=0, seed=2)


def test_random_numbers_of_the_process_are_left_alone(causal):
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    ask(TransformersModel(causal))
    assert torch.equal(torch.rand(1), expected)


def test_a_prompt_that_does_not_fit_is_an_error(causal):
    with pytest.raises(BackendError, match="Model tiny takes 4096 tokens. The prompt has"):
        ask(TransformersModel(causal), prompt=Prompt("You ask.", "word " * 1_000))


def test_a_failure_of_torch_is_translated(causal, monkeypatch):
    def fail(**_):
        raise RuntimeError("out of memory")

    model = TransformersModel(causal)
    monkeypatch.setattr(causal.model, "generate", fail)
    with pytest.raises(BackendError, match="Model tiny failed with RuntimeError"):
        ask(model)


class FakeLlama:
    made = None

    def __init__(self, **options):
        if "broken" in options["model_path"]:
            raise ValueError("Failed to load model from file")
        FakeLlama.made = options
        self.said = {"choices": [{"message": {"content": "What is an index?"}}]}

    def create_chat_completion(self, **asked):
        self.asked = asked
        return self.said


@pytest.fixture
def llama(monkeypatch):
    module = ModuleType("llama_cpp")
    module.Llama = FakeLlama
    monkeypatch.setitem(sys.modules, "llama_cpp", module)
    monkeypatch.setattr(local_model, "has_llama_cpp", lambda: True)


def test_llama_cpp_reads_the_file_where_it_is_there(tmp_path, llama):
    path = tmp_path / "small.gguf"
    path.write_bytes(b"GGUF")
    model = open_local(str(path), languages=("en",), threads=3)
    assert isinstance(model, LlamaCppModel)
    assert (model.name, model.languages) == ("small", ("en",))
    assert FakeLlama.made == {"model_path": str(path), "n_ctx": 2048, "n_threads": 3, "verbose": False}
    assert ask(model, seed=9) == "What is an index?"
    assert model._llama.asked == {
        "messages": PROMPT.messages,
        "temperature": 0.6,
        "max_tokens": 12,
        "seed": 9,
    }


@pytest.mark.parametrize("said", [{}, {"choices": []}, None])
def test_no_answer_of_llama_cpp_is_an_error(tmp_path, llama, said):
    model = LlamaCppModel.load(tmp_path / "small.gguf")
    model._llama.said = said
    with pytest.raises(BackendError, match="Model small failed with"):
        ask(model)


def test_an_empty_answer_of_llama_cpp_is_no_error(tmp_path, llama):
    model = LlamaCppModel.load(tmp_path / "small.gguf")
    model._llama.said = {"choices": [{"message": {"content": None}}]}
    assert ask(model) == ""


def test_a_file_that_llama_cpp_cannot_read_is_told(tmp_path, llama):
    with pytest.raises(ModelFormatError, match="broken.gguf cannot be loaded by llama.cpp"):
        LlamaCppModel.load(tmp_path / "broken.gguf")


def test_a_folder_goes_through_transformers(tmp_path):
    before = torch.get_num_threads()
    try:
        model = open_local(str(save_tiny(tmp_path / "tiny")), name="mine", threads=1)
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)
    assert isinstance(model, TransformersModel)
    assert model.name == "mine"


def test_what_is_not_there_is_told(tmp_path):
    with pytest.raises(NotFound, match="There is no file"):
        open_local(str(tmp_path / "none.gguf"))


def test_metier_knows_whether_llama_cpp_is_there(monkeypatch):
    monkeypatch.setattr(local_model, "find_spec", lambda name: None)
    assert not has_llama_cpp()
