"""How people get in: the library's hooks, the forms, and what guards a session once it is open."""
