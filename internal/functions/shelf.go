// Package functions is the shelf of functions: one file each, put on the shelf
// by its own add line. Nothing else has to know a function's name.
package functions

import (
	"cmp"
	"slices"

	"sallyport/internal/function"
)

var shelf []function.Function

func add(f function.Function) function.Function {
	shelf = append(shelf, f)
	return f
}

// All returns the functions, ordered by ID.
func All() []function.Function {
	return slices.SortedFunc(slices.Values(shelf), func(a, b function.Function) int { return cmp.Compare(a.ID, b.ID) })
}
