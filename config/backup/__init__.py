"""One file that holds everything: the database, the keys, the uploads. The index and the queue are made anew."""
