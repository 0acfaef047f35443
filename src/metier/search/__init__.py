"""How vacancies and resumes fit each other."""
