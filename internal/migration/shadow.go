package migration

import (
	"slices"
	"strconv"

	"sallyport/internal/flopack"
	"sallyport/internal/value"
)

// kept makes an Assign of what a card's body takes from outside under a name that
// means something else within: the error that an outer handler has, the round of an
// outer loop. It is nil where there is no such thing.
func (f *frame) kept(c *flopack.Card, path string) *value.Object {
	shadowed := shadows(c)
	if len(shadowed) == 0 {
		return nil
	}
	with, taken := value.NewObject(0), map[*flopack.Field]expr{}
	for _, in := range c.Inputs {
		e := f.value(c, in)
		if e.isRef() && slices.Contains(shadowed, e.path[0]) && within(c, in) {
			with.Set(e.path[0], ref(e.path[0]).source())
			taken[in] = e
		}
	}
	if with.Len() == 0 {
		return nil
	}
	id := f.u.names.give(assignTitle, "let")
	for in, e := range taken {
		e.path = append(value.Ref{id, "values"}, e.path...)
		f.instead[in] = e
	}
	f.u.source(f, c, path, id)
	return value.Map("id", id, "use", assignID, "with", with)
}

// The function that gives a value a name.
const assignID, assignTitle = "control.assign", "Assign"

// shadows are the names that mean something of their own in the bodies of a card.
func shadows(c *flopack.Card) []string {
	switch {
	case c.Is("control", "tryCatch") && c.Handler != nil:
		return []string{"error"}
	case c.Is("list", "reduce"):
		return []string{"index", "memo"}
	case looping(c), slices.ContainsFunc(c.Inputs, func(in *flopack.Field) bool { return streams(c, in) }):
		return []string{"index"}
	}
	return nil
}

func looping(c *flopack.Card) bool {
	return slices.Contains([]string{"list:each", "list:asyncEach", "list:map", "list:filter", "object:map", "control:times"}, c.Address()) && c.Kernel
}

// within reports whether what reaches an input of a card is looked at in a body of
// the card that has the names.
func within(c *flopack.Card, in *flopack.Field) bool {
	if c.Handler != nil && c.Is("control", "tryCatch") {
		root := c.Handler.Root()
		return root != nil && slices.ContainsFunc(root.Pins, func(p flopack.Pin) bool {
			out := root.Output(p.Output)
			return out != nil && in.Group == "context" && out.Group == in.Group && out.Key == in.Key
		})
	}
	_, _, ok := parameter(in)
	return ok || in.Group == "context" || in.Group == streaming
}

func element(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
