package event

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
)

// Decode reads JSON into into. Where the text is JSON of another form, the error
// says for people what was wanted, and what came.
func Decode(text []byte, into any) error {
	err := json.Unmarshal(text, into)
	e, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return err
	}
	if e.Field == "" {
		return fmt.Errorf("%s is wanted, not %s", wanted(e.Type), came(e.Value))
	}
	return fmt.Errorf("%s: %s is wanted, not %s", e.Field, wanted(e.Type), came(e.Value))
}

func wanted(t reflect.Type) string {
	switch t.Kind() { //nolint:exhaustive // of what is read there is no more
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Slice:
		return "a list"
	case reflect.String:
		return "a text"
	}
	return "another value"
}

func came(kind string) string {
	switch kind {
	case "array":
		return "a list"
	case "object":
		return "an object"
	case "string":
		return "a text"
	case "bool":
		return "true or false"
	}
	return "a number"
}
