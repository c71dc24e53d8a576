package main

func actions() []group {
	return []group{
		action("fields", `
.GatewayName
 .PodOrdinal
.Vars.site
.Vars
.Labels
.
$
$.Vars.site
$.Vars
.Vars.umlaut
(.Vars).site
(.).GatewayName
($).Vars.line
.Vars.empty
.Vars.a.b
`),
		action("constants", `
true
false
"text"
"\a\b\f\n\r\t\v\\\"\x41\u00e9\U0001F600\101"
"\xff\xc3"
'a'
'\n'
'\''
'\x41'
'é'
'\u00e9'
'😀'
0
-0
+5
1_000
0x1F
0X1f
0b101
0o17
017
1e3
1E-2
.5
5.
-.5
1.e2
0x1p4
0x1.8p-1
0x_1F
0b_1
1_0.5
9223372036854775807
-9223372036854775808
1i
1+2i
-1.5e3-2i
0i
1+0i
0x10+0x2i
-0x1e
+0x1e
0x1e
00
-00
1e308
4e-324
print nil
100000000
1234567890123456789
1e100
3.0
0.1
100000.0
1000000.0
123456789.0
21e20
`),
		action("pipelines", `
.Vars.site | print
.Vars.site | printf "%s-%s" "a"
"a" | print "b" "c"
1 | print 2
print 1 2
print "a" 1 2 "b"
print 1 "a" 2
println 1 "a" 2 nil
print
println
print (print 1 2) 3
(print "a") | len
"abc" | len | printf "%d"
printf "%d" (len "abc")
1 | and
0 | or 5
"%d" | printf
3 | printf "%d %d" 4
print .Vars.site .PodOrdinal
nil | print
print.Foo
(print "x").y
`),
		{"branches", []string{
			`{{if .Vars.site}}a{{end}}`, `{{if .Vars.empty}}a{{else}}b{{end}}`, `{{if 0}}a{{else if 1}}b{{else}}c{{end}}`,
			`{{if 0}}a{{else if 0}}b{{else if ""}}c{{else}}d{{end}}`, `{{if .Labels}}a{{else}}b{{end}}`, `{{if .Vars}}a{{end}}`,
			`{{if .}}root{{end}}`, `{{if 0.0}}a{{else}}b{{end}}`, `{{if 0i}}a{{else}}b{{end}}`, `{{if nil}}a{{end}}`,
			`{{if true}}a{{end}}{{if false}}b{{end}}`, `{{if not .Vars.empty}}a{{end}}`, `{{if and .Vars.site .Vars.empty}}a{{else}}b{{end}}`,
			`{{if or .Vars.empty .Vars.line}}a{{end}}`, `{{if eq .Vars.site "north"}}N{{else if eq .Vars.site "south"}}S{{end}}`,
			`{{with .Vars}}{{.site}}{{end}}`, `{{with .Vars.empty}}a{{else}}b{{end}}`, `{{with .Vars.empty}}a{{else with .Vars.line}}{{.}}{{end}}`,
			`{{with $x := .Vars.site}}{{$x}}{{.}}{{end}}`, `{{with 0}}{{.}}{{else with 0}}{{.}}{{else}}{{.GatewayName}}{{end}}`,
			`{{if $x := .Vars.site}}{{$x}}{{else}}none{{end}}`, `{{if $x := 0}}{{else if $y := 5}}{{$x}}{{$y}}{{end}}`,
			`{{if 1}}{{if 0}}a{{else}}b{{end}}c{{end}}d`, `{{if (index "a" 0)}}byte{{end}}`, `{{if slice "abc" 1 1}}a{{else}}b{{end}}`,
			`{{with print}}a{{else}}b{{end}}`, `{{with $}}{{.Ref}}{{end}}`, `{{if index "\x00" 0}}a{{else}}zero{{end}}`,
			`{{else}}`, `{{if 1}}{{else}}{{else}}{{end}}`, `{{if 1}}`, `{{end}}`, `{{if}}{{end}}`, `{{with 1}}{{else if 1}}{{end}}`, `{{if 1}}{{else with 1}}{{end}}`,
		}},
		{"loops", []string{
			`{{range .Vars}}<{{.}}>{{end}}`, `{{range $k, $v := .Vars}}{{$k}}={{$v}};{{end}}`, `{{range $v := .Vars}}{{$v}},{{end}}`,
			`{{range .Labels}}a{{else}}none{{end}}`, `{{range 3}}{{.}}{{end}}`, `{{range $i := 3}}{{$i}}{{end}}`, `{{range 0}}a{{else}}b{{end}}`,
			`{{range -1}}a{{else}}b{{end}}`, `{{range $i, $j := 3}}{{end}}`, `{{range "abc"}}{{.}}{{end}}`, `{{range 1.5}}{{end}}`, `{{range nil}}{{end}}`,
			`{{range true}}{{end}}`, `{{range .}}{{end}}`, `{{range index "\x03" 0}}{{printf "%T%d" . .}}{{end}}`, `{{range .PodOrdinal}}{{.}}{{end}}`,
			`{{range $i := 5}}{{if eq $i 3}}{{break}}{{end}}{{$i}}{{end}}`, `{{range $i := 5}}{{if eq $i 3}}{{continue}}{{end}}{{$i}}{{end}}`,
			`{{range $i := 3}}{{range $j := 3}}{{if eq $j 1}}{{continue}}{{end}}{{if eq $i 2}}{{break}}{{end}}{{$i}}{{$j}} {{end}}{{end}}`,
			`{{$x := 0}}{{range $x = 4}}{{end}}{{$x}}`, `{{$k := ""}}{{$v := ""}}{{range $k, $v = .Vars}}{{end}}{{$k}}{{$v}}`,
			`{{$last := ""}}{{range .Vars}}{{$last = .}}{{end}}{{$last}}`, `{{range $i := 3}}{{$i = 9}}{{$i}}{{end}}`, `{{range 2}}{{$x := .}}{{$x}}{{end}}`,
			`{{range $i := 2}}{{with $y := $i}}{{$y}}{{break}}{{end}}z{{end}}`, `{{range $k, $v := .Vars}}{{if eq $k "line"}}{{break}}{{end}}{{$k}} {{end}}`,
			`{{range 3}}{{else}}{{break}}{{end}}`, `{{break}}`, `{{continue}}`, `{{range 2}}{{define "x"}}{{break}}{{end}}{{end}}`, `{{range 2}}{{block "x" .}}{{break}}{{end}}{{end}}`,
			`{{range 2}}{{break 1}}{{end}}`, `{{range $a, $b, $c := .Vars}}{{end}}`, `{{range $a, 1 := .Vars}}{{end}}`, `{{range $a, = .Vars}}{{end}}`, `{{range $a,}}{{end}}`,
			`{{range .Vars}}{{$.GatewayName}}{{break}}{{end}}`, `{{range $i := 3}}{{if $i}},{{end}}{{$i}}{{end}}`, `{{range len .Vars}}{{.}}{{end}}`,
			`{{range 2}}{{range 2}}{{break}}{{end}}{{.}}{{end}}`, `{{range 1 | print}}{{end}}`, `{{range $i := (print "a" | len)}}{{$i}}{{end}}`, `{{range 'a'}}{{break}}{{end}}ok`,
		}},
		{"variables", []string{
			`{{$x := 1}}{{$x}}`, `{{$x := 1}}{{$x = 2}}{{$x}}`, `{{$x := 1}}{{if true}}{{$x = 2}}{{end}}{{$x}}`, `{{$x := 1}}{{if true}}{{$x := 2}}{{$x}}{{end}}{{$x}}`,
			`{{$x}}`, `{{$x = 1}}`, `{{if true}}{{$x := 1}}{{end}}{{$x}}`, `{{$x := .Vars}}{{$x.site}}`, `{{$x := .}}{{$x.Vars.site}}`, `{{$ := 5}}{{$}}`,
			`{{$x := $.Vars.site | printf "%q"}}{{$x}}`, `{{$x:=1}}{{$x}}`, `{{$x:= 1}}{{$x }}`, `{{$x,$y := 1}}`, `{{$x := 1 | print 2}}{{$x}}`,
			`{{print ($x := 3)}}{{$x}}`, `{{and 0 ($x := 3)}}{{$x}}`, `{{$x := 1}}{{define "a"}}{{$x}}{{end}}`, `{{$é := 1}}{{$é}}`, `{{$1 := 2}}{{$1}}`, `{{$x.y}}`,
			`{{$x := 1}}{{$x.y}}`, `{{$x := nil}}`, `{{$x := 1}}{{$x 2}}`, `{{$x := print}}[{{$x}}]`, `{{with $x := 1}}{{end}}{{$x}}`, `{{$x := 1}}{{$x := 2}}{{$x}}`,
			`{{$x := 1}}{{range 2}}{{$x = print $x .}}{{end}}{{$x}}`, `{{template "t" $x := 5}}{{$x}}{{define "t"}}[{{.}}{{$}}]{{end}}`, `{{$x == 1}}`, `{{$x := }}`, `{{$x : 1}}`,
		}},
		{"templates", []string{
			`{{define "a"}}A{{end}}{{template "a"}}`, `{{define "a"}}[{{.}}]{{end}}{{template "a"}}`, `{{template "a" .Vars}}{{define "a"}}{{.site}}{{end}}`,
			`{{define "a"}}{{template "b" .}}{{end}}{{define "b"}}<{{.}}>{{end}}{{template "a" 7}}`, `{{block "a" .Vars}}{{.line}}{{end}}`, `{{block "a" 1}}x{{end}}{{template "a" 2}}`,
			"{{define `raw`}}R{{end}}{{template `raw`}}", `{{template "none"}}`, "a\nb{{template \"none\" .}}", `{{define "a"}}1{{end}}{{define "a"}}2{{end}}`, `{{define "a"}}1{{end}}{{define "a"}} {{end}}{{template "a"}}`,
			`{{define "a"}} {{end}}{{define "a"}}2{{end}}{{template "a"}}`, `{{define "case"}}self{{end}}`, `{{define "case"}}self{{end}}x`, `{{define "a"}}`, `{{define a}}{{end}}`, `{{define "a" 1}}{{end}}`,
			`{{if 1}}{{define "a"}}{{end}}{{end}}`, `{{define "a"}}{{if .}}{{template "a" (slice . 1)}}{{end}}{{.}},{{end}}{{template "a" "abc"}}`, `{{template a}}`, `{{template "a" 1 2}}`, `{{template}}`, `{{block "a"}}{{end}}`,
			`{{define "a"}}{{else}}{{end}}`, `{{block "a" .}}{{else}}{{end}}`, `{{define "a"}}{{define "b"}}{{end}}{{end}}`, `{{define "a"}}{{$.site}}{{end}}{{template "a" .Vars}}`, `{{define "a"}}{{.Nope}}{{end}}` + "\n\n" + `{{template "a" .}}`,
			`{{define "a"}}{{/* only */}}{{end}}{{template "a"}}!`, `{{template "a" nil}}{{define "a"}}{{.}}{{end}}`, `{{define "\x61"}}esc{{end}}{{template "a"}}`, `{{define "é"}}e{{end}}{{template "é"}}`, `{{define ""}}empty{{end}}{{template ""}}`,
		}},
	}
}
