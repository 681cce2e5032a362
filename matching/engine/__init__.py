"""Engines: which listed products fit one subject, best first. All engines give the same answer, bit for bit."""
