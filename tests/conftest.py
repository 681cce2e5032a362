"""Guards of the whole suite: what they catch is a bug in the product, not in the test."""
