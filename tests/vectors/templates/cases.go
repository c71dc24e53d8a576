package main

import (
	"fmt"
	"strings"
	"unicode"
)

// group is a kind of case and its templates.
type group struct {
	name  string
	texts []string
}

// action splits lines into templates of one action each, without its braces.
func action(name, lines string) group {
	g := group{name: name}
	for _, line := range strings.Split(strings.TrimSpace(lines), "\n") {
		g.texts = append(g.texts, "{{"+line+"}}")
	}
	return g
}

func groups() []group {
	return append(append(append(append(actions(), functions()...), faults()...), texts()...), append(formats(), characters())...)
}

// formats is every verb with every pair of flags and several widths, for a value of each kind.
func formats() []group {
	kinds := []string{`"x"`, `42`, `-7`, `0`, `'é'`, `(index "A" 0)`, `2.5`, `1e21`, `-0.000123`, `1i`, `true`, `nil`, `.Vars.umlaut`, `.Labels`, `(slice . 0)`, `.`}
	g := group{name: "verbs"}
	for _, verb := range "vdboOxXcqUeEfFgGsptTwy" {
		for _, kind := range kinds {
			if verb == 'p' && (kind == ".Labels") {
				continue // an address
			}
			g.texts = append(g.texts, fmt.Sprintf(`{{printf "[%%%c]" %s}}`, verb, kind))
		}
	}
	flagged := group{name: "flags"}
	for _, flags := range []string{"+", "#", "0", "-", " ", "#0", "+0", "-0", "+#", "# ", "+ "} {
		for _, size := range []string{"", "12", ".3", "9.2", ".0"} {
			all := ""
			for _, verb := range "vdxXoqeGfbU" {
				all += "%" + flags + size + string(verb) + "|"
			}
			for _, kind := range []string{`"añ"`, `42`, `-7`, `0`, `2.5`, `100000.0`, `1i`, `.Vars.site`} {
				arguments := strings.Repeat(" "+kind, 11)
				flagged.texts = append(flagged.texts, fmt.Sprintf(`{{printf "%s" %s}}`, all, arguments))
			}
		}
	}
	for _, flags := range []string{"+", "#", "0", "5", "#5", "+7.1"} {
		for _, verb := range "vsqxd" {
			flagged.texts = append(flagged.texts, fmt.Sprintf(`{{printf "%%%s%c|%%%s%c" . .Labels}}`, flags, verb, flags, verb))
		}
	}
	floats := group{name: "floats"}
	for _, number := range strings.Fields(`0.0 -0.0 1.0 0.1 0.3 1e6 1e20 1e21 123456789.0 1e-4 1e-5 1.5e300 5e-324 2.2250738585072014e-308
		1.7976931348623157e308 0.5 1.5 2.5 3.5 1e15 1e16 1e17 1e22 1e23 9007199254740993.0 0x1p-1074 0x1.8p1 4.35 2.675 1.005 999999.5 0.000099999`) {
		floats.texts = append(floats.texts, fmt.Sprintf(`{{print %[1]s}} {{printf "%%e %%.0e %%.3e %%f %%.0f %%.1f %%.2f %%g %%.0g %%.1g %%.3g %%.10g %%.17g %%.25g %%#g %%#.3g %%#v %%b %%x %%.0x %%.1x %%.3x %%.14x %%.20x %%#x %%G %%.30f" %[1]s %[1]s %[1]s %[1]s %[1]s %[1]s %[1]s %[1]s %[1]s %[1]s %[1]s %[1]s %[1]s %[1]s %[1]s %[1]s %[1]s %[1]s %[1]s %[1]s %[1]s %[1]s %[1]s %[1]s %[1]s %[1]s %[1]s}}`, number))
	}
	return []group{g, flagged, floats}
}

// characters is the first and last assigned character of every run that is printable, or is not, or may stand in a name.
func characters() group {
	class := func(r rune) int {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			return 2
		case unicode.IsPrint(r):
			return 1
		}
		return 0
	}
	var edges, words []rune
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		assigned := unicode.In(r, unicode.C, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z) && !unicode.Is(unicode.Cs, r)
		if !assigned || class(r-1) == class(r) && class(r+1) == class(r) {
			continue
		}
		edges = append(edges, r)
		if class(r) == 2 {
			words = append(words, r)
		}
	}
	g := group{name: "characters"}
	for len(edges) > 0 {
		part := min(len(edges), 400)
		g.texts = append(g.texts, fmt.Sprintf("{{printf \"%%q\" `%s`}}", string(edges[:part])), fmt.Sprintf("{{js `%s`}}", string(edges[:part])))
		edges = edges[part:]
	}
	g.texts = append(g.texts, fmt.Sprintf("{{$%s := 1}}{{$%s}}", string(words), string(words)))
	for _, other := range "\u0301\u20ac\u2160\u00b2\u203f\U0001f600\u00aa\u0660\u200d\uffe5" {
		g.texts = append(g.texts, fmt.Sprintf("{{$a%c := 1}}", other))
	}
	return g
}
