"""What Go's own libraries answer: cases as data in Go, their answers in the JSON files beside them (`make vectors`)."""
