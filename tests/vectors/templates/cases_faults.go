package main

func faults() []group {
	return []group{
		action("unparsable", `
.Vars.
.Vars..site
..
. .
.Vars.1a
.1
|
.Vars.site |
| print
print |
print || print
()
(print
print)
(print))
"abc
'a
'ab'
''
'\z'
"\z"
"\400"
"\xg1"
"\ud800"
'\u12'
1a
1_
_1
0x
0xg
1__0
08
0b2
1e
1e5e
99999999999999999999
-99999999999999999999
9223372036854775808
18446744073709551615
0xffffffffffffffff
1e999
0x1.8
1+2
1+2j
1i+2i
0b1+2i
1+
+
-
.5.5
nope
nope 1
print nope
1 | 2
print 1 | "a"
print 1 | .
print 1 | nil
1 2
"a" "b"
true 1
. 1
nil
nil 1
nil.x
1.x
"a".b
true.x
'a'.b
..x
@
print @
a=b
:
:=
=
,
print, 1
!
{
}
#
?
é
.é
.Vars.é
.Vars-x
.Vars+x
$x+2
print"a"
print "a""b"
print(1)
print (1)(2)
(1)2
(.Vars)site
.Vars(1)
template
define
block
if
range
with
end
else
break
else if
if 1 2
range
/* no
/* a */ b
/**/x
-
- 
 -
- print 1 -
-1
- -1
3 -
`),
		action("refused", `
.Nope
.nope
.Vars.nope
.Vars.site.x
.Labels.x
.Vars.site 1
.GatewayName 1
.Vars 1
1 | .Vars.site
1 | .GatewayName
1 | (print 2)
(print 1) 2
$ 1
1 | $
$.Nope
$.Vars.nope
(.Vars).nope
(index .Vars "site").x
(nil)
(and nil 1).x
(print).x
(1).x
(1.5).x
(true).x
(index "a" 0).x
.PodOrdinal.x
(.Vars.site).x
print (print .Vars.nope)
printf "%s" .Vars.nope
.Vars.nope | printf "%s"
if .Vars.nope}}{{end
with .Nope}}{{end
range .Vars.nope}}{{end
template "x" .Vars.nope}}{{define "x"}}{{end
$x := .Vars.nope
index .Vars.nope 1
len 1 | print
print (len 1)
not (eq 1 "a")
`),
		{"lines", []string{
			"one\ntwo {{.Nope}}\n", "a\n\n{{nope}}", "a\n{{if 1}}\nb\n", "{{if 1}}\n\n{{else}}\n{{else}}\n{{end}}", "\n\n{{/* a\nb\nc */}}\n{{.Nope}}", "{{/* a\nb", "{{/* a\nb */ x}}",
			"x\n{{ print\n\n 1\n.Nope }}", "{{\n\nnope}}", "a\n  {{- .Nope}}", "a\n{{- \n.Nope -}}\nb", "a {{1 -}}\n\n\n{{.Nope}}", "{{print `a\nb\n` .Nope}}", "{{print `a\nb\n`\nnope}}",
			"{{print \"a\nb\"}}", "é{{.Nope}}", "é\néé{{.Nope}}", "\n{{range .Vars}}\n{{.x}}\n{{end}}", "{{define \"a\"}}\n{{.Nope}}\n{{end}}\n{{template \"a\" .}}", "{{print 1\n", "\n{{print\n(1\n}}",
			"\n{{with .Vars}}\n{{with .site}}\n{{.x}}\n{{end}}{{end}}", "{{if 1}}a\n{{end}}\n{{end}}", "\n{{block \"a\" .}}\n{{nope}}\n{{end}}", "\n{{define \"a\"}}\n{{break}}\n{{end}}", "\n\n\n{{template \"none\"}}",
			"{{$x := 1}}\n{{$y}}", "a\n{{'a\n'}}", "\n{{index .Vars \"site\"\n 99}}", "\r\n{{.Nope}}", "{{.Vars.site\n.x}}", "{{printf \"%d\"\n\n(len 1)}}", "{{1\n|\nlen}}", "\n{{end}}", "a\n{{else}}", "{{range 1}}\n{{define \"x\"}}\n{{end}}\n{{end}}",
		}},
	}
}

func texts() []group {
	return []group{{"texts", []string{
		"", "plain", "plain\n", "a{b}c", "{ {", "}}", "a}}b", "{", "{{1}}{{2}}", "{{1}} {{2}}", " {{- 1 -}} ", "a \n\t{{- 1 -}}\r\n b", "a {{-1}} b", "a {{- -1 -}} b", "{{1 -}}   {{- 2}}", "a{{/* c */}}b", "a {{- /* c */ -}} b",
		"a {{- /* c */}} b", "a{{/* c */ -}} b", "{{/**/}}", "{{/*}}*/}}", "{{ /* c */}}", "{{/* c */ }}", "{{- /* c */ }}", "{{/* a */}}{{/* b */}}", "{{`raw {{ }} \"q\" \\n`}}", "{{`a\r\nb`}}", "{{\"{{\"}}", "{{\"}}\"}}", "{{'}'}}", "{{print `}}`}}",
		"\xff\xfe{{.Vars.site}}\xc3", "\xc3{{slice \"\\xa9\" 0}}", "{{\"\xff\"}}", "{{`\xff`}}", "{{print `\xff`|len}}", "{{'\xff'}}", "{{/* \xff */}}", "{{\xff}}", "{{.\xff}}", "{{.Vars.\xff}}", "{{a\xff}}", "{{printf `%q %x %+q` `\xff\xc3\xa9` `\xff` `\xfe`}}", "{{html `\xff<`}}",
		"{{js `\xff\xfe`}}", "{{urlquery `\xff`}}", "{{printf `%\xff` 1}}", "{{slice `é` 0 1}}{{slice `é` 1}}", "{{index .Vars `\xff`}}", "{{range 3}} {{- . -}} {{end}}", "{{if true -}}\n  yes\n{{- end}}", "a\u00a0{{- 1}}", "\u00e9 {{- 1 -}} \u00e9", "x\n\n{{- /* gone */ -}}\n\ny",
		"{{- 1}}", "{{1 -}}", "{{-}}", "{{--}}", "{{- -}}", "{{ - }}", "{{1-}}", "{{1 - }}", "{{ -1 }}", "{{\t1\n}}", "{{\r\n1\r\n}}", "{{\u00a01}}", "{{\v1}}", "{{\x001}}", "\x00{{1}}", "{{1}}\x00", "{{{1}}}", "{{{{1}}}}", "{{1}}}", "{{print \"a\" }}", "{{print(\"a\")}}", "{{(1)}}", "{{((1))}}", "{{(((.Vars))).site}}",
		"$ {{$}} $x", "{{.Vars.site}}{{.Vars.line}}", "{{ .GatewayName }}", "{{\n.GatewayName\n}}", "{\"name\": \"{{.GatewayName}}\", \"n\": {{.PodOrdinal}}}", "{{define \"x\"}}unused{{end}}", "  {{define \"x\"}}unused{{end}}  ",
	}}}
}
