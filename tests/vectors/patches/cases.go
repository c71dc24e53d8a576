package main

// group is every combination of its documents, paths and values.
type group struct {
	name                string
	docs, paths, values []string
}

func list(items ...string) []string { return items }

var groups = []group{
	{"replace a value", list(`{"a":1,"b":{"c":2}}`, "{\n  \"a\" : 1 ,\n  \"b\" : { \"c\" : [1, 2] }\n}"), list("a", "b", "b.c"), list("2", "x", `"x"`, `{"d":1}`, "true")},
	{"make what is missing", list(`{}`, `{"a":{}}`, `{"a":[]}`), list("a", "a.b", "a.0", "a.2", "a.-1", "a.b.c", "a.0.b", "a.:1"), list("1", "x")},
}
