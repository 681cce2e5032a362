"""Nobody sees what is not theirs: a city in which every text names its owner, an expectation, and walks over it."""
