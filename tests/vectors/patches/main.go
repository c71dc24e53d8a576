// Command patches writes what tidwall/sjson makes of every case in cases.go, as one JSON document, a case a line.
//
// A value is written raw where it is valid JSON and as a string where it is not, which is the rule of a patch.
package main

import (
	"encoding/json"
	"fmt"

	"github.com/tidwall/sjson"
)

// outcome is one line of the file: what went in, and what the library gave back.
type outcome struct {
	Name   string `json:"name"`
	Doc    string `json:"doc"`
	Path   string `json:"path"`
	Value  string `json:"value"`
	Result string `json:"result"`
	Error  string `json:"error,omitempty"`
}

func main() {
	var outcomes []outcome
	for _, g := range groups {
		for _, doc := range g.docs {
			for _, path := range g.paths {
				for _, value := range g.values {
					outcomes = append(outcomes, run(g.name, doc, path, value))
				}
			}
		}
	}
	fmt.Print("[")
	for i, o := range outcomes {
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

func run(name, doc, path, value string) outcome {
	o := outcome{Name: name, Doc: doc, Path: path, Value: value}
	var result []byte
	var err error
	if json.Valid([]byte(value)) {
		result, err = sjson.SetRawBytes([]byte(doc), path, []byte(value))
	} else {
		result, err = sjson.SetBytes([]byte(doc), path, value)
	}
	o.Result = string(result)
	if err != nil {
		o.Error = err.Error()
	}
	return o
}
