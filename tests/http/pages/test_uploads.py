from tests.http.pages.visitor import first, long_resume, plain
from tests.service.small import add_vacancy


def sent(*names: str, content: bytes = b"") -> list[tuple[str, tuple[str, bytes, str]]]:
    return [
        ("files", (name, content or long_resume(name, "Python and Docker"), "text/plain")) for name in names
    ]


def test_many_files_become_one_job_and_then_a_shortlist(team, work):
    vacancy = add_vacancy(team.service, team.caller)
    answer = team.recruiter.fill(f"/vacancies/{vacancy}/resumes", files=sent("a.txt", "b.txt"), once="u")
    assert answer.url.path.startswith("/jobs/")
    assert 'hx-trigger="every 1s"' in answer.text
    assert '<noscript><meta http-equiv="refresh"' in answer.text
    work()
    page = team.recruiter.see(answer.url.path)
    assert "2 of 2" in plain(page)
    assert "every 1s" not in page
    assert plain(team.recruiter.see(f"/vacancies/{vacancy}")).count("Decide") == 2


def test_a_file_that_cannot_be_taken_is_named_with_what_to_do_and_the_others_go_on(team):
    vacancy = add_vacancy(team.service, team.caller)
    files = [*sent("good.txt"), ("files", ("empty.pdf", b"", "application/pdf"))]
    page = plain(team.recruiter.fill(f"/vacancies/{vacancy}/resumes", files=files).text)
    assert "Being assessed: 1" in page
    assert "empty.pdf" in page
    assert "Send the file again" in page


def test_the_same_file_twice_is_one_and_is_said_so(team):
    vacancy = add_vacancy(team.service, team.caller)
    team.recruiter.fill(f"/vacancies/{vacancy}/resumes", files=sent("a.txt"))
    page = team.recruiter.fill(f"/vacancies/{vacancy}/resumes", files=sent("a.txt")).text
    assert "There already: 1" in plain(page)


def test_going_back_and_choosing_other_files_starts_another_job(team):
    vacancy = add_vacancy(team.service, team.caller)
    path = f"/vacancies/{vacancy}/resumes"
    begun = {team.recruiter.fill(path, files=sent(name), once="back").url.path for name in ("a.txt", "b.txt")}
    assert len(begun) == 2


def test_how_much_may_be_sent_at_once_is_said_before_it_is(team):
    page = team.recruiter.see(f"/vacancies/{add_vacancy(team.service, team.caller)}")
    assert "At most 200 files and 200 MB at once" in plain(page).replace("\N{NO-BREAK SPACE}", " ")
    assert 'data-most-files="200" data-most-bytes="200000000"' in page


def test_a_form_without_files_says_what_to_do(team):
    vacancy = add_vacancy(team.service, team.caller)
    page = team.recruiter.fill(f"/vacancies/{vacancy}/resumes", 422, nothing="x").text
    assert "No file was chosen" in plain(page)


def test_a_path_in_a_name_is_cut_off(team, work):
    vacancy = add_vacancy(team.service, team.caller)
    files = sent("../../../etc/passwd.txt")
    team.recruiter.fill(f"/vacancies/{vacancy}/resumes", files=files)
    work()
    page = team.recruiter.see(f"/vacancies/{vacancy}")
    assert "passwd.txt" in page
    assert "../" not in page


def test_a_file_that_breaks_while_it_is_read_shows_on_the_page_of_its_job(team, work):
    vacancy = add_vacancy(team.service, team.caller)
    files = [("files", ("broken.pdf", b"%PDF-1.4 broken", "application/pdf"))]
    answer = team.recruiter.fill(f"/vacancies/{vacancy}/resumes", files=files)
    work()
    job = first(r"(/jobs/[a-z0-9]+)", str(answer.url) + answer.text)
    page = plain(team.recruiter.see(job))
    assert "broken.pdf" in page
    assert "save it anew as PDF" in page


def test_a_viewer_may_not_upload(team):
    vacancy = add_vacancy(team.service, team.caller)
    team.viewer.fill(f"/vacancies/{vacancy}/resumes", 403, files=sent("a.txt"))
