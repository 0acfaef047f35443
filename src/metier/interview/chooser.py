"""The learned choice of a topic: a model that `metier interview train` made, asked about a bank's topics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from metier.errors import ModelMismatch
from metier.interview.bank import Bank, Question, QuestionKind, Topic
from metier.interview.choice_model import ChoiceModel
from metier.interview.labelled import LabelledAnswer

NEXT_TOPIC = "next-topic"
DONE = "nothing"


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A row to learn the next topic from: what was said, and the title of the topic that came next."""

    said: str
    next_topic: str


class ModelChooser:
    """Implements `TopicChooser` with a trained model.

    Args:
        model: trained with the target `next-topic` on inputs as `said` forms them.

    Raises:
        ModelMismatch: it was trained to choose something else.
    """

    def __init__(self, model: ChoiceModel) -> None:
        if model.target and model.target != NEXT_TOPIC:
            raise ModelMismatch(
                f"Model {model.name} was trained to choose {model.target}, not {NEXT_TOPIC}. Name one that "
                f"`metier interview train --target {NEXT_TOPIC}` wrote."
            )
        self._model = model

    def nearness(
        self, question: Question, answer: str, remaining: Sequence[str], topics: Sequence[Topic]
    ) -> tuple[float, ...]:
        """Return the cosine of each topic's title with what was said; the contract is `TopicChooser`'s."""
        cosines = self._model.cosines([said(question, answer, remaining)], [topic.title for topic in topics])
        return tuple(float(cosine) for cosine in cosines[0])


def said(question: Question, answer: str, remaining: Sequence[str]) -> str:
    """Return the input of a next-topic model: question, answer and what is still open.

    >>> said(Question("q", ("What is a tuple?",)), "A fixed list.", ["says it cannot change"])
    'What is a tuple? -> A fixed list. (open: says it cannot change)'
    """
    return f"{question.ask[0]} -> {answer} (open: {', '.join(remaining) or DONE})"


def topic_rows(bank: Bank, answers: Sequence[LabelledAnswer]) -> Iterator[TopicRow]:
    """Yield rows to learn a bank's own order from: what comes next after each labelled answer.

    After an answer that leaves points open the topic goes on, unless the person does not know or wants to
    go on; after any other the next question's topic comes.

    Args:
        bank: whose order is learned.
        answers: to its questions; those to talk are passed over.
    """
    order = [(topic, question) for topic, question in bank.each() if question.kind is not QuestionKind.TALK]
    places = {question.id: i for i, (_, question) in enumerate(order)}
    for row in answers:
        place = places.get(row.question.id)
        if place is None:
            continue
        question = order[place][1]
        remaining = [point.label for point in question.points if point.id not in row.earned]
        goes_on = bool(remaining) and not {"does-not-know", "skips"} & {str(one) for one in row.manners}
        if not goes_on and place + 1 == len(order):
            continue
        topic = order[place if goes_on else place + 1][0]
        yield TopicRow(said(question, row.answer, remaining), topic.title)
