package functions

import (
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("list.includes", "Includes", "Whether a list holds a value. A number and its text are the same.", listIncludes).Serves("list:includes"))

type listIncludesIn struct {
	List  []any
	Value any
}

type listIncludesOut struct {
	Result bool
}

func listIncludes(_ function.Env, in listIncludesIn) (listIncludesOut, error) {
	return listIncludesOut{value.Member(in.List, in.Value)}, nil
}
