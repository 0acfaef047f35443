"""The records that the examples show: one person, one vacancy, and what is said of them."""

from __future__ import annotations

from typing import Final

from metier.assessment import Assessment, Provenance
from metier.dialogue import (
    Grade,
    Interview,
    InterviewReport,
    Move,
    PointGrade,
    PointLine,
    QuestionLine,
    Reason,
    Step,
    TopicLine,
    Turn,
    Verdict,
    Wording,
)
from metier.http.schemas.answers import (
    ComparedDocuments,
    DocumentFacts,
    FoundDocument,
    InterviewLink,
    KeyWithToken,
    LogPage,
    RankedDocument,
    ReadingOfDocument,
    SearchAnswer,
    Upload,
    UploadedFile,
    UploadOutcome,
    WantedSkill,
)
from metier.scans import Check, Outcome, ScanReport, ScanVerdict
from metier.search.hits import Hit, HitPassage
from metier.service.assessing import Recomputed
from metier.service.documents import ReadingState
from metier.service.interviews import Asked, BankFacts
from metier.service.jobs import JobFailure
from metier.service.models import ModelFacts
from metier.service.shortlists import ComparedRequirement
from metier.skills.linking.linker import LinkedSkill
from metier.store.workspaces.assessments import StoredAssessment
from metier.store.workspaces.decisions import Decision, DecisionKind
from metier.store.workspaces.interviews import InterviewState, StoredInterview
from metier.store.workspaces.jobs import Job, JobState
from metier.store.workspaces.keys import ApiKey, KeyRole
from metier.store.workspaces.log import LogCheck, LogEntry, LogHead
from metier.store.workspaces.people import Person
from metier.store.workspaces.retention import RetentionKind, RetentionRule
from metier.store.workspaces.taxonomies import StoredTaxonomy
from metier.store.workspaces.vacancies import Vacancy, VacancyState
from metier.store.workspaces.workspaces import Workspace
from metier.types import (
    AssessmentStatus,
    Coverage,
    EvidenceLabel,
    Expertise,
    Factor,
    Importance,
    Level,
    Quote,
    Requirement,
    RequirementStatus,
    Role,
    SkillEvidence,
    Span,
    YearMonth,
)

_AT: Final = "2026-11-22T13:45:00.000000Z"
_W: Final = "01kakpz6w7n4h3s9d8f2g5j1kq"
_PERSON_ID: Final = "01kakq0v9x8m4t2c6r5n7p3wjd"
_DOCUMENT_ID: Final = "01kakq0v9yabcdefghjkmnpqrs"
_VACANCY_ID: Final = "01kakq1b2c3d4e5f6g7h8j9kmn"
_ID: Final = "01kakq3d4e5f6g7h8j9kmnpqrs"
_SHA: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_OTHER_SHA: Final = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"

