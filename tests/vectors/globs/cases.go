package main

// group is every combination of its patterns and names.
type group struct {
	name            string
	patterns, names []string
}

func list(items ...string) []string { return items }

// letters is every name of up to five letters a, b and slash: small enough to be told whole, large enough for every quirk.
var letters = func() []string {
	names := list("")
	for from, length := 0, 0; length < 4; length++ {
		to := len(names)
		for ; from < to; from++ {
			for _, letter := range "ab/" {
				names = append(names, names[from]+string(letter))
			}
		}
	}
	return append(names, "a/b/a/b", "a/a/b/a", "ab/ab/ab", "aaaaa/bbbbb", "a/b/a/b/a", "/a/b/a/", "aa//bb")
}()

var gateway = list(
	"projects", "projects/site", "projects/site/project.json", "projects/site/com.inductiveautomation.perspective/views/Main/view.json",
	"projects/site/com.inductiveautomation.perspective/views/Main/resource.json", "projects/site/com.inductiveautomation.perspective/views/Main/thumbnail.png",
	"projects/site/ignition/script-python/lib/code.py", "projects/.resources/x", "projects/site/.resources/deep/x", "config", "config/resources/core/a.json",
	"config/resources/local/b.json", "config/local", "config/ignition/tags/default/tags.json", ".uuid", "data/.uuid", "a.json", "README.md", "notes [old].txt",
	"Main View.json", "größe.json", "日本/メモ.json", "a\nb", "-", "x{y}", "x,y", "a*b", "a?b", `a\b`, "view.json.bak", ".hidden", "dir.json/file",
)

