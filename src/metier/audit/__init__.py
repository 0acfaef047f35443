"""Audits of models, documents and decisions: can they be trusted?"""
