"""One module a group of pages. Views read through selectors, write through services, ask policies."""
