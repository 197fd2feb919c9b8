package functions

import "sallyport/internal/function"

var _ = add(function.Of("control.assign_if", "Assign If",
	"One value where a comparison holds, another where it does not. The comparisons are those of boolean.compare.",
	controlAssignIf).Serves("control:assignIf"))

type controlAssignIfIn struct {
	A        any    `okta:"left-operand"`
	Operator string `okta:"operator"`
	B        any    `okta:"right-operand"`
	IfTrue   any    `okta:"valueIfTrue"`
	IfFalse  any    `okta:"valueIfFalse"`
}

type controlAssignIfOut struct {
	Value any `okta:"output"`
}

func controlAssignIf(_ function.Env, in controlAssignIfIn) (controlAssignIfOut, error) {
	ok, err := compareIn{in.A, in.Operator, in.B}.holds()
	if ok {
		return controlAssignIfOut{in.IfTrue}, err
	}
	return controlAssignIfOut{in.IfFalse}, err
}
