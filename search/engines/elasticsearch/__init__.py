"""The same search on an Elasticsearch server. Imported only where SEARCH_URL names one: its client takes a while."""
