import pytest

torch = pytest.importorskip("torch")

from metier.errors import InvalidInput, ModelMismatch  # noqa: E402
from metier.training.networks import Head, load_network  # noqa: E402
from metier.workbench.finetuning.rows import ClassRow, RankRow, TagRow  # noqa: E402
from metier.workbench.finetuning.starts import begin, labels_of, set_saved  # noqa: E402
from tests.workbench.finetuning.tiny_rows import HEADS, LABELS, ROWS, network_of, save_network  # noqa: E402
from tests.workbench.tiny import ARCHITECTURES, tiny_network  # noqa: E402


def weights(module):
    return {name: tensor.clone() for name, tensor in module.state_dict().items()}


def same(first, second):
    return all(torch.equal(first[name], second[name]) for name in first.keys() & second.keys())


def test_labels_are_in_order():
    assert labels_of(ROWS[Head.CLASSES]) == ("no", "yes")
    assert labels_of([ClassRow("w", label) for label in ("10", "9", "2")]) == ("2", "9", "10")
    assert labels_of([ClassRow("w", label) for label in ("10", "9", "b")]) == ("10", "9", "b")
    assert labels_of(ROWS[Head.TAGS]) == ("O", "B-X", "I-X", "B-Y", "I-Y")
    assert labels_of(ROWS[Head.RANK]) == ()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([ClassRow("w", "a")] * 2, "at least two labels. Got 1; add others"),
        ([TagRow(("w",), ("O",))], "tags other than O. All are O"),
    ],
)
def test_there_must_be_something_to_tell_apart(rows, message):
    with pytest.raises(InvalidInput, match=message):
        labels_of(rows)


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_an_encoder_keeps_its_weights_and_gets_a_head_from_the_seed(architecture, head, tmp_path):
    base = tiny_network(architecture, Head.MASKED_WORDS)
    source = save_network(base, tmp_path / "base")
    first, again = (begin(source, head, ROWS[head], new_head=False, seed=3) for _ in range(2))
    other = begin(source, head, ROWS[head], new_head=False, seed=4)
    assert first.head is head
    assert first.labels == LABELS.get(head, ())
    assert same(weights(first.backbone), weights(base.backbone))
    assert same(weights(first.model), weights(again.model))
    assert not same(weights(first.model), weights(other.model))


def test_a_head_is_kept_if_it_knows_the_labels(tmp_path):
    saved = network_of("bert", Head.CLASSES, seed=7)
    source = save_network(saved, tmp_path / "base")
    rows = ROWS[Head.CLASSES]
    assert same(
        weights(begin(source, Head.CLASSES, rows, new_head=False, seed=0).model), weights(saved.model)
    )
    fresh = begin(source, Head.CLASSES, rows, new_head=True, seed=0)
    assert same(weights(fresh.backbone), weights(saved.backbone))
    assert not torch.equal(fresh.model.classifier.weight, saved.model.classifier.weight)


@pytest.mark.parametrize(
    ("head", "rows"),
    [
        (Head.CLASSES, [ClassRow("w1", "no"), ClassRow("w2", "maybe")]),
        (Head.TAGS, [TagRow(("w1",), ("B-Z",))]),
    ],
)
def test_other_labels_are_refused_unless_the_head_is_new(head, rows, tmp_path):
    source = save_network(network_of("bert", head), tmp_path / "base")
    with pytest.raises(ModelMismatch, match="The data hold others: (maybe|B-Z). .* with --new-head"):
        begin(source, head, rows, new_head=False, seed=0)
    assert begin(source, head, rows, new_head=True, seed=0).labels == labels_of(rows)


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("before", HEADS)
def test_a_head_for_one_task_gives_way_to_that_for_another(head, before, tmp_path):
    source = save_network(network_of("electra", before), tmp_path / "base")
    found = begin(source, head, ROWS[head], new_head=False, seed=0)
    assert (found.head, found.labels) == (head, LABELS.get(head, ()))
    assert begin(source, head, ROWS[head], new_head=True, seed=0).labels == found.labels


@pytest.mark.parametrize(("architecture", "types"), [("bert", True), ("distilbert", False)])
def test_the_tokenizer_remembers_what_the_network_is_given(architecture, types, tmp_path):
    source = save_network(tiny_network(architecture, Head.MASKED_WORDS), tmp_path / "base")
    network = begin(source, Head.RANK, [RankRow("w1", "w2", 1.0)], new_head=False, seed=0)
    saved = load_network(save_network(network, tmp_path / "new"))
    assert ("token_type_ids" in saved.tokenizer.model_input_names) is types


def test_a_field_of_the_tokenizer_is_saved(tmp_path):
    network = network_of("bert", Head.RANK)
    set_saved(network, "model_max_length", 30)
    assert load_network(save_network(network, tmp_path / "new")).max_tokens == 30
