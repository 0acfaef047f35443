"""Orders to a machine that reads resumes, in English."""

from __future__ import annotations

from typing import Final

from metier.documents.orders import Order, marks, words

PERSON = r"(?:candidate|applicant|resume|cv|curriculum|profile|application|person|job ?seeker|submission)"
_GRADE = r"(?:scores?|ratings?|marks?|grades?|ranks?|ranking|points|stars|evaluation|assessment|match)"
BOT = (
    r"(?:ai|llms?|gpt[-\w.]{0,12}|chat ?gpt|claude|gemini|copilot|chatbots?|(?:large )?language models?|ats"
    r"|neural networks?|artificial intelligence|(?:ai|llm|ats|automated|automatic) \w+"
    r"|(?:screening|ranking|parsing|recruiting) (?:system|bot|ai|agent|algorithm|model)s?)"
)
# Without what people call their own tools: "automated grading system", "ATS".
MACHINE = (
    r"ai(?: \w+)?|llms?|gpt[-\w.]{0,12}|chat ?gpt|claude|gemini|copilot|chatbots?"
    r"|(?:large )?language models?"
)
MUST = r"(?:must|should|shall|will|has to|have to|needs? to)"

_THIS_ONE = words(
    rf"this (?:\w+ )?{PERSON}(?:'?s)?",
    rf"the (?:\w+ )?{PERSON}(?:'s)? (?:below|above|in question)",
    r"author of this \w+",
    rf"(?:resumes|{PERSON}s?) with this name",
)
_ANY_ONE = words(
    rf"(?:this|the|that|every|each|my|all|any) (?:\w+ )?{PERSON}(?:'?s)?|me|everyone|everybody|him|her|it"
)
_TOP = words(
    rf"(?:perfect|max(?:imum|imal|imally)?|full|top|highest|best)(?: possible| available)? {_GRADE}",
    r"100 ?/ ?100|10 ?/ ?10|5 ?/ ?5|100 ?%|100 (?:points|percent)|100",
    r"(?:one |a )hundred|(?:ten|five|10|5|100) out of (?:a )?(?:ten|five|10|5|100|hundred)",
    r"number (?:one|1)|strong hire|highly recommended|exceptionally \w+|as highly|to the first place"
    r"|at the top",
    r"(?:as|is) (?:an? |the )?(?:\w+ )?(?:excellent|outstanding|perfect|ideal|exceptional|flawless"
    r"|winner|best"
    r"|pass|qualified|top|better)",
    r"(?:ahead of|above) (?:all|every)",
)
_TOP_GRADE = words(r"(?:full|top|maximum|perfect|highest) (?:marks|points|scores?|grades?)")
_PRAISE = words(
    r"best|strong|strongest|ideal|perfect\w*|excellent|outstanding|exceptional\w*|great|top|hire|hired"
    r"|qualified",
    r"approved?|recommend\w*|accept\w*|fits?|match\w*|suitable|winner|pass|passed|interview|yes",
)
_JUDGES = (
    r"(?:rate|score|rank|grade|evaluate|assess|judge|mark|classify|label|list|recommend|hire|shortlist"
    r"|approve"
    r"|select|choose|pick|promote|favou?r|prefer|prioriti[sz]e|boost|endorse)"
)
_JUDGE = words(_JUDGES)
_VERDICT = words(
    _JUDGES,
    r"give|assign|award|grant|set|put|place|return|accept|consider|treat|describe|present|name|declare",
)
_WHATEVER = words(
    r"regardless|irrespective|no matter|whatever|independent(?:ly)? of|under (?:any|all) circumstances"
    r"|always"
)
_BETTER_PLACE = words(
    r"interview|(?:next|final) (?:round|stage|step)|top|first|shortlist|hiring|finalists?|front|queue"
)

_SCORED = words(
    rf"{_GRADE}|hire[ds]?|hiring|shortlist\w*|approv\w+|accept\w*|recommend\w*|select\w*|invit\w+"
    rf"|interview|advance\w*",
    r"pass(?:es)?|filters?|top|best|better than|first|qualif\w+|yes|offer|praise|through",
)
_INSISTS = words(
    rf"{MUST}|mandatory|ensure|make (?:sure|certain)|see to it|guarantee|whatever it takes"
    rf"|do (?:anything|everything)",
    r"(?:correct|right|only|expected|required) (?:answer|verdict|decision|outcome|output)|treat|insist",
)
_THIS_PAPER = words(r"this (?:candidate|applicant|resume|cv|profile|job ?seeker)(?:'s)?")

