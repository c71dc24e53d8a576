// Command patches writes what tidwall/sjson makes of every case in cases.go, as one JSON document, a case a line.
//
// A value is written raw where it is valid JSON and as a string where it is not, and several are set in the order of their
// sorted paths: the rules of a patch. What a case says of Stoker (refused, kept) is handed on as it is.
package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/tidwall/sjson"
)

// outcome is one line of the file: what went in, and what the library gave back.
type outcome struct {
	Name   string            `json:"name"`
	Doc    string            `json:"doc"`
	Values map[string]string `json:"values"`
	Result string            `json:"result"`
	Error  string            `json:"error,omitempty"`
	// Refused says why Stoker does not take what the library does.
	Refused string `json:"refused,omitempty"`
	// Kept is Stoker's result where the library spends white space that nobody asked it to.
	Kept string `json:"kept,omitempty"`
}

func main() {
	var outcomes []outcome
	for _, g := range groups {
		for _, doc := range g.docs {
			for _, path := range g.paths {
				for _, value := range g.values {
					outcomes = append(outcomes, outcome{
						Name: g.name, Doc: doc, Values: map[string]string{path: value}, Refused: g.refused,
					})
				}
			}
		}
	}
	outcomes = append(outcomes, singles...)
	fmt.Print("[")
	for i, o := range outcomes {
		run(&o)
		if i > 0 {
			fmt.Print(",")
		}
		line, err := json.Marshal(o)
		if err != nil {
			panic(err)
		}
		fmt.Printf("\n%s", line)
	}
	fmt.Println("\n]")
}

func run(o *outcome) {
	doc := []byte(o.Doc)
	for _, path := range slices.Sorted(maps.Keys(o.Values)) {
		value := o.Values[path]
		var err error
		if json.Valid([]byte(value)) {
			doc, err = sjson.SetRawBytes(doc, path, []byte(value))
		} else {
			doc, err = sjson.SetBytes(doc, path, value)
		}
		if err != nil {
			o.Error = err.Error()
			break
		}
	}
	o.Result = string(doc)
}