WORKSPACE: Final = Workspace(_W, "Hiring team", _AT, None)
PERSON: Final = Person(_W, _PERSON_ID, "Anna Berg", "ats-1027", _AT)
DOCUMENT: Final = DocumentFacts(
    _DOCUMENT_ID, _PERSON_ID, Role.RESUME, "anna-berg.pdf", _SHA, 48_213, _AT, ReadingState.READ
)
UPLOAD: Final = Upload(
    (
        UploadedFile("anna-berg.pdf", UploadOutcome.ADDED, DOCUMENT),
        UploadedFile(
            "empty.pdf", UploadOutcome.REFUSED, None, "empty_document", "The file is empty. Send it again."
        ),
    )
)
READING: Final = ReadingOfDocument(ReadingState.READ, {"document": {"language": "en", "months": 71}})
VACANCY: Final = Vacancy(_W, _VACANCY_ID, "Data engineer", _DOCUMENT_ID, VacancyState.OPEN, _AT, None)
_ASKED_FOR: Final = Quote(Span(42, 48), "Python")
_SHOWN: Final = Quote(Span(25, 31), "Python")
WANTED: Final = WantedSkill(("python",), ("Python",), Importance.REQUIRED.value, (_ASKED_FOR,))
EVIDENCE: Final = SkillEvidence(
    "python", "Python", EvidenceLabel.EXPLICIT, 0.98, (_SHOWN,), "The text names it."
)
REQUIREMENT: Final = Requirement(
    "python",
    "Python",
    Importance.REQUIRED,
    RequirementStatus.MATCHED,
    (_ASKED_FOR,),
    (_SHOWN,),
    "The text names it.",
)
RECORD: Final = Assessment(
    "9f86d081884c7d65",
    "anna-berg.pdf",
    Role.RESUME,
    "en",
    AssessmentStatus.SCORED,
    71,
    (),
    (EVIDENCE,),
    Coverage(1.0, (REQUIREMENT,)),
    (),
    Provenance("0.1.0", "skills", _SHA, "default", _OTHER_SHA, YearMonth(2026, 11)),
)
ASSESSMENT: Final = StoredAssessment(
    _W,
    _ID,
    _DOCUMENT_ID,
    _VACANCY_ID,
    AssessmentStatus.SCORED,
    1.0,
    None,
    71,
    "0.1.0",
    "skills",
    _SHA,
    "default",
    _OTHER_SHA,
    "2026-11",
    {},
    {"document": _SHA},
    _OTHER_SHA,
    _SHA,
    _AT,
    None,
)
RECOMPUTED: Final = Recomputed(same=False, before=_SHA, after=_OTHER_SHA, changed=("skills",), why=("model",))
DECISION: Final = Decision(
    _W,
    _ID,
    _VACANCY_ID,
    _DOCUMENT_ID,
    DecisionKind.SHORTLIST,
    _ID,
    None,
    None,
    f"key:{_ID}",
    _AT,
    "Showed the pipeline in the interview.",
)
RANKED: Final = RankedDocument(1, PERSON, DOCUMENT, ASSESSMENT, RECORD, DECISION, ScanVerdict.CLEAN)
COMPARED: Final = ComparedDocuments(
    VACANCY,
    (RANKED, RANKED),
    (ComparedRequirement("Python", Importance.REQUIRED, (REQUIREMENT, REQUIREMENT)),),
)
FOUND: Final = SearchAnswer(
    (
        FoundDocument(
            DOCUMENT,
            PERSON,
            Hit(
                _DOCUMENT_ID,
                1,
                0.0325,
                0.71,
                4.2,
                None,
                ("Python",),
                (),
                (HitPassage(Span(0, 31), "Built ETL pipelines in Python.", (Span(23, 29),), 0.71),),
                Role.RESUME,
                "anna-berg.pdf",
                "Data engineer",
                "en",
                5.9,
                None,
                None,
                None,
            ),
        ),
    ),
    12,
    "base",
    _SHA,
)
BANK: Final = BankFacts("python-backend", "Python back-end", "en", 24)
INTERVIEW: Final = StoredInterview(
    _W,
    _ID,
    _PERSON_ID,
    _VACANCY_ID,
    InterviewState.GOING,
    1,
    {"bank": "python-backend", "language": "en", "max_questions": 6},
    _AT,
    _AT,
    None,
    _AT,
    None,
)
LINK: Final = InterviewLink(INTERVIEW, "https://metier.example.org/room/pV1x...")
_STEP: Final = Step(Move.ASK, "python", "py-generators", "", (Reason("next-topic", (("topic", "python"),)),))
_TURN: Final = Turn(
    1, _STEP, Wording("What does a generator keep between two values?"), "2026-11-22T13:45:00Z"
)
ASKED: Final = Asked(INTERVIEW, _TURN, 1)
_ANSWERED: Final = Turn(
    1,
    _STEP,
    _TURN.wording,
    _TURN.asked_at,
    "Its local variables and where it stopped.",
    "2026-11-22T13:46:10Z",
    Grade(
        "py-generators",
        Verdict.EARNED,
        1.0,
        (PointGrade("state", "keeps its local state", 0.93, (Span(0, 19),)),),
        model="grading",
        model_sha256=_SHA,
    ),
)
TRANSCRIPT: Final = Interview(
    _ID, "python-backend", _SHA, "en", "2026-11-22T13:45:00Z", (("max_questions", "6"),), (_ANSWERED,)
)
_POINT: Final = PointLine(
    "state", "keeps its local state", earned=True, probability=0.93, turn=1, quotes=("Its local variables",)
)
INTERVIEW_REPORT: Final = InterviewReport(
    TRANSCRIPT,
    "Python back-end",
    (
        TopicLine(
            "python",
            "Python",
            1.0,
            (
                QuestionLine(
                    "py-generators",
                    2,
                    Verdict.EARNED,
                    1.0,
                    (_POINT,),
                ),
            ),
        ),
    ),
    1.0,
    1,
    1,
    (),
    1.2,
)
LINKED: Final = LinkedSkill("accounting", "Accounting", 0.83, (Quote(Span(0, 11), "Keeps books"),))
EXPERTISE: Final = Expertise(
    Level.SENIOR,
    (0.01, 0.05, 0.2, 0.62, 0.12),
    (Level.MIDDLE, Level.SENIOR, Level.LEAD),
    0.9,
    2.79,
    None,
    None,
    (Factor("relevant_months", 71.0, 0.4, "5.9 years in this role.", ()),),
    (),
    (),
    "expertise",
    _SHA,
)
MODEL: Final = ModelFacts("base", "encoder", _SHA, ("en", "ru"), {"name": "base"})
SCAN: Final = ScanReport(
    _DOCUMENT_ID, "document", ScanVerdict.CLEAN, (), (Check("hidden-words", Outcome.PASSED),), {}
)
JOB: Final = Job(
    workspace=_W,
    id=_ID,
    kind="assess",
    key=None,
    person=None,
    state=JobState.RUNNING,
    priority=0,
    attempts=1,
    max_attempts=3,
    claims=1,
    not_before=_AT,
    worker="worker-1",
    heartbeat_at=_AT,
    lease_until=_AT,
    cancel_requested=False,
    done=3,
    total=10,
    message="",
    created_at=_AT,
    started_at=_AT,
    ended_at=None,
    payload={"documents": [_DOCUMENT_ID], "vacancy": _VACANCY_ID},
    result={},
)
FAILURE: Final = JobFailure(_DOCUMENT_ID, "encrypted_document", "The file asks for a password.")
STEPS: Final = {_DOCUMENT_ID: {"assessment": _ID}}
KEY: Final = ApiKey(_W, _ID, "k7m2x9q4w1ab", KeyRole.RECRUITER, "Applicant tracking", _AT, None, None, None)
KEY_WITH_TOKEN: Final = KeyWithToken(KEY, "mtr_k7m2x9q4w1ab_...")
RULE: Final = RetentionRule(_W, RetentionKind.DOCUMENTS, 180, _AT)
LOG_HEAD: Final = LogHead(42, _SHA)
LOG_CHECK: Final = LogCheck(42)
LOG_PAGE: Final = LogPage(
    (LogEntry(_W, 42, _AT, f"key:{_ID}", "person.add", _PERSON_ID, "", "", {}, _OTHER_SHA, _SHA),),
    None,
)
TAXONOMY: Final = StoredTaxonomy(_W, _ID, "Our skills", _SHA, 1_204, _AT)
