"""Fine-tuning: classes of texts, entities, answers in a text, and ranking, from files to measured models."""
