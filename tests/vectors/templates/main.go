// Command templates writes what text/template makes of every case in the cases_*.go files, as one JSON document, a case a line;
// with the argument "-", of every template on its input, in base64, one a line.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/template"
	"unicode/utf8"
)

// Values is the root: what a sync gives to a template.
type Values struct {
	GatewayName, PodName           string
	PodOrdinal                     int
	Namespace, CRName, Ref, Commit string
	Labels, Vars                   map[string]string
}

var values = Values{
	GatewayName: "line-3", PodName: "line-3-0", PodOrdinal: 7, Namespace: "plant", CRName: "plant-sync", Ref: "main",
	Commit: "0123456789abcdef0123456789abcdef01234567",
	Labels: map[string]string{},
	Vars: map[string]string{
		"site": "north", "line": "3", "empty": "", "umlaut": "Zürich", "a.b": "dotted", "markup": `<a href="x">'&'</a>`,
		"long": strings.Repeat("0123456789", 12), "emoji": "a😀b", "two_lines": "one\ntwo\t\x00\x7f", "percent": "100%",
	},
}

// outcome is one template and its output or its error; raw is set where one of them is no UTF-8, and they are in base64.
type outcome struct {
	Name   string `json:"name"`
	Text   any    `json:"text"`
	Output any    `json:"output,omitempty"`
	Error  string `json:"error,omitempty"`
	Raw    bool   `json:"raw,omitempty"`
}

func main() {
	line, err := json.Marshal(values)
	if err != nil {
		panic(err)
	}
	fmt.Printf("{\"values\": %s,\n\"cases\": [", line)
	separator := ""
	cases := groups()
	if len(os.Args) > 1 {
		cases = given()
	}
	for _, g := range cases {
		for _, text := range g.texts {
			line, err := json.Marshal(run(g.name, text))
			if err != nil {
				panic(err)
			}
			fmt.Printf("%s\n%s", separator, line)
			separator = ","
		}
	}
	fmt.Println("\n]}")
}

// given is what stands on the input.
func given() []group {
	g := group{name: "given"}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		text, err := base64.StdEncoding.DecodeString(lines.Text())
		if err != nil {
			panic(err)
		}
		g.texts = append(g.texts, string(text))
	}
	return []group{g}
}

func run(name, text string) outcome {
	var out strings.Builder
	parsed, err := template.New("case").Option("missingkey=error").Parse(text)
	if err == nil {
		err = parsed.Execute(&out, values)
	}
	o := outcome{Name: name, Raw: !utf8.ValidString(text) || !utf8.ValidString(out.String())}
	o.Text = kept(text, o.Raw)
	if err != nil {
		o.Error = err.Error()
	} else {
		o.Output = kept(out.String(), o.Raw)
	}
	return o
}

func kept(text string, raw bool) any {
	if raw {
		return []byte(text)
	}
	return text
}