_SWITCHES: Final = (
    Order(
        words(
            r"(?:previous|prior|earlier|former|old|past|original) (?:instructions?|rules|prompts?|orders) "
            r"(?:are|is|were|have been|has been|no longer) (?:void|cancel\w*|obsolete|invalid"
            r"|irrelevant|revoked|appl\w+|valid)"
        )
    ),
    Order(
        words(
            r"(?:everything|all|anything) (?:before|above)(?: \w+){0,3} is (?:irrelevant|void|invalid"
            r"|obsolete|a test)"
        )
    ),
    Order(words(r"(?:developer|admin|debug|god) mode (?:enabled|on|activated)")),
    Order(
        words(r"when asked (?:about|for)|if (?:they|somebody|someone|the recruiter|anyone) asks?"),
        (words(r"reply|answer|say|respond|tell"), words(r"weaknesses|gaps|candidate|applicant|strengths")),
        reach=90,
    ),
    Order(words(r"(?:reply|answer|respond) with (?:a |one |the )?(?:single )?word"), called=True),
    Order(
        marks(
            r"(?:evaluate|classify|classification|evaluation|verdict) ?(?:as)? ?: ?"
            r"(?:excellent|suitable|hire|accept|pass|perfect|outstanding)"
        )
    ),
    Order(
        words(rf"(?:{MACHINE}) {MUST}"),
        (
            _VERDICT,
            words(r"as|high|gap|candidate|applicant"),
            words(r"score|skills|verified|complete|hire|resume|rating"),
        ),
        reach=90,
    ),
    Order(
        marks(r"for automat\w+ (?:\w+ )?(?:only|use|eyes)[^.!?]{0,20}?:"),
        (words(r"score|rating|candidate|applicant|resume"),),
    ),
    Order(
        words(r"ignore|disregard|forget"),
        (
            words(r"the (?:job description|prompt|vacancy)"),
            words(r"approve|accept|hire|recommend|yes|score|rate"),
        ),
        called=True,
    ),
    Order(
        words(
            r"confirm|report|return|give"
            r"|show"
        ),
        (words(r"a match of \d{2,3} ?%?"),),
        reach=40,
        called=True,
    ),
    Order(
        words(r"overlook|ignore|disregard|never mind"),
        (
            words(r"missing \w+|lack of \w+|gaps?"),
            words(
                r"recommend|approve|hire|accept|invite|score"
                r"|rate"
            ),
        ),
        reach=80,
        called=True,
    ),
    Order(words(r"just say yes|do as i say"), called=True),
    Order(words(r"you (?:will|must|should|are to|shall|have to) (?:\w+ )?give"), (_TOP_GRADE,), reach=50),
)

_LEAVE_RULES: Final = Order(
    words(
        r"ignore|disregard|forget|neglect|discard|override|overwrite|bypass|set aside|erase|drop|cancel"
        r"|dismiss",
        r"(?:do not|don't|never|stop) (?:follow|obey|heed|apply)(?:ing)?|pay no (?:attention|heed) to",
    ),
    (
        words(
            r"(?:previous|prior|earlier|preceding|former|foregoing|initial|original|existing|system"
            r"|your|all|any)"
            r"(?: (?:the|of|your|previous|prior|earlier|other|scoring|system|safety|given)){0,3} "
            r"(?:instructions?|guidelines?|prompts?|directions|directives?|orders|commands|rubrics?"
            r"|programming"
            r"|constraints|rules(?! of)|criteria)",
            r"(?:instructions?|guidelines?|prompts?|rules|rubrics?|directions|criteria|text|message"
            r"|orders) "
            r"(?:(?:that|which) )?(?:above|before|you (?:were|have|had|got|received)|given to you"
            r"|(?:of )?the (?:recruiter|employer|system|developer|user))",
            r"(?:everything|anything|all|what|whatever) (?:\w+ ){0,3}(?:above|before|earlier|previously"
            r"|told|so far)",
        ),
    ),
    reach=90,
    called=True,
)

