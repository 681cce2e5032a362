"""A made-up city, loaded once through the same services people use, with the clock set back."""
