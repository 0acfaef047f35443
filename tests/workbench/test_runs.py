from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")

from metier.encoders.folder import ModelFolder  # noqa: E402
from metier.errors import InvalidInput  # noqa: E402
from metier.training.networks import Head, load_network  # noqa: E402
from metier.training.options import Device, TrainOptions  # noqa: E402
from metier.training.output import Origin, Watch  # noqa: E402
from metier.workbench.runs import joined, per_epoch, train_network, write_trained  # noqa: E402
from tests.workbench.tiny import tiny_network  # noqa: E402

OPTIONS = TrainOptions(epochs=2, head_rate=1e-2, backbone_rate=1e-3, checkpoint_every=3, device=Device.CPU)


class FirstClass:
    """Learns that every text is of the first class."""

    name, weight = "first-class", 1.0

    def __init__(self, network, n_batches=4):
        self.network, self.n_batches = network, n_batches

    def batches(self, *, seed, epoch):
        return [torch.tensor([[2, 5 + i, 6, 3]]) for i in range(self.n_batches)]

    def loss(self, batch):
        logits = self.network.model(input_ids=batch).logits
        return torch.nn.functional.cross_entropy(logits, torch.zeros(len(batch), dtype=torch.long))

    def evaluate(self):
        return {"score": -float(self.loss(self.batches(seed=0, epoch=0)[0]))}


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def run(output, options=OPTIONS):
    network = tiny_network("bert", Head.CLASSES, labels=("a", "b"))
    task = FirstClass(network)
    result = train_network(network, task, per_epoch(options, task), output, watch=Watch())
    return network, result


def test_a_run_leaves_a_network_that_transformers_opens(tmp_path):
    network, result = run(tmp_path / "out")
    origin = Origin("mine", base="tiny", license="MIT", training_data={"a.csv": "0" * 64}, command="a test")
    trained = write_trained(
        network, tmp_path / "out", origin=origin, metrics={"dev": {"score": 1.0}}, result=result
    )
    assert trained.folder == tmp_path / "out" / "model"
    assert [record["step"] for record in trained.log if record["event"] == "evaluation"] == [4, 8]
    card = ModelFolder.open(trained.folder).card
    assert (card.name, card.task, card.metrics) == ("mine", "classify", {"dev": {"score": 1.0}})
    read = load_network(str(tmp_path / "out"))
    assert torch.equal(read.model.classifier.weight, network.model.classifier.weight)


def test_a_run_that_ran_out_of_time_says_so(tmp_path):
    told = []
    network = tiny_network("bert", Head.CLASSES, labels=("a", "b"))
    options = replace(OPTIONS, max_seconds=1e-9)
    result = train_network(network, FirstClass(network), options, tmp_path / "out", watch=Watch(told.append))
    assert (result.stopped, result.steps) == ("time", 1)
    assert told[-1].startswith("The time given was over after step 1: the run ends there.")


def test_a_finished_run_gives_the_same_weights_again(tmp_path):
    (first, _), (second, _) = run(tmp_path / "out"), run(tmp_path / "out")
    assert torch.equal(first.model.classifier.weight, second.model.classifier.weight)


def test_another_option_is_refused(tmp_path):
    run(tmp_path / "out")
    with pytest.raises(InvalidInput, match="layer_decay"):
        run(tmp_path / "out", replace(OPTIONS, layer_decay=0.5))


def test_a_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "letter.txt").write_text("x")
    with pytest.raises(InvalidInput, match="must be empty or hold a run"):
        run(tmp_path)


def test_one_evaluation_an_epoch_counts_accumulated_batches(tmp_path):
    task = FirstClass(None, n_batches=5)
    assert per_epoch(OPTIONS, task).evaluate_every == 5
    assert per_epoch(replace(OPTIONS, accumulate=2), task).evaluate_every == 3
    assert per_epoch(replace(OPTIONS, evaluate_every=7), task).evaluate_every == 7


@pytest.mark.parametrize("head", [Head.NONE, Head.MASKED_WORDS])
def test_the_backbone_is_told_apart_from_the_head(head):
    network = tiny_network("bert", head)
    module = joined(network)
    backbone = {id(parameter) for parameter in module.backbone_parameters()}
    rest = {id(parameter) for parameter in module.parameters()} - backbone
    assert backbone == {id(parameter) for parameter in network.backbone.parameters()}
    assert bool(rest) == (head is not Head.NONE)
