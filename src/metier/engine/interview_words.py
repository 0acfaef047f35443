"""The words of questions about any skill, where no bank has questions of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class SkillWords:
    """Templates in one language; `{skill}` is the label of a skill."""

    title: str
    about: str
    greeting: tuple[str, ...]
    goodbye: tuple[str, ...]
    what: tuple[str, ...]
    purpose: str
    purpose_again: str
    heard: str
    did: tuple[str, ...]
    basic: str
    basic_references: tuple[str, ...]
    basic_partial: tuple[str, ...]
    basic_again: str
    detailed: str
    detailed_references: tuple[str, ...]
    detailed_partial: tuple[str, ...]
    detailed_again: str


_EN: Final = SkillWords(
    title="Questions for one vacancy",
    about="What the vacancy requires and the resume shows only by implication or not at all.",
    greeting=("Thank you for coming. Shall we begin?", "Hello! Are you ready to start?"),
    goodbye=(
        "That was all from our side. Is there anything that you would like to add?",
        "We are done. Do you have a last word?",
    ),
    what=(
        "What is {skill}, and what is it used for?",
        "How would you explain {skill} to somebody who has never met it?",
    ),
    purpose="says what {skill} is and what it is for",
    purpose_again="What kind of thing is {skill}, and what problem does it take care of?",
    heard="I have heard of {skill}.",
    did=(
        "Tell me about something that you did with {skill}.",
        "Which task of your own did you solve with {skill}, and how did it end?",
    ),
    basic="names a concrete case of one's own with {skill}",
    basic_references=(
        "In my last project I used {skill} to build a service for our customers.",
        "I worked with {skill} every day when we rewrote our internal system.",
        "I set up {skill} for our team and used it for a year.",
    ),
    basic_partial=("Yes, I have worked with {skill}.", "I know {skill} quite well."),
    basic_again="In which project was that, and what was {skill} needed for there?",
    detailed="tells one's own part in it, the steps, and how it came out",
    detailed_references=(
        "I first measured where the time went, then I changed how we used {skill}, and it got twice as fast.",
        "My part was to design and write it with {skill}; after the release errors fell by 30 percent.",
        "I chose {skill} over two others, moved the data step by step and had it running in three weeks.",
    ),
    detailed_partial=("We did it together and it worked out well.",),
    detailed_again="What exactly was your own part, and what came out in numbers?",
)
_RU: Final = SkillWords(
    title="Вопросы под вакансию",
    about="То, что вакансия требует, а резюме показывает лишь косвенно или не показывает совсем.",
    greeting=("Спасибо, что пришли. Начнём?", "Здравствуйте! Готовы начать?"),
    goodbye=(
        "С нашей стороны это всё. Хотите что-нибудь добавить?",
        "Мы закончили. Что скажете напоследок?",
    ),
    what=(
        "Что такое {skill} и для чего это используют?",
        "Как бы вы объяснили, что такое {skill}, человеку, который с этим не сталкивался?",
    ),
    purpose="говорит, что такое {skill} и для чего это нужно",
    purpose_again="К какому роду вещей относится {skill} и какую задачу решает?",
    heard="Я слышал про {skill}.",
    did=(
        "Расскажите о том, что вы сами делали с {skill}.",
        "Какую свою задачу вы решили с помощью {skill} и чем всё кончилось?",
    ),
    basic="называет конкретный случай из своей работы с {skill}",
    basic_references=(
        "На последнем проекте я использовал {skill}, чтобы сделать сервис для наших клиентов.",
        "Я каждый день работал с {skill}, когда мы переписывали внутреннюю систему.",
        "Я настроил {skill} для нашей команды, и мы пользовались этим целый год.",
    ),
    basic_partial=("Да, я работал с {skill}.", "Я неплохо знаю {skill}."),
    basic_again="В каком проекте это было и зачем там понадобился {skill}?",
    detailed="рассказывает о своей роли, о шагах и о результате",
    detailed_references=(
        "Сначала я измерил, на что уходит время, потом изменил то, как мы используем {skill}, "
        "и стало вдвое быстрее.",
        "Моей частью было спроектировать и написать это на {skill}; после релиза ошибок стало на 30 "
        "процентов меньше.",
        "Я выбрал {skill} из трёх вариантов, по шагам перенёс данные и запустил всё за три недели.",
    ),
    detailed_partial=("Мы сделали это вместе, и всё получилось.",),
    detailed_again="Что именно сделали вы сами и каков был результат в цифрах?",
)
_KO: Final = SkillWords(
    title="채용 공고에 맞춘 질문",
    about="공고가 요구하지만 이력서에는 간접적으로만 드러나거나 보이지 않는 것.",
    greeting=("와 주셔서 감사합니다. 시작할까요?", "안녕하세요! 준비되셨나요?"),
    goodbye=(
        "준비한 질문은 여기까지입니다. 덧붙이고 싶은 말씀이 있나요?",
        "끝났습니다. 마지막으로 하실 말씀은요?",
    ),
    what=(
        "{skill}은(는) 무엇이고 어디에 쓰이나요?",
        "{skill}을(를) 처음 듣는 사람에게 어떻게 설명하시겠어요?",
    ),
    purpose="{skill}이(가) 무엇이고 왜 쓰는지 말한다",
    purpose_again="{skill}은(는) 어떤 종류의 것이고 어떤 문제를 해결하나요?",
    heard="{skill}은(는) 들어 봤어요.",
    did=(
        "{skill}(으)로 직접 해 본 일을 이야기해 주세요.",
        "{skill}(으)로 어떤 과제를 해결했고 결과는 어땠나요?",
    ),
    basic="{skill}을(를) 쓴 자신의 구체적인 사례를 든다",
    basic_references=(
        "지난 프로젝트에서 {skill}을(를) 써서 고객용 서비스를 만들었습니다.",
        "사내 시스템을 다시 짤 때 매일 {skill}을(를) 다뤘습니다.",
        "팀에 {skill}을(를) 도입해서 일 년 동안 사용했습니다.",
    ),
    basic_partial=("네, {skill} 써 봤어요.", "{skill}은(는) 꽤 잘 압니다."),
    basic_again="어느 프로젝트였고 {skill}이(가) 왜 필요했나요?",
    detailed="자신이 맡은 부분과 과정, 결과를 말한다",
    detailed_references=(
        "먼저 어디서 시간이 걸리는지 재 보고 {skill} 사용 방식을 바꿔서 두 배 빨라졌습니다.",
        "설계와 구현을 제가 {skill}(으)로 맡았고 배포 후 오류가 30퍼센트 줄었습니다.",
        "세 가지 중에서 {skill}을(를) 골라 데이터를 단계별로 옮기고 삼 주 만에 가동했습니다.",
    ),
    detailed_partial=("다 같이 해서 잘 끝났습니다.",),
    detailed_again="직접 하신 부분은 정확히 무엇이고 수치로 어떤 결과가 나왔나요?",
)

SKILL_WORDS: Final[Mapping[str, SkillWords]] = {"en": _EN, "ru": _RU, "ko": _KO}
"""The templates by language."""
