module vectors

go 1.24

require (
	github.com/bmatcuk/doublestar/v4 v4.10.4
	github.com/tidwall/sjson v1.2.7
)

require (
	github.com/tidwall/gjson v1.20.0 // indirect
	github.com/tidwall/match v1.1.1 // indirect
	github.com/tidwall/pretty v1.2.0 // indirect
)
