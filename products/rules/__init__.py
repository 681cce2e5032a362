"""Rules of products: language, truth (the naive evaluator), explanation, and rules read from columns."""