var groups = []group{
	{"stars", list(
		"*", "**", "***", "****", "a*", "*a", "*a*", "a*b", "a**", "**a", "a**b", "a***", "a*/", "*/", "/*", "*/*", "*/*/*", "**/*", "*/**", "**/**", "***/a", "a/***",
		"a/*", "a/**", "a/**/", "/**", "/**/", "**/", "**/a", "a/**/b", "**/a/**", "**/a/b", "**/*a", "**/a*", "a/**/*", "a/**b", "a**/b", "a**/", "*a**/", "**/**/a",
		"**/a/**/b", "**/a/**/b/**", "a/**/**/b", "**/a/**/a/**/b", "a*/**", "*a/**", "*/**/b", "**/*/b", "**/*/*", "**/**/", "*a*a", "*a*b*", "*ab*a", "**/*a/b*",
		"?", "??", "a?", "?a", "?/?", "*?", "?*", "?**", "**/?", "?/**", "**?", "a?b", "/?", "", "a", "ab", "a/b", "/", "//", "a//", "/a", "**//", "**/a/", "***/", "***/**/",
	), letters},
	{"classes", list(
		"[a]", "[ab]", "[^a]", "[!a]", "[a-b]", "[b-a]", "[^b-a]", "[/]", "[^/]", "a[/]b", "a[^b]b", "[^a]*", "*[^a]", "*[^a]b", "**/[^a]", "**/[^a]*", "[^a]/**", "*[^x]*/b",
		"**/[^a]*/b", "[!-~]", "[a-]", "[-a]", "[--a]", "[a^]", "[!!]", "[^^]", `[\a]`, `[a\]]`, `[\]a]`, `[\^a]`, `[a\-b]`, "[a-b-a]", "[/]**", "[a/]**/b", "?[/]?", "[+-9]",
		"[a][b]", "[a]*[b]", "**/[a]/**/", "**/[a]/**", "[^/]*", "[é]", "[a-é]", "[^é]",
	), letters},
	{"braces", list(
		"{a,b}", "{a}", "{}", "{,}", "{,a}", "{a,}", "a{,b}", "a{b,/b}", "{a,b}/{a,b}", "{a/,}b", "{a,b}*", "*{a,b}", "*{a,b}*", "{*,a}", "{*}*", "{*}*/a", "{**}/a", "{**,a}/b",
		"**{/a,/b}", "**{,/a}", "a/{**,b}", "a/{b,**}", "{a/**,b}", "{**/a,b}", "{**/a,b}/**", "{a,{b,ab}}", "{a,{b,{ab,ba}}}", "{a{b,a},b}", "{a,b}{a,b}", "{a,b}{,/}{a,b}",
		"{[a],[b]}", "{[^a],b}", "{?,ab}", "{??,*/}", "**/{a,b}/**", "**/{a,b}{*,/}/**/", "a{,*}", "a*{,b}", "a{*,}b", "a{/,}**", "{a/,}**/b", "x{a,b", "{*,/}{*,/}", "{**/,}a",
		"a{**/,}b", "a/{**/,}b", "{/**,b}", "a{/**,b}", "a{/**/,b}", `{a\,b,ab}`, `{\{,a}`, `{a,\}}`, "{[,],a}", "{[}],a}", "{a,b}/**/{a,b}", "*/**/a{,/b}/**/", "/**/**{*}*{*,/}**/",
		"{**/a,b}*{*,a}", "**/{*,/}b{*,/}**/", "a/**/{*}*{a/,}",
	), letters},
	{"escapes", list(
		`\a`, `\*`, `a\*b`, `a\?b`, `\[a]`, `x\{y\}`, `a\\b`, `\/`, `a\/b`, `\/**`, `a\/**`, `**\/a`, `x\,y`, `\-`, `\é`, `[\\]`, `a[*]b`, `a[?]b`, "notes [[]old].txt", `notes \[old\].txt`, "notes*.txt",
	), gateway},
	{"malformed", list(
		"[", "]", "[]", "[^]", "[!]", "[a", "[^a", "[a-", `[\]`, `[a\]`, "a[", "a[]", "a[]b", "{", "}", "{a", "a}", "{a,b", "a,b}", "{{a}", "{a}}", "{a,[}", "{[}", `\`, `a\`, `{a,\`, `[\`, "a/[", "**/[",
		"**/{", "*[", "{a,b}[", "{a,[]}", "{a,b[]}", "x{", "a/**{", "[[]", "[]]", "[]a]", "[^]a]", "[a]]", "a]",
	), list("", "a", "b", "]", "[", "a]", "ab", "a/b", "{", "}", "a}")},
	{"malformed in the middle of a name only", list("[^a{]", "[^a}]", "[^a[]", "[^ab{]*"), list("b", "c", "bb", "{", "")},
	{"a gateway's folder", list(
		"**/.resources/**", "**/.uuid", ".uuid", "**/*.json", "*.json", "projects/**", "projects/*", "projects/*/project.json", "projects/*/**/view.json", "**/view.json", "**/Main/*", "config/**/*.json",
		"config/{local,resources}/**", "**/*.{png,bak}", "**/{view,resource}.json", "**/[A-Z]*", "**/[A-Z]*/*.json", "**/*.py", "projects/**/com.inductiveautomation.*/**", "projects/site/**/*.json", "**/thumb*.png",
		"*", "?*", "**/*.json/**", "**/.*", "**/[.]*", "**/[!.]*", "{projects,config}/**/*.json", "config/**/local/**", "**/tags/**", "a\n{*,x}*", "{*,x}*\nb", "README*", "*.md", "gr??e.json", "*/メ?.json", "[日]*/**", "*[[]old[]]*", "* *", "a?b", "a*b",
		"**/site", "**/site/", "**/site/**/*", "projects/site/*/views/**", "projects/site/**/views/**/view.json", "./a.json", "a.json/", "//a.json", "**/code.py", "con*/**/t*s/**/*.json", "CONFIG/**", "**/**/**/x",
	), gateway},
}

// pieces are put together in every way of three: what one pattern leaves to the next is where a reader and a library part.
var pieces = list("a", "/", "*", "**", "**/", "/**", "?", "{a,b}", "{*,/}", "[^a]")

func init() {
	var patterns []string
	for _, first := range pieces {
		for _, second := range pieces {
			for _, third := range pieces {
				patterns = append(patterns, first+second+third)
			}
		}
	}
	groups = append(groups, group{"three pieces", patterns, letters[:40]})
}
