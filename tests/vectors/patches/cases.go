package main

// group is every combination of its documents, paths and values; refused, where it is set, holds for all of them.
type group struct {
	name                string
	docs, paths, values []string
	refused             string
}

func list(items ...string) []string { return items }

const view = `{
  "custom": {},
  "params": {"area": "north", "limit" : 1.50},
  "root": {
    "children": [
      {"meta": {"name": "Label"}, "props": {"text": "a \"b\" {c} [d]"}},
      {"meta": {"name": "Gauge"}, "props": {"value": -0, "max": 1E2}}
    ],
    "type": "ia.container.coord"
  }
}`

var groups = []group{
	{name: "values are raw where they are JSON, else strings", docs: list(`{"a":0,"b":1}`), paths: list("a", "c"), values: list(
		"1", "-1.5e3", "1E+2", "-0", "123456789012345678901234567890", "true", "false", "null", `"s"`, `""`, "[]", "{}", "[1, 2]", `{"x" : [ ]}`,
		" 5 ", "\t[1]\n", "", " ", "text", "two words", "True", "NULL", "None", "NaN", "Infinity", "-", "+1", "01", "1.", ".5", "1e", "0x10", "1,2",
		"[1,]", "{a:1}", `{"a":1,}`, `"open`, `say "hi"`, `back\slash`, "tab\there", "line\nbreak", "\x00", "\x1f", "\b\f\r", "\x7f",
		"<b>", "<b>é", "a&b\"", "é", "ü\n<&>", "日本", "😀", "\u2028", "\u2029x", "\ufffd", "'single'", "// no", `"\ud83d\ude00"`, `"\u00"`, "[[[[]]]]",
	)},
	{name: "places in a view", docs: list(view), paths: list(
		"custom", "custom.new", "params.area", "params.limit", "params.new.deep", "root.children.0", "root.children.1.props.value",
		"root.children.0.props.text", "root.children.-1", "root.children.-1.meta.name", "root.type", "new", "new.list.0",
	), values: list("7", "new text", `{"k": [1, {"z" : null}]}`)},
	{name: "missing objects and arrays", docs: list(`{}`, `{"a":{}}`, `{"a":[]}`, `[]`, `{"b":1}`), paths: list(
		"a", "a.b", "a.0", "a.1", "a.3", "a.-1", "a.:0", "a.b.c", "a.b.0", "a.b.2.c", "a.-1.-1", "a.0.0", "a.:1.b", "0", "2", "-1", ":0", "a.b.-1.c",
	), values: list("1", "x")},
	{name: "a scalar in the way", docs: list(`{"a":1}`, `{"a":null}`, `{"a":"text"}`, `{"a":false}`, `5`, `"s"`, `null`), paths: list(
		"a", "a.b", "a.0", "a.2", "a.-1", "a.:0", "a.b.c", "0", "1", "-1",
	), values: list("1")},
	{name: "elements of an array", docs: list(`[1,2,3]`, `[[1],{"a":2},"x"]`, `{"a":[1,2,3]}`), paths: list(
		"0", "1", "2", "3", "4", "-1", ":0", ":1", ":3", "-2", "01", "00", "+1", "1a", "a", "a.0", "a.2", "a.3", "a.5", "a.-1", "a.x", "1.a", "1.b", "0.0", "0.-1", "0.1", `\1`,
	), values: list("9")},
	{name: "keys that look like numbers", docs: list(`{"0":1,"-1":2,"1":{"1":3}}`), paths: list("0", "-1", "1", "1.1", "1.0", ":0", ":-1", "1.:1", "2", ":2", "1.-1", "::0"), values: list("9")},
	{name: "escapes in paths", docs: list(`{"a.b":1,"a":{"b":2},"x*y":3,"p|q":4,"e@f":5,"h#":6,"w?":7,"b\\s":8,":c":9,"[0]":10,"{k}":11,"!true":12}`), paths: list(
		`a\.b`, `a.b`, `x\*y`, `p\|q`, `e\@f`, `h\#`, `w\?`, `b\\s`, `\:c`, `::c`, `\[0]`, `\{k}`, `\!true`, `\a`, `a\`, `\n`, `new\.key`, `a.\b`, `\é`, `q"t`, "t\tb", "<k>", "<é>", `a\.b\.c`, `\*`, "!no", "[", "{", "!",
	), values: list("0", "s")},
	{name: "keys as documents spell them", docs: list(
		`{"\u0061":1,"b":2}`, `{"a\"b":1}`, `{"a\\b":1}`, `{"a\/b":1}`, `{"\u00e9":1}`, `{"é":1}`, `{"\ud83d\ude00":1}`, `{"\ud800":1}`, `{"\ud800\u0041":1}`,
		`{"\n":1}`, `{"":1}`, `{"<":1}`, "{\"\x7f\":1}",
	), paths: list("a", `a"b`, `a\\b`, "a/b", "é", "😀", "\ufffd", "\n", "<", "\x7f"), values: list("5")},
	{name: "the first of equal keys", docs: list(`{"a":1,"a":2}`, `{"a":{"b":1},"a":{"b":2}}`, `{"x":{"a":0},"a":1,"a":[]}`, `{"a":1,"\u0061":2}`), paths: list("a", "a.b", "a.c", "x.a"), values: list("9")},
	{name: "empty parts", docs: list(`{}`, `{"":{"":1}}`, `[1]`, `{"a":[1]}`, `{"a":{}}`), paths: list(".", "a.", ".a", "a..b", ".."), values: list("9")},
	{name: "white space within", docs: list(
		"{ \"a\" : 1 , \"b\" : [ 1 , 2 ] }", "{\n\t\"a\"\t:\t1\n}", "{\r\n  \"b\": [\r\n    1\r\n  ]\r\n}", "{ }",
	), paths: list("a", "b", "c", "b.0", "b.-1", "a.x"), values: list("7", `{ "k" : 1 }`)},
	{name: "strings that look like structure", docs: list(`{"s":"]}","t":"\"}","u":"\\","v":"\\\"","w":"{\"a\":1}","z":1}`), paths: list("z", "u", "v", "w", "n", "s"), values: list("7")},
	{name: "queries, wildcards and modifiers", docs: list(`{"a":[{"n":1},{"n":2}],"ab":{"c":3},"x@y":1}`), paths: list(
		"a.#", "a.#.n", "a.#(n==1).n", "a*", "a?.c", "*", "a|0", "@this", "a.@reverse", "x@y", "a.0.@pretty", "nothing*", "a.#(n>5).n", "#",
	), values: list("9"), refused: "names several places or none"},
	{name: "selectors", docs: list(`{"a":1,"b":2}`), paths: list("[a]", "{a,b}", "[a]b", "[a", "{x", "!true", "!5", `!"s"`, "a.[0]"), values: list("9"), refused: "is not a key as it stands"},
	{name: "into a string", docs: list(`{"a":"[1,2]"}`, `{"a":"{\"b\":1}"}`, `{"a":"see [1]"}`), paths: list("a.0", "a.b"), values: list("9"), refused: "the library looks for JSON inside the string"},
	{name: "no path", docs: list(`{}`, `{"":1}`, `[1]`), paths: list(""), values: list("9"), refused: "an empty path is a slip"},
	{name: "no document", docs: list("", " ", "\n", "{", `{"a":1,}`, `{a:1}`, "nonsense", "[1 2]", `{"a":1} x`, "\ufeff{}", "{\"a\":\"\x01\"}", `{"a":NaN}`, `{"a":01}`, "{}{}", `{'a':1}`, "// c\n{}"),
		paths: list("a", "b"), values: list("1"), refused: "it is no JSON document"},
}

var singles = []outcome{
	{Name: "white space around is kept", Doc: "\n {\"a\":1}\n", Values: map[string]string{"b": "2"}, Kept: "\n {\"a\":1,\"b\":2}\n"},
	{Name: "white space around is kept", Doc: "\n {\"a\":1}\n", Values: map[string]string{"a": "2"}},
	{Name: "white space around is kept", Doc: " [1]\n", Values: map[string]string{"-1": "2"}, Kept: " [1,2]\n"},
	{Name: "white space around is kept", Doc: "5\n", Values: map[string]string{"a": "2"}, Kept: "{\"a\":2}\n"},
	{Name: "white space in an array is kept", Doc: "[1, 2]", Values: map[string]string{"2": "3"}, Kept: "[1, 2,3]"},
	{Name: "white space in an array is kept", Doc: "[\n 1\n]", Values: map[string]string{"2": "3"}, Kept: "[\n 1\n,null,3]"},
	{Name: "white space in an array is kept", Doc: "[ ]", Values: map[string]string{"1": "3"}, Kept: "[ null,3]"},
	{Name: "white space in an array is kept", Doc: `{"a":[ 1 , {"b" : 2} ]}`, Values: map[string]string{"a.2": "x"}, Kept: `{"a":[ 1 , {"b" : 2} ,"x"]}`},
	{Name: "white space in an array is kept", Doc: `{"b":[ ]}`, Values: map[string]string{"b.0": "7"}, Kept: `{"b":[ 7]}`},
	{Name: "white space in an array is kept", Doc: "{\"b\":[\n  {\"c\": 1}\n]}", Values: map[string]string{"b.1.c": "2"}, Kept: "{\"b\":[\n  {\"c\": 1}\n,{\"c\":2}]}"},
	{Name: "several", Doc: view, Values: map[string]string{"root.children.0.props.text": "one", "root.children.1.props.text": "two", "params.area": "south", "custom.a.b": "1"}},
	{Name: "several", Doc: `{}`, Values: map[string]string{"a.b": "1", "a.c": "2", "a.d.0": "3", "a.d.-1": "4", "a.d.5": "5"}},
	{Name: "several", Doc: `{}`, Values: map[string]string{"l.10": "ten", "l.3": "three", "l.11": "eleven", "l.-1": "first"}},
	{Name: "several", Doc: `{"a":1}`, Values: map[string]string{"a": `{"x":[]}`, "a.x.0": "1", "a.y": "2"}},
	{Name: "several", Doc: `{"a":{"B":{"c":1}}}`, Values: map[string]string{"a.B.c": "2", `a.\B`: "3"}},
	{Name: "several", Doc: `{"a":{"B":{"c":1}}}`, Values: map[string]string{"a.B.d": "2", `a.\B`: `{ "e" : 1 }`, `a.\B.e`: "5"}},
	{Name: "several", Doc: `[]`, Values: map[string]string{"-1": "x", "0": "y", "1": "z"}},
	{Name: "several", Doc: `{"n":[[1],[2]]}`, Values: map[string]string{"n.0.-1": "a", "n.0.1": "b", "n.1.3": "c", "n.1.2": "d"}},
	{Name: "several", Doc: `{"a":" 1 "}`, Values: map[string]string{"a": " [ 1 ] ", "a.0": "2", "a.-1": "3"}},
	{Name: "several", Doc: `{"a":1,"b":2}`, Values: map[string]string{"a": "2", "x.y": "1"}},
	{Name: "several, one of them wrong", Doc: `{"a":[1],"b":2}`, Values: map[string]string{"a.x": "2", "b": "1"}},
	{Name: "a far index", Doc: `{"a":[]}`, Values: map[string]string{"a.10001": "1"}, Refused: "thousands of nulls are a slip"},
	{Name: "a far index", Doc: `{}`, Values: map[string]string{"a.10001": "1"}, Refused: "thousands of nulls are a slip"},
	{Name: "a far index", Doc: `{"a":1}`, Values: map[string]string{"a.10001": "1"}, Refused: "thousands of nulls are a slip"},
	{Name: "a number too far for an index is a key", Doc: `{"a":{}}`, Values: map[string]string{"a.99999999999999999999": "1"}},
	{Name: "zeros before an index", Doc: `{"a":[1]}`, Values: map[string]string{"a.00000000000000000000001": "2"}},
}
