// Command globs writes what bmatcuk/doublestar says of every case in cases.go, as one JSON document, a case a line.
package main

import (
	"encoding/json"
	"fmt"

	"github.com/bmatcuk/doublestar/v4"
)

// outcome is one pattern, whether it is valid, and which of the names it matches; bad are those where it is called malformed.
type outcome struct {
	Name    string   `json:"name"`
	Pattern string   `json:"pattern"`
	Valid   bool     `json:"valid"`
	Matches []string `json:"matches"`
	Others  []string `json:"others"`
	Bad     []string `json:"bad,omitempty"`
}

func main() {
	var outcomes []outcome
	for _, g := range groups {
		for _, pattern := range g.patterns {
			outcomes = append(outcomes, run(g.name, pattern, g.names))
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

func run(name, pattern string, names []string) outcome {
	o := outcome{Name: name, Pattern: pattern, Valid: doublestar.ValidatePattern(pattern), Matches: []string{}, Others: []string{}}
	for _, candidate := range names {
		matched, err := doublestar.Match(pattern, candidate)
		switch {
		case err != nil:
			o.Bad = append(o.Bad, candidate)
		case matched:
			o.Matches = append(o.Matches, candidate)
		default:
			o.Others = append(o.Others, candidate)
		}
	}
	return o
}