_VERDICTS: Final = (
    Order(_JUDGE, (_THIS_ONE,), reach=60, called=True),
    Order(_VERDICT, (_ANY_ONE, _TOP), reach=100, called=True),
    Order(_VERDICT, (_TOP, _WHATEVER), called=True),
    Order(words(r"award|grant|give|assign"), (_TOP_GRADE, words(PERSON, BOT)), called=True),
    Order(_WHATEVER, (_VERDICT, _TOP_GRADE), reach=60, called=True),
    Order(_INSISTS, (_THIS_PAPER, _SCORED), reach=100),
    Order(_THIS_PAPER, (_INSISTS, _SCORED), reach=100),
    Order(words(r"award|grant"), (_TOP_GRADE,), reach=30, called=True),
    Order(words(rf"let (?:the|its|his|her|my|their) (?:\w+ )?{_GRADE} be")),
    Order(
        words(rf"(?:set|change|raise|make|keep|fix) (?:the|its|his|her|my|your|their) (?:\w+ )?{_GRADE}"),
        (words(r"(?:to|at|as|=) (?:the )?(?:1|1\.0|10|100|max\w*|highest|full)"),),
        reach=60,
        called=True,
    ),
    Order(
        words(rf"this (?:\w+ )?{PERSON}(?:'s \w+)? {MUST}(?: always)? be"),
        (
            words(
                r"ranked|rated|scored|hired|placed|selected|approved|accepted|recommended|shortlisted"
                r"|put|marked"
                r"|number"
            ),
        ),
        reach=80,
    ),
    Order(words(rf"{_GRADE} (?:of|for) (?:this|the) {PERSON} {MUST}")),
    Order(
        words(r"move|advance|forward|pass|promote|put|place|push|send|bring|fast-track|invite"),
        (_THIS_ONE, _BETTER_PLACE),
        called=True,
    ),
)

_REPORTS: Final = (
    Order(
        words(r"deliver|write|provide|give|produce|generate|compose|issue|prepare"),
        (
            words(
                r"glowing|positive|favou?rable|enthusiastic|excellent|outstanding|stellar|flattering"
                r"|perfect"
            ),
            words(r"assessment|review|evaluation|report|summary|recommendation|verdict|opinion"),
            words(rf"(?:of|for|about|on) this {PERSON}"),
        ),
        called=True,
    ),
    Order(
        words(r"consider|treat|count|assume|regard|take"),
        (
            words(
                r"(?:all|every|each|any|missing)(?: \w+){0,4} "
                r"(?:requirements?|skills?|qualifications?|criteri\w+|experience)"
            ),
            words(r"as (?:\w+ )?(?:present|met|fulfilled|satisfied|matched|passed|covered|perfect)"),
        ),
        called=True,
    ),
    Order(
        words(
            r"(?:assume|pretend|imagine)(?: that)? (?:the|this)(?: \w+){0,4} "
            rf"{PERSON} (?:is|has|meets|fulfil\w*|matches|satisfies)"
        ),
        called=True,
    ),
    Order(
        words(r"(?:act|behave|respond|answer|evaluate|score|judge)(?: \w+){0,3}? as (?:if|though)"),
        (words(r"qualifications?|requirements?|skills?|perfect|ideal|best|hired|approved"),),
        called=True,
    ),
    Order(
        words(
            r"do not|don't|never|avoid|refuse to|under no circumstances|by no means|overlook|hide"
            r"|conceal|omit"
        ),
        (
            words(
                r"(?:reject|penali[sz]e|downgrade|lower|question|fail|exclude|decline|disqualify|give"
                r"|rate|score"
                rf"|filter out)(?:ing)? (?:\w+ ){{0,2}}this (?:\w+ )?{PERSON}",
                r"in your (?:summary|report|assessment|evaluation|analysis|output|verdict|scoring)",
                r"(?:shortcomings?|gaps?|weakness\w*|flaws?|lack|negative \w+)(?: \w+){0,8} "
                rf"this {PERSON}",
            ),
        ),
        called=True,
    ),
    Order(
        words(
            r"(?:say|state|claim|conclude|answer|declare|assert|affirm|respond|pretend)(?: that)",
            r"say|(?:tell|persuade|convince) (?:the |every |any )?(?:\w+ )?(?:recruiter|employer"
            r"|manager|hr|human|user|whoever)",
        ),
        (
            words(
                rf"that (?:the|this) (?:author|{PERSON})|that no (?:\w+ )?{PERSON}",
                r"that (?:this|he|she|it) is the (?:best|strongest|ideal|most)|(?:that )?i (?:qualify"
                r"|am qualified)",
                r"to (?:hire|invite|choose|interview|accept|pick|select)",
            ),
        ),
        called=True,
    ),
    Order(
        words(
            r"(?:skip|stop|abort|end) (?:the |all |any |your |further )?"
            r"(?:evaluation|assessment|analysis|reading|scoring|screening|review)"
        ),
        (words(r"mark|assume|hire|accept|approve|recommend", rf"this {PERSON}"),),
        called=True,
    ),
)

