package functions

import (
	"sallyport/internal/function"
	"sallyport/internal/value"
)

var _ = add(function.Of("control.lookup", "Lookup", "The option that has the name of a value, or else another value. Null is the option null.", controlLookup).Serves("control:lookup"))

type controlLookupIn struct {
	Key     any           `okta:"key"`
	Options *value.Object `okta:"options/*"`
	Else    any
}

type controlLookupOut struct {
	Value any `okta:"result"`
}

func controlLookup(_ function.Env, in controlLookupIn) (controlLookupOut, error) {
	key := value.String(in.Key)
	if in.Key == nil {
		key = "null"
	}
	if v, ok := in.Options.Get(key); ok {
		return controlLookupOut{v}, nil
	}
	return controlLookupOut{in.Else}, nil
}
