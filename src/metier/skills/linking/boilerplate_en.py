"""What English boilerplate of job ads says, and what says that a sentence is none; regular expressions.

Each is true of many sentences without a skill and of hardly any with one.
"""

from __future__ import annotations

from typing import Final

# What a person does or must know: a sentence with these may tell of a skill, whatever else it says.
ASKING: Final = (
    r"\bexperience\b",
    r"\bknowledge\b",
    r"\bskill",
    r"\b(?:able|ability) to\b",
    r"\bresponsib",
    r"\bmust (?:have|be able|hold|possess)",
    r"\bfluent",
    r"\bdegree\b",
    r"\bqualification",
    r"\bproficien",
    r"\btechnolog(?:y|ies)\b",
    r"\btasks?\b",
    r"\brequire",
    r"\bcollaborat",
    r"\blooking for\b",
    r"\bseeking\b",
    r"\bhiring\b",
    r"\bdevelop(?:ing|ers?)?\b",
    r"\bengineer(?:s|ing)?\b",
    r"\bspecialist",
    r"\bmanagers?\b",
    r"\bcandidates who\b",
    r"\bprofessor\b",
    r"\btools\b",
    r"\bmotivated",
    r"\bpassion(?:ate)? (?:about|for)",
    r"\benthusias",
    r"\bproactive",
    r"\bindependent",
    r"\bdependable",
    r"\bstrive towards",
    r"\byou (?:will|ll|['’]ll) (?:be (?:able|involved|working|expected|part)|work|develop|take|help)",
    r"\byour role will\b",
)

# Duties that open a sentence, and the same after "you will". Verbs that open boilerplate too, such as work,
# join, apply, send, learn and enjoy, are not here.
_DUTY: Final = (
    r"(?:achieve|act as|adapt|administer|advise|align|analy[sz]e|answer|approve|arrange|articulate|assemble|"
    r"assess|assign|assist|audit|authori[sz]e|automate|bake|build|calculate|calibrate|carry out|clean|code|"
    r"collect|communicate|compile|compute|conduct|configure|consult|control|cook|coordinate|"
    r"co-ordinate|counsel|create|cultivate|customi[sz]e|cut|debug|define|deliver|demonstrate|deploy|design|"
    r"determine|diagnose|direct|dispatch|document|draft|draw|drive|edit|educate|engage|enter|establish|"
    r"estimate|evaluate|examine|execute|facilitate|file|forecast|formulate|gather|generate|govern|guide|"
    r"handle|identify|implement|improve|inspect|install|integrate|interpret|interview|investigate|"
    r"issue|keep|lead|liaise|lift|load|maintain|make|manage|measure|mentor|migrate|model|monitor|"
    r"negotiate|nurse|observe|operate|optimi[sz]e|order|organi[sz]e|oversee|pack|paint|participate|perform|"
    r"plan|prepare|present|process|procure|produce|program|promote|propose|provide|publish|purchase|reconcile|"
    r"record|recruit|register|repair|report|research|resolve|respond|review|run|schedule|screen|"
    r"select|sell|serve|service|set up|solve|sort|source|summari[sz]e|supervise|support|take care|teach|"
    r"test|track|train|translate|treat|troubleshoot|understand|update|upgrade|utili[sz]e|validate|verify|"
    r"weld|write(?! to\b))\b"
)
OPENING: Final = (
    rf"^[\W\d_]*{_DUTY}(?! (?:for|process)\b)",
    rf"\byou(?: will|['’]?ll) (?:\w+ly |also |then )?{_DUTY}",
)

# The words of laws against discrimination; no duty uses them.
EQUAL_CHANCES: Final = (
    r"\bequal[- ](?:opportunit|employment|chances)",
    r"\bdiscriminat(?:e|ion)\b",
    r"\bdiversity\b",
    r"\binclusi(?:on|ve)\b",
    (
        r"\b(?:regardless of|without regard to|irrespective of)\b.{0,80}\b(?:race|gender|sex|age|religion|"
        r"origin|colou?r|disabilit|background)"
    ),
    r"\b(?:sexual orientation|gender identity|veteran status|national origin|marital status)\b",
    r"\ball (?:qualified|interested|suitable) (?:applicants|candidates)\b",
    r"\breasonable accommodations?\b",
    r"\badjustments to (?:our|the) recruitment\b",
    r"\b(?:criminal record|conviction records|background checks?)\b",
    (
        r"\b(?:encourages?|welcomes?) (?:all|everyone|applications|applicants|qualified|people|women|"
        r"candidates)\b"
    ),
)