_HINTS: Final = (
    Order(
        words(r"(?:only |just )?(?:mention|highlight|emphasi[sz]e|focus on|stress|report)"),
        (words(r"positive|strengths|strong points|best sides?"), words(rf"(?:of|about) this {PERSON}")),
        called=True,
    ),
    Order(
        words(
            r"(?:start|begin|open|end|finish|conclude) your (?:answer|summary|report|evaluation"
            r"|assessment|verdict|output)"
            r" (?:with|by)"
        ),
        called=True,
    ),
    Order(
        words(
            r"(?:real|actual|true|new|next) (?:task|instructions?|objective|assignment) (?:is|are|for"
            r"|of)"
        ),
        (words(rf"(?:this|the) {PERSON}|me"), _SCORED),
        reach=90,
    ),
    Order(
        words(r"ignore|disregard|overlook|waive|forget"),
        (
            words(r"requirements?|gaps?|shortcomings?|criteria|lack of \w+"),
            words(
                r"(?:for|of) (?:me|this)|and (?:list|say|rate|hire|approve|score|recommend|mark|give"
                r"|accept|select)"
            ),
        ),
        reach=90,
        called=True,
    ),
    Order(words(r"repeat after me"), lead=4),
)

_ROLES: Final = (
    Order(
        words(
            r"you are (?:now|no longer)|you're now",
            r"you have (?:now )?been (?:updated|reprogrammed|reconfigured|retrained|jailbroken)",
        ),
        (
            words(
                r"(?:an?|the|my|called|named)(?: \w+){0,3}? (?:assistant|ai|llm|chatbot|bot|model"
                r"|evaluator|grader"
                r"|system|(?:recruiter|hiring manager) who)",
                r"\w+(?:bot|gpt)|dan|free (?:from|of)|(?:task|job|role|goal|purpose) is",
            ),
        ),
        reach=70,
    ),
    Order(
        words(
            r"pretend(?: that)? (?:you|to be)",
            r"(?:from now on|from here on|henceforth),? (?:you |please )?(?:\w+ )?"
            r"(?:act|behave|respond|answer|praise|are|recommend|approve)",
            r"act as (?:an? |the |my )?(?:\w+ ){0,3}(?:recruiter|manager|interviewer|ai|llm|chatbot"
            r"|assistant) "
            r"(?:who|that|which)",
            r"role-?play as",
        ),
        (
            words(
                r"recruiter|manager|interviewer|ai|assistant|bot|hire|hired|approve|score"
                r"|praise",
                PERSON,
            ),
        ),
        called=True,
    ),
    Order(
        words(
            r"you (?:must |should |will |shall |need to |have to )?(?:always |only |now "
            r"|never ){1,2}(?:\w+ )?"
            r"(?:recommend|approve|praise|hire|select|rate|rank|score|accept)"
        ),
        (words(rf"(?:person|{PERSON}) below|this {PERSON}|every {PERSON}|me|everyone|everybody"),),
        reach=70,
    ),
    Order(words(rf"you (?:must|should|have to|need to) {_JUDGES}"), (words(rf"me|this {PERSON}"),), reach=40),
    Order(
        words(r"your (?:\w+ )?(?:task|job|goal|role|purpose|mission|objective) is (?:now )?to"),
        (
            words(r"conclude|recommend|approve|praise|rate|hire|convince|endorse|rank|score"),
            words(
                r"(?:this|the) (?:candidate|applicant|resume|cv)|me",
                rf"(?:resumes|{PERSON}s?) with this name",
            ),
        ),
        reach=90,
    ),
)

