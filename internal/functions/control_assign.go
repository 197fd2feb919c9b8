package functions

import (
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("control.assign", "Assign", "Gives values names: each input is a value of the output by its name.", controlAssign).Serves("control:let"))

type controlAssignIn struct {
	Values *value.Object `port:"*"`
}

type controlAssignOut struct {
	Values *value.Object `okta:"*"`
}

func controlAssign(_ function.Env, in controlAssignIn) (controlAssignOut, error) {
	return controlAssignOut(in), nil
}
