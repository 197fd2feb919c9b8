package flow

import (
	"slices"
	"strings"

	"sallyport/internal/value"
)

// always are the outputs that an effect may have beside its own: when it failed,
// was refused, or was only shown.
func always() []string { return []string{"error", "refused", "reason", "would_send"} }

// references checks what follows the name of a card, and of a connection, in a
// reference.
func (k *checker) references(cards []*Card) {
	k.ids = map[string]*Card{}
	k.number(cards)
	k.templates(cards)
}

func (k *checker) number(cards []*Card) {
	for _, c := range cards {
		k.ids[c.ID] = c
		k.number(c.Then)
		k.number(c.Else)
		if c.Each != nil {
			k.number(c.Each.Body)
		}
	}
}

func (k *checker) templates(cards []*Card) {
	for _, c := range cards {
		for _, in := range c.Inputs {
			k.template(in.Value, in.At, join(c.path, "with."+in.Name))
		}
		k.template(c.Reason, c.At, c.path)
		for _, j := range c.Join {
			k.template(j.Then, c.At, join(c.path, "out."+j.Name+".then"))
			k.template(j.Else, c.At, join(c.path, "out."+j.Name+".else"))
		}
		k.templates(c.Then)
		k.templates(c.Else)
		if c.Each != nil {
			k.template(c.Each.List, c.At, join(c.path, "each"))
			k.template(c.Each.Collect, c.At, join(c.path, "collect"))
			k.templates(c.Each.Body)
		}
	}
}

func (k *checker) template(t value.Template, at Position, path string) {
	for _, ref := range t.Refs() {
		switch {
		case ref[0] == nameConnections && len(ref) > 2:
			k.setting(ref, at, path)
		case k.ids[ref[0]] != nil && len(ref) > 1:
			outs, known := k.outputs(k.ids[ref[0]])
			if known && !slices.Contains(outs, ref[1]) && !slices.Contains(always(), ref[1]) {
				k.r.bad(at, path, "the card %q has no output %q; it has: %s", ref[0], ref[1], strings.Join(outs, ", "))
			}
		}
	}
}

// setting checks connections.slot.setting: one of the slot's connectors has it.
func (k *checker) setting(ref value.Ref, at Position, path string) {
	i := slices.IndexFunc(k.d.Connections, func(s Slot) bool { return s.Name == ref[1] })
	if i < 0 {
		return // told where scopes are checked
	}
	var names []string
	for _, id := range k.d.Connections[i].Connectors {
		con, ok := k.c.connectors.Get(id)
		if !ok {
			return
		}
		for _, p := range con.Settings {
			names = append(names, p.Name)
		}
	}
	if !slices.Contains(names, ref[2]) {
		k.r.bad(at, path, "a connection of %q has no setting %q that flows see; it has: %s", ref[1], ref[2], strings.Join(names, ", "))
	}
}

// outputs returns the names of a card's outputs, and whether they are known.
func (k *checker) outputs(c *Card) ([]string, bool) {
	switch c.Kind {
	case CardFunction:
		f, ok := k.c.functions[c.Use]
		out := make([]string, len(f.Out))
		for i, p := range f.Out {
			out[i] = p.Name
		}
		return out, ok
	case CardAction:
		return k.actionOutputs(c)
	case CardTable:
		switch TableOp(c.Use) {
		case CreateRow:
			return []string{"row_id"}, true
		case SearchRows:
			return []string{"rows", "count", "total", "first"}, true
		default:
			return nil, false
		}
	case CardIf:
		out := []string{"branch"}
		for _, j := range c.Join {
			out = append(out, j.Name)
		}
		return out, true
	case CardEach:
		out := []string{"count", "failures"}
		if c.Each.Collects {
			out = append(out, "list")
		}
		return out, true
	case CardCall:
		h, ok := k.helpers[c.Flow]
		if !ok {
			return nil, false
		}
		return returns(h.Cards, nil), true
	default:
		return nil, false
	}
}

// actionOutputs are those that an action has with every connector of its slot.
func (k *checker) actionOutputs(c *Card) ([]string, bool) {
	i := slices.IndexFunc(k.d.Connections, func(s Slot) bool { return s.Name == c.Slot })
	var common []string
	for n, id := range k.d.Connections[i].Connectors {
		a, ok := k.c.Action(id, c.Use)
		if !ok {
			return nil, false
		}
		var out []string
		for _, p := range a.Outputs {
			if n == 0 || slices.Contains(common, p.Name) {
				out = append(out, p.Name)
			}
		}
		common = out
	}
	return common, true
}

// returns are the names that a flow's return cards give.
func returns(cards []*Card, names []string) []string {
	for _, c := range cards {
		if c.Kind == CardReturn {
			for _, in := range c.Inputs {
				if !slices.Contains(names, in.Name) {
					names = append(names, in.Name)
				}
			}
		}
		names = returns(c.Else, returns(c.Then, names))
		if c.Each != nil {
			names = returns(c.Each.Body, names)
		}
	}
	return names
}
