from importlib.util import find_spec

import pytest

from metier.encoders.folder import ModelFolder
from metier.encoders.load import Runtime, load_encoder
from metier.encoders.reading import TextKind
from metier.errors import InvalidInput, ModelMismatch, NotFound
from metier.training.networks import Head
from metier.workbench.shrinking import quantise as module
from metier.workbench.shrinking.comparison import Measure
from metier.workbench.shrinking.options import ShrinkOptions
from metier.workbench.shrinking.quantise import Quantisation, QuantiseOptions, quantise_network
from tests.workbench.finetuning.tiny_rows import network_of, save_network
from tests.workbench.shrinking.samples_of import write_classes, write_corpus

pytest.importorskip("torch")
pytest.importorskip("onnx")
needs_nncf = pytest.mark.skipif(not find_spec("nncf"), reason="nncf is not installed")
BLOCKS = QuantiseOptions(Quantisation.BLOCKS, bits=4)


@pytest.fixture
def wide(tmp_path):
    """A network whose matrices are large enough for blocks."""
    sizes = {"hidden_size": 32, "intermediate_size": 64, "max_position_embeddings": 160}
    return save_network(network_of("bert", Head.NONE, **sizes), tmp_path / "source")


@needs_nncf
def test_an_encoder_in_int8_is_read_by_metier(wide, tmp_path):
    said = []
    found = quantise_network(
        ShrinkOptions(wide, tmp_path / "out", corpus=(write_corpus(tmp_path),)),
        QuantiseOptions(),
        say=said.append,
    )
    assert found.bound.measure is Measure.COSINE
    assert found.differences.mean_cosine > 0.98
    assert found.notes["calibration_rows"] == 100
    assert found.notes["largest_difference_of_runtimes"] < 0.5
    card = ModelFolder.open(tmp_path / "out").card
    assert card.name == "tiny-int8"
    assert f"{tmp_path.name}/texts.txt" in card.training_data
    encoder = load_encoder(tmp_path / "out", Runtime(threads=1))
    assert encoder.encode(["w1 w2"], kind=TextKind.PASSAGE).shape == (1, 32)
    assert said == ["Putting tiny into int8.", "Comparing it with float32."]


def test_blocks_make_the_file_smaller(tmp_path):
    source = save_network(
        network_of("bert", Head.CLASSES, hidden_size=256, intermediate_size=512), tmp_path / "source"
    )
    corpus, data = write_corpus(tmp_path), write_classes(tmp_path)
    options = ShrinkOptions(source, tmp_path / "out", corpus=(corpus,), data=data, accept_difference=True)
    found = quantise_network(options, BLOCKS)
    assert found.after.bytes < 0.25 * found.before.bytes
    assert found.bound.measure is Measure.DECISIONS
    assert found.after.label == "4 bits in blocks of 32"
    assert set(found.after.figures) == set(found.before.figures)
    assert found.notes["matrices_in_blocks"] == 15
    assert found.notes["largest_difference_of_runtimes"] < 1e-4


def test_a_network_that_differs_is_not_written_unless_told(wide, tmp_path):
    corpus = (write_corpus(tmp_path),)
    with pytest.raises(ModelMismatch, match=r"1 - mean cosine of outputs must be at most 1e-07"):
        quantise_network(ShrinkOptions(wide, tmp_path / "out", corpus=corpus, most_difference=1e-7), BLOCKS)
    assert not (tmp_path / "out").exists()
    told = ShrinkOptions(wide, tmp_path / "out", corpus=corpus, most_difference=1e-7, accept_difference=True)
    quantise_network(told, BLOCKS)
    assert ModelFolder.open(tmp_path / "out").card.metrics["comparison"]["bound"]["accept"] is True


def test_a_corpus_of_one_line_an_empty_one_and_none_are_refused(wide, tmp_path):
    one, empty = tmp_path / "one.txt", tmp_path / "empty.txt"
    one.write_text("w1 w2\n")
    empty.touch()
    for path in (one, empty):
        with pytest.raises(InvalidInput, match="at least 2 different documents"):
            quantise_network(ShrinkOptions(wide, tmp_path / "out", corpus=(path,)), BLOCKS)
    with pytest.raises(NotFound, match="no text file"):
        quantise_network(ShrinkOptions(wide, tmp_path / "out", corpus=(tmp_path / "none.txt",)), BLOCKS)
    with pytest.raises(InvalidInput, match="no files held 0"):
        quantise_network(ShrinkOptions(wide, tmp_path / "out"), BLOCKS)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("bits", "size"), [(3, 32), (4, 31)])
def test_blocks_out_of_range_are_refused(bits, size):
    with pytest.raises(InvalidInput, match="must be"):
        QuantiseOptions(Quantisation.BLOCKS, bits, size)


def test_it_is_told_what_the_numbers_are():
    assert module.QuantiseOptions().label == "int8"