_ANSWERS: Final = (
    Order(
        words(
            r"reveal|print|show|repeat|output|display|expose|disclose|write out|tell me|give me|leak"
            r"|dump|recite",
            r"what (?:is|are|was|were)",
        ),
        (
            words(
                r"(?:your|the) (?:\w+ )?system (?:prompt|message|instructions?)",
                r"your (?:initial |hidden |full |own |exact )?(?:instructions|prompt|guidelines)(?! to)",
                r"(?:initial|hidden|original|secret) (?:system )?(?:prompt|instructions)",
            ),
        ),
        reach=60,
        called=True,
    ),
    Order(
        words(
            r"return|output|respond|reply|answer|say|print|write|use|produce|generate|result|response"
            r"|verdict"
        ),
        (
            marks(
                r"[\"']?\w{0,20}(?:score|match|rating|rank|verdict|recommend|hire|grade"
                r"|decision)\w{0,20}[\"'] ?:"
            ),
            marks(r"[\"']?\w{0,20}[\"']? ?: ?[\"']?(?:\d|true|yes|hire|strong|accept|high|pass)"),
        ),
        called=True,
    ),
    Order(
        marks(
            r"(?:respond|reply|answer|return|output) (?:only|just|exactly|solely)(?: with| in)? ?"
            r"(?:the (?:word|phrase|text)|:|\"|')",
            r"(?:output|print|return|write|say)(?: only| just| exactly)?:? ?(?:the (?:word|phrase) )?[\"']?"
            r"(?:strong hire|hire|qualified|approved|perfect)",
        ),
        called=True,
    ),
    Order(
        words(r"respond|reply|answer|output|print|say"),
        (marks(r"(?:with|only)? ?:? ?(?:the (?:word|phrase) )?[\"'][^\"']{0,60}"), _PRAISE),
        reach=70,
        called=True,
    ),
)

_ADDRESSES: Final = (
    Order(
        words(r"note|message|memo|instructions?|attention|hint|directive|command|notice|important"),
        (marks(rf"(?:to|for|attention),? (?:the |any |all )?(?:\w+'s? )?{BOT}\b[^.!?]{{0,60}}?:"),),
        lead=16,
        reach=110,
    ),
    Order(
        marks(
            rf"if you(?: are|'re) (?:an? )?(?:\w+ )?{BOT}(?: model| system| agent| assistant)?"
            r"(?: (?:reading|processing|evaluating|screening|that|which|analy[sz]ing)\b|\s?[,:;])"
        )
    ),
    Order(marks(rf"(?:dear|hey|hello|hi) {BOT}(?: model| assistant| recruiter| system)?\s?[,:!]"), lead=2),
    Order(
        marks(
            rf"to (?:\w+ ){{0,3}}?{BOT} (?:reading|processing|parsing|evaluating|screening|that|which"
            rf"|analy[sz]ing)\b"
        ),
        lead=2,
    ),
    Order(
        marks(rf"(?:{BOT}|assistant|system)\s?[:,]"),
        (
            words(
                rf"this (?:{PERSON}|is the)|the recruiter|you (?:must|should)|approved|hire|recommend",
                r"(?:respond|reply|answer) with",
            ),
        ),
        lead=0,
    ),
    Order(
        words(
            rf"as an? (?:large )?{BOT}(?: model| assistant| recruiter)?,? "
            rf"(?:please|you (?:must|should|will|are|have)|{_JUDGES})"
        )
    ),
    Order(
        words(
            rf"{BOT} {MUST}(?: always)? "
            r"(?:put|rank|rate|score|recommend|select|hire|approve|accept|place|choose)"
        ),
        (_THIS_ONE,),
    ),
    Order(
        words(
            rf"(?:{BOT}|(?:recruit\w+|hiring|hr|reviewer) assistant),? you (?:are|have|may|can|must"
            rf"|should|will)"
        ),
        lead=4,
    ),
    Order(
        words(rf"(?:{BOT}|\w+ model)(?: \w+){{0,2}} {MUST}"),
        (_VERDICT, words(rf"this {PERSON}|this document|me")),
        reach=90,
    ),
    Order(
        marks(
            r"(?:system override|override system|new (?:system )?(?:instructions?|prompt))\s?:",
            r"(?:admin(?:istrator)?|system|root|developer) (?:command|override)\s?[:=]",
        ),
        lead=12,
    ),
)

ORDERS_EN: Final = (_LEAVE_RULES, *_SWITCHES, *_VERDICTS, *_REPORTS, *_HINTS, *_ROLES, *_ANSWERS, *_ADDRESSES)
