"""English: vacancies, shortlists, reports, search and interviews."""

from __future__ import annotations

from typing import Final

HIRING: Final = {
    # Vacancies
    "vacancy": "Vacancy",
    "vacancies_open": "Open",
    "vacancies_closed": "Closed",
    "vacancies_all": "All",
    "vacancies_none_open": "There is no open vacancy yet. Add one below: its text says what to look for.",
    "vacancies_none_closed": "No vacancy is closed.",
    "vacancies_none_all": "There is no vacancy yet. Add the first one below.",
    "vacancy_open": "open",
    "vacancy_closed": "closed",
    "vacancy_add": "Add a vacancy",
    "vacancy_add_lead": "Paste its text or choose its file. metier finds the skills that it asks for.",
    "vacancy_text": "Text of the vacancy",
    "vacancy_file": "Or its file",
    "vacancy_title": "Title",
    "vacancy_title_hint": "Left empty, it is the one that the text states.",
    "vacancy_nothing": "Paste the text of the vacancy, or choose its file.",
    "vacancy_asks": "What it asks for",
    "vacancy_read": "Read the vacancy",
    "vacancy_audit": "Audit of its decisions",
    "vacancy_search": "Search all resumes for it",
    "vacancy_where": "Where it says so",
    "vacancy_edit": "Change the vacancy",
    "vacancy_close": "Close the vacancy",
    "vacancy_reopen": "Open it again",
    "done_vacancy_added": "The vacancy is added. Now upload resumes.",
    "done_vacancy_closed": "The vacancy is closed.",
    "done_vacancy_open": "The vacancy is open again.",
    "done_vacancy_renamed": "The title is changed.",
    "people_assessed": "Assessed",
    "shortlisted": "Shortlisted",
    "chips_more": "%(n)s more",
    "file_kinds": "PDF, Word, text, Markdown or HTML.",
    # Upload
    "upload": "Upload resumes",
    "upload_files": "Choose files or drop them here",
    "upload_hint": "At most %(files)s and %(size)s at once; the same file twice counts once.",
    "upload_chosen": "Files chosen:",
    "upload_over": "That is more than %(files)s or %(size)s at once. Choose fewer, then the others.",
    "upload_start": "Upload and assess",
    "upload_nothing": "No file was chosen. Choose one or more.",
    "upload_failed": "Not taken",
    "uploaded": "Being assessed: %(files)s.",
    "uploaded_known": "There already: %(files)s.",
    "uploaded_follow": "Follow the progress",
    "back_to_vacancy": "Back to the vacancy",
    # Shortlist
    "shortlist": "Shortlist",
    "shortlist_caption": (
        "People held against this vacancy, with score, requirements, level, experience and decision"
    ),
    "shortlist_empty": "Nobody was assessed for this vacancy yet. Upload resumes above.",
    "shortlist_none": "Nobody meets this filter. Clear it to see everybody.",
    "shown_more": "and more below",
    "person": "Person",
    "score": "Score",
    "nearness": "Nearness",
    "required_met": "Required met",
    "implied_more": "+ %(n)s implied",
    "document_audit": "Document audit",
    "decision": "Decision",
    "verdict_clean": "clean",
    "verdict_inconclusive": "look first",
    "verdict_unsafe": "unsafe",
    "verdict_means_clean": "Nothing was found that a person should look at first.",
    "verdict_means_inconclusive": "Something should be looked at by a person before it is trusted.",
    "verdict_means_unsafe": "Something would mislead whoever trusts it. Read what was found.",
    "level_untold": "not enough to tell",
    "level_between": "possibly %(low)s to %(high)s",
    "score_title": "What the score means",
    "score_means": (
        "It orders people by how much of what the vacancy asks for their text shows, with the words that "
        "show it."
    ),
    "score_not": (
        "It is no probability, and says nothing of how well somebody will work. “Missing” means that the "
        "text does not show it, not that the person cannot do it."
    ),
    "score_person": "Nobody is ever rejected automatically. Read the report, then decide.",
    "filter": "Filter",
    "filter_text": "Name",
    "filter_score": "Score, at least %",
    "filter_years": "Years, at least",
    "filter_apply": "Apply",
    "filter_clear": "Clear",
    "filter_name_here": (
        "A name was looked for. Names stand in no address, so exports and links leave this condition out."
    ),
    "filter_name_more": "The first 200 are shown. Write more of the name to see fewer.",
    "export_printed": "The PDF holds the first %(n)s people at most.",
    "decision_any": "any",
    "decision_none": "not decided",
    "decision_shortlist": "shortlisted",
    "decision_reject": "rejected",
    # Comparing
    "compare": "Compare",
    "compare_one": "Compare %(name)s",
    "compare_choose": "Compare",
    "compare_hint": "Tick two to four people to see them side by side.",
    "compare_title": "%(n)s people side by side",
    "compare_caption": "Each requirement with what each person’s text shows of it",
    "compare_what": "What",
    # Deciding
    "decide": "Decide",
    "decide_lead": "A person decides, nobody else. Each decision is kept with who made it and can be undone.",
    "decide_note": "Note",
    "decide_shortlist": "Shortlist",
    "decide_reject": "Reject",
    "decide_note_only": "Keep the note only",
    "decide_undo": "Undo the decision",
    "decide_history": "History",
    "decide_undone": "undone",
    "decided_shortlist": "shortlisted",
    "decided_reject": "rejected",
    "decided_note": "note",
    "decided_undo": "undone",
    "undecided": "not decided",
    "done_decided_shortlist": "Shortlisted.",
    "done_decided_reject": "Rejected, by you. You can undo it.",
    "done_decided_note": "The note is kept.",
    "done_decided_undo": "The decision is undone.",
    # Report
    "report_none": "This document was not assessed so yet.",
    "report_evidence": "What the text shows",
    "assess_now": "Assess now",
    "assess_again": "Assess anew",
    "assessed_at": "Assessed",
    "done_assessed": "Assessed. Where nothing has changed, the earlier assessment stays.",
    "original": "Original file",
    "person_rights": "What is kept on this person",
    "find_similar": "Find similar",
    "start_interview": "Plan an interview",
    "record_hash": "Hash of the record",
    "recompute": "Make it again",
    "recompute_lead": (
        "Made again from the original file for the same month, it should be the same to the last byte."
    ),
    "recompute_same": "The same to the last byte.",
    "recompute_differs": "It differs. The assessment that is kept stays as it is.",
    "recompute_changed": "What differs",
    "recompute_why": "What is another now",
    "recompute_before": "Hash kept",
    "recompute_after": "Hash now",
    "cause_metier_version": "the version of metier",
    "cause_model": "the model",
    "cause_taxonomy": "the taxonomy",
    "cause_expertise_model": "the model of levels",
    "cause_limits": "the reading limits",
    "cause_ocr": "how pictures are read",
    "cause_document_text": "the text of the document",
    "cause_vacancy_text": "the text of the vacancy",
    "cause_unknown": "nothing that is known",
    "back_to_report": "Back to the report",
    # Search
    "search_words": "Words, a sentence, or a skill",
    "search_hint": "In English or Russian; documents in the other language are found too.",
    "search_lead": (
        "Search looks at meaning and at words. It finds resumes and vacancies of this workspace only."
    ),
    "search_like": "Like the document",
    "search_words_instead": "search by words instead",
    "search_role": "Kind",
    "search_skills": "Skills",
    "search_skills_hint": "Parted by commas; all of them must be there.",
    "search_found": "Found",
    "search_order": "Ordered by nearness to what you asked for. The order says nothing across searches.",
    "search_coverage": "Shows of what was asked for",
    "search_shared": "In common",
    "search_missing": "Asked for, not shown",
    "search_none": (
        "Nothing was found. Try fewer words or a wider filter; new documents are there once they are "
        "assessed."
    ),
    "role_doc_resume": "resume",
    "role_doc_vacancy": "vacancy",
    "role_doc_answer": "answer",
    # Interviews of the team
    "interview": "Interview",
    "interview_about": "About this interview",
    "interviews_empty": (
        "There are no interviews yet. Plan one: the candidate gets a link and answers in writing."
    ),
    "interview_new": "Plan an interview",
    "interview_lead": (
        "The candidate gets a link that works once and answers in writing, one question at a time. You "
        "get a report with their words."
    ),
    "interview_bank": "Questions",
    "interview_bank_hint": (
        "Questions made from the vacancy ask about what the resume does not show; choose both below."
    ),
    "bank_made": "Made from the vacancy and the resume",
    "interview_questions": "Questions, at most",
    "interview_minutes": "Minutes, at most",
    "interview_make": "Make the link",
    "interview_open": "Open the interview",
    "interview_waiting": "not begun",
    "interview_going": "under way",
    "interview_ended": "ended",
    "interview_not_yet": "Nobody has answered yet. The report is here as soon as the candidate begins.",
    "interview_erase": "Erase the interview",
    "done_interview_erased": "The interview is erased.",
    "done_erase_not": "Nothing was erased: the word was another.",
    "nobody": "nobody named",
    "no_vacancy": "no vacancy",
    "link": "Link",
    "link_title": "The link for the candidate",
    "link_once": "This link is shown this once and works once. Copy it now; you can make another later.",
    "link_label": "Link",
    "link_until": "It can be opened until %(at)s.",
    "link_used": "opened %(at)s",
    "link_never": "none yet",
    "link_days": "Link works for days",
    "link_new": "Make a new link",
    "link_new_hint": (
        "The link before, and a room opened with it, no longer work then. What was answered stays."
    ),
    "link_send": "How to send it",
    "link_send_how": "Send it to the candidate alone, by e-mail or messenger. For example:",
    "letter_hello": "Hello",
    "letter_text": "we would like to ask you some questions in writing.",
    "letter_vacancy": "They are about the position",
    "letter_end": "Take your time. Your answers are read by a person, and a person decides.",
    # The candidate's room
    "room_title": "Interview",
    "room_lead": "You will be asked some questions, one at a time, and answer in your own words.",
    "room_language": "The questions are in",
    "room_minutes": "New questions are asked for %(minutes)s; the last answer is never cut off.",
    "room_no_limit": "There is no time limit.",
    "room_pace": (
        "Each answer is kept as you send it. If the connection fails, open this page again and go on."
    ),
    "room_skip_note": "You may skip any question and end at any time.",
    "room_device": "A phone or a computer will do. Nothing is recorded but what you write.",
    "room_use_title": "How your answers are used",
    "room_use": (
        "A program compares your answers with what each question is about and shows the hiring team "
        "where. It says nothing of your mood, voice or personality."
    ),
    "room_person": "A person reads your answers, and a person decides.",
    "room_erase": (
        "You can ask the team that sent you the link to show you what is kept on you, or to erase it."
    ),
    "room_start": "Begin",
    "room_once": "The link works once: begin on the device that you want to answer on.",
    "room_question": "Question %(n)s",
    "room_of": "Question %(n)s; up to %(most)s main ones, and some that follow up",
    "room_answer": "Your answer",
    "room_answer_hint": "Full sentences help. You cannot change an answer once it is sent.",
    "room_send": "Send and go on",
    "room_skip": "Skip this question",
    "room_empty": "Write an answer, or skip the question.",
    "room_conflict": (
        "This question was answered in another window. What you wrote is below, if it fits this question."
    ),
    "room_end": "End the interview",
    "room_end_sure": "No further question will be asked. What you have answered stays with the team.",
    "room_end_yes": "Yes, end it",
    "room_thanks": "Thank you",
    "room_thanks_lead": "The interview is over. Your answers are with the hiring team.",
    "room_close": "You can close this page.",
    "room_closed": "This interview is not open here",
    "room_closed_lead": "The link was used already, is over, or belongs to another browser.",
    "room_closed_do": (
        "Go on in the browser in which you began, or ask the team for a new link. Your answers are kept."
    ),
}
