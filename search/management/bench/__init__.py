"""What ``bench_search`` measures: synthetic data, ourselves, and the engines beside us."""
