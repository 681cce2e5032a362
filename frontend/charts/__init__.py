"""Geometry of the house's charts: plain data in, drawings of 1:1 pixels and tables out; templates turn them to SVG."""
