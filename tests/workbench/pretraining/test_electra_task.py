import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from metier.errors import InvalidInput, ModelMismatch  # noqa: E402
from metier.training.networks import Head  # noqa: E402
from metier.workbench.pretraining.batches import MaskOptions  # noqa: E402
from metier.workbench.pretraining.electra_task import (  # noqa: E402
    ReplacedTokensTask,
    make_generator,
    share_embeddings,
)
from metier.workbench.pretraining.row_sources import make_rows  # noqa: E402
from metier.workbench.pretraining.rows import read_documents  # noqa: E402
from tests.workbench.pretraining.test_masked_task import overfit  # noqa: E402
from tests.workbench.pretraining.tiny_texts import documents  # noqa: E402
from tests.workbench.tiny import SPECIAL, tiny_network  # noqa: E402


def task_of(**changes):
    detector = tiny_network("electra", Head.REPLACED_TOKENS, **changes)
    read = detector.tokenizer.backend_tokenizer
    rows = [
        make_rows(detector, read_documents(read, documents(n, seed=seed)), max_tokens=24)
        for seed, n in ((0, 12), (1, 4))
    ]
    dev = rows[1].rows(seed=0, epoch=0)
    options = MaskOptions(batch_size=4)
    return ReplacedTokensTask(detector, make_generator(detector), rows[0], dev, options=options)


def test_the_generator_is_a_quarter_as_wide_and_as_deep():
    detector = tiny_network("electra", Head.REPLACED_TOKENS, num_attention_heads=8, hidden_size=32)
    config = make_generator(detector).model.config
    assert (config.hidden_size, config.num_attention_heads, config.intermediate_size) == (8, 2, 8)
    assert (config.num_hidden_layers, config.embedding_size) == (2, 8)


def test_both_networks_share_their_embeddings_and_learn_them_once():
    task = task_of()
    detector, generator = task.detector.model, task.generator.model
    words = detector.electra.embeddings.word_embeddings.weight
    assert generator.electra.embeddings.word_embeddings.weight is words
    assert generator.generator_lm_head.weight is words
    assert generator.electra.embeddings.position_embeddings is detector.electra.embeddings.position_embeddings
    assert sum(parameter is words for parameter in task.module.parameters()) == 1
    assert {id(p) for p in task.module.backbone_parameters()} == {
        id(p) for p in detector.electra.parameters()
    }


def test_replaced_tokens_are_those_that_differ_from_the_true_ones():
    task = task_of()
    batch = task.batches(seed=0, epoch=0)[0]
    torch.manual_seed(0)
    with torch.no_grad():
        found = task._corrupted(batch, None)
    true = batch.inputs["input_ids"].clone()
    true[batch.places[:, 0], batch.places[:, 1]] = batch.targets
    assert torch.equal(found.replaced, found.inputs["input_ids"] != true)
    assert 0 < int(found.replaced.sum()) <= len(batch.targets)
    assert torch.equal(found.counted, batch.inputs["attention_mask"].bool())
    assert set(found.inputs) == set(batch.inputs)
    # What the generator read stays as it was.
    assert SPECIAL.index("[MASK]") in batch.inputs["input_ids"]


def test_the_loss_is_the_generators_plus_fifty_times_the_detectors():
    task = task_of()
    batch = task.batches(seed=0, epoch=0)[0]
    with torch.no_grad():
        torch.manual_seed(0)
        found = task._corrupted(batch, None)
        detector = task.detector.model(**found.inputs, labels=found.replaced.long()).loss
        torch.manual_seed(0)
        assert float(task.loss(batch)) == pytest.approx(float(found.nll + 50 * detector), rel=1e-5)


def test_words_are_drawn_by_the_seed_of_the_step():
    task = task_of()
    batch = task.batches(seed=0, epoch=0)[0]
    drawn = []
    for seed in (0, 0, 1):
        torch.manual_seed(seed)
        with torch.no_grad():
            drawn.append(task._corrupted(batch, None).inputs["input_ids"].tolist())
    assert drawn[0] == drawn[1] != drawn[2]


def test_no_gradient_goes_from_the_detector_into_the_generators_layers():
    task = task_of()
    batch = task.batches(seed=0, epoch=0)[0]
    torch.manual_seed(0)
    corrupted = task._corrupted(batch, None)
    found = task.detector.model(**corrupted.inputs).logits
    found.sum().backward()
    assert all(p.grad is None for p in task.generator.model.electra.encoder.parameters())
    assert any(p.grad is not None for p in task.detector.model.electra.encoder.parameters())


def test_a_handful_of_rows_is_learned_by_heart():
    task = task_of(hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, hidden_size=32)
    losses = overfit(task, task.module, steps=150, rate=1e-2)
    assert losses[0] > 30
    assert min(losses[-20:]) < losses[0] / 4


def test_figures_are_the_same_each_time_whatever_the_global_seed():
    task = task_of()
    with torch.no_grad():
        torch.manual_seed(1)
        first = task.evaluate()
        torch.manual_seed(2)
        assert task.evaluate() == first
    assert set(first) == {"score", "generator_perplexity", "detector_accuracy", "replaced_f1"}
    assert first["score"] == pytest.approx(1 / first["generator_perplexity"])
    assert all(0 <= first[name] <= 1 for name in ("score", "detector_accuracy", "replaced_f1"))


def test_the_hash_follows_the_rows():
    task = task_of()
    assert task.data_sha256 == task_of().data_sha256


def test_networks_that_do_not_fit_are_refused():
    task = task_of()
    with pytest.raises(InvalidInput, match="needs a detector of replaced tokens and a generator"):
        ReplacedTokensTask(task.generator, task.detector, task.train, task.dev)
    with pytest.raises(InvalidInput, match="There must be a word to guess in the rows to measure on"):
        ReplacedTokensTask(task.detector, task.generator, task.train, [])
    other = tiny_network("electra", Head.MASKED_WORDS, embedding_size=4)
    with pytest.raises(ModelMismatch, match=r"word_embeddings of \(\d+, 4\), and .* of \(\d+, 8\)"):
        share_embeddings(other, task.detector)
    with pytest.raises(ModelMismatch, match="must both be of the architecture electra. Got .'bert'"):
        share_embeddings(tiny_network("bert", Head.MASKED_WORDS), task.detector)
    other = tiny_network("electra", Head.MASKED_WORDS)
    other.tokenizer.add_tokens(["unheard-of"])
    with pytest.raises(ModelMismatch, match="must have the tokenizer of"):
        share_embeddings(other, task.detector)
