"""Journeys and every page in a real browser, against a live server over the demo city."""
