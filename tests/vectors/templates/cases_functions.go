package main

func functions() []group {
	return []group{
		action("logic", `
and 1 2
and 0 2
and 1 "" 3
or 0 ""
or 0 "" 5
or nil 1
and nil 1
and 1 nil
or nil nil
not 0
not "a"
not nil
not .Vars
not .Labels
not .
and
or
not
not 1 2
and 1 (index "a" 9)
or 1 (index "a" 9)
and 0 .Vars.nope
or .Vars.empty "fallback"
and .Vars .Labels
or .Labels .Vars
1 | and 0
1 | or 0
nil | not
`),
		action("comparing", `
eq 1 1
eq 1 2 1
eq 1 2 3
eq "a" "a"
eq "a" 1
eq 1 1.0
eq 1.5 1.5
eq 1i 1i
eq true true
eq true 1
eq 'a' 97
eq (index "a" 0) 97
eq 97 (index "a" 0)
eq nil nil
eq nil 1
eq 1 nil
eq .Vars nil
eq .Vars .Vars
eq .Vars .Labels
eq . .
eq . nil
eq .Vars .
eq .Vars 1
eq . 1
eq
eq 1
eq .Vars
1 | eq 1
ne 1 2
ne 1 1
ne 1 2 3
ne "a" "b"
ne nil 1
lt 1 2
lt 2 1
lt 1 1
lt "a" "b"
lt "Z" "a"
lt 1.5 2.5
lt true false
lt 1i 2i
lt 1 "a"
lt 1 1.5
lt nil 1
lt 1 nil
lt .Vars 1
lt . .
le 1 1
le 2 1
le "a" "a"
le true true
gt 2 1
gt 1 1
gt "b" "a"
gt 1 nil
ge 1 1
ge 1 2
ge "é" "z"
lt 1
lt 1 2 3
2 | lt 1
lt (index "a" 0) 98
gt 98 (index "a" 0)
lt -1 (index "a" 0)
eq .PodOrdinal 7
lt .PodOrdinal 10
eq .Vars.line "3"
eq .Vars.line 3
eq .Vars.nope "a"
`),
		action("collections", `
len "abc"
len "é"
len "😀"
len ""
len "\xff\xfe"
len .Vars
len .Labels
len .
len 3
len nil
len
len "a" "b"
len .Vars.umlaut
len .Vars.two_lines
index "abc" 0
index "abc" 2
index "abc" 3
index "abc" 4
index "abc" -1
index "é" 0
index "é" 1
index .Vars "site"
index .Vars "nope"
index .Vars "a.b"
index .Vars ""
index .Vars 1
index .Vars nil
index .Vars "site" 0
index .Vars "site" 9
index .Vars "nope" 0
index .Vars
index .Vars "site" 0 0
index "abc"
index "abc" "a"
index "abc" 1.5
index "abc" nil
index "abc" true
index "abc" (index "\x01" 0)
index nil 1
index nil
index . "Vars"
index 1 1
index
"site" | index .Vars
index (index .Vars "site") 1
slice "abcdef"
slice "abcdef" 2
slice "abcdef" 2 4
slice "abcdef" 2 2
slice "abcdef" 6
slice "abcdef" 7
slice "abcdef" 4 2
slice "abcdef" -1
slice "abcdef" 1 2 3
slice "abcdef" 1 2 3 4
slice "é" 0 1
slice "é" 1
slice nil
slice 1
slice .Vars
slice .
slice "abc" "a"
slice "abc" nil
slice
2 | slice "abc"
slice .Commit 0 7
`),
		action("escaping", `
html .Vars.markup
html "a" 1 2 "<"
html nil
html
html "\x00"
html .Vars
html 1.5
html true
"<" | html
js .Vars.markup
js .Vars.two_lines
js "é\u200b\U000e0001\ufffd"
js "\xff=\\"
js "\x7f"
js nil
js 1 2
js
js .Labels
js "😀\u2028"
urlquery "a b&c=d/ü+~-_.*"
urlquery "\xff\x00"
urlquery nil
urlquery 1 2
urlquery
urlquery .Vars.markup
urlquery .Labels
.Vars.site | urlquery | html | js
`),
		action("call", `
call
call nil
call .Vars
call "a" 1
call print
.Vars.site | call
call .GatewayName
`),
		action("printf", `
printf
printf nil
printf 1
printf true
printf .Vars
printf .PodOrdinal
printf .Vars.site
printf (print "%d") 1
printf ""
printf "" 1
printf "%" 1
printf "%d"
printf "%d %d" 1
printf "%d" 1 2
printf "%d" 1 "a" nil true 1.5
printf "%!"
printf "%!d" 1
printf "%%"
printf "%5%"
printf "%-5%|" 1
printf "%z" 1
printf "%é" 1
printf "%\xff" 1
printf "%d" "a"
printf "%s" 1
printf "%t" 1
printf "%d" true
printf "%d" nil
printf "%v" nil
printf "%5v" nil
printf "%T" nil
printf "%s" nil
printf "%+v" nil
printf "%#v" nil
printf "%[1]d" 1
printf "%[2]d %[1]d" 1 2
printf "%[3]d" 1 2
printf "%[0]d" 1
printf "%[-1]d" 1
printf "%[a]d" 1
printf "%[]d" 1
printf "%[1d" 1
printf "%[" 1
printf "%[1" 1
printf "%[1]" 1
printf "%[1]d %d" 1 2
printf "%[2]d %d" 1 2
printf "%[1]*d" 5 1
printf "%[2]*[1]d" 1 5
printf "%[3]*.[2]*[1]f" 12.0 2 6
printf "%[1]2d" 1
printf "%[1].2f" 1.5
printf "%.[1]2f" 1.5
printf "%.[2]*f" 1.5 3
printf "%[5]*d" 1 2
printf "%[99999999999]d" 1
printf "%*d" 5 1
printf "%*d" -5 1
printf "%-*d|" 5 1
printf "%0*d" 5 1
printf "%0*d|" -5 1
printf "%*d" "a" 1
printf "%*d" nil 1
printf "%*d" 1.5 1
printf "%*d" 1000001 1
printf "%*d" -1000001 1
printf "%*d" (index "\x05" 0) 1
printf "%.*f" 2 1.5
printf "%.*f" -2 1.5
printf "%.*f" "a" 1.5
printf "%*" 5
printf "%.*" 5
printf "%*.*f|" 8 2 3.14159
printf "%.d" 0
printf "%.0d" 0
printf "%5.0d|" 0
printf "%05.0d|" 0
printf "%.5d" 42
printf "%8.5d|" 42
printf "%08.5d|" 42
printf "%-8.5d|" -42
printf "%+d % d" 5 5
printf "%+ d" 5
printf "%x" "héllo"
printf "% x" "hello"
printf "%#x" "hello"
printf "%# X" "hello"
printf "%.2x" "hello"
printf "%8x|" ""
printf "%12x|" "ab"
printf "%-12x|" "ab"
printf "%012x|" "ab"
printf "%q" "a\"b\n\xff\u200b\U0001F600\u00e9"
printf "%+q" "é😀\x7f"
printf "%#q" "abc"
printf "%#q" "a\u0060b"
printf "%#q" "a\tb"
printf "%#q" "a\nb"
printf "%#q" "\ufeff"
printf "%#+q" "é"
printf "%.3q" "abcdef"
printf "%10q|" "é"
printf "%.2s" "éàü"
printf "%5s|%-5s|%05s" "é" "é" "é"
printf "%.1s" "\xff\xfe"
printf "%4s" "\xff\xfe"
printf "%.0s|" "abc"
printf "%c" 0x1F600
printf "%c" -1
printf "%c" 0x110000
printf "%c" 0xD800
printf "%5c|%-5c|" 'x' 'é'
printf "%q" 'x'
printf "%q" '\''
printf "%q" -1
printf "%+q" 'é'
printf "%#q" 'é'
printf "%q" 0x200b
printf "%q" 10
printf "%U" 'é'
printf "%#U" 'é'
printf "%#U" 7
printf "%U" -1
printf "%#.8U|" 'x'
printf "%12U|%-12U|%012U|" 65 65 65
printf "%O %#O" 8 8
printf "%#o %#o" 8 0
printf "%#b" 5
printf "%#x %#X" 255 255
printf "%08b" 5
printf "%08b" -5
printf "%+08d|% 08d|%-08d|" 5 5 5
printf "%+.3e" 12345.678
printf "%08.2f" -3.14159
printf "%-8.2f|" 3.14159
printf "%+08.2f|% .2f" 3.14159 2.5
printf "%6.2f%%" 99.5
printf "%g %g" 100000.0 1000000.0
printf "%G" 1e-10
printf "%.3g" 1234.5678
printf "%#.3g" 1.0
printf "%#g" 1e10
printf "%e" 0.0
printf "%b" 1.0
printf "%x" 1.0
printf "%X" -1.5
printf "%.3x" 3.14159
printf "%v" 1+2i
printf "%.2f" 1+2i
printf "%8.2f|" 1-2i
printf "%+v" 1+2i
printf "%d" 1i
printf "%T %T %T %T %T %T %T" 1 "a" 1.5 1i true (index "a" 0) 'a'
printf "%T %T" . .Vars
printf "%5T|%-8T|" 1 true
printf "%.2T" "a"
printf "%v" .
printf "%+v" .
printf "%#v" .
printf "%s" .Vars
printf "%d" .Vars
printf "%q" .Vars
printf "%x" .Labels
printf "%#v" .Vars
printf "%#v %#v %#v %#v %#v" 1 "a" 1.0 true (index "a" 0)
printf "%#v %#v" 1e6 1e-7
printf "%#v" 1i
printf "%p" "a"
printf "%p" 1
printf "%w" 1
printf "%w" .Labels
printf "%w"
printf "%v%%%v" 1 2
printf "%s %v %d" "a" "b" 3 | len
printf "%10.3v|%-10v|" "abcdef" "ab"
printf "%t %5t|%-7t|" true false true
printf "%x" -255
printf "%x" (index "\xff" 0)
printf "%v %d %c %q" (index "A" 0) (index "A" 0) (index "A" 0) (index "A" 0)
printf "%10000000000d" 1
printf "%.10000000000d" 1
printf "%1000001d|" 1 | len
printf "%1000000d" 1 | len
printf "%.1000f" 1.5 | len
printf "%.400g" 0.1
printf "%s" "%d"
printf .Vars.percent
printf "%-010d|" 42
printf "% -5d|" 42
printf "%#-8x|" 42
printf "%  d" 5
printf "%++d" 5
printf "%5 d" 5
printf "%5-d" 5
printf "%5.5.5d" 5
printf "%..5d" 5
printf "%.-5d" 5
printf "%[1]v %[1]q %[1]x" "a"
printf "%[2]v" 1 2 3
printf "%v" true false
`),
	}
}