# Promises, pay, insurance and leave, comforts, hours, growth. Words that name the work of some as well, such
# as payroll, are not here.
OFFER: Final = (
    r"\bwe (?:can |also )?(?:offers?|provides?|guarantees?)\b",
    r"\bjob benefits\b",
    r"\bbenefits (?:package|include)",
    (
        r"\b(?:great|attractive|employee|generous|competitive|company|startup) (?:\w+ )?(?:benefits|perks|"
        r"rewards)\b"
    ),
    r"\b(?:salary|salaries|remuneration|wages)\b(?! (?:negotiations?|surveys?|calculations?|administration))",
    r"\bpaid (?:time|holiday|vacation|leave|parental|annual|sick)",
    (
        r"\b(?:stock (?:options?|grants?)|equity package|warrant program|annual bonus|bonus (?:scheme|plan|"
        r"program))\b"
    ),
    (
        r"\b(?:pension|401\(?k\)?|retirement (?:plan|savings)|life (?:assurance|insurance)|dental|"
        r"private health)\b"
    ),
    (
        r"\b(?:healthcare (?:plan|package)|(?:health|medical) insurance|annual leave|parental leave|"
        r"sabbatical)\b"
    ),
    r"\b(?:days?|weeks) (?:of )?(?:\w+ )?(?:annual leave|holidays?|vacation|leave|off)\b",
    r"\btime off\b",
    r"\b(?:gym|yoga|massages?|canteen|kicker|ping pong|table tennis|foosball|playstation|company car)\b",
    (
        r"\b(?:free|fresh|subsidi[sz]ed|discounted|complimentary|delicious) (?:\w+ ){0,2}(?:lunch|lunches|"
        r"breakfasts?|fruits?|coffee|drinks|beer|snacks|food|meals|canteen|restaurants?|parking)\b"
    ),
    (
        r"\b(?:relocation|visa|commuter|bike|cycle) ?(?:to work )?(?:package|support|assistance|sponsorship|"
        r"loans?)\b"
    ),
    r"\b(?:team|company|social|regular) (?:events?|outings?|trips?|parties)\b",
    r"\bdiscounts?\b",
    r"\bpublic transport",
    r"\b(?:modern|beautiful|great|nice) (?:\w+ ){0,2}(?:offices?|workplace|headquarters)\b",
    r"\binternal mobility\b",
    r"\bflex(?:ible|i)?[- ]?(?:working|work)?[- ]?(?:hours|time|times|schedule)\b",
    r"\bhours (?:per|a) week\b",
    r"\b(?:home[- ]office|work[- ]life balance|permanent (?:contract|employment))\b",
    r"\bworking from home\b",
    (
        r"\b(?:commensurate|terms of employment|conditions of employment|employment contract|"
        r"probation(?:ary)? period)\b"
    ),
    r"\b(?:learning|training|education|conference|hardware) budget\b",
    r"\bcareer (?:growth|progression|opportunities)\b",
    r"\b(?:opportunit(?:y|ies)|chance) (?:for|to) (?:\w+ )?(?:grow|growth|learn|advance|influence your)\b",
)

