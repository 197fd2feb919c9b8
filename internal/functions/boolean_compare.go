package functions

import (
	"sallyport/internal/errs"
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("boolean.compare", "Compare",
	"Compares two values: ==, !=, >=, <=, >, <, % (is a multiple of), in, not in, has, doesn't have, is empty, is not empty, === and !== (of the same kind). A number and the text of one are equal.",
	booleanCompare).Serves("boolean:compare"))

type compareIn struct {
	A        any    `okta:"left-operand"`
	Operator string `okta:"operator"`
	B        any    `okta:"right-operand"`
}

func (in compareIn) holds() (bool, error) {
	ok, err := value.Compare(in.A, in.Operator, in.B)
	if err != nil {
		return false, errs.New(errs.Invalid, "operator: %v", err)
	}
	return ok, nil
}

type booleanCompareOut struct {
	Result bool
}

func booleanCompare(_ function.Env, in compareIn) (booleanCompareOut, error) {
	ok, err := in.holds()
	return booleanCompareOut{ok}, err
}
