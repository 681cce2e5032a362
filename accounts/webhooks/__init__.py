"""Telling business systems of events: endpoints, the address guard, signing and sending."""
