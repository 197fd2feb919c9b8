package function

import (
	"slices"
	"strings"

	"sallyport/internal/value"
)

// Serves names the method of Okta Workflows' kernel that the function does the
// work of: module and method, "string:trim".
func (f Function) Serves(method string) Function {
	f.Okta = method
	return f
}

// Key is one input or output of a card of Okta Workflows: its key, and the
// group that it is in, if any.
type Key struct{ Group, Name string }

func (k Key) String() string {
	if k.Group == "" {
		return k.Name
	}
	return k.Group + "/" + k.Name
}

// Input is what a card has at a key.
type Input struct {
	Key
	Value any
}

// Arguments lays the inputs of a card out as the function takes them, in their
// order. What the function has no port for is left out, and its key returned:
// exported flows carry keys that nothing reads.
func (f Function) Arguments(card []Input) (args *value.Object, unknown []Key) {
	args = value.NewObject(len(card))
	for _, in := range card {
		port, ok := find(f.In, in.Key)
		switch {
		case ok && strings.HasSuffix(port.Okta, "*"):
			args.Set(port.Name, args.Object(port.Name).With(in.Name, in.Value))
		case ok:
			args.Set(port.Name, in.Value)
		case f.Extensible:
			args.Set(in.Name, in.Value)
		default:
			unknown = append(unknown, in.Key)
		}
	}
	return args, unknown
}

// Output returns what the function gave for a key of a card, and whether it
// has a port for it.
func (f Function) Output(result *value.Object, k Key) (any, bool) {
	port, ok := find(f.Out, k)
	if ok && strings.HasSuffix(port.Okta, "*") {
		return result.Object(port.Name).At(k.Name), true
	}
	return result.At(port.Name), ok
}

// find returns the port for a key: the one that names it, the one that has its
// name, or the one that takes all of its group.
func find(ports []Port, k Key) (Port, bool) {
	for _, fits := range []func(Port) bool{
		func(p Port) bool { return p.Okta == k.String() },
		func(p Port) bool { return p.Okta == "" && p.Name == k.String() },
		func(p Port) bool { return p.Okta == Key{k.Group, "*"}.String() },
	} {
		if i := slices.IndexFunc(ports, fits); i >= 0 {
			return ports[i], true
		}
	}
	return Port{}, false
}
