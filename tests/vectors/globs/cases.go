package main

// group is every combination of its patterns and names.
type group struct {
	name            string
	patterns, names []string
}

func list(items ...string) []string { return items }

var groups = []group{
	{"stars", list("*", "**", "a/**", "**/a", "*.json", "a/*/c", "a**", "[", "{a,b}", "{a"), list("a", "a/b", "a/b/c", "x.json", "", "/a")},
}
