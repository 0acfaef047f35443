"""Interviews: banks of questions, grades of answers, the next question and its words, sessions."""
