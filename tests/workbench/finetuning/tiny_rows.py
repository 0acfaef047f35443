"""A handful of rows for each task, of words that the tiny tokenizer knows."""

from metier.training.networks import Head
from metier.workbench.finetuning.rows import Answer, AnswerRow, ClassRow, RankRow, TagRow

HEADS = (Head.CLASSES, Head.TAGS, Head.SPANS, Head.RANK)
ROWS = {
    Head.CLASSES: [
        ClassRow("w1 w2 w3", "no"),
        ClassRow("w4 w5", "yes"),
        ClassRow("w6 w7 w8 w9", "no"),
        ClassRow("w10", "yes"),
    ],
    Head.TAGS: [
        TagRow(("w1", "abc", "w2"), ("O", "B-X", "I-X")),
        TagRow(("w3", "w4"), ("B-Y", "O")),
        TagRow(("w5", "w6", "w7"), ("O", "O", "B-Y")),
    ],
    Head.SPANS: [
        AnswerRow("a", "w1 w2 ?", "w3 w4 w5 w6", (Answer("w4 w5", 3),)),
        AnswerRow("b", "w7 ?", "w8 w9 w10", ()),
        AnswerRow("c", "w11 ?", "w12 w13", (Answer("w13", 4),)),
    ],
    Head.RANK: [
        RankRow("w1", "w2 w3", 1.0),
        RankRow("w1", "w4 w5", 0.0),
        RankRow("w6", "w7", 0.0),
        RankRow("w6", "w8 w9", 1.0),
    ],
}
LABELS = {Head.CLASSES: ("no", "yes"), Head.TAGS: ("O", "B-X", "I-X", "B-Y", "I-Y")}


def network_of(architecture, head, **changes):
    from tests.workbench.tiny import tiny_network

    return tiny_network(architecture, head, labels=LABELS.get(head), **changes)


def save_network(network, folder):
    from metier.encoders.folder import ModelCard
    from metier.training.networks import write_network

    write_network(network, folder, ModelCard("tiny", "encoder", "", "", (), 0, 0, {}, "", {}, {}, {}))
    return str(folder)