# What to send, by when and to whom, and what happens then.
APPLICATION: Final = (
    (
        r"\b(?:please|simply|just) (?:\w+ )?(?:apply|send|submit|contact|upload|note|visit|see|do not|"
        r"forward|attach|ensure|feel|call|fill|click|get in)\b"
    ),
    r"\bapply (?:now|online|via|today|by|before|here|as soon)\b",
    r"\bhow to apply\b",
    r"\bencourage you to apply\b",
    r"\b(?:your|online|written|complete|motivated) applications?\b",
    r"\bthe application (?:must|should|will|process|form|deadline|procedure)",
    r"\bapplications? (?:must|should|will be|deadline|form|received|procedure)\b",
    r"\b(?:deadline|closing date|start(?:ing)? date|date of (?:employment|commencement))\b",
    r"\b(?:further|more|additional) (?:information|details)\b",
    r"\bhave (?:any )?(?:further )?questions\b",
    r"\w@\w[\w-]{0,60}\.\w",
    r"\bread more about\b",
    r"\bget in touch\b",
    (
        r"\b(?:cv|cover letter|curriculum vitae|motivation(?:al)? letter|letter of motivation|"
        r"list of publications)\b"
    ),
    r"\b(?:assessment|appointment|hiring|selection|evaluation) committee\b",
    r"\bshort-?listed\b",
    r"\brecruit(?:ers?|ment)\b",
    (
        r"\b(?:applicants?|candidates?) (?:selected|will be (?:contacted|notified|informed|invited|assessed|"
        r"asked))"
    ),
    r"\b(?:job|first|phone|video|initial|an) interviews?\b",
    r"\binterviews? (?:will|process|with|are)\b",
    (
        r"\bwe(?:['’]?ll| will| shall) (?:get back|contact|invite|go through|get to know|be in touch|"
        r"look forward)"
    ),
    r"\blook(?:ing)? forward to (?:hearing|receiving|your|meeting|reading)",
)

# What the employer says of itself: size, age, rank, values, atmosphere; and calls to join.
EMPLOYER: Final = (
    r"\b(?:company description|about (?:us|the company)|team overview|who we are)\b",
    (
        r"\b(?:is|are|was|as) (?:an?|the|one of(?: the)?|among the)\b.{0,40}\b(?:world|leading|leader|"
        r"largest|biggest|oldest|fast(?:est)?[- ]growing|rapidly growing|ambitious|dynamic|award[- ]winning|"
        r"innovative|global|international|trusted|successful) (?:\w+ ){0,4}(?:compan(?:y|ies)|provider|"
        r"organi[sz]ation|group|start-?up|business|universit|supplier|manufacturer|firm|player|agency|"
        r"platform|leader)"
    ),
    r"\bfounded in\b",
    r"\bestablished in \d",
    r"\bheadquartered\b",
    r"\blaunched in \d",
    r"\bhave offices in\b",
    r"\bsince (?:our|its|the) (?:launch|foundation|start)\b",
    (
        r"\b\d[\d,.+k]{0,12} (?:million |thousand )?(?:employees|people|colleagues|students|users|customers|"
        r"countries|offices|clients|specialists|nationalities)\b"
    ),
    (
        r"\b(?:award-winning|market[- ]leading|market leader|world leader|world['’]s (?:largest|leading|"
        r"most|first))\b"
    ),
    (
        r"\bour (?:mission|vision|story|values|culture|company|organi[sz]ation|employees|people|offices?|"
        r"investors|ambition|goal|growth|history|success)\b"
    ),
    (
        r"\bwe (?:believe|are proud|['’]?re proud|are passionate|value|strive|thrive|are committed|love|"
        r"celebrate|encourage|trust|care|champion|connect|launched|are on a|are one|rely|give)\b"
    ),
    r"\bwe['’]?re (?:an?|the|one|big|all|now|proud|passionate)\b",
    r"\bwe are (?:an?|the|growing|among) ",
    r"\b(?:come )?join (?:us|our|an?|the)\b",
    r"\bjoining us\b",
    r"\b(?:become|be|are) (?:a )?part of\b",
    r"\b(?:place to work|flat (?:organi[sz]ation|hierarch|structure)|startup atmosphere)",
    (
        r"\b(?:informal|friendly|relaxed|inspiring|inspirational|pleasant|multicultural|young|stimulating|"
        r"exciting|amazing|awesome|brilliant) (?:\w+ ){0,3}(?:environment|culture|atmosphere|team|workplace|"
        r"colleagues|people|journey|organi[sz]ation|company|community)\b"
    ),
)
