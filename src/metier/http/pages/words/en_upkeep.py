"""English: people and their rights, audit, models and settings."""

from __future__ import annotations

from typing import Final

UPKEEP: Final = {
    # People
    "people_title": "People and what is kept on them",
    "people_lead": "Open a person to see what is kept, to hand all of it out, or to erase it.",
    "people_empty": "There is nobody yet. Uploading a resume adds its person.",
    "people_find": "Find people",
    "people_find_name": "Part of a name",
    "people_find_hint": "What you look for stands in no address and no log.",
    "people_found": "Found",
    "people_none": "Nobody was found. Write less of the name, or another id.",
    "people_all": "Show everybody",
    "person_add": "Add a person",
    "person_change": "Change name or id",
    "external_id": "Id elsewhere",
    "external_id_hint": "That of the system which the person comes from.",
    "person_kept": "What is kept",
    "person_kept_lead": (
        "Original files, the text that was read, assessments, interviews, decisions with notes, and "
        "entries of the log by id."
    ),
    "person_documents": "Documents",
    "person_no_documents": "No documents.",
    "person_no_interviews": "No interviews.",
    "person_id": "Id",
    "person_join": "Join with another person",
    "person_join_lead": (
        "For somebody who is here twice: all documents of this person become those of the other, with their "
        "assessments. This person stays, without documents; interviews stay here too."
    ),
    "person_join_other": "The other person",
    "person_join_hint": "The id that the other person’s page shows, or the id elsewhere.",
    "person_join_nobody": "Nobody has this id. It stands on the page of the other person.",
    "person_join_same": "This is the person whose page you are on. Give the id of the other one.",
    "done_person_joined": "Joined. The documents of both are here now.",
    "person_export": "Export everything",
    "person_export_lead": (
        "One JSON file with all that is kept, original files too. Give it to the person who asks for it."
    ),
    "person_erase": "Erase this person",
    "person_admin": "An administrator can export all of it or erase it.",
    "erase_goes": (
        "Goes: the name, original files, texts, assessments, interviews, notes, and all of it in the "
        "search index."
    ),
    "erase_stays": (
        "Stays: that something was there, when it came and went, and who decided what, by ids without a "
        "name. It cannot be undone."
    ),
    "erase_type": "Type %(word)s to confirm",
    "erase_word": "ERASE",
    "erase_wrong": "Nothing was erased. Type %(word)s as it stands here.",
    "done_person_added": "The person is added.",
    "done_person_changed": "The change is kept.",
    "done_person_erased": "Erased. The search index is cleared now; this page shows how far that is.",
    "retention": "How long things are kept",
    "retention_none": (
        "Everything is kept until somebody erases it. An administrator sets limits under Settings."
    ),
    "retention_lead": (
        "In days after they were added or ended. An empty field keeps them until somebody erases them. "
        "Documents of open vacancies stay."
    ),
    "kept_documents": "Documents and assessments",
    "kept_interviews": "Interviews",
    "kept_jobs": "Jobs that ended",
    "kept_sessions": "Browser sessions that are over",
    "kept_requests": "Numbers of requests",
    # Audit
    "audit_log": "Log",
    "audit_documents": "Documents",
    "audit_decisions": "Decisions",
    "audit_models": "Models",
    "audit_of": "Audit of",
    "audit_run": "Audit the decisions",
    "audit_documents_lead": "Documents in which reading found something that a person should look at first.",
    "audit_documents_none": "Nothing was found in these documents that a person should look at first.",
    "audit_decisions_lead": (
        "How often each group was shortlisted for a vacancy. It says nothing of whether a decision is "
        "lawful; it says where to look."
    ),
    "groups_table": "Who belongs to which group (CSV)",
    "groups_hint": "It is looked at now and not kept.",
    "groups_id": "Column with the id",
    "groups_id_hint": "Of a document or a person, or the person’s id elsewhere.",
    "groups_columns": "Columns with groups",
    "groups_columns_hint": "One to four, parted by commas, such as gender, age.",
    "groups_missing": "Choose a CSV file that says who belongs to which group.",
    "findings_none": "Nothing was found.",
    "checks": "What was looked at",
    "check": "Check",
    "check_rests": "What it rests on",
    "outcome": "Outcome",
    "outcome_passed": "passed",
    "outcome_failed": "failed",
    "outcome_open": "for a person",
    "outcome_not_run": "not run",
    "log_lead": (
        "Who did what, when, with which model. Entries hold ids and hashes, no names, and cannot be changed."
    ),
    "log_chain": "The chain",
    "log_sound": "The chain is sound: %(entries)s.",
    "log_broken": "The chain is broken at entry %(number)s.",
    "log_reason_missing": "An entry is gone or out of its order.",
    "log_reason_changed": "Its fields are not as they were written.",
    "log_reason_unchained": "It does not follow the entry before.",
    "log_reason_head": "It is not the one that was noted.",
    "log_head": "Head, to note down elsewhere:",
    "log_head_hint": "With a noted head you can tell later that nothing before it was changed or cut off.",
    "log_noted": "Head noted before",
    "log_verify": "Verify the chain",
    "log_admin": "This is for administrators.",
    "log_subject": "Only about this id",
    "log_empty": "There are no entries about that.",
    "action": "Action",
    "subject": "Subject",
    "result": "Result",
    "hash": "Hash",
    "act_assessment_add": "assessed",
    "act_assessment_recompute": "made an assessment again",
    "act_decision_add": "decided",
    "act_document_add": "added a document",
    "act_document_attach": "attached a document to a person",
    "act_document_erase": "erased a document",
    "act_document_read_again": "read a document",
    "act_interview_add": "planned an interview",
    "act_interview_erase": "erased an interview",
    "act_interview_make_link": "made a link",
    "act_interview_open_link": "opened a link",
    "act_interview_save": "answered or asked",
    "act_job_add": "asked for a job",
    "act_job_cancel": "cancelled a job",
    "act_job_end": "ended a job",
    "act_key_add": "added a key",
    "act_key_revoke": "revoked a key",
    "act_person_add": "added a person",
    "act_person_change": "changed a person",
    "act_person_erase": "erased a person",
    "act_person_export": "exported a person’s data",
    "act_retention_purge": "removed what is kept no longer",
    "act_retention_put": "set how long things are kept",
    "act_session_begin": "signed in",
    "act_session_end": "signed out",
    "act_taxonomy_add": "added a taxonomy",
    "act_vacancy_add": "added a vacancy",
    "act_vacancy_rename": "renamed a vacancy",
    "act_vacancy_set_state": "opened or closed a vacancy",
    "act_workspace_add": "added the workspace",
    "act_workspace_rename": "renamed the workspace",
    "act_workspace_use_taxonomy": "chose a taxonomy",
    # Models
    "models_lead": (
        "The models that read and compare texts, each with a description: what it is, how it was trained, "
        "how well it works."
    ),
    "models_empty": "No model is installed; words alone are compared.",
    "models_scan": "Scan all files",
    "model_scan": "Scan its files",
    "model_card": "Model card",
    "model_task": "Task",
    "model_languages": "Languages",
    "task_encoder": "meaning of texts",
    "task_expertise": "levels",
    "task_grading": "answers of interviews",
    "task_skills": "implied skills",
    "task_skills_linking": "names of skills",
    "task_search": "search",
    "task_mask_words": "hidden words",
    # Settings
    "you": "You",
    "look_hint": "Language and theme are at the foot of every page.",
    "workspace": "Workspace",
    "workspace_name": "Name of the workspace",
    "done_workspace_renamed": "The name is changed.",
    "role": "Role",
    "role_viewer": "viewer",
    "role_recruiter": "recruiter",
    "role_admin": "administrator",
    "role_means_viewer": "reads everything, changes nothing",
    "role_means_recruiter": "adds, assesses, interviews, decides",
    "role_means_admin": "everything: also keys, erasing, retention and the log",
    "key": "Key",
    "keys_title": "Keys",
    "keys_lead": (
        "One for each person or program, so that the log tells who did what. A revoked key ends its "
        "sessions at once."
    ),
    "key_add": "Make a key",
    "key_new": "A new key",
    "key_name_hint": "Of the person or the program.",
    "key_days": "Works for days",
    "key_prefix": "Begins with",
    "key_used": "Last used",
    "key_until": "Works until",
    "key_no_end": "no end",
    "key_revoke": "Revoke",
    "key_revoked": "revoked",
    "key_over": "over",
    "key_yours": "yours",
    "key_once": "The key is shown this once. Copy it now; only a hash of it is kept.",
    "key_for": "Key for",
    "key_give": "Give it to that person alone, not in a message that others read.",
    "done_key_revoked": "The key is revoked.",
    "done_retention_set": "Kept. What is over goes with the next daily clean-up.",
    "taxonomy_lead": "The list of skills that documents are compared by. Others are added by the API.",
    "taxonomy_used": "Taxonomy in use",
    "taxonomy_own": "that of the server",
    "done_taxonomy_set": "The taxonomy is chosen. Assessments made before stay as they are.",
}
