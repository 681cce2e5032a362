"""The benchmark of matching: made-up data of a real shelf's shape, measures, and peers run side by side."""
