import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import CharDelimiterSplit
from tokenizers.processors import TemplateProcessing

from metier.encoders.reading import TextKind
from metier.encoders.windowed import OVERLAP, EncoderSpec, WindowedEncoder, visible_spans
from metier.encoders.windows import plan_windows
from metier.errors import InvalidInput, ModelMismatch
from tests.encoders.models import WORDS, TracingNetwork, shipped_encoder, word_tokenizer

PREFIXES = {TextKind.QUERY: "query: ", TextKind.PASSAGE: "passage: "}
MIXED = (
    "Python разработчик\n\n  пишу  на\tGo",
    "백엔드 개발자, 자바 3년",
    "מפתח תוכנה בפייתון",
    "emoji \U0001f680 done, ligature \ufb01le, e\u0301 combined, zero\u200bwidth",
    "lone \ud800 surrogate and null \x00 byte",
    "   \n\t ",
    "",
)


def encoder(max_tokens=200):
    network = TracingNetwork()
    return WindowedEncoder(
        word_tokenizer(), network, EncoderSpec("tiny", "0" * 64, max_tokens, PREFIXES)
    ), network


@pytest.fixture
def shipped():
    return shipped_encoder()


def words(n):
    return " ".join(f"w{i % 400}" for i in range(n))


def test_a_row_is_special_tokens_prefix_and_text():
    tiny, network = encoder()
    tiny.encode(["w1 w2"], kind=TextKind.QUERY)
    tiny.read("w3")
    spelled = [[WORDS[token] for token in row] for row in network.rows]
    assert spelled == [["<s>", "query", ":", "w1", "w2", "</s>"], ["<s>", "passage", ":", "w3", "</s>"]]


@pytest.mark.parametrize("n_words", [0, 1, 195, 196, 197, 400, 5000])
def test_every_token_of_a_text_has_one_state_in_order(n_words):
    tiny, network = encoder()
    text = words(n_words)
    reading = tiny.read(text)
    assert [WORDS[int(state[0])] for state in reading.states] == text.split()
    assert max(map(len, network.rows)) <= 200
    assert len({len(row) for row in network.rows}) == 1
    assert all(row[:3] == network.rows[0][:3] for row in network.rows)
    assert len(reading.frame) == 4


@pytest.mark.parametrize("n_words", [197, 300, 329, 5000])
def test_a_token_in_two_windows_takes_the_state_with_more_context(n_words):
    tiny, _ = encoder()
    windows = plan_windows(n_words, size=196, overlap=OVERLAP)
    expected = []
    for token in range(n_words):
        holding = [window for window in windows if token in window]
        best = max(holding, key=lambda window: min(token - window.start, window.stop - 1 - token))
        expected.append(3 + token - best.start)  # after special token and prefix
    assert tiny.read(words(n_words)).states[:, 1].tolist() == expected


def test_short_and_long_texts_do_not_mix():
    tiny, _ = encoder()
    texts = [words(n % 7) if n % 50 else words(400 + n) for n in range(300)]
    together = tiny.encode(texts, kind=TextKind.PASSAGE)
    assert together.tobytes() == b"".join(tiny.read(text).vector.tobytes() for text in texts)


def test_the_frame_of_a_long_text_is_that_of_its_first_row():
    tiny, network = encoder()
    frame = tiny.read(words(5000)).frame
    length = len(network.rows[0])
    assert frame.tolist() == [[0, 0, length], [3, 1, length], [5, 2, length], [1, length - 1, length]]


def test_spans_hold_the_very_words():
    tiny, _ = encoder()
    text = "  w1\tw22\n\nw333 "
    assert [text[start:end] for start, end in tiny.read(text).spans] == ["w1", "w22", "w333"]


def test_white_space_around_a_token_is_outside_its_span():
    assert visible_spans("a  b ", [(0, 1), (1, 5), (1, 3)]).tolist() == [[0, 1], [3, 4], [3, 3]]


def test_too_short_rows_are_refused():
    with pytest.raises(
        ModelMismatch, match="tiny takes rows of 100 tokens; metier needs room for at least 128"
    ):
        encoder(max_tokens=100)


def test_a_row_of_text_alone_is_refused():
    bare = Tokenizer.from_str(word_tokenizer().to_str())
    bare.post_processor = TemplateProcessing(single="$A", special_tokens=[])
    spec = EncoderSpec("bare", "0" * 64, 200, {TextKind.QUERY: "query: "})
    with pytest.raises(ModelMismatch, match="bare puts no special token around a text"):
        WindowedEncoder(bare, TracingNetwork(), spec)


def test_a_tokenizer_that_reads_no_letters_is_refused():
    deaf = Tokenizer(WordLevel({"known": 0}, unk_token="<none>"))
    deaf.pre_tokenizer = CharDelimiterSplit("a")
    with pytest.raises(ModelMismatch, match="deaf has a tokenizer that makes nothing of a letter"):
        WindowedEncoder(deaf, TracingNetwork(), EncoderSpec("deaf", "0" * 64, 200))


def test_a_lone_string_is_refused_and_no_texts_give_no_vectors():
    tiny, _ = encoder()
    with pytest.raises(InvalidInput, match="put it into a list"):
        tiny.encode("w1", kind=TextKind.QUERY)
    assert tiny.encode([], kind=TextKind.QUERY).shape == (0, 3)


@pytest.mark.parametrize("text", MIXED)
def test_the_shipped_encoder_keeps_exact_offsets_in_any_script(shipped, text):
    reading = shipped.read(text)
    pieces = [text[start:end] for start, end in reading.spans]
    assert pieces == [piece.strip() for piece in pieces]
    assert np.all(reading.spans[:, 0] <= reading.spans[:, 1])
    assert np.all((reading.spans >= 0) & (reading.spans <= len(text)))
    assert np.all(np.diff(reading.spans[:, 0]) >= 0)


@pytest.mark.parametrize(
    "text",
    [
        "Python и 파이썬 and פייתון",
        "Разработка\n\nсервисов  на\tGo",
        "팀을 이끌었습니다.",
        "הובלתי צוות.",
        "rocket \U0001f680 and family \U0001f468\u200d\U0001f469",
        "e\ufb03cient \ufb01le, caf\u00e9, ＡＢＣ, ™",
        "lone \ud800 in the middle",
    ],
)
def test_every_visible_character_lies_in_a_token(shipped, text):
    spans = [text[start:end] for start, end in shipped.read(text).spans if start < end]
    assert "".join(spans) == "".join(text.split())


@pytest.mark.parametrize("n_words", [3, 700, 2500])
def test_a_readings_vector_is_that_of_the_text_as_a_passage(shipped, n_words):
    text = " ".join(["led teams", "писал код"][i % 2] for i in range(n_words // 2))
    vector = shipped.encode([text], kind=TextKind.PASSAGE)[0]
    assert shipped.read(text).vector.tobytes() == vector.tobytes()


def test_a_hundred_thousand_characters_are_read_whole(shipped):
    text = ("Built payment services in Python. " * 3000)[:100_000]
    reading = shipped.read(text)
    assert reading.spans[-1, 1] > 99_990
    assert np.all(np.isfinite(reading.states))
